# A Python environment with the tools whose output wharf reads, kept for the next run.

make_venv() {
  local wanted=$here/tools.txt venv
  venv=$cache/venv-$(key "$wanted" "$(python3 -c 'import sys; print(sys.executable)')")
  export WHARF_TEST_VENV=$venv
  [ ! -e "$venv/.complete" ] || return 0
  say "making a Python environment (once on this machine)"
  rm -rf "$venv"
  {
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check -r "$wanted"
  } > "$work/venv.log" 2>&1 < /dev/null || { tail -n 20 "$work/venv.log" >&2; die "the Python environment cannot be made"; }
  touch "$venv/.complete"
}
