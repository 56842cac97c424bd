#!/usr/bin/env bash
# What it costs publishing to observe a broker: pairs of the same workload, observed and not, in turn, in one run on one machine.
#   bench/observability.sh [--rounds N] [--scale PERCENT] [--folder DIR]
# Prints the median of N rounds (9) of each way of observing, with the median of the differences of its pairs; then what a scrape costs
# with 10,000 queues. A failed workload ends the run. --scale 10 makes every workload a tenth as long: to try the script, not to quote from it.
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd -P)
rounds=9 scale=100 parent=$PWD
while (($#)); do
  case $1 in
    --rounds) rounds=$2 ;;
    --scale) scale=$2 ;;
    --folder) parent=$2 ;;
    *) sed -n '2,5s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done

source "$root/bench/broker.sh"
forewave() { "$root/forewave" "$@" 2>>"$folder/errors"; }
messages=$(scaled 400000)
collector='' scraper=''
end() {
  local one
  for one in $collector $scraper; do
    kill "$one" 2>/dev/null || true
    wait "$one" 2>/dev/null || true
  done
  collector='' scraper=''
}
trap 'end; stop; rm -rf "$folder"' EXIT

# A collector that takes everything and keeps nothing, so that what is measured is the broker's part.
collect() {
  rm -f "$folder/collector"
  python3 - >"$folder/collector" <<'PY' &
import http.server, sys
class Sink(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *arguments): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
print(server.server_port, flush=True)
server.serve_forever()
PY
  collector=$!
  until [[ -s $folder/collector ]]; do sleep 0.05; done
}

scrape() { while curl -sf -o /dev/null -H 'Accept: application/openmetrics-text' "http://$http/metrics"; do sleep 1; done; }

# plain: /metrics is off and nothing is sent. observed: scraped each second, metrics sent each second, spans and logs sent, log as JSON.
plain() { FOREWAVE_METRICS=false fresh; }
observed() {
  collect
  FOREWAVE_OTLP="http://127.0.0.1:$(cat "$folder/collector")" FOREWAVE_OTLP_INTERVAL=1s FOREWAVE_LOG_FORMAT=json fresh
  scrape & scraper=$!
}

# publish ARGS…: the rate of one run, after a short one that warms up.
publish() {
  forewave bench publish --server "$server" --queue warm --messages $((messages / 4)) --size 1024 --in-flight 10000 --mode callback --json >/dev/null
  forewave bench publish --server "$server" --queue measured --messages "$messages" --size 1024 --in-flight 10000 --mode callback --json "$@" | field messagesPerSecond
}

# pairs NAME ARGS…: as often as there are rounds, once each way, the way that begins changing with each pair.
pairs() {
  local name=$1 n way
  shift
  rm -f "$folder"/{plain,observed}.rate
  for n in $(seq "$rounds"); do
    for way in $( ((n % 2)) && echo plain observed || echo observed plain ); do
      "$way"
      if [[ $way == plain ]]; then publish >>"$folder/plain.rate"; else publish "$@" >>"$folder/observed.rate"; fi
      end
    done
  done
  paste "$folder/plain.rate" "$folder/observed.rate" | awk '{ print 100 * ($1 - $2) / $1 }' >"$folder/cost"
  printf '%-40s plain %.0f/s   observed %.0f/s   cost %.1f %% (%s)\n' "$name" "$(median <"$folder/plain.rate")" "$(median <"$folder/observed.rate")" \
    "$(median <"$folder/cost")" "$(sort -g "$folder/cost" | awk '{ printf "%s%.1f", (NR > 1) ? " " : "", $1 }')"
}

echo "load before: $(cut -d' ' -f1-3 /proc/loadavg)"
pairs 'metrics, logs, no message traced'
pairs '… 1 message of 100 traced' --traced 100
pairs '… every message traced' --traced 1

queues=$(scaled 10000)
FOREWAVE_QUEUE_METRICS=10000 fresh
forewave bench publish --server "$server" --queue many --queues "$queues" --messages "$queues" --size 100 --in-flight 10000 --mode callback --json >/dev/null
until [[ $(curl -sf "http://$http/metrics" | grep -c '^messaging_forewave_queue_messages{') -ge $queues ]]; do sleep 0.2; done
before=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
for _ in $(seq 20); do curl -sf -o /dev/null -w '%{time_total} %{size_download}\n' "http://$http/metrics"; done >"$folder/scrapes"
after=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
printf 'a scrape with %s queues: %.1f ms, %.1f MB, %.1f ms of processor\n' "$queues" \
  "$(awk '{ print 1000 * $1 }' "$folder/scrapes" | median)" "$(awk '{ print $2 / 1e6 }' "$folder/scrapes" | median)" "$(((after - before) * 10 / 20))"
