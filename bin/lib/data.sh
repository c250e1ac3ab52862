# A PostgreSQL and a Redis of this checkout's own, on free ports, unless DATABASE_URL and REDIS_URL are given.
# Several scripts may use them at once: each holds a shared lock (descriptor 8), and the last one to end stops them.
# shellcheck shell=bash

POSTGRES_USER=() # how to become the user that PostgreSQL runs as

prepare_data() { # prepare_data DATABASE NUMBER: their names in our own PostgreSQL and Redis
  [ -z "${DATABASE_URL:-}" ] || [ -z "${REDIS_URL:-}" ] || return 0
  exec 8>"$LOCAL/data.use"
  flock -s 8
  AT_END+=(leave_data)
  with_lock data start_data "$@"
}

start_data() {
  [ -n "${DATABASE_URL:-}" ] || start_postgres "$1"
  [ -n "${REDIS_URL:-}" ] || start_redis "$2"
}

leave_data() { with_lock data stop_data_if_last; }

stop_data_if_last() {
  flock -xn 8 || return 0
  [ -z "${POSTGRES_FOLDER:-}" ] || as_postgres "$(postgres_bin)/pg_ctl" -D "$POSTGRES_FOLDER/data" -m fast stop >/dev/null 2>&1
  [ -z "${OWN_REDIS:-}" ] || ask_redis shutdown nosave
}

# PostgreSQL ------------------------------------------------------------------------------------------------

as_postgres() { # never with the descriptors of our locks, which its children would hold for ever
  (cd / && "${POSTGRES_USER[@]}" "$@" 8>&- 9>&-)
}

start_postgres() {
  if runs_as_root; then POSTGRES_USER=(setpriv --reuid postgres --regid postgres --init-groups env -u HOME); fi
  POSTGRES_FOLDER=$(postgres_folder) || exit 1
  as_postgres test -s "$POSTGRES_FOLDER/data/PG_VERSION" -a -s "$POSTGRES_FOLDER/password" || make_cluster
  as_postgres "$(postgres_bin)/pg_ctl" -D "$POSTGRES_FOLDER/data" status >/dev/null || run_cluster
  DATABASE_URL=postgres://site:$(as_postgres cat "$POSTGRES_FOLDER/password")@127.0.0.1:$(cluster_port)/$1
  export DATABASE_URL
}

postgres_bin() { # the newest server's folder
  local folder
  folder=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)
  [ -n "$folder" ] || folder=$(pg_config --bindir 2>/dev/null) || die "no PostgreSQL server found"
  echo "$folder"
}

postgres_folder() { # where its user may go: in the checkout, or in a folder named after it
  local folder=$LOCAL/postgres
  if ! as_postgres test -x "$LOCAL"; then
    folder=$(outside_folder)
    [ -d "$folder/data" ] || say "PostgreSQL's user may not enter $ROOT: its data goes to $folder"
  fi
  [ -d "$folder" ] || mkdir -m 700 "$folder" || die "cannot make $folder"
  owned_by_us "$folder" || die "$folder belongs to somebody else"
  if runs_as_root; then chown postgres: "$folder"; fi
  echo "$folder"
}

outside_folder() { # outside_folder: a folder named by the checkout's path
  local parent
  for parent in "${TMPDIR:-/var/tmp}" /var/tmp /tmp; do
    as_postgres test -x "$parent" && break
  done
  echo "$parent/kvalitetsdialoger-$(id -u)-$(echo "$ROOT" | sha256sum | cut -c 1-12)"
}

owned_by_us() {
  local owner
  owner=$(stat -c %U "$1")
  [ "$owner" = "$(id -un)" ] || { runs_as_root && [ "$owner" = postgres ]; }
}

make_cluster() {
  say "making a PostgreSQL cluster in $POSTGRES_FOLDER"
  local password=$POSTGRES_FOLDER/password # kept beside the data, which may outlive a checkout
  rm -rf "$POSTGRES_FOLDER/data" # what an earlier try left half made
  as_postgres install -m 600 /dev/null "$password"
  head -c 18 /dev/urandom | base64 | tr '+/' '-_' >"$password"
  as_postgres "$(postgres_bin)/initdb" -D "$POSTGRES_FOLDER/data" -U site -A scram-sha-256 --pwfile "$password" \
    -E UTF8 --locale C.UTF-8 --no-sync >"$LOGS/initdb.log" 2>&1 || { cat "$LOGS/initdb.log" >&2; die "initdb failed"; }
}

run_cluster() { # on a free port, without a socket file (whose path could be too long); not for lasting data: no fsync
  local tries options
  for tries in 1 2 3; do
    options="-h 127.0.0.1 -p $(free_port) -c unix_socket_directories= -c fsync=off -c full_page_writes=off"
    as_postgres "$(postgres_bin)/pg_ctl" -D "$POSTGRES_FOLDER/data" -l "$POSTGRES_FOLDER/log" -w \
      -o "$options -c max_connections=200 -c shared_buffers=256MB" start >/dev/null && return
  done
  as_postgres tail -20 "$POSTGRES_FOLDER/log" >&2
  die "PostgreSQL would not start after $tries tries (its log: $POSTGRES_FOLDER/log)"
}

cluster_port() { as_postgres sed -n 4p "$POSTGRES_FOLDER/data/postmaster.pid"; }

# Redis -----------------------------------------------------------------------------------------------------

start_redis() {
  OWN_REDIS=yes
  mkdir -p "$LOCAL/redis"
  redis_answers || run_redis
  REDIS_URL=$(cat "$LOCAL/redis/url")/$1
  export REDIS_URL
}

ask_redis() { redis-cli --no-auth-warning -u "$(cat "$LOCAL/redis/url")" "$@" 2>/dev/null; }

redis_answers() { [ -s "$LOCAL/redis/url" ] && ask_redis ping | grep -q PONG; }

run_redis() { # its settings go in by the standard input, so that no other user reads the password
  local port password tries
  port=$(free_port)
  password=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
  (umask 077 && echo "redis://default:$password@127.0.0.1:$port" >"$LOCAL/redis/url")
  redis-server - 8>&- 9>&- >/dev/null <<SETTINGS
bind 127.0.0.1
port $port
requirepass $password
databases 64
save ""
daemonize yes
dir $LOCAL/redis
pidfile $LOCAL/redis/pid
logfile $LOGS/redis.log
SETTINGS
  for ((tries = 0; tries < 100; tries++)); do
    redis_answers && return
    sleep 0.1
  done
  die "Redis would not start (its log: $LOGS/redis.log)"
}
