#!/usr/bin/env bash
# `wharf check` of a script of 200 lines. Bar: at most 10 ms, median of 30.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/against.sh"

{
  echo 'let app = env("PLACE", "harbour") + "/app:" + "1";'
  for number in $(seq 33); do
    cat <<RHAI
/// Stage number $number
stage("stage$number", #{ env: #{ NUMBER: $number }, timeout: "10m" }, || {
    let told = sh(\`echo \${app} $number\`, #{ capture: true });
    if told.exit_code == 0 && told.stdout.len() > 3 { log(told.stdout); }
    told.stdout
});
RHAI
  done
  echo 'on_failure(|failure| print(failure.message));'
} > wharf.rhai
measure 3 "" "$WHARF check" "true"
measure "${RUNS:-30}" "" "$WHARF check" "true"
median "check $(wc -l < wharf.rhai) lines, $("$WHARF" --version)" 0.010
