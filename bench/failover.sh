#!/usr/bin/env bash
# How long producers wait at a change of master: the master's broker is killed (or what KILL says) under a steady load, again and again.
#   bench/failover.sh [ROUNDS]     10 unless told; KILL=master-0 or master-db-0
# Prints for each round, in milliseconds after the kill, when the slave began to take over (what was before is ZooKeeper's session time-out), when it
# served, and the longest time from a publish to its receipt; and the worst of all. It starts a cluster of its own with deploy/local-cluster on free
# ports, and ends it. Exit 1 where something that was answered is lost or doubled.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-10}
kill=${KILL:-master-0}
export LOCAL_CLUSTER_FOLDER
LOCAL_CLUSTER_FOLDER=$(mktemp -d /tmp/failover.XXXXXX)
read -ra forewave <<<"${LOCAL_CLUSTER_FOREWAVE:-./forewave}"
cluster=deploy/local-cluster
trap '$cluster down --remove >/dev/null' EXIT

# Milliseconds from a moment to the first line of a broker's log after it that says so; - where there is none.
after() { # LOG MOMENT TEXT
  local line stamp
  while read -r stamp line; do
    stamp=$(date -u -d "$stamp" +%s%3N)
    ((stamp < $2)) || { echo $((stamp - $2)); return; }
  done < <(grep -a -o "^[0-9T:.-]*Z .*$3" "$1")
  echo -
}

$cluster up --port free >/dev/null
servers=$($cluster servers)
worst=0
printf '%-10s %12s %8s %14s\n' ROUND 'TAKING OVER' SERVES 'LONGEST WAIT'
for ((round = 1; round <= rounds; round++)); do
  record=$LOCAL_CLUSTER_FOLDER/record-$round
  "${forewave[@]}" bench publish --server "$servers" --queue "orders-$round" --messages 12000 --size 200 --rate 1000 --in-flight 20000 \
    --record "$record" --json >"$LOCAL_CLUSTER_FOLDER/published" &
  load=$!
  # Past its warm-up: in the middle of what is counted.
  until [[ -s $record && $(wc -l <"$record") -gt 2000 ]]; do sleep 0.1; done
  [[ $($cluster status | grep -E '^broker-0a .* master ') ]] && next=broker-0b || next=broker-0a
  moment=$(date +%s%3N)
  $cluster kill "$kill" >/dev/null
  wait "$load"
  pause=$(grep -o '"max":[0-9.]*' "$LOCAL_CLUSTER_FOLDER/published" | cut -d: -f2)
  log=$LOCAL_CLUSTER_FOLDER/$next/log
  printf '%-10d %12s %8s %14.0f\n' "$round" "$(after "$log" "$moment" 'is gone: taking partition')" "$(after "$log" "$moment" 'Master of partition')" "$pause"
  worst=$(awk -v a="$worst" -v b="$pause" 'BEGIN { print (a > b ? a : b) }')
  "${forewave[@]}" bench verify --server "$servers" --queue "orders-$round" --group audit --record "$record" --json >"$LOCAL_CLUSTER_FOLDER/verified" ||
    { cat "$LOCAL_CLUSTER_FOLDER/verified"; exit 1; }
  $cluster start "$kill" >/dev/null
  $cluster up >/dev/null
done
printf 'worst of %d  %.0f ms\n' "$rounds" "$worst"
