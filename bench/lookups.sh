#!/usr/bin/env bash
# Look-ups among many messages, and what a full search does to others: fills a queue with messages of 100 bytes with a key each,
# looks for keys that are there and keys that are not, and publishes at a rate with and without a search for a header.
#   bench/lookups.sh [--messages N] [--pairs N] [--paced MESSAGES] [--folder DIR] [--only publish,large,find,paced]
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
messages=10000000 pairs=4 paced=50000 parent=$PWD only=''
while (($#)); do
  case $1 in
    --messages) messages=$2; shift ;;
    --pairs) pairs=$2; shift ;;
    --paced) paced=$2; shift ;;
    --folder) parent=$2; shift ;;
    --only) only=$2; shift ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done

folder=$(mktemp -d "$parent/forewave-lookups-XXXXXX")
pid='' search=''
trap '[[ -n $search ]] && kill "$search" 2>/dev/null; [[ -n $pid ]] && kill "$pid" 2>/dev/null; wait; rm -rf "$folder"' EXIT
bench() { "$root/forewave" bench "$@" --server "$server" --json 2>>"$folder/errors"; }
wanted() { [[ -z $only || ,$only, == *,$1,* ]]; }
median() { sort -g | awk '{ a[NR] = $1 } END { print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }
metric() { curl -s "http://$http/metrics" | awk -v name="$1" '$1 == name { print $2 }'; }

"$root/forewave" serve --data "$folder/data" --listen 127.0.0.1:0 --http 127.0.0.1:0 >"$folder/out" 2>>"$folder/errors" &
pid=$!
until grep -q '^forewave ready' "$folder/out" 2>/dev/null; do sleep 0.1; kill -0 "$pid"; done
server=$(sed -n 's/.* listen=\([^ ]*\).*/\1/p' "$folder/out") http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$folder/out")

echo -n 'publish, warm-up '; bench publish --queue warm --messages 500000 --size 100 --mode batch
if wanted publish; then
  for i in 1 2 3; do
    echo -n 'publish without keys '; bench publish --queue "without-$i" --messages 1000000 --size 100 --mode batch
    echo -n 'publish with a key each '; bench publish --queue "with-$i" --messages 1000000 --size 100 --mode batch --message-keys
  done
fi
if wanted large; then
  for i in 1 2 3; do
    echo -n '1 KiB without keys '; bench publish --queue "large-without-$i" --messages 300000 --size 1024 --mode batch
    echo -n '1 KiB with a key each '; bench publish --queue "large-with-$i" --messages 300000 --size 1024 --mode batch --message-keys
  done
fi
if ! wanted find && ! wanted paced; then exit 0; fi
echo -n "fill $messages "; bench publish --queue stored --messages "$messages" --size 100 --mode batch --message-keys
until [[ $(metric forewave_search_keys_backlog) == 0 ]]; do sleep 0.5; done
echo "index: $(metric forewave_search_keys) keys, $(metric forewave_search_keys_slices) slices, memory $(metric forewave_search_keys_memory_bytes), disk $(metric forewave_search_keys_disk_bytes)"
echo "broker: $(awk '/VmRSS/ { print $2, $3 }' "/proc/$pid/status")"
if wanted find; then
  echo -n 'find, first '; bench find --queue stored --keys "$messages" --look-ups 200
  echo -n 'find, present '; bench find --queue stored --keys "$messages" --look-ups 3000
  pages=$(metric forewave_search_keys_pages)
  echo -n 'find, absent '; bench find --queue stored --keys "$messages" --look-ups 3000 --absent
  echo "pages read for them: $(($(metric forewave_search_keys_pages) - pages))"
fi
if ! wanted paced; then exit 0; fi
field() { grep -o "\"$1\":[0-9.]*" | head -1 | cut -d: -f2; }

# run SERIES NUMBER: publishes at a rate; the 99th percentile of intended send to received.
run() {
  local result
  result=$(bench e2e --queue "paced-$1-$2" --messages "$paced" --size 1024 --rate 5000)
  echo "$result" | field p99 >>"$folder/$1"
  echo "  pair $2, $1: p50 $(echo "$result" | field p50) ms, p99 $(echo "$result" | field p99) ms; $(metric forewave_checkpoints_total) checkpoints"
}

searched() {
  "$root/forewave" message find stored --header absent=x --max 1 --server "$server" --json >"$folder/search" 2>>"$folder/errors" &
  search=$!
  run beside "$1"
  kill -0 "$search" 2>/dev/null || echo "  the search ended before: $(head -c 200 "$folder/search")"
  kill "$search" 2>/dev/null || true
  wait "$search" || true
  search=''
}

for i in $(seq "$pairs"); do
  if ((i % 2)); then run without "$i"; searched "$i"; else searched "$i"; run without "$i"; fi
  awk -v n="$i" -v a="$(tail -1 "$folder/without")" -v b="$(tail -1 "$folder/beside")" 'BEGIN { printf "pair %d: %.2f x\n", n, b / a }'
done
echo "paced beside a full search: p99 $(median <"$folder/without") ms without, $(median <"$folder/beside") ms beside it (medians)"
