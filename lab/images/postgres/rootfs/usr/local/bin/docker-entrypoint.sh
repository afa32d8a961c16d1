#!/bin/sh
# Starts PostgreSQL as the official image does. On an empty data folder, and only then, it makes the cluster from
# POSTGRES_PASSWORD, POSTGRES_USER, POSTGRES_DB, POSTGRES_INITDB_ARGS, POSTGRES_HOST_AUTH_METHOD (each but the last two
# also as NAME_FILE) and runs what lies in /docker-entrypoint-initdb.d, on a server that listens on its socket only.
set -eu

fail() { echo "docker-entrypoint: $*" >&2; exit 1; }

# from_file NAME DEFAULT: NAME, or what the file named by NAME_FILE holds, or DEFAULT.
from_file() {
  eval "value=\${$1:-} file=\${$1_FILE:-}"
  [ -z "$value" ] || [ -z "$file" ] || fail "both $1 and $1_FILE are set"
  [ -z "$file" ] || value=$(cat "$file")
  eval "export $1=\${value:-$2}"
  unset "$1_FILE"
}

run_init_file() {
  echo "docker-entrypoint: running $1"
  case $1 in
    *.sh) if [ -x "$1" ]; then "$1"; else . "$1"; fi ;;
    *.sql) sql --dbname "$POSTGRES_DB" -f "$1" ;;
    *.sql.gz) gunzip -c "$1" | sql --dbname "$POSTGRES_DB" ;;
    *) echo "docker-entrypoint: ignoring $1" ;;
  esac
}

sql() { psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --no-password --no-psqlrc "$@"; }

make_cluster() {
  method=${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}
  [ -n "$POSTGRES_PASSWORD" ] || [ "$method" = trust ] ||
    fail "the database is not initialised and POSTGRES_PASSWORD is empty; set it (or POSTGRES_HOST_AUTH_METHOD=trust)"
  password=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
  # shellcheck disable=SC2086
  [ -n "$POSTGRES_PASSWORD" ] && set -- --pwfile="$password" || set --
  eval "initdb --username=\"\$POSTGRES_USER\" \"\$@\" ${POSTGRES_INITDB_ARGS:-}"
  rm -f "$password"
  printf '\nhost all all all %s\n' "$method" >>"$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"

  export PGPASSWORD="$POSTGRES_PASSWORD"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses='' -p 5432" -w start
  [ "$POSTGRES_DB" = postgres ] || printf 'CREATE DATABASE :"db";\n' | sql --dbname postgres --set db="$POSTGRES_DB"
  for file in /docker-entrypoint-initdb.d/*; do
    [ ! -e "$file" ] || run_init_file "$file"
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
  unset PGPASSWORD
  echo 'PostgreSQL init process complete; ready for start up.'
}

case ${1:-} in -*) set -- postgres "$@" ;; esac
[ "${1:-}" = postgres ] || exec "$@"
case " $* " in *' --version '* | *' -V '* | *' --help '* | *' -? '*) exec "$@" ;; esac

if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /run/postgresql
  chmod 0700 "$PGDATA"
  find "$PGDATA" /run/postgresql \! -user postgres -exec chown postgres:postgres {} +
  exec gosu postgres "$0" "$@"
fi

from_file POSTGRES_PASSWORD ''
from_file POSTGRES_USER postgres
from_file POSTGRES_DB "$POSTGRES_USER"
if [ -s "$PGDATA/PG_VERSION" ]; then
  echo 'PostgreSQL Database directory appears to contain a database; Skipping initialization'
else
  (make_cluster)
fi
exec "$@"
