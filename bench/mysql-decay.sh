#!/usr/bin/env bash
# Whether throughput decays while somebody holds a read view: a burst at the start, so many minutes of messages at a rate, a burst at the
# end, on a MariaDB of its own; once without a view, once with one on the log table, once with one on the queue's table.
#   bench/mysql-decay.sh [--minutes N] [--rate N] [--burst MESSAGES] [--folder DIR] [none|log|queue…]
# 20 minutes, 2,000/s, bursts of 200,000. The view is opened before the first burst and held until after the last. A burst ends when its
# last message is in its queue's table; every message is counted there. Takes 4 KiB of disk a message.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
minutes=20 rate=2000 burst=200000 parent=$PWD tables=4000 scale=100 views=()
while (($#)); do
  case $1 in
    --minutes) minutes=$2; shift ;;
    --rate) rate=$2; shift ;;
    --burst) burst=$2; shift ;;
    --folder) parent=$2; shift ;;
    none | log | queue) views+=("$1") ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
((${#views[@]})) || views=(none log queue)

. "$root/bench/mysql-server.sh"

# open_view TABLE: a session that has read the table in a transaction, and keeps it.
open_view() {
  mkfifo "$folder/view"
  mariadb --no-defaults --socket="$folder/s" --user=root --unbuffered <"$folder/view" >"$folder/viewed" &
  view_session=$!
  exec 5>"$folder/view"
  echo "SET tx_isolation = 'REPEATABLE-READ'; START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT COUNT(*) FROM $1;" >&5
  while [[ ! -s $folder/viewed ]]; do sleep 0.05; done
}

close_view() {
  exec 5>&-
  wait "$view_session"
  rm "$folder/view" "$folder/viewed"
}

# publish MESSAGES ARGS…: until they are in their table; then `finished` says when.
publish() {
  local messages=$1
  shift
  forewave bench publish --queue q --messages "$messages" --size 1024 --server "$server" --json "$@" >"$folder/result"
  published=$((published + messages))
  moved "$published"
}

burst() { publish "$burst" --in-flight 10000 --mode callback; }

# decay VIEW
decay() {
  local begin first last
  fresh
  published=0
  publish 1
  case $1 in
    log) open_view forewave_log.MQ_LOG ;;
    queue) open_view forewave.q ;;
  esac
  # What the first burst of a broker costs once (its code is compiled) is no part of the comparison.
  burst
  begin=$(now); burst; first=$((finished - begin))
  publish $((minutes * 60 * rate)) --rate "$rate" --warmup 0s
  begin=$(now); burst; last=$((finished - begin))
  say "$minutes minutes at $rate/s, read view: $1" "$(awk -v m="$burst" -v a="$first" -v b="$last" 'BEGIN { printf "%.0f/s, then %.0f/s: %.0f %%", m / (a / 1e9), m / (b / 1e9), 100 * a / b }'); history $(sql "SELECT COUNT FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'"), log $(du -sm "$folder/data/forewave_log" | cut -f1) MiB in $(ls "$folder/data/forewave_log" | grep -c '\.ibd') files"
  [[ $1 == none ]] || close_view
}

start_database
for view in "${views[@]}"; do decay "$view"; done
