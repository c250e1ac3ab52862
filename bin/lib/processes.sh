# Processes that a script starts, and ends when it ends: also on Ctrl-C.
# shellcheck shell=bash

STARTED=() # "pid name", in the order they were started
AT_END=()  # functions to call after the processes have ended

trap end_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start() { # start NAME COMMAND…: in the background, in a session of its own, with its log in .local/log/
  setsid "${@:2}" >"$LOGS/$1.log" 2>&1 </dev/null 8>&- 9>&- &
  STARTED+=("$! $1")
}

end_all() {
  local code=$? index
  set +e # every one is ended, whatever the others answer
  trap '' INT TERM HUP
  trap - EXIT
  [ ${#STARTED[@]} -eq 0 ] || say "ending what was started"
  for ((index = ${#STARTED[@]} - 1; index >= 0; index--)); do end_one "${STARTED[index]%% *}"; done
  for ((index = ${#AT_END[@]} - 1; index >= 0; index--)); do "${AT_END[index]}"; done
  exit "$code"
}

end_one() { # asks the process to end; after ten seconds ends its whole session
  local pid=$1 tries
  kill -TERM "$pid" 2>/dev/null
  for ((tries = 0; tries < 100; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL -- "-$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

watch_all() { # returns when one of them has ended by itself, which it should not
  local entry
  wait -n || true # whatever it answered, it should not have ended
  for entry in "${STARTED[@]}"; do
    kill -0 "${entry%% *}" 2>/dev/null && continue
    tail -20 "$LOGS/${entry#* }.log" >&2
    die "${entry#* } ended by itself (the whole log: $LOGS/${entry#* }.log)"
  done
}

free_port() { # free_port [FROM]: the first free port from there on, else any
  "$(find_python)" - "${1:-0}" <<'PYTHON'
import socket, sys

first = int(sys.argv[1])
for port in range(first, first + 100) if first else [0]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do after one that has ended
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        print(probe.getsockname()[1])
        break
PYTHON
}

await_port() { # await_port PORT NAME: until something answers there, at most 60 s
  local tries
  for ((tries = 0; tries < 600; tries++)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.1
  done
  tail -20 "$LOGS/$2.log" >&2
  die "$2 did not answer on port $1 within a minute (its log: $LOGS/$2.log)"
}
