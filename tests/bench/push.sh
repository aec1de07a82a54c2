#!/usr/bin/env bash
# `docker_push` of 100 MB that no registry has, and of the same again, against the docker CLI on
# the same engine. Bar: at most 1.0 ×.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -n "${WHARF_BENCH_ENGINE:-}" ] ||
  WHARF_BENCH_ENGINE=1 exec "$here/../run" --own-engine -- "${BASH_SOURCE[0]}"
source "$here/against.sh"
docker=${DOCKER:-/usr/bin/docker}
image=$WHARF_TEST_REGISTRY/bench:1

echo "docker_push(\"$image\");" > wharf.rhai
# A layer of new bytes each time: the engine remembers which a registry has.
cat > fresh <<SH
mkdir -p layer
head -c 100000000 /dev/urandom > layer/data
tar -C layer -c data | $docker import - $image
SH
ours="$WHARF run --quiet"
peer="$docker push --quiet $image"
version="docker CLI $("$docker" version --format '{{.Client.Version}}, engine {{.Server.Version}}')"
measure "${RUNS:-5}" "sh fresh" "$ours" "$peer"
ratio "push, all new" "$version" 1.0
measure "${RUNS:-15}" "" "$ours" "$peer"
ratio "push, nothing new" "$version" 1.0
