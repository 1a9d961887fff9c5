#!/bin/sh
# Starts a server of its own on loopback and sends it signed deliveries over 1, 4 and 16 connections, then 1,000 a second over 16; and counts what it stored.
#   docs/benchmarks/webhooks/run.sh [SECONDS-PER-ROUND]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../common.sh"
seconds=${1:-10}
event=${EVENT:-push}
port=$(free_port)
"$here/repository.sh" "$work/repository" >"$work/commits"
settings "$work" "$port" 0 "$work/repository"
serve "$work" "$port"

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
