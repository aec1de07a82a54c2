#!/usr/bin/env bash
# `wharf repl -e 1+1` against python3, the time until the prompt is there, and that of a completion.
# Bars: at most 1.0 ×, 50 ms, 10 ms.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/against.sh"

# Not what a version manager puts before it.
python=$(python3 -c 'import sys; print(sys.executable)')
measure 3 "" "$WHARF repl -e 1+1" "$python -c 'print(1+1)'"
measure "${RUNS:-30}" "" "$WHARF repl -e 1+1" "$python -c 'print(1+1)'"
ratio "one expression" "$("$python" --version)" 1.0
python3 "$bench/repl.py" "$WHARF" "$bench/../projects/django" "$work" "${RUNS:-30}"
