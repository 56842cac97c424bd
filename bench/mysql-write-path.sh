#!/usr/bin/env bash
# Whether the log table earns its second write: log table and mover against inserts straight into the queues' tables, with group commit in
# both, on a MariaDB of its own (docs/decisions/0034).
#   bench/mysql-write-path.sh [--rounds N] [--scale PERCENT] [--folder DIR] [QUEUES…]
# QUEUES: 1, 100, 1000 unless told. For each: full groups of 1,000 messages one after the other, then 4,000 messages/s where a group is what
# came meanwhile. Medians of N rounds (3), the two in turns. A run ends when the last message is in its queue's table, and counts them.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rounds=3 scale=100 parent=$PWD tables=4000 queues=()
while (($#)); do
  case $1 in
    --rounds) rounds=$2; shift ;;
    --scale) scale=$2; shift ;;
    --folder) parent=$2; shift ;;
    [0-9]*) queues+=("$1") ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
((${#queues[@]})) || queues=(1 100 1000)

. "$root/bench/mysql-server.sh"

# of FILE FIELD: the median.
of() { grep -o "\"$2\":[0-9.]*" "$folder/$1" | cut -d: -f2 | median; }

# compare NAME ARGS…
compare() {
  local name=$1 way
  shift
  rm -f "$folder"/{log,direct}
  for _ in $(seq "$rounds"); do
    for way in log direct; do program "$way" "$@" >>"$folder/$way"; done
  done
  for way in log direct; do
    printf '%-42s %-7s %7.0f/s  p50 %6.2f ms  p99 %6.2f ms  %6.0f bytes written a message  read again %5.0f ms\n' \
      "$name" "$way" "$(of "$way" messagesPerSecond)" "$(of "$way" p50)" "$(of "$way" p99)" "$(of "$way" bytesPerMessage)" "$(of "$way" recoveryMs)"
  done
}

build_program
start_database
for n in "${queues[@]}"; do
  compare "$n queues, groups of 1,000" --queues "$n" --messages "$(scaled 200000)"
  compare "$n queues, 4,000/s" --queues "$n" --messages "$(scaled 20000)" --rate 4000
done
