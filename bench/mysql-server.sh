# A MariaDB of its own and a broker on it, for the scripts beside this one: they set root, parent (where the folder of a run goes),
# tables (the server's table caches) and scale, and read this file.

PATH=$PATH:/usr/sbin:/usr/local/sbin
source "$root/bench/broker.sh"
database='' where=(--store mysql --mysql "socket=$folder/s;user=root")
trap 'stop; stop_database; rm -rf "$folder"' EXIT
forewave() { "$root/forewave" "$@" 2>>"$folder/errors"; }
sql() { mariadb --no-defaults --socket="$folder/s" --user=root --batch --skip-column-names -e "$1"; }
say() { printf '%-62s %s\n' "$1" "$2"; }
now() { date +%s%N; }

start_database() {
  mariadb-install-db --no-defaults --datadir="$folder/data" --auth-root-authentication-method=normal --skip-test-db \
    --tmpdir="$folder" --user="$(id -un)" >>"$folder/errors" 2>&1
  mariadbd --no-defaults --datadir="$folder/data" --socket="$folder/s" --skip-networking --tmpdir="$folder" --user="$(id -un)" --innodb-buffer-pool-size=2G \
    --innodb-log-file-size=1G --innodb-flush-log-at-trx-commit=1 --sync-binlog=1 --log-bin="$folder/data/binlog" --binlog-format=row \
    --max-binlog-size=1G --expire-logs-days=1 \
    --table-definition-cache="$tables" --table-open-cache="$tables" >>"$folder/errors" 2>&1 &
  database=$!
  while ! sql 'SELECT 1' >/dev/null 2>&1; do
    kill -0 "$database" 2>/dev/null || { tail -3 "$folder/errors" >&2; exit 1; }
    sleep 0.1
  done
}

stop_database() {
  [[ -n $database ]] && kill "$database" 2>/dev/null && wait "$database" 2>/dev/null || true
  database=''
}

fresh() {
  stop
  sql 'DROP DATABASE IF EXISTS forewave_log; DROP DATABASE IF EXISTS forewave; RESET MASTER'
  start
}

# cpu PID: its processor time in seconds.
cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"; }

# moved MESSAGES: waits until so many are in the queues' tables, by the mover's own books; then counts them.
moved() {
  local there before=-1
  while true; do
    while [[ $(curl -s "http://$http/metrics" | awk '/^forewave_runs_unmoved/ { print $2 + 0 }') != 0 ]]; do sleep 0.05; done
    finished=$(now)
    there=$(count)
    ((there == $1)) && return
    # The last ones may not have been dispatched yet when the books were asked; what does not come any more is lost.
    ((there < $1 && there > before)) || { echo "$there of $1 messages are in their tables" >&2; exit 1; }
    before=$there
    sleep 1
  done
}

count() {
  local query
  query=$(sql "SET SESSION group_concat_max_len = 1000000; SELECT GROUP_CONCAT(CONCAT('SELECT COUNT(*) AS n FROM forewave.\`', name, '\`') SEPARATOR ' UNION ALL ') FROM forewave.MQ_QUEUE WHERE name NOT LIKE 'bench-warmup-%'" | head -1)
  [[ $query == NULL || -z $query ]] && echo 0 && return
  sql "SELECT SUM(n) FROM ($query) AS tables"
}

built=$root/bench/Forewave.Bench.MySql/bin/Release/net10.0/Forewave.Bench.MySql.dll

# program MODE ARGS…: what the server alone does.
program() { dotnet "$built" "$@" --socket "$folder/s"; }

build_program() {
  [[ -e $built && -z $(find "$root/src" "$root/bench/Forewave.Bench.MySql" -name obj -prune -o -name '*.cs' -newer "$built" -print -quit) ]] && return
  dotnet build -c Release "$root/bench/Forewave.Bench.MySql" -v q --nologo --disable-build-servers -p:UseSharedCompilation=false >>"$folder/errors" ||
    { cat "$folder/errors" >&2; exit 1; }
}
