#!/usr/bin/env bash
# The workloads of docs/benchmarks.md against a broker of this checkout, next to the machine's limits, in one run.
#   bench/table.sh [--rounds N] [--scale PERCENT] [--folder DIR]
# Prints one line per workload: the median of N rounds (3). Every workload checks for loss; a failed one ends the run.
# --scale 10 makes every workload a tenth as long: to try the script, not to quote from it.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rounds=3 scale=100 parent=$PWD
while (($#)); do
  case $1 in
    --rounds) rounds=$2 ;;
    --scale) scale=$2 ;;
    --folder) parent=$2 ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

source "$root/bench/broker.sh"
forewave() { "$root/forewave" "$@" 2>>"$folder/errors"; }

cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$pid/stat"; }
say() { printf '%-52s %s\n' "$1" "$2"; }

# once SERIES ARGS…: runs a workload and keeps what it reached under the series' name.
once() {
  local series=$1 before result messages
  shift
  before=$(cpu)
  TIMEFORMAT='%U %S'
  { time result=$(forewave bench "$@" --server "$server" --json); } 2>"$folder/time"
  messages=$(echo "$result" | field messages)
  echo "$result" | field messagesPerSecond >>"$folder/$series.rate"
  awk -v m="$messages" -v b="$before" -v c="$(cpu)" 'BEGIN { print m / (c - b + 0.001) }' >>"$folder/$series.broker"
  awk -v m="$messages" '{ print m / ($1 + $2) }' "$folder/time" >>"$folder/$series.client"
}

# rates NAME SERIES: the medians of a series, which begins anew.
rates() {
  say "$1" "$(printf '%.0f/s   per CPU second: broker %.0f, client %.0f' \
    "$(median <"$folder/$2.rate")" "$(median <"$folder/$2.broker")" "$(median <"$folder/$2.client")")"
  rm "$folder/$2".{rate,broker,client}
}

# rate NAME ARGS…: messages per second, and messages per processor-second of broker and client.
rate() {
  local name=$1
  shift
  for _ in $(seq "$rounds"); do once series "$@"; done
  rates "$name" series
}

# latency NAME ARGS…
latency() {
  local name=$1 n=0 result
  shift
  rm -f "$folder"/{p50,p99}
  while ((n++ < rounds)); do
    result=$(forewave bench "$@" --server "$server" --json)
    echo "$result" | field p50 >>"$folder/p50"
    echo "$result" | field p99 >>"$folder/p99"
  done
  say "$name" "p50 $(median <"$folder/p50") ms, p99 $(median <"$folder/p99") ms"
}

million=$(scaled 1000000)
echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
dotnet run -c Release --project "$root/bench/Forewave.Bench.Probes" -- --folder "$folder" --rounds "$rounds" \
  append-64k recycled-64k recycled-4k loopback round-trip crc-32c paced 2>>"$folder/errors" | sed 's/^/  /'

fresh
rate 'publish 1 KiB, 10,000 in flight' publish --queue p1k --messages "$million" --size 1024 --in-flight 10000 --mode callback
rate 'publish 100 B, callback' publish --queue p100 --messages $((2 * million)) --size 100 --in-flight 10000 --mode callback
rate 'publish 100 B, batch send' publish --queue p100 --messages $((2 * million)) --size 100 --in-flight 10000 --mode batch
rate 'publish 100 B, awaited one by one' publish --queue p100 --messages "$million" --size 100 --in-flight 10000 --mode await
fresh
forewave bench publish --server "$server" --queue backlog --messages "$million" --size 1024 --in-flight 10000 --mode callback --json >"$folder/result"
for n in $(seq "$rounds"); do
  forewave bench consume --server "$server" --queue backlog --group "each-$n" --messages "$million" --json | field messagesPerSecond >>"$folder/each"
  forewave bench consume --server "$server" --queue backlog --group "upto-$n" --messages "$million" --ack upto --json | field messagesPerSecond >>"$folder/upto"
