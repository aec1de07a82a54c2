#!/usr/bin/env bash
# `wharf run` of one stage that runs `true`, against `just` on the same recipe.
# Bar: at most 1.0 ×, median of 30.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/against.sh"
command -v just > /dev/null || die "just is missing: cargo install just"

echo 'stage("noop", || sh("true"));' > wharf.rhai
printf 'noop:\n    @true\n' > justfile
measure 3 "" "$WHARF run noop" "just noop"
measure "${RUNS:-30}" "" "$WHARF run noop" "just noop"
ratio "run one stage" "$(just --version)" 1.0
