#!/usr/bin/env bash
# What a message costs the broker on each path: syncs, system calls, context switches, processor time, allocation.
#   bench/budget.sh [--scale PERCENT] [--folder DIR] [--profile]
# Needs perf, and the right to trace system calls. Counts hold on a busy machine too, but for the size of groups: the slower the
# disk and the processors, the more messages share a sync. --profile adds where the processor time goes, by method.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
scale=100 parent=$PWD profile=''
while (($#)); do
  case $1 in
    --scale) scale=$2; shift ;;
    --folder) parent=$2; shift ;;
    --profile) profile=yes ;;
    *) sed -n '2,6s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
command -v perf >/dev/null || { echo 'bench/budget.sh: needs perf' >&2; exit 1; }

folder=$(mktemp -d "$parent/forewave-budget-XXXXXX")
pid=''
trap '[[ -n $pid ]] && kill "$pid" 2>/dev/null; wait; rm -rf "$folder"' EXIT
calls=(fdatasync pwrite64 futex epoll_wait recvfrom recvmsg sendto sendmsg sched_yield)
scaled() { echo $(($1 * scale / 100)); }
field() { grep -o "\"$1\":[0-9.]*" "$folder/result" | head -1 | cut -d: -f2; }
cpu() { awk '{ print ($14 + $15) * 10000 }' "/proc/$pid/stat"; }
allocated() { curl -s "http://$http/metrics" | awk '/^dotnet_gc_allocated_bytes_total/ { print $2 }'; }
bench() { "$root/forewave" bench "$@" --server "$server" --json 2>>"$folder/errors"; }

# top KEY N: where the processor time went. Without head, whose end would be an error of those before it.
top() {
  perf report -i "$folder/profile" --no-children --sort "$1" -g none --stdio 2>>"$folder/errors" |
    awk -v most="$2" '!/^#/ && NF && n++ < most'
}

# path NAME ARGS…: one workload, counted from its start to its end.
path() {
  local name=$1 cpu0 bytes0 events=context-switches recorder=''
  shift
  for call in "${calls[@]}"; do events+=,syscalls:sys_enter_$call; done
  cpu0=$(cpu) bytes0=$(allocated)
  perf stat -x, -e "$events" -p "$pid" -o "$folder/counts" & counter=$!
  if [[ -n $profile ]]; then
    perf record -q -F 499 -g -p "$pid" -o "$folder/profile" 2>>"$folder/errors" & recorder=$!
  fi
  sleep 0.3
  bench "$@" >"$folder/result"
  kill -INT "$counter" $recorder; wait "$counter" $recorder || true
  awk -F, -v name="$name" -v messages="$(field messages)" -v rate="$(field messagesPerSecond)" \
    -v cpu="$(($(cpu) - cpu0))" -v bytes="$(($(allocated) - bytes0))" '
    /context-switches|sys_enter/ { sub(/.*sys_enter_/, "", $3); n[++count] = $3; v[count] = $1 / messages }
    END {
      printf "%s: %d/s, %.2f us of processor time, %.1f bytes allocated; per 1,000 messages:", name, rate, cpu / messages, bytes / messages
      for (i = 1; i <= count; i++) if (v[i] >= 0.0005) printf " %s %.1f", n[i], v[i] * 1000
      print ""
    }' "$folder/counts"
  if [[ -n $profile ]]; then
    top comm 8
    top sym 40
  fi
}

# perf names only what was compiled here, in memory that is not mapped twice.
settings=()
[[ -z $profile ]] || settings=(DOTNET_PerfMapEnabled=1 DOTNET_ReadyToRun=0 DOTNET_EnableWriteXorExecute=0)
env "${settings[@]}" "$root/forewave" serve --data "$folder/data" --listen 127.0.0.1:0 --http 127.0.0.1:0 \
  >"$folder/out" 2>>"$folder/errors" &
pid=$!
while ! grep -q ready "$folder/out"; do
  kill -0 "$pid" 2>/dev/null || { tail -3 "$folder/errors" >&2; exit 1; }
  sleep 0.05
done
server=$(sed -n 's/.* listen=\([^ ]*\).*/\1/p' "$folder/out")
http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$folder/out")

# Compiled first, as a broker is after its first minute.
bench publish --queue warm --messages "$(scaled 500000)" --size 1024 --mode callback >/dev/null
bench consume --queue warm --group g --messages "$(scaled 500000)" >/dev/null
bench e2e --queue warm2 --messages "$(scaled 300000)" --size 1024 >/dev/null
path 'publish 1 KiB, 10,000 in flight' publish --queue a --messages "$(scaled 1000000)" --size 1024 --mode callback
path 'drain 1 KiB, each acked' consume --queue a --group g --messages "$(scaled 1000000)"
path 'publish and consume at once, 1 KiB' e2e --queue b --messages "$(scaled 1000000)" --size 1024
path 'paced 5,000/s, 1 KiB' e2e --queue c --messages "$(scaled 50000)" --size 1024 --rate 5000 --warmup 0s
path 'one in flight, 1 KiB' publish --queue d --messages "$(scaled 10000)" --size 1024 --in-flight 1 --mode await
