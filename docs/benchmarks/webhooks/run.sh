#!/bin/sh
# Starts a server of its own on loopback and sends it signed deliveries over 1, 4 and 16 connections, then 1,000 a second over 16; and counts what it stored.
#   docs/benchmarks/webhooks/run.sh [SECONDS-PER-ROUND]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../../.." && pwd)
seconds=${1:-10}
event=${EVENT:-push}
work=$(mktemp -d)
chmod 711 "$work"
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  pkill -f "keeper --config $work/server.yaml" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT INT TERM

"$root/bin/windlass" version >&2
java=$("$root/bin/windlass" version --java)
port=$("$java" "$here/FreePort.java")
"$here/repository.sh" "$work/repository" >"$work/commits"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/hook.secret"
chmod 600 "$work/hook.secret"
cat >"$work/server.yaml" <<YAML
server: { url: "http://127.0.0.1:$port", listen: "127.0.0.1:$port", data: "$work/data" }
targets:
  local: { keeper: { listen: "127.0.0.1:0" } }
repositories:
  bench/shop:
    clone: "file://$work/repository"
    secret: { file: "$work/hook.secret" }
YAML
"$root/bin/windlass" server --config "$work/server.yaml" >"$work/server.log" 2>&1 &
server=$!
i=0
until curl -fs "http://127.0.0.1:$port/readyz" >/dev/null; do
  i=$((i + 1))
  [ "$i" -lt 300 ] || { echo "the server did not get ready; its log:" >&2; tail "$work/server.log" >&2; exit 1; }
  sleep 0.2
done

load() { # CONNECTIONS SECONDS [RATE]
  "$java" -XX:+UseSerialGC "-Devent=$event" "$here/Load.java" "http://127.0.0.1:$port/hooks/github/bench/shop" "$work/hook.secret" "$1" "$2" "$work/commits" ${3:+"$3"}
}

# A warm-up that is not counted, as a server is warm for all but its first half minute.
load 4 30 >/dev/null
for connections in 1 4 16; do
  load "$connections" "$seconds"
done
load 16 "$seconds" 1000
metrics() {
  curl -fs -H "Authorization: Bearer $(cat "$work/data/admin-token")" "http://127.0.0.1:$port/metrics"
}
echo "stored (warm-up included): $(metrics | awk '/^windlass_deliveries_total/ { print }')"
echo "pushes that wait to be looked at: $(metrics | awk '/^windlass_queue_effects/ { print $2 }')"
