# Sourced first by every script in bin/: where we are, how we speak, how we end.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
LOCAL=$ROOT/.local
LOGS=$LOCAL/log
mkdir -p "$LOGS"
cd "$ROOT" || exit 1

# Whoever starts us in the background makes us deaf to Ctrl-C; a shell cannot undo that, but env can.
if (( 0x$(sed -n 's/^SigIgn:\t//p' "/proc/$$/status") & 2 )); then
  exec env --default-signal=INT "$ROOT/bin/$(basename "$0")" "$@"
fi

BOLD='' RED='' PLAIN=''
if [ -t 2 ]; then BOLD=$'\e[1m' RED=$'\e[31m' PLAIN=$'\e[0m'; fi

say() { # say TEXT…: to the person, never into a command's own output
  echo "$BOLD» $*$PLAIN" >&2
}

die() {
  echo "$RED✗ $*$PLAIN" >&2
  exit 1
}

runs_as_root() { [ "$(id -u)" = 0 ]; }

with_lock() { # with_lock NAME COMMAND…: one at a time in this checkout; descriptor 9 is the lock
  exec 9>"$LOCAL/$1.lock"
  flock 9
  "${@:2}"
  exec 9>&-
}

# shellcheck source=bin/lib/packages.sh
source "$ROOT/bin/lib/packages.sh"
# shellcheck source=bin/lib/venv.sh
source "$ROOT/bin/lib/venv.sh"
# shellcheck source=bin/lib/processes.sh
source "$ROOT/bin/lib/processes.sh"
# shellcheck source=bin/lib/data.sh
source "$ROOT/bin/lib/data.sh"
# shellcheck source=bin/lib/site.sh
source "$ROOT/bin/lib/site.sh"
