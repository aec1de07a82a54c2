#!/usr/bin/env bash
# Many stages: 500 that run `/bin/true` two at a time, against `make -j2` and `just`; 1,000 that run
# no process; ten that each sleep a second.
# Bars: at most 1.3 × make and 0.5 × just; at most 0.2 s; at most 1.1 s.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/against.sh"
command -v just > /dev/null || die "just is missing: cargo install just"

echo 'for n in 0..500 { stage(`s${n}`, || sh(["/bin/true"])); }' > wharf.rhai
names=$(seq -f 's%g' -s ' ' 0 499)
{
  printf '.PHONY: all %s\nall: %s\n' "$names" "$names"
  for name in $names; do printf '%s:\n\t@/bin/true\n' "$name"; done
} > Makefile
{
  printf 'all: %s\n' "$names"
  for name in $names; do printf '%s:\n    @/bin/true\n' "$name"; done
} > justfile
measure "${RUNS:-10}" "" "$WHARF run --quiet --jobs 2" "make -s -j2"
ratio "500 stages" "$(make --version | head -n 1)" 1.3
measure "${RUNS:-10}" "" "$WHARF run --quiet --jobs 2" "just"
ratio "500 stages" "$(just --version)" 0.5

{
  echo 'stage("g0", || 0);'
  for n in $(seq 1 999); do
    echo "stage(\"g$n\", #{ needs: [\"g$((n - 1))\", \"g$((n / 2))\"] }, || $n);"
  done
} > graph.rhai
measure "${RUNS:-10}" "" "$WHARF run --quiet -f graph.rhai"
median "1,000 stages" 0.2

echo 'for n in 0..10 { stage(`s${n}`, || sh(["sleep", "1"])); }' > sleep.rhai
measure 3 "" "$WHARF run --quiet --jobs 10 -f sleep.rhai"
median "ten seconds side by side" 1.1
