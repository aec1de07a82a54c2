#!/usr/bin/env bash
# `wharf watch` against watchexec and nodemon, where they are installed, on 10,000 files in 100 folders:
# from a save to the command's start, ready, memory, watches, CPU while nothing happens, and runs for a
# checkout, and trials of what goes wrong elsewhere; one of these alone as `tests/bench/watch.sh latencies`,
# `ignored`, `checkouts`, `trials`. `RUNS` is how many saves, `TRIALS` how many checkouts and trials of each kind, `ALONE=1` leaves the others out. Bars: median at most 8 ms, p95 at
# most 15 ms; ready and memory against watchexec's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
WHARF=${WHARF:-$PWD/target/release/wharf}
# As it is installed, like the others.
installed=$(mktemp -d)
trap 'rm -rf "$installed"' EXIT
cp "$WHARF" "$installed/wharf"
python3 tests/bench/watch.py "$installed/wharf" "${RUNS:-100}" "$@"
