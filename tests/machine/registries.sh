# Two registries on loopback, which every engine takes for insecure ones: one asks for nothing,
# the other for a login.

start_registries() {
  export WHARF_TEST_LOGIN_USERNAME=ci WHARF_TEST_LOGIN_PASSWORD=s3cret
  # As `htpasswd -Bbn ci s3cret` makes it.
  # shellcheck disable=SC2016 # a bcrypt hash, no variables
  echo 'ci:$2b$05$wharfwharfwharfwharfwejX8VGqtV/wxkk8oAvvxxjsuzYPsGgYy' > "$work/htpasswd"
  start_registry open
  start_registry login "auth: { htpasswd: { realm: wharf, path: $work/htpasswd } }"
  export WHARF_TEST_REGISTRY=127.0.0.1:$(cat "$work/open.port")
  export WHARF_TEST_LOGIN_REGISTRY=127.0.0.1:$(cat "$work/login.port")
}

# $1 names it, $2 is more of its configuration.
start_registry() {
  local name=$1 try port
  for try in 1 2 3; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    cat > "$work/$name.yml" <<YML
version: 0.1
log: { level: warn }
storage: { filesystem: { rootdirectory: $work/$name-registry }, delete: { enabled: true } }
http: { addr: "127.0.0.1:$port" }
${2:-}
YML
    setsid docker-registry serve "$work/$name.yml" > "$work/$name.log" 2>&1 < /dev/null &
    if registry_answers "$port" $!; then
      echo "$port" > "$work/$name.port"
      return
    fi
  done
  tail -n 20 "$work/$name.log" >&2
  die "the registry \`$name\` does not start"
}

registry_answers() {
  local try
  for try in $(seq 100); do
    kill -0 "$2" 2> /dev/null || return 1
    case $(curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "http://127.0.0.1:$1/v2/") in
      200 | 401) return 0 ;;
    esac
    sleep 0.1
  done
  return 1
}
