# How a run leaves the machine: as it found it.

# Stops what the run in folder $1 started and removes the folder. Every process of a run names
# the folder in its arguments, so that none is missed and none of another run is hit.
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
  stop_all "$folder"
  local mounts
  mounts=$(awk -v under="$folder/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r)
  local mount
  for mount in $mounts; do umount -l "$mount" 2> /dev/null || true; done
  if [ -f "$folder/bridge" ]; then remove_bridge "$(cat "$folder/bridge")"; fi
  rm -rf "$folder"
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

processes_of() {
  local id
  for id in /proc/[0-9]*; do
    id=${id#/proc/}
    [ "$id" != $$ ] && [ "$id" != "$BASHPID" ] || continue
    if tr '\0' ' ' < "/proc/$id/cmdline" 2> /dev/null | grep -qF -- "$1/"; then echo "$id"; fi
  done 2> /dev/null
}
