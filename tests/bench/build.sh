#!/usr/bin/env bash
# `docker_build` of 2,000 files, 200 MB, against Debian's docker CLI with BuildKit on the same
# engine: nothing cached, nothing changed, one file changed. Bars: each at most 1.0 ×, and at
# most 64 MB of memory. The engine is one of its own, as its cache is pruned again and again.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${WHARF_BENCH_ENGINE:-}" ] ||
  WHARF_BENCH_ENGINE=1 exec "$here/../run" --own-engine -- "${BASH_SOURCE[0]}"
source "$here/against.sh"
# Later clients have BuildKit in a plugin, or not at all.
docker=${DOCKER:-/usr/bin/docker}
export DOCKER_BUILDKIT=1

python3 - <<'PY'
import os, random
for number in range(2000):
    folder = f"context/{number // 100:02}"
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/{number}.bin", "wb") as file:
        file.write(random.randbytes(105_000))
PY
printf 'FROM %s\nCOPY . /data\n' "$WHARF_TEST_BUSYBOX_IMAGE" > context/Dockerfile
echo 'docker_build(#{ tag: "wharf-bench/ours", context: "context" });' > wharf.rhai
ours="$WHARF run --quiet"
peer="$docker build --quiet --tag wharf-bench/peer context"
version="docker CLI $("$docker" version --format '{{.Client.Version}} with BuildKit, engine {{.Server.Version}}')"

echo "$docker builder prune --all --force" > prune
echo 'head -c 1000 /dev/urandom > context/07/700.bin' > change
measure "${RUNS:-5}" "sh prune" "$ours" "$peer"
ratio "build, nothing cached" "$version" 1.0
measure "${RUNS:-15}" "" "$ours" "$peer"
ratio "build, nothing changed" "$version" 1.0
measure "${RUNS:-7}" "sh change" "$ours" "$peer"
ratio "build, one file changed" "$version" 1.0

sh prune > /dev/null
peak=$(python3 - "$WHARF" <<'PY'
import resource, subprocess, sys
subprocess.run([sys.argv[1], "run", "--quiet"], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
PY
)
echo "build, nothing cached: peak memory $peak MB"
judge "peak memory of a build" "$peak" 64 MB
