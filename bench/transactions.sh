#!/usr/bin/env bash
# What transactions cost: messages in transactions of one and of 100, each next to plain publishes, every one awaited, with as many messages in
# flight; in turns, on one broker.
#   bench/transactions.sh [--rounds N] [--scale PERCENT] [--folder DIR]
# Prints one line per round and one with the medians per pair. All that was published is received at the end of a pair: what is lost or doubled
# ends the run. --scale 10 makes every workload a tenth as long: to try the script, not to quote from it.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rounds=3 scale=100 parent=$PWD
while (($#)); do
  case $1 in
    --rounds) rounds=$2 ;;
    --scale) scale=$2 ;;
    --folder) parent=$2 ;;
    *) sed -n '2,7s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

source "$root/bench/broker.sh"
forewave() { "$root/forewave" "$@" --server "$server" 2>>"$folder/errors"; }
measured() {
  local result
  result=$(forewave bench "$@" --json) || { echo "$result" >&2; tail -3 "$folder/errors" >&2; return 1; }
  echo "$result"
}

# publish KIND EACH QUEUE MESSAGES: plainly, or in transactions of EACH messages; in_flight says how many at once.
publish() {
  local way=(--mode await)
  [[ $1 == without ]] || way=(--transaction "$2")
  measured publish --queue "$3" --messages "$4" --size 1024 --in-flight "$in_flight" "${way[@]}"
}

# pair EACH IN-FLIGHT MESSAGES-WITHOUT MESSAGES-WITH: transactions of EACH messages against plain publishes.
pair() {
  local each=$1 n kind
  in_flight=$2
  local -A messages=([without]=$(scaled "$3") [with]=$(scaled "$4"))
  rm -f "$folder"/{with,without,p50}*
  fresh
  for kind in without with; do publish $kind "$each" "warm-$kind" $((messages[$kind] / 3 + 1)) >"$folder/result"; done
  for n in $(seq "$rounds"); do
    for kind in $( ((n % 2)) && echo without with || echo with without); do
      publish $kind "$each" "$kind" "${messages[$kind]}" >"$folder/result"
      field messagesPerSecond <"$folder/result" >>"$folder/$kind"
      field p50 <"$folder/result" >>"$folder/p50-$kind"
    done
    echo "  of $each, $in_flight in flight, round $n: $(tail -1 "$folder/without")/s plain, $(tail -1 "$folder/with")/s in transactions"
  done
  for kind in without with; do measured consume --queue "$kind" --group audit --messages $((messages[$kind] * rounds)) >"$folder/result"; done
  echo "transactions of $each, $in_flight messages in flight: $(median <"$folder/without")/s plain (p50 $(median <"$folder/p50-without") ms)," \
    "$(median <"$folder/with")/s in transactions (p50 $(median <"$folder/p50-with") ms):" \
    "$(awk -v a="$(median <"$folder/without")" -v b="$(median <"$folder/with")" 'BEGIN { printf "%.0f %%", 100 * b / a }')"
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
pair 1 1 9000 6000
pair 1 100 150000 60000
pair 1 10000 900000 90000
pair 100 100 90000 90000
pair 100 10000 900000 600000
echo "load after: $(cut -d' ' -f1-3 /proc/loadavg)"
