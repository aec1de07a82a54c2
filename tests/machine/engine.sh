# The Docker Engine: the machine's, or one of this run alone.

start_engine() {
  if [ -n "$own_engine" ] || ! engine_answers; then start_private_engine; fi
  if [ -z "${DOCKER_HOST:-}" ]; then
    DOCKER_HOST=$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2> /dev/null) ||
      DOCKER_HOST=unix:///var/run/docker.sock
  fi
  export DOCKER_HOST
  export WHARF_TEST_DOCKER_HOST=$DOCKER_HOST
  # One of the run's own goes with all that is in it.
  [ -S "$work/docker.sock" ] || echo "$DOCKER_HOST" > "$work/engine-host"
}

engine_answers() {
  has docker && timeout 10 docker version --format '{{.Server.Version}}' > /dev/null 2>&1
}

# Another engine may run on this machine unseen, so this one shares nothing with it: socket,
# folders, containerd and bridge are its own. (`--bridge=none` would delete the other's bridge.)
start_private_engine() {
  [ "$(id -u)" = 0 ] || die "no Docker Engine answers: start one, or run as root to have one started"
  local bridge network log=$work/dockerd.log
  export PATH=$PATH:/usr/sbin:/sbin
  bridge=wharf$$
  network=$(free_network) || die "no network is free for the containers of a Docker Engine"
  ip link add "$bridge" type bridge
  echo "$bridge" > "$work/bridge"
  ip address add "$network.1/24" dev "$bridge"
  ip link set "$bridge" up
  setsid dockerd --host "unix://$work/docker.sock" --data-root "$work/engine" \
    --exec-root "$work/exec" --pidfile "$work/dockerd.pid" --bridge "$bridge" \
    > "$log" 2>&1 < /dev/null &
  export DOCKER_HOST=unix://$work/docker.sock
  local try
  for try in $(seq 300); do
    if [ -S "$work/docker.sock" ] && engine_answers; then
      say "started Docker Engine $(docker version --format '{{.Server.Version}}')"
      return
    fi
    kill -0 $! 2> /dev/null || break
    sleep 0.1
  done
  tail -n 20 "$log" >&2
  die "dockerd does not start"
}

# The first three numbers of a network that this machine has no route to but the default one: what
# is reached by another would be cut off. Nobody's addresses are these, kept for tests (RFC 2544).
free_network() {
  local try network
  for try in $(seq 100); do
    network=198.$((RANDOM % 2 + 18)).$((RANDOM % 256))
    if ! ip route show table all match "$network.0/24" | grep -qv '^default' &&
      [ -z "$(ip route show table all root "$network.0/24")" ]; then
      echo "$network"
      return
    fi
  done
  return 1
}
