#!/usr/bin/env bash
# The outbox's relay, in rows per second, next to what the same claims and marks do in the database alone, in turns in one run. Databases of its
# own, durable: every commit is synced. Broker, relay and database are on this machine.
#   bench/outbox.sh [--rows N] [--bytes N] [--rounds N] [--folder DIR] [mariadb|postgresql|sqlite…]
# 60,000 rows of 256 bytes, 3 rounds. Needs the Debian packages mariadb-server and postgresql for these.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rows=60000 bytes=256 rounds=3 parent=$PWD kinds=()
while (($#)); do
  case $1 in
    --rows) rows=$2; shift ;;
    --bytes) bytes=$2; shift ;;
    --rounds) rounds=$2; shift ;;
    --folder) parent=$2; shift ;;
    mariadb | postgresql | sqlite) kinds+=("$1") ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
((${#kinds[@]})) || kinds=(mariadb postgresql sqlite)

PATH=$PATH:/usr/sbin:/usr/local/sbin:$(printf '%s:' /usr/lib/postgresql/*/bin)
source "$root/bench/broker.sh"
database='' where=(--data "$folder/broker")
trap 'stop; stop_database; rm -rf "$folder"' EXIT

stop_database() {
  [[ -n $database ]] && kill "$database" 2>/dev/null && wait "$database" 2>/dev/null || true
  database=''
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# until_up COMMAND…: waits until it succeeds.
until_up() {
  while ! "$@" >/dev/null 2>&1; do
    kill -0 "$database" 2>/dev/null || { tail -3 "$folder/errors" >&2; exit 1; }
    sleep 0.1
  done
}

mariadb_up() {
  port=$(free_port)
  mariadb-install-db --no-defaults --datadir="$folder/mariadb" --auth-root-authentication-method=normal --skip-test-db --tmpdir="$folder" --user="$(id -un)" \
    >>"$folder/errors" 2>&1
  mariadbd --no-defaults --datadir="$folder/mariadb" --socket="$folder/s" --port="$port" --bind-address=127.0.0.1 --tmpdir="$folder" --user="$(id -un)" \
    --innodb-buffer-pool-size=1G --innodb-log-file-size=512M --innodb-flush-log-at-trx-commit=1 --skip-grant-tables --skip-networking=0 \
    --old-mode=UTF8_IS_UTF8MB3,NO_NULL_COLLATION_IDS >>"$folder/errors" 2>&1 &
  database=$!
  until_up mariadb --no-defaults --socket="$folder/s" --user=root -e 'CREATE DATABASE IF NOT EXISTS bench'
  kind=MySql connection="Server=127.0.0.1;Port=$port;Database=bench;User Id=root;SslMode=None;CharSet=utf8mb4;Pooling=False"
}

postgresql_up() {
  port=$(free_port)
  as=()
  if [[ $(id -un) == root ]]; then
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    chmod 711 "$folder"
    mkdir "$folder/pg" && chown postgres "$folder/pg"
  else
    mkdir "$folder/pg"
  fi
  (cd / && "${as[@]}" "$(command -v initdb)" -D "$folder/pg/data" -U postgres --auth=trust) >>"$folder/errors" 2>&1
  (cd / && exec "${as[@]}" "$(command -v postgres)" -D "$folder/pg/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$folder/pg" \
    -c shared_buffers=512MB -c max_wal_size=2GB) >>"$folder/errors" 2>&1 &
  database=$!
  until_up psql -h 127.0.0.1 -p "$port" -U postgres -c 'SELECT 1'
  kind=PostgreSql connection="Host=127.0.0.1;Port=$port;Database=postgres;Username=postgres;Pooling=False"
}

sqlite_up() {
  python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute("PRAGMA journal_mode = WAL")' "$folder/bench.db"
  kind=Sqlite connection="Data Source=$folder/bench.db;Pooling=False"
}

built=$root/bench/Forewave.Bench.Outbox/bin/Release/net10.0/Forewave.Bench.Outbox.dll
if [[ ! -e $built || -n $(find "$root/src" "$root/bench/Forewave.Bench.Outbox" -name obj -prune -o -name '*.cs' -newer "$built" -print -quit) ]]; then
  dotnet build -c Release "$root/bench/Forewave.Bench.Outbox" -v q --nologo --disable-build-servers -p:UseSharedCompilation=false >>"$folder/errors" ||
    { cat "$folder/errors" >&2; exit 1; }
fi
[[ ${BUILD_ONLY:-} ]] && exit

start
for one in "${kinds[@]}"; do
  "${one}_up"
  dotnet "$built" "$kind" "$connection" "$server" "$rows" "$bytes" "$rounds"
  stop_database
done
