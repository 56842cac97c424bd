#!/usr/bin/env bash
# What delays, ordering keys, deduplication ids and priorities cost: each next to the same work without it, in turns, in one run;
# publishing beside a replay, and a group with a million dead letters.
#   bench/delivery.sh [--rounds N] [--scale PERCENT] [--folder DIR] [--only ordered,dedup,priorities,scheduling,lateness,burst,replay,dead]
# Prints one line per round and one with the medians per feature. Every workload checks for loss, doubles, order and what came
# too early; a failed one ends the run. --scale 10 makes every workload a tenth as long: to try the script, not to quote from it.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rounds=3 scale=100 parent=$PWD only=''
while (($#)); do
  case $1 in
    --rounds) rounds=$2 ;;
    --scale) scale=$2 ;;
    --folder) parent=$2 ;;
    --only) only=$2 ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

source "$root/bench/broker.sh"
forewave() { "$root/forewave" "$@" --server "$server" 2>>"$folder/errors"; }

wanted() { [[ -z $only || ,$only, == *,$1,* ]]; }
# Checked: a result with messages out of order within a key or a priority is no result.
measured() {
  local result
  result=$(forewave bench "$@" --json) || { echo "$result" >&2; tail -3 "$folder/errors" >&2; return 1; }
  [[ $result != *'"outOfOrder":'[1-9]* ]] || { echo "out of order: $result" >&2; return 1; }
  echo "$result"
}

messages=$((1000000 * scale / 100))
plain=(--messages "$messages" --size 1024 --in-flight 10000 --mode callback)

# warm OPTIONS…: both ways once, unmeasured: what is measured is a broker that runs, not its just-in-time compiler.
warm() {
  local some=(--messages $((messages / 4)) "${plain[@]:2}")
  measured publish --queue warm-without "${some[@]}" >"$folder/result"
  measured publish --queue warm-with "${some[@]}" "$@" >"$folder/result"
}

# pair NAME OPTIONS…: publishes without and with the options, then drains both.
pair() {
  local name=$1 n consume=()
  shift
  [[ $1 == --ordering-keys || $1 == --priorities ]] && consume=("$1" "$2")
  rm -f "$folder"/{publish,consume}-{without,with}
  for n in $(seq "$rounds"); do
    fresh
    warm "$@"
    for kind in $( ((n % 2)) && echo without with || echo with without); do
      local options=("$@") lanes=("${consume[@]}")
      [[ $kind == with ]] || options=() lanes=()
      measured publish --queue "$kind" "${plain[@]}" "${options[@]}" | field messagesPerSecond >>"$folder/publish-$kind"
      measured consume --queue "$kind" --group g --messages "$messages" --consumers 4 "${lanes[@]}" | field messagesPerSecond >>"$folder/consume-$kind"
    done
    echo "  $name, round $n: publish $(tail -1 "$folder/publish-without") without, $(tail -1 "$folder/publish-with") with;" \
      "drain $(tail -1 "$folder/consume-without"), $(tail -1 "$folder/consume-with")"
  done
  for kind in publish consume; do
    echo "$name, $kind: $(median <"$folder/$kind-without")/s without, $(median <"$folder/$kind-with")/s with:" \
      "$(awk -v a="$(median <"$folder/$kind-without")" -v b="$(median <"$folder/$kind-with")" 'BEGIN { printf "%.0f %%", 100 * b / a }')"
  done
}

