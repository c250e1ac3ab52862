# Debian packages from apt.txt.
# shellcheck shell=bash

prepare_packages() { # installs what is missing, or says exactly what to install
  local missing
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -eq 0 ] && return
  if ! command -v apt-get >/dev/null; then
    say "not Debian: trusting that you have what these packages hold: ${missing[*]}"
  elif runs_as_root; then
    install_packages "${missing[@]}"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    install_packages "${missing[@]}"
  else
    die "missing Debian packages. As root: apt-get install --no-install-recommends ${missing[*]}"
  fi
}

missing_packages() { # one a line
  local wanted installed
  wanted=$(grep -v '^#' apt.txt | sort)
  # shellcheck disable=SC2016,SC2086
  installed=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true; } | sed -n 's/^installed //p' | sort)
  comm -23 <(echo "$wanted") <(echo "$installed")
}

install_packages() {
  local as_root=(env DEBIAN_FRONTEND=noninteractive)
  runs_as_root || as_root=(sudo env DEBIAN_FRONTEND=noninteractive)
  say "installing Debian packages: $*"
  "${as_root[@]}" apt-get -qq update >&2 || say "apt-get update had trouble; trying with the lists at hand"
  "${as_root[@]}" apt-get -qq install -y --no-install-recommends "$@" >"$LOGS/apt.log" 2>&1 \
    || { tail -20 "$LOGS/apt.log" >&2; die "apt-get could not install them (the whole log: $LOGS/apt.log)"; }
}
