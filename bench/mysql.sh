#!/usr/bin/env bash
# What the MySQL store does on a MariaDB of its own, next to what that server can do at most, in one run.
#   bench/mysql.sh [--rounds N] [--scale PERCENT] [--folder DIR] [--tables N] [WORKLOAD…]
# WORKLOAD: probe naive one many filled both paced groups; all of them unless named. Prints one line for each: the median of N rounds (3).
# A run ends when the last message is in its queue's table, and counts them there. --scale 10 makes every workload a tenth as long: to
# try the script, not to quote from it. --tables: the server's table_definition_cache and table_open_cache (4000).
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rounds=3 scale=100 parent=$PWD tables=4000 workloads=()
while (($#)); do
  case $1 in
    --rounds) rounds=$2; shift ;;
    --scale) scale=$2; shift ;;
    --folder) parent=$2; shift ;;
    --tables) tables=$2; shift ;;
    probe | naive | one | many | filled | both | paced | groups) workloads+=("$1") ;;
    *) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
((${#workloads[@]})) || workloads=(probe naive one many filled both paced groups)

. "$root/bench/mysql-server.sh"

# Waits until the server has written what it keeps in memory: that is no part of what comes then.
clean() {
  sql 'SET GLOBAL innodb_max_dirty_pages_pct = 0, innodb_io_capacity_max = 20000, innodb_io_capacity = 20000'
  while (($(sql "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'INNODB_BUFFER_POOL_PAGES_DIRTY'") > 500)); do sleep 0.2; done
  sql 'SET GLOBAL innodb_max_dirty_pages_pct = DEFAULT, innodb_io_capacity = DEFAULT, innodb_io_capacity_max = DEFAULT'
}

# rate NAME QUEUES MESSAGES ARGS…: messages per second until the last one is in its table. The tables are there before, with `before`
# messages in each (1).
rate() {
  local name=$1 queues=$2 messages=$3 n=0 begin cpu_before database_before there=$(($2 * ${before:-1}))
  shift 3
  rm -f "$folder"/{rate,broker,database,receipts}
  while ((n++ < rounds)); do
    fresh
    forewave bench publish --queue q $( ((queues > 1)) && echo --queues "$queues") --messages "$there" --size 1024 --server "$server" --json >"$folder/result"
    moved "$there"
    clean
    begin=$(now) cpu_before=$(cpu "$pid") database_before=$(cpu "$database")
    forewave bench "$@" --messages "$messages" --size 1024 --server "$server" --json | tee "$folder/result" | field messagesPerSecond >>"$folder/receipts"
    moved $((messages + there))
    awk -v m="$messages" -v t=$((finished - begin)) 'BEGIN { print m / (t / 1e9) }' >>"$folder/rate"
    awk -v m="$messages" -v b="$cpu_before" -v c="$(cpu "$pid")" 'BEGIN { print 1e6 * (c - b) / m }' >>"$folder/broker"
    awk -v m="$messages" -v b="$database_before" -v c="$(cpu "$database")" 'BEGIN { print 1e6 * (c - b) / m }' >>"$folder/database"
  done
  say "$name" "$(printf '%.0f/s until all are in their tables (%s); receipts %.0f/s; processor time a message: broker %.1f us, database %.1f us' \
    "$(median <"$folder/rate")" "$(printf '%.0f ' $(cat "$folder/rate"))" "$(median <"$folder/receipts")" "$(median <"$folder/broker")" "$(median <"$folder/database")")"
}

probe() {
  rm -f "$folder/probe"
  for _ in $(seq "$rounds"); do program probe --messages "$(scaled 400000)" | field messagesPerSecond >>"$folder/probe"; done
  say 'probe: bulk inserts of 1 KiB, 1,000 a transaction, one table' "$(median <"$folder/probe")/s ($(tr '\n' ' ' <"$folder/probe"))"
}

naive() {
  rm -f "$folder/naive"
  for _ in $(seq "$rounds"); do program naive --messages "$(scaled 20000)" >>"$folder/naive"; done
  say 'naive: single inserts, SKIP LOCKED + DELETE, 4 + 4 connections' \
    "$(median < <(grep -o '"messagesPerSecond":[0-9]*' "$folder/naive" | cut -d: -f2))/s, publish p50 $(median < <(grep -o '"p50":[0-9.]*' "$folder/naive" | cut -d: -f2)) ms, p99 $(median < <(grep -o '"p99":[0-9.]*' "$folder/naive" | cut -d: -f2)) ms"
}

one() { rate 'publish 1 KiB, 1 queue, 10,000 in flight' 1 "$(scaled 500000)" publish --queue q --in-flight 10000 --mode callback; }

many() { rate 'publish 1 KiB, 1,000 queues, round robin' 1000 "$(scaled 300000)" publish --queue q --queues 1000 --in-flight 10000 --mode callback; }

# InnoDB makes a file longer by a page, with a sync, until it has 1 MiB, and by 1 MiB from then on.
filled() {
  local before=1000
  rate 'the same, 1,000 messages in each before' 1000 "$(scaled 300000)" publish --queue q --queues 1000 --in-flight 10000 --mode callback
}

both() { rate 'publish and consume at once, 1 KiB' 1 "$(scaled 300000)" e2e --queue q; }

paced() {
  fresh
  rm -f "$folder/paced"
  for n in $(seq "$rounds"); do forewave bench e2e --queue "paced$n" --messages "$(scaled 20000)" --size 1024 --rate 1000 --server "$server" --json >>"$folder/paced"; done
  say 'paced 1,000/s, intended send to received' "p50 $(grep -o '"p50":[0-9.]*' "$folder/paced" | cut -d: -f2 | median) ms, p99 $(grep -o '"p99":[0-9.]*' "$folder/paced" | cut -d: -f2 | median) ms ($(grep -o '"p99":[0-9.]*' "$folder/paced" | cut -d: -f2 | tr '\n' ' '))"
}

commits() { sql "SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'COM_COMMIT'"; }

# The broker's processor time is that of the last two fifths: its code is compiled, and compiled better, in the first minute.
groups() {
  local messages n one before after begin end commits consumers=()
  fresh
  messages=$(scaled 138000)
  for n in $(seq 10); do
    forewave bench consume --queue load --group "g$n" --messages "$messages" --server "$server" --json >"$folder/g$n" &
    consumers+=($!)
  done
  forewave bench publish --queue load --messages "$messages" --size 1024 --rate 1380 --server "$server" --json >"$folder/load" &
  sleep $((3 + messages * 3 / 5 / 1380))
  before=$(cpu "$pid") begin=$(now) commits=$(commits)
  wait $!
  after=$(cpu "$pid") end=$(now) commits=$(($(commits) - commits))
  for one in "${consumers[@]}"; do wait "$one"; done
  moved "$messages"
  for n in $(seq 10); do (($(field messages <"$folder/g$n") == messages)) || { echo "group $n read less" >&2; exit 1; }; done
  say '1,380/s written, 13,800/s read by ten groups' "$(awk -v c="$before" -v d="$after" -v n="$commits" -v t=$((end - begin)) 'BEGIN { printf "%.0f %% of a core in the broker, %.0f commits/s", 100 * (d - c) / (t / 1e9), n / (t / 1e9) }'), publish p50 $(field p50 <"$folder/load") ms, p99 $(field p99 <"$folder/load") ms"
}

build_program
start_database
say 'server' "$(sql 'SELECT VERSION()'), binary log, innodb_flush_log_at_trx_commit=1, sync_binlog=1"
for workload in "${workloads[@]}"; do "$workload"; done
