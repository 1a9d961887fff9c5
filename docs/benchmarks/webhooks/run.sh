#!/bin/sh
# Starts a server of its own on loopback and sends it signed deliveries over 1, 4 and 16 connections; then counts what it stored.
#   docs/benchmarks/webhooks/run.sh [SECONDS-PER-ROUND]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../../.." && pwd)
seconds=${1:-10}
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
git init -q "$work/repository"
head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/hook.secret"
chmod 600 "$work/hook.secret"
cat >"$work/server.yaml" <<EOF
server: { url: "http://127.0.0.1:$port", listen: "127.0.0.1:$port", data: "$work/data" }
targets:
  local: { keeper: { listen: "127.0.0.1:0" } }
repositories:
  bench/shop:
    clone: "file://$work/repository"
    secret: { file: "$work/hook.secret" }
EOF
"$root/bin/windlass" server --config "$work/server.yaml" >"$work/server.log" 2>&1 &
server=$!
i=0
until curl -fs "http://127.0.0.1:$port/readyz" >/dev/null; do
  i=$((i + 1))
  [ "$i" -lt 300 ] || { echo "the server did not get ready; its log:" >&2; tail "$work/server.log" >&2; exit 1; }
  sleep 0.2
done

# A warm-up that is not counted, as a server is warm for all but its first seconds.
"$java" -Devent="${EVENT:-push}" "$here/Load.java" "http://127.0.0.1:$port/hooks/github/bench/shop" "$work/hook.secret" 4 "$seconds" >/dev/null
for connections in 1 4 16; do
  "$java" -Devent="${EVENT:-push}" "$here/Load.java" "http://127.0.0.1:$port/hooks/github/bench/shop" "$work/hook.secret" "$connections" "$seconds"
done
echo "stored (warm-up included): $(curl -fs -H "Authorization: Bearer $(cat "$work/data/admin-token")" "http://127.0.0.1:$port/metrics" | awk '/^windlass_deliveries_total/ { print }')"
