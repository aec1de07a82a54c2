# Base images, made here: the tests need no registry of the outside world.

# Busybox with its commands linked, 2 MB.
make_busybox_image() {
  local binary tree=$work/busybox command
  binary=$(command -v busybox)
  export WHARF_TEST_BUSYBOX_IMAGE=wharf-test/busybox:$(key "$binary")
  ! docker image inspect "$WHARF_TEST_BUSYBOX_IMAGE" > /dev/null 2>&1 || return 0
  mkdir -p "$tree"/{bin,etc,tmp,root,proc,sys,dev}
  cp -L "$binary" "$tree/bin/busybox"
  for command in $("$binary" --list); do
    [ "$command" = busybox ] || ln -sf busybox "$tree/bin/$command"
  done
  echo 'root:x:0:0:root:/root:/bin/sh' > "$tree/etc/passwd"
  tar -C "$tree" --owner=0 --group=0 -c . |
    docker import -c 'CMD ["sh"]' - "$WHARF_TEST_BUSYBOX_IMAGE" > /dev/null
}

# Debian with `python` and pip, 77 MB; pip finds its index and trusts its certificate as this
# machine's does. The tar is kept for the next run.
make_python_image() {
  local settings=$work/settings tarball
  mkdir -p "$settings"
  debian_sources > "$settings/sources.list"
  if [ ! -s "$settings/sources.list" ] && [ "$(id -u)" = 0 ]; then
    apt-get -q -o DPkg::Lock::Timeout=300 update > "$work/apt.log" 2>&1 < /dev/null
    debian_sources > "$settings/sources.list"
  fi
  pip_settings > "$settings/pip.conf"
  cp -L /etc/ssl/certs/ca-certificates.crt "$settings/ca-certificates.crt"
  local digest
  digest=$(key "$settings"/* "${BASH_SOURCE[0]}")
  export WHARF_TEST_PYTHON_IMAGE=wharf-test/python:$digest
  ! docker image inspect "$WHARF_TEST_PYTHON_IMAGE" > /dev/null 2>&1 || return 0
  tarball=$cache/python-$digest.tar
  [ -e "$tarball" ] || make_python_tar "$settings" "$tarball"
  docker import -c 'CMD ["python"]' -c 'ENV LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    "$tarball" "$WHARF_TEST_PYTHON_IMAGE" > /dev/null
}

# Packages are unpacked and not configured, which is faster and leaves less; what their
# scripts would have done and Python needs is done here.
make_python_tar() {
  local settings=$1 tarball=$2 tree=$work/python
  local packages=(python3-minimal python3-pip python3-venv python3-distutils dash coreutils bash
    sed grep findutils tar gzip debianutils base-files base-passwd libc-bin)
  say "making a Debian base image with Python (once on this machine)"
  mmdebstrap --variant=extract --format=directory --skip=cleanup/apt/lists \
    --include="$(IFS=,; echo "${packages[*]}")" "" "$tree" "$settings/sources.list" \
    > "$work/mmdebstrap.log" 2>&1 < /dev/null || {
    tail -n 20 "$work/mmdebstrap.log" >&2
    die "mmdebstrap failed"
  }
  cp "$tree/usr/share/base-passwd/passwd.master" "$tree/etc/passwd"
  cp "$tree/usr/share/base-passwd/group.master" "$tree/etc/group"
  ln -sf python3.11 "$tree/usr/bin/python3"
  ln -sf python3 "$tree/usr/bin/python"
  rm -rf "$tree"/usr/lib/python3*/EXTERNALLY-MANAGED "$tree"/usr/share/{doc,man,locale} \
    "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*
  mkdir -p "$tree/etc/ssl/certs" "$tree/tmp"
  chmod 1777 "$tree/tmp"
  cp "$settings/ca-certificates.crt" "$tree/etc/ssl/certs/"
  cp "$settings/pip.conf" "$tree/etc/pip.conf"
  PATH=$PATH:/usr/sbin:/sbin ldconfig -r "$tree"
  tar -C "$tree" --numeric-owner -cf "$tarball.part" .
  mv "$tarball.part" "$tarball"
  rm -rf "$tree"
}

# The Debian archives that this machine's apt is set up to use, as a sources.list.
debian_sources() {
  local signed=/usr/share/keyrings/debian-archive-keyring.gpg
  # shellcheck disable=SC2016 # apt's own placeholders
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sort -u | while read -r origin uri release component; do
      [ "$origin" = Debian ] || continue
      echo "deb [signed-by=$signed] $uri $release $component"
    done
}

# What this machine's pip is told about indexes, as the image's pip.conf.
pip_settings() {
  echo '[global]'
  echo 'cert = /etc/ssl/certs/ca-certificates.crt'
  echo 'disable-pip-version-check = true'
  "$WHARF_TEST_VENV/bin/python" -m pip config list |
    sed -nE "s/^(global|:env:)\.(index-url|extra-index-url|trusted-host)='(.*)'$/\2 = \3/p" |
    sort -u -t= -k1,1
}

# A name for these files' contents.
key() { sha256sum -- "$@" | cut -d' ' -f1 | sha256sum | cut -c1-12; }
