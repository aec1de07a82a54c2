#!/usr/bin/env bash
# The random edits of tests/watch/soak.rs, many more of them: about 10,000 before the end. Bar: after
# each quiet point the last run saw what is there, and nothing is leaked. `WHARF_SOAK` is how many quiet
# points, and `WHARF_SOAK_SEED` a number from which other edits follow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
WHARF_SOAK=${WHARF_SOAK:-1000} exec cargo test --test integration watch::soak
