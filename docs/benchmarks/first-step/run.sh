#!/bin/sh
# Starts a server of its own on loopback, pushes N commits one after the other, and prints how long it took from the webhook to the answer,
# to the first step's process, and to the new version serving; beside it a hook's script that fetches, checks out and runs the step.
#   docs/benchmarks/first-step/run.sh [N]
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../common.sh"
port=$(free_port)
apps=$(free_port)

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

settings "$work" "$port" "$apps" "$work/shop.git"
cat >>"$work/server.yaml" <<YAML
    environments:
      production: { target: local, branches: [main] }
YAML
serve "$work" "$port"
"$java" "$here/FirstStep.java" "$work" "$port" "$apps" "${1:-30}"
