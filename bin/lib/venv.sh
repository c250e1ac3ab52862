# Python environments under .local/, made from the hashed requirements.
# shellcheck shell=bash

declare -A REQUIREMENTS=([site]="base" [dev]="base test dev" [mail]="mail" [compile]="compile")

prepare_venv() { # prepare_venv SET: site, dev, mail or compile
  case $1 in
    site | dev) with_lock venv make_venv "$1" "$LOCAL/venv" && PATH=$LOCAL/venv/bin:$PATH ;;
    *) with_lock venv make_venv "$1" "$LOCAL/venv-$1" ;;
  esac
}

make_venv() { # make_venv SET FOLDER: nothing to do when the stamp says the same requirements
  local set=$1 folder=$2 files=() name python
  holds "$folder" "$set" && return
  if [ "$set" != dev ] || ! holds "$folder" site; then
    python=$(find_python) || exit 1
    "$python" -m venv --clear "$folder" || die "cannot make a Python environment in $folder"
  fi
  for name in ${REQUIREMENTS[$set]}; do files+=(-r "requirements/$name.txt"); done
  say "installing Python packages (${files[*]//-r/})"
  "$folder/bin/pip" install -q --disable-pip-version-check --require-hashes "${files[@]}" >"$LOGS/pip.log" 2>&1 \
    || { tail -20 "$LOGS/pip.log" >&2; die "pip could not install them (the whole log: $LOGS/pip.log)"; }
  stamp "$set" >"$folder/stamp-$set"
  [ "$set" != dev ] || stamp site >"$folder/stamp-site"
}

holds() { # holds FOLDER SET
  [ -x "$1/bin/python" ] && "$1/bin/python" -c '' 2>/dev/null && [ "$(cat "$1/stamp-$2" 2>/dev/null)" = "$(stamp "$2")" ]
}

stamp() { # the checksum of a set's requirements
  local name
  for name in ${REQUIREMENTS[$1]}; do cat "requirements/$name.txt"; done | sha256sum
}

find_python() { # a Python of at least 3.11 that can make environments
  local python
  for python in python3.11 python3 python3.12 python3.13 /usr/bin/python3; do
    if "$python" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  die "no Python 3.11 or later with venv found"
}
