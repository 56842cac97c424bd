#!/usr/bin/env bash
# Publishing over HTTP with wrk (Debian's package): 1 KiB a request over 128 keep-alive connections, and 100 messages a request over
# 16; every answer comes after the sync. Counts what is stored against what was answered.
#   bench/http.sh [--seconds N] [--runs N] [--folder DIR] [--connections N]
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
seconds=8 runs=3 parent=$PWD connections=128
while (($#)); do
  case $1 in
    --seconds) seconds=$2; shift ;;
    --runs) runs=$2; shift ;;
    --folder) parent=$2; shift ;;
    --connections) connections=$2; shift ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
command -v wrk >/dev/null || { echo 'apt-get install wrk' >&2; exit 2; }

folder=$(mktemp -d "$parent/forewave-http-XXXXXX")
pid=''
trap '[[ -n $pid ]] && kill "$pid" 2>/dev/null; wait; rm -rf "$folder"' EXIT
"$root/forewave" serve --data "$folder/data" --listen 127.0.0.1:0 --http 127.0.0.1:0 >"$folder/out" 2>>"$folder/errors" &
pid=$!
until grep -q '^forewave ready' "$folder/out" 2>/dev/null; do sleep 0.1; kill -0 "$pid"; done
http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$folder/out")

metric() { curl -s "http://$http/metrics" | awk -v name="$1" '$1 == name { printf "%d", $2 }'; }
# run NAME QUEUE SCRIPT CONNECTIONS MESSAGES-A-REQUEST SECONDS
run() {
  local before after allocated cpu
  before=$(metric forewave_publish_messages_total) allocated=$(metric dotnet_gc_allocated_bytes_total)
  cpu=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
  wrk -t1 -c"$4" -d"$6"s --latency -s "$root/bench/http/$3" "http://$http/v1/queues/$2/messages" >"$folder/wrk"
  after=$(metric forewave_publish_messages_total)
  cpu=$(($(awk '{ print $14 + $15 }' "/proc/$pid/stat") - cpu))
  allocated=$(($(metric dotnet_gc_allocated_bytes_total) - allocated))
  awk -v name="$1" -v each="$5" -v stored=$((after - before)) -v allocated="$allocated" -v cpu="$cpu" '
    /requests in/ { requests = $1 } /50%/ { p50 = $2 } /99%/ { p99 = $2 } /^Requests\/sec/ { rate = $2 } /Non-2xx/ { bad = $NF }
    END {
      printf "%s: %d messages/s (%d requests/s), p50 %s, p99 %s, %d answered, %d stored, %d refused, %d B allocated and %.1f us of CPU a message\n",
        name, rate * each, rate, p50, p99, requests * each, stored, bad, allocated / stored, cpu * 10000 / stored
      exit stored < requests * each
    }' "$folder/wrk"
}

# The first requests run code that is not compiled for good yet.
run 'warm-up' warm publish.lua "$connections" 1 12
for ((i = 0; i < runs; i++)); do run 'single, 1 KiB' single publish.lua "$connections" 1 "$seconds"; done
run 'warm-up, batches' warm batch.lua 16 100 3
for ((i = 0; i < runs; i++)); do run 'batches of 100, 1 KiB' batches batch.lua 16 100 "$seconds"; done
# Behind gigabytes that the disk is still busy with.
run 'single, after the batches' single publish.lua "$connections" 1 "$seconds"
