#!/bin/sh
# Every page has a title, and every local link leads somewhere.
set -eu
cd "$(dirname "$0")/site"
wrong=0
for page in *.html; do
    grep -q '<title>.' "$page" || { echo "$page: no title"; wrong=1; }
    for link in $(grep -oE '(href|src)="[^":#]+' "$page" | cut -d'"' -f2); do
        [ -e "$link" ] || { echo "$page: \`$link\` leads nowhere"; wrong=1; }
    done
done
exit "$wrong"
