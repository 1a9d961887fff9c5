#!/bin/sh
# Starts a server of its own on loopback, pushes N commits one after the other, and prints how long it took from the webhook to the answer,
# to the first step's process, and to the new version serving; beside it a hook's script that fetches, checks out and runs the step.
#   docs/benchmarks/first-step/run.sh [N]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../../.." && pwd)
work=$(mktemp -d)
chmod 711 "$work"
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  [ -z "$server" ] || wait "$server" 2>/dev/null || true
  pkill -f "keeper --config $work/server.yaml" 2>/dev/null || true
  # Replicas outlive the keeper; their sandboxes name their places in their arguments, and end by KILL alone.
  pkill -KILL -f "$work/data/keeper/replicas/" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT INT TERM

"$root/bin/windlass" version >&2
java=$("$root/bin/windlass" version --java)
port=$("$java" "$here/../webhooks/FreePort.java")
apps=$("$java" "$here/../webhooks/FreePort.java")

git init -q --bare -b main "$work/shop.git"
git clone -q "$work/shop.git" "$work/shop" 2>/dev/null
git -C "$work/shop" config user.name bench
git -C "$work/shop" config user.email bench@example.com
cp -R "$here/shop/." "$work/shop/"
# A tree of an ordinary size: 300 files of 2 kB.
mkdir -p "$work/shop/src"
i=0
while [ "$i" -lt 300 ]; do
  i=$((i + 1))
  head -c 1500 /dev/urandom | base64 >"$work/shop/src/$i.txt"
done

head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$work/hook.secret"
chmod 600 "$work/hook.secret"
cat >"$work/server.yaml" <<YAML
server: { url: "http://127.0.0.1:$port", listen: "127.0.0.1:$port", data: "$work/data" }
targets:
  local: { keeper: { listen: "127.0.0.1:$apps" } }
repositories:
  bench/shop:
    clone: "file://$work/shop.git"
    secret: { file: "$work/hook.secret" }
    environments:
      production: { target: local, branches: [main] }
YAML
"$root/bin/windlass" server --config "$work/server.yaml" >"$work/server.log" 2>&1 &
server=$!
i=0
until curl -fs "http://127.0.0.1:$port/readyz" >/dev/null; do
  i=$((i + 1))
  [ "$i" -lt 300 ] || { echo "the server did not get ready; its log:" >&2; tail "$work/server.log" >&2; exit 1; }
  sleep 0.2
done
"$java" "$here/FirstStep.java" "$work" "$port" "$apps" "${1:-30}"
