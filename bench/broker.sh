# A broker of this checkout for the scripts beside this one: they set root, parent (where the folder of the run goes) and scale, then read
# this file. where: what the broker keeps its messages in.

folder=$(mktemp -d "$parent/forewave-bench-XXXXXX")
pid='' where=(--data "$folder/data")
trap 'stop; rm -rf "$folder"' EXIT
scaled() { echo $(($1 * scale / 100)); }
field() { grep -o "\"$1\":[0-9.]*" | head -1 | cut -d: -f2; }
median() { sort -g | awk '{ a[NR] = $1 } END { print (NR % 2) ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2 }'; }

start() {
  : >"$folder/out"
  "$root/forewave" serve "${where[@]}" --listen 127.0.0.1:0 --http 127.0.0.1:0 >"$folder/out" 2>>"$folder/errors" &
  while ! grep -q ready "$folder/out"; do
    kill -0 $! 2>/dev/null || { tail -3 "$folder/errors" >&2; exit 1; }
    sleep 0.01
  done
  server=$(sed -n 's/.* listen=\([^ ]*\).*/\1/p' "$folder/out")
  http=$(sed -n 's/.* http=\([^ ]*\).*/\1/p' "$folder/out")
  pid=$(sed -n 's/.* pid=\([0-9]*\).*/\1/p' "$folder/out")
}

stop() {
  [[ -n $pid ]] && kill "$pid" 2>/dev/null && while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  pid=''
}

fresh() { stop; rm -rf "$folder/data"; start; }
