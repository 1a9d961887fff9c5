#!/bin/sh
# What server and keeper take while nothing happens, and how long they need to start, with and without the start cache.
#   docs/benchmarks/idle/run.sh [ROUNDS [SETTLE-SECONDS]]
# Needs Linux, git and curl. Makes the start cache of this checkout where it is not made yet.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/../common.sh"
rounds=${1:-3}
settle=${2:-30}
"$root/bin/windlass" start-cache

now() { date +%s%3N; }
cpu() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }
memory() { awk '/^Rss:/ { r = $2 } /^Pss:/ { p = $2 } END { printf "%.0f | %.0f", r / 1024, p / 1024 }' "/proc/$1/smaps_rollup"; }

start_keeper() {
  began=$(now)
  "$root/bin/windlass" keeper --config "$dir/server.yaml" >>"$dir/keeper.log" 2>&1 &
  keeper=$!
  until curl -fs -o /dev/null "http://127.0.0.1:$routes/" || [ $? = 22 ]; do
    kill -0 "$keeper" 2>/dev/null || fail "the keeper ended" "$dir/keeper.log"
    sleep 0.01
  done
  took=$(($(now) - began))
}
start_server() {
  began=$(now)
  serve "$dir" "$port"
  took=$(($(now) - began))
}
row() { printf '| %s | %s | %s | %s | %s | %s |\n' "$@"; }

measure() { # NAME; on or off
  export WINDLASS_START_CACHE="$2"
  dir=$work/$1-$round
  mkdir -m 711 "$dir"
  port=$(free_port)
  routes=$(free_port)
  git init -q "$dir/repository"
  settings "$dir" "$port" "$routes" "$dir/repository" ", start: false"
  start_keeper
  row "$1" "keeper, first start" "$took" "$(cpu "$keeper")" "" ""
  start_server
  row "$1" "server, first start" "$took" "$(cpu "$server")" "" ""
  end "$server"
  start_server
  row "$1" "server, restart" "$took" "$(cpu "$server")" "" ""
  sleep "$settle"
  row "$1" "server, idle" "" "" "$(memory "$server" | cut -d ' ' -f 1)" "$(memory "$server" | cut -d ' ' -f 3)"
  row "$1" "keeper, idle" "" "" "$(memory "$keeper" | cut -d ' ' -f 1)" "$(memory "$keeper" | cut -d ' ' -f 3)"
  end "$server"
  server=
  end "$keeper"
  keeper=
}

uptime >&2
row start what "ready ms" "CPU ms" "RSS MiB" "PSS MiB"
row --- --- --- --- --- ---
round=1
while [ "$round" -le "$rounds" ]; do
  measure plain off
  measure cache on
  round=$((round + 1))
done
uptime >&2