done
say 'drain 1 KiB, acks' "$(median <"$folder/each")/s"
say 'drain 1 KiB, acks up to an offset' "$(median <"$folder/upto")/s"
fresh
rate 'publish and consume at once, 1 KiB' e2e --queue both --messages "$million" --size 1024
# The probe that its bar hangs on is measured beside it, in turns: due to done, as the broker's figure is intended send to received.
rm -f "$folder"/{p50,p99,due50,due99,sync}
for _ in $(seq "$rounds"); do
  dotnet run -c Release --no-build --project "$root/bench/Forewave.Bench.Probes" -- --folder "$folder" --rounds 1 --seconds 5 recycled-4k paced \
    2>>"$folder/errors" | tr -d , >"$folder/probe"
  awk '$1 == "recycled-4k" && $2 == "P50Microseconds" { print $3 / 1000 }' "$folder/probe" >>"$folder/sync"
  awk '$2 == "DueToDoneP50Microseconds" { print $3 / 1000 }' "$folder/probe" >>"$folder/due50"
  awk '$2 == "DueToDoneP99Microseconds" { print $3 / 1000 }' "$folder/probe" >>"$folder/due99"
  result=$(forewave bench e2e --server "$server" --queue paced --messages "$(scaled 50000)" --size 1024 --rate 5000 --json)
  echo "$result" | field p50 >>"$folder/p50"
  echo "$result" | field p99 >>"$folder/p99"
done
say 'paced 5,000/s, 1 KiB, intended send to received' "p50 $(median <"$folder/p50") ms, p99 $(median <"$folder/p99") ms"
say '  the probe beside it, due to done' \
  "p50 $(median <"$folder/due50") ms, p99 $(median <"$folder/due99") ms; 4 KiB + sync p50 $(median <"$folder/sync") ms"
latency 'one in flight, 1 KiB' publish --queue single --messages "$(scaled 10000)" --size 1024 --in-flight 1 --mode await
forewave bench publish --server "$server" --queue old --messages "$million" --size 1024 --in-flight 10000 --mode callback --json >"$folder/result"
touch "$folder/reading"
read_old() {
  local n=0
  while [[ -e $folder/reading ]]; do
    forewave bench consume --server "$server" --queue old --group "slow-$((++n))" --messages "$million" --json | field messagesPerSecond >>"$folder/old"
  done
}
read_old &
latency '  while groups read 1 M old messages, one after the other' e2e --queue paced2 --messages "$(scaled 20000)" --size 1024 --rate 5000
rm "$folder/reading"
wait $! || true
say '  which they read at' "$(median <"$folder/old")/s"
fresh
# What the log costs changes while it grows: one queue and many are measured in turns. The first run makes the queues, and stands for itself.
many=(publish --queue many --queues 10000 --messages "$million" --size 1024 --in-flight 10000 --mode callback)
once one publish --queue one --messages "$million" --size 1024 --in-flight 10000 --mode callback
rates '1 queue, 1 KiB, first run of a broker' one
once many "${many[@]}"
rates '10,000 queues, round robin, which the run makes' many
for _ in $(seq "$rounds"); do
  once one publish --queue one --messages "$million" --size 1024 --in-flight 10000 --mode callback
  once many "${many[@]}"
  paste "$folder/many.rate" "$folder/one.rate" | tail -1 | awk '{ print 100 * $1 / $2 }' >>"$folder/percent"
done
rates '1 queue, 1 KiB, in turns with' one
rates '10,000 queues, round robin, 1 KiB' many
say '  of one queue, each pair for itself' "$(printf '%.0f %%' "$(median <"$folder/percent")")"
fresh
forewave bench publish --server "$server" --queue q --queues 1000 --messages "$(scaled 10000000)" --size 100 --in-flight 10000 --mode callback --json >"$folder/result"
sleep 30
say '10 M x 100 B in 1,000 queues, 30 s later' "$(awk '/VmRSS/ { printf "%.0f MB resident", $2 / 1000 }' "/proc/$pid/status")"
forewave bench publish --server "$server" --queue p --messages "$(scaled 4500000)" --size 1024 --in-flight 10000 --mode callback --json >"$folder/result"
kill -9 "$pid"
while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
begin=$(date +%s%N)
start
say "ready after kill -9, log of $(du -sh "$folder/data" | cut -f1)" "$((($(date +%s%N) - begin) / 1000000)) ms"
FOREWAVE_ADDED_SYNC_TIME=2ms fresh
rate 'publish 1 KiB, 2 ms added to every sync' publish --queue slow --messages "$million" --size 1024 --in-flight 10000 --mode callback