# The metric's histogram: the bound that so much of it is within.
lateness() {
  curl -s "http://$http/metrics" | awk -v part="$1" '
    /^forewave_scheduled_lateness_seconds_bucket/ { match($0, /le="[^"]*"/); le[++n] = substr($0, RSTART + 4, RLENGTH - 5); count[n] = $NF }
    END { for (i = 1; i <= n; i++) if (count[i] >= part * count[n]) { print le[i] " s"; exit } }'
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
! wanted ordered || pair 'ordered, 100,000 keys' --ordering-keys 100000
! wanted dedup || pair 'deduplication ids' --dedup
! wanted priorities || pair 'priorities' --priorities 10
if wanted scheduling; then
  rm -f "$folder"/publish-{without,with}
  for n in $(seq "$rounds"); do
    fresh
    warm --delay 1h --spread 1h
    measured publish --queue without "${plain[@]}" | field messagesPerSecond >>"$folder/publish-without"
    measured publish --queue with "${plain[@]}" --delay 1h --spread 1h | field messagesPerSecond >>"$folder/publish-with"
    echo "  scheduling, round $n: $(tail -1 "$folder/publish-without") without, $(tail -1 "$folder/publish-with") with"
  done
  echo "scheduling: $(median <"$folder/publish-without")/s without, $(median <"$folder/publish-with")/s with:" \
    "$(awk -v a="$(median <"$folder/publish-without")" -v b="$(median <"$folder/publish-with")" 'BEGIN { printf "%.0f %%", 100 * b / a }')"
fi
if wanted lateness; then
  fresh
  result=$(measured e2e --queue due --messages $((400000 * scale / 100)) --size 1024 --rate 20000 --delay 3s)
  echo "20,000 due per second, due to received: p50 $(echo "$result" | field p50) ms, p99 $(echo "$result" | field p99) ms;" \
    "to deliverable: 50 % within $(lateness 0.5), 99 % within $(lateness 0.99)"
fi
if wanted burst; then
  fresh
  burst=$((200000 * scale / 100))
  measured publish --queue plain --messages "$burst" --size 1024 --mode callback >"$folder/result"
  rate=$(measured consume --queue plain --group g --messages "$burst" | field messagesPerSecond)
  # The first round is for the broker's JIT.
  for n in $(seq 0 "$rounds"); do
    due=$(($(date +%s) + 4))
    measured publish --queue "burst-$n" --messages "$burst" --size 1024 --mode callback --at "$(date -u -d "@$due" +%Y-%m-%dT%H:%M:%SZ)" --spread 999ms >"$folder/result"
    # Those of a millisecond come in the order of publishing.
    measured consume --queue "burst-$n" --group g --messages "$burst" --ordering-keys 1000 >"$folder/result"
    ended=$((($(date +%s%N) - due * 1000000000) / 1000000))
    ((n == 0)) || echo "$ended" >>"$folder/ended"
  done
  echo "$burst scattered over one second: the last was received $(median <"$folder/ended") ms after the first was due (a plain backlog: $rate/s)"
fi
if wanted replay; then
  fresh
  measured publish --queue past "${plain[@]}" >"$folder/result"
  measured consume --queue past --group g --messages "$messages" >"$folder/result"
  paced() { measured publish --queue "paced-$1" --messages $((50000 * scale / 100)) --size 1024 --rate 5000 --in-flight 10000; }
  for n in $(seq "$rounds"); do
    without=$(paced "without-$n")
    forewave group replay past --group g --from earliest --json >"$folder/result"
    # Takes and acks what is replayed, longer than the paced run.
    forewave bench consume --queue past --group g --messages "$messages" --json >"$folder/replayed" & consumer=$!
    with=$(paced "with-$n")
    left=$(forewave group show past --group g --json | field replayLeft)
    wait "$consumer" || cat "$folder/replayed"
    echo "  replay, round $n: publish paced 5,000/s p50 $(echo "$without" | field p50), p99 $(echo "$without" | field p99) ms without;" \
      "p50 $(echo "$with" | field p50), p99 $(echo "$with" | field p99) ms beside it ($left of $messages left at its end;" \
      "replayed $(field messagesPerSecond <"$folder/replayed")/s)"
    echo "$without" | field p99 >>"$folder/replay-without"; echo "$with" | field p99 >>"$folder/replay-with"
  done
  echo "publish beside a replay: p99 $(median <"$folder/replay-without") ms without, $(median <"$folder/replay-with") ms with:" \
    "$(awk -v a="$(median <"$folder/replay-without")" -v b="$(median <"$folder/replay-with")" 'BEGIN { printf "%.1f x", b / a }')"
fi
if wanted dead; then
  fresh
  letters=$((1200000 * scale / 100))
  forewave group set dead --group g --create --on-expired dead-letter >"$folder/result" 2>&1 || {
    forewave queue create dead >"$folder/result"; forewave group set dead --group g --create --on-expired dead-letter >"$folder/result"; }
  seq "$letters" | awk '{ printf "%0100d\n", $1 }' >"$folder/lines"
  forewave publish dead --file "$folder/lines" --ttl 1ms >"$folder/result"
  before=$(awk '/VmRSS/ { print $2 }' "/proc/$pid/status")
  began=$(date +%s%N)
  forewave consume dead --group g --wait 60s >"$folder/taken" & consumer=$!
  until forewave group show dead --group g --json >"$folder/result" && grep -q '"deadFull":true' "$folder/result"; do
    kill -0 "$consumer" || break
    sleep 0.1
  done
  echo "dead letters: $(field dead <"$folder/result") of $letters expired ones, $(field unread <"$folder/result") unread behind them," \
    "$(grep -o '"deadFull":[a-z]*' "$folder/result" || echo 'not full'), after $((($(date +%s%N) - began) / 1000000)) ms;" \
    "broker $before kB before, $(awk '/VmRSS/ { print $2 }' "/proc/$pid/status") kB now"
  kill "$consumer" 2>/dev/null || true
  wait "$consumer" || true
  echo "beside them: publish $(measured publish --queue beside "${plain[@]}" | field messagesPerSecond)/s," \
    "drain $(measured consume --queue beside --group g --messages "$messages" | field messagesPerSecond)/s"
  for verb in 'list dead --group g --filter offset<=100' 'redrive dead --group g --all'; do
    began=$(date +%s%N)
    # shellcheck disable=SC2086
    forewave dead $verb >"$folder/result"
    echo "dead ${verb%% *}: $(wc -l <"$folder/result") lines after $((($(date +%s%N) - began) / 1000000)) ms"
  done
fi
