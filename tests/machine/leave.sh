# How a run leaves the machine: as it found it.

# Stops what the run in folder $1 started and removes the folder.
leave() {
  local folder=$1
  trap '' HUP INT TERM
  if [ -n "${running:-}" ]; then
    kill -TERM -- "-$running" 2> /dev/null || true
    wait "$running" 2> /dev/null || true
  fi
  if [ -S "$folder/docker.sock" ]; then
    local containers
    containers=$(timeout 10 docker -H "unix://$folder/docker.sock" ps -aq 2> /dev/null || true)
    # shellcheck disable=SC2086 # one word an id
    [ -z "$containers" ] || timeout 30 docker -H "unix://$folder/docker.sock" rm -f $containers > /dev/null 2>&1 || true
  fi
  sweep "$folder"
  stop_all "$folder"
  local mounts
  mounts=$(awk -v under="$folder/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r)
  local mount
  for mount in $mounts; do umount -l "$mount" 2> /dev/null || true; done
  if [ -f "$folder/bridge" ]; then remove_bridge "$(cat "$folder/bridge")"; fi
  rm -rf "$folder"
}

# What tests that were interrupted left at an engine that goes on: containers of the run, and images
# that name a registry of the run or a test's process that has ended.
sweep() {
  local folder=$1 found port name process
  [ -f "$folder/engine-host" ] || return 0
  local docker=(timeout 30 docker -H "$(cat "$folder/engine-host")")
  found=$("${docker[@]}" ps -aq --filter "label=wharf-test=$folder" 2> /dev/null || true)
  # shellcheck disable=SC2086 # one word an id
  [ -z "$found" ] || "${docker[@]}" rm -f $found > /dev/null 2>&1 || true
  found=$("${docker[@]}" images --format '{{.Repository}}:{{.Tag}}' 2> /dev/null || true)
  for name in $found; do
    for port in "$folder"/*.port; do
      case $name in 127.0.0.1:"$(cat "$port" 2> /dev/null)"/*) "${docker[@]}" rmi -f "$name" > /dev/null 2>&1 || true ;; esac
    done
    process=$(sed -nE 's|^(.*/)?wharf-test/[^:]*:([0-9]+)-[0-9]+$|\2|p' <<< "$name")
    if [ -n "$process" ] && ! kill -0 "$process" 2> /dev/null; then
      "${docker[@]}" rmi -f "$name" > /dev/null 2>&1 || true
    fi
  done
}

# The bridge, and the packet rules that name it: the engine leaves both.
remove_bridge() {
  local table rule PATH=$PATH:/usr/sbin:/sbin
  for table in nat filter; do
    iptables -t "$table" -S | grep -wF -- "$1" | sed 's/^-A/-D/' | while read -r rule; do
      # shellcheck disable=SC2086 # a rule is words
      iptables -t "$table" $rule
    done || true
  done
  ip link delete "$1" 2> /dev/null || true
}

# What an earlier run left that was killed before it could.
leave_abandoned() {
  local folder owner
  for folder in "${TMPDIR:-/tmp}"/wharf-tests.*; do
    [ -O "$folder/owner" ] || continue
    owner=$(cat "$folder/owner")
    kill -0 "$owner" 2> /dev/null && continue
    say "stopping what an earlier run left in $folder"
    leave "$folder"
    trap - HUP INT TERM
  done
}

# Asks all processes of folder $1 to end, and ends those that do not within ten seconds.
stop_all() {
  local left try
  for try in $(seq 100); do
    left=$(processes_of "$1")
    [ -n "$left" ] || return 0
    # shellcheck disable=SC2086 # one word an id
    if [ "$try" = 1 ]; then kill -TERM $left 2> /dev/null || true; fi
    sleep 0.1
  done
  # shellcheck disable=SC2086
  kill -KILL $left 2> /dev/null || true
}

# All that a run starts has its folder in the environment: none is missed, and no editor or `tail` of
# a person that looks at the folder is hit.
processes_of() {
  local id
  for id in /proc/[0-9]*; do
    if tr '\0' '\n' < "$id/environ" 2> /dev/null | grep -qxF -- "WHARF_TEST_RUN=$1"; then
      echo "${id#/proc/}"
    fi
  done 2> /dev/null
}
