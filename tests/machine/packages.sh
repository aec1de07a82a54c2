# What the machine must have installed.

# Installs what is missing, or says what to install.
need_packages() {
  local missing=()
  has cargo || die "cargo is missing: install Rust from https://rustup.rs"
  has git || missing+=(git)
  has docker || missing+=(docker.io)
  if [ -n "$own_engine" ] || ! engine_answers; then
    has dockerd || [[ " ${missing[*]} " = *" docker.io "* ]] || missing+=(docker.io)
    has iptables || missing+=(iptables)
    has ip || missing+=(iproute2)
  fi
  has docker-registry || missing+=(docker-registry)
  has make || missing+=(make)
  has umount || missing+=(mount)
  has fish || missing+=(fish)
  has zsh || missing+=(zsh)
  has chromium || missing+=(chromium)
  has busybox || missing+=(busybox-static)
  has mmdebstrap || missing+=(mmdebstrap)
  has curl || missing+=(curl)
  has python3 || missing+=(python3)
  python3 -c 'import ensurepip, venv' 2> /dev/null || missing+=(python3-venv)
  [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
  [ ${#missing[@]} -gt 0 ] || return 0

  has apt-get || die "missing here: ${missing[*]} (by their Debian names)"
  [ "$(id -u)" = 0 ] || die "missing here; as root: apt-get install ${missing[*]}"
  say "installing ${missing[*]}"
  local apt=(apt-get -q -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive
  {
    "${apt[@]}" update
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}"
  } > "$work/apt.log" 2>&1 < /dev/null || { tail -n 20 "$work/apt.log" >&2; die "apt-get failed"; }
  hash -r
}

has() { PATH=$PATH:/usr/sbin:/sbin command -v "$1" > /dev/null; }
