#!/bin/sh
# The lights of a ship under way, as seen from a side: port, starboard or stern.
set -eu
case "${1:-}" in
port) echo red ;;
starboard) echo green ;;
stern) echo white ;;
*) echo "there is no side \`${1:-}\`" >&2; exit 2 ;;
esac
