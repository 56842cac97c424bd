#!/usr/bin/env bash
# How long producers wait at a change of master: the master's broker is killed (or what KILL says) under a steady load, again and again.
#   bench/failover.sh [ROUNDS]     10 unless told; KILL=master-0 or master-db-0
# Prints for each round the longest time from a publish to its receipt, and the worst of all. It starts a cluster of its own with
# deploy/local-cluster on free ports, and ends it. Exit 1 where something that was answered is lost or doubled.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds=${1:-10}
kill=${KILL:-master-0}
export LOCAL_CLUSTER_FOLDER
LOCAL_CLUSTER_FOLDER=$(mktemp -d /tmp/failover.XXXXXX)
read -ra forewave <<<"${LOCAL_CLUSTER_FOREWAVE:-./forewave}"
cluster=deploy/local-cluster
trap '$cluster down --remove >/dev/null' EXIT

$cluster up --port free >/dev/null
servers=$($cluster servers)
worst=0
for ((round = 1; round <= rounds; round++)); do
  record=$LOCAL_CLUSTER_FOLDER/record-$round
  "${forewave[@]}" bench publish --server "$servers" --queue "orders-$round" --messages 12000 --size 200 --rate 1000 --in-flight 20000 \
    --record "$record" --json >"$LOCAL_CLUSTER_FOLDER/published" &
  load=$!
  # Past its warm-up: in the middle of what is counted.
  until [[ -s $record && $(wc -l <"$record") -gt 2000 ]]; do sleep 0.1; done
  $cluster kill "$kill" >/dev/null
  wait "$load"
  pause=$(grep -o '"max":[0-9.]*' "$LOCAL_CLUSTER_FOLDER/published" | cut -d: -f2)
  printf 'round %2d  longest wait for a receipt %8.0f ms\n' "$round" "$pause"
  worst=$(awk -v a="$worst" -v b="$pause" 'BEGIN { print (a > b ? a : b) }')
  "${forewave[@]}" bench verify --server "$servers" --queue "orders-$round" --group audit --record "$record" --json >"$LOCAL_CLUSTER_FOLDER/verified" ||
    { cat "$LOCAL_CLUSTER_FOLDER/verified"; exit 1; }
  $cluster start "$kill" >/dev/null
  $cluster up >/dev/null
done
printf 'worst of %d  %.0f ms\n' "$rounds" "$worst"
