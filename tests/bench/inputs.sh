#!/usr/bin/env bash
# The fingerprint of 10,000 files in 100 folders, 46 MB. Bars: at most 1.2 × `git status` where
# nothing has changed since the last one; at most 1.15 × BLAKE3 on two threads where nothing is known.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# What is measured is `inputs.rs`, or INPUTS in its place.
INPUTS=${INPUTS:-$(
  cargo build --release --locked --quiet --bench inputs --message-format json \
    --manifest-path "$here/../../Cargo.toml" |
    python3 -c 'import json, sys
print(*(line["executable"] for line in map(json.loads, sys.stdin)
        if line.get("executable") and line["target"]["name"] == "inputs"))'
)}
INPUTS=$(realpath "$INPUTS")
WHARF=$INPUTS
source "$here/against.sh"

python3 - <<'PY'
import os, random
numbers = random.Random(1)
for folder in range(100):
    path = f"tree/package{folder // 10}/module{folder:02}"
    os.makedirs(path)
    for file in range(100):
        with open(f"{path}/file{file:03}.py", "wb") as made:
            made.write(numbers.randbytes(numbers.randint(200, 9000)))
PY
printf '__pycache__/\n*.py[cod]\n/build/\ndist/\n.venv\n' > tree/.gitignore
git -C tree init --quiet
git -C tree add --all
git -C tree -c user.name=bench -c user.email=bench@localhost commit --quiet --message tree
# Files as young as these are hashed again; see `Stamp::is_settled`.
sleep 0.1
"$INPUTS" index tree '**'

status="git -C tree status --porcelain"
for globs in '**' '**/*.py tree.cfg'; do
  warm="$INPUTS index tree $globs"
  measure 3 "" "$warm" "$status"
  measure "${RUNS:-30}" "" "$warm" "$status"
  ratio "up to date, $globs" "git status, $(git --version)" 1.2
done
cold="$INPUTS none tree **"
floor="$INPUTS floor tree"
measure "${RUNS:-30}" "rm -f none" "$cold" "$floor"
ratio "first time" "BLAKE3 on two threads" 1.15
