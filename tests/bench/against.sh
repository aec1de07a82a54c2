# What the benches share: the release binary, a work folder, and medians side by side.

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

command -v hyperfine > /dev/null || die "hyperfine is missing: apt-get install hyperfine"
command -v python3 > /dev/null || die "python3 is missing"

# WHARF is a binary to measure in place of this tree's.
if [ -z "${WHARF:-}" ]; then
  cargo build --release --locked --quiet --manifest-path "$bench/../../Cargo.toml"
  WHARF=$bench/../../target/release/wharf
fi
work=$(mktemp -d)
# As it is installed, like the others: of what the linker has just written each page is mapped by itself.
cp "$WHARF" "$work/wharf"
WHARF=$work/wharf
# Fails in the end if anything was above its bar.
trap 'code=$?; rm -rf "$work"; [ -z "${above:-}" ] || exit 1; exit "$code"' EXIT
cd "$work"

# measure RUNS PREPARE COMMAND…: the medians of the commands, which take turns so that both meet
# the same machine, are left in $work/medians, one a line in seconds.
measure() {
  local runs=$1 prepare=$2 command count=0
  shift 2
  : > times
  while [ "$count" -lt "$runs" ]; do
    for command in "$@"; do
      hyperfine --shell none --runs 1 ${prepare:+--prepare "$prepare"} --export-json one.json \
        --style none "$command" > hyperfine.log 2>&1 || { cat hyperfine.log >&2; die "\`$command\` failed"; }
      python3 -c 'import json,sys; r=json.load(open("one.json"))["results"][0]; print(sys.argv[1], r["times"][0], sep="\t")' \
        "$command" >> times
    done
    count=$((count + 1))
  done
  python3 - "$@" > medians <<'PY'
import statistics, sys
times = [line.rstrip("\n").split("\t") for line in open("times")]
for command in sys.argv[1:]:
    print(statistics.median(float(t) for c, t in times if c == command))
PY
}

# ratio WHAT PEER BAR: the medians measured last, wharf's first, as a line, and whether their ratio is
# at most BAR.
ratio() {
  python3 - "$1" "$2" <<'PY'
import sys
ours, peer = (float(line) for line in open("medians"))
print(f"{sys.argv[1]}: {ours / peer:.2f} × {sys.argv[2]} (wharf {ours * 1000:.1f} ms, {peer * 1000:.1f} ms)")
PY
  judge "$1" "$(awk 'NR == 1 { ours = $1 } NR == 2 { print ours / $1 }' medians)" "$3" "×"
}

# median WHAT BAR: the first median measured last as a line, and whether it is at most BAR seconds.
median() {
  local seconds
  seconds=$(head -n 1 medians)
  awk -v what="$1" '{ printf "%s: %.1f ms\n", what, $1 * 1000; exit }' medians
  judge "$1" "$seconds" "$2" s
}

# judge WHAT VALUE BAR UNIT
judge() {
  awk -v value="$2" -v bar="$3" 'BEGIN { exit !(value <= bar) }' && return
  printf '%s: ABOVE THE BAR of %s %s\n' "$1" "$3" "$4"
  above=1
}
