# The site's settings on this machine, its database and its translations.
# shellcheck shell=bash

site_settings() { # site_settings NAME: given values win; files go to .local/NAME/
  local folder=$LOCAL/$1
  mkdir -p "$folder/media" "$folder/static"
  [ -s "$LOCAL/secret_key" ] || (umask 077 && head -c 48 /dev/urandom | base64 -w 0 >"$LOCAL/secret_key")
  export SECRET_KEY=${SECRET_KEY:-$(cat "$LOCAL/secret_key")}
  export DEBUG=${DEBUG:-0} HTTPS=${HTTPS:-0} DEMO=${DEMO:-1}
  export ALLOWED_HOSTS=${ALLOWED_HOSTS:-localhost,127.0.0.1} BASE_URL=${BASE_URL:-http://localhost:8000}
  export MEDIA_ROOT=${MEDIA_ROOT:-$folder/media} STATIC_ROOT=${STATIC_ROOT:-$folder/static}
  export BEAT_FILE=${BEAT_FILE:-$folder/beat}
}

prepare_database() { # prepare_database ensure|fresh
  python bin/lib/database.py "$1" "$DATABASE_URL" || die "cannot reach or make the database"
  python manage.py migrate --check >/dev/null 2>&1 && return
  say "migrating the database"
  python manage.py migrate --verbosity 0
}

compile_messages() { # only what has changed
  local source
  [ -d locale ] || return 0
  while read -r source; do
    [ "${source%.po}.mo" -nt "$source" ] || msgfmt --check -o "${source%.po}.mo" "$source" || die "$source is broken"
  done < <(find locale -name '*.po')
}
