# shellcheck shell=sh
# What benchmarks with a server of their own share. To be sourced, with $here set to the benchmark's folder. Sets $root to the checkout,
# $work to a folder that is removed at the end, and $java. A server in $server and a keeper in $keeper are ended with the script.

root=$(CDPATH='' cd -- "$here/../../.." && pwd)
work=$(mktemp -d)
# Steps and replicas have users of their own, and pass through.
chmod 711 "$work"
server=
keeper=

end() { # PID: ends a process of ours and waits for it
  [ -z "$1" ] || { kill "$1" 2>/dev/null && wait "$1" 2>/dev/null; } || true
}

cleanup() {
  end "$server"
  end "$keeper"
  # A keeper outlives the server that started it. Replicas outlive the keeper; their sandboxes name their places in their arguments, and
  # end by KILL alone.
  pkill -f "keeper --config $work/" 2>/dev/null || true
  pkill -KILL -f "$work/.*keeper/replicas/" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT INT TERM

# Builds what is not built.
"$root/bin/windlass" version >&2
java=$("$root/bin/windlass" version --java)

free_port() { "$java" "$root/docs/benchmarks/FreePort.java"; }

fail() { # MESSAGE LOG
  echo "$1; its log:" >&2
  tail "$2" >&2
  exit 1
}

# Writes a server's file with the repository bench/shop, and the secret of its hook.
settings() { # DIRECTORY PORT PORT-OF-ROUTES CLONE [MORE-OF-THE-KEEPER]
  head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n' >"$1/hook.secret"
  chmod 600 "$1/hook.secret"
  cat >"$1/server.yaml" <<YAML
server: { url: "http://127.0.0.1:$2", listen: "127.0.0.1:$2", data: "$1/data" }
targets:
  local: { keeper: { listen: "127.0.0.1:$3"${5:-} } }
repositories:
  bench/shop:
    clone: "file://$4"
    secret: { file: "$1/hook.secret" }
YAML
}

# Starts a server and returns when it is ready.
serve() { # DIRECTORY PORT
  "$root/bin/windlass" server --config "$1/server.yaml" >>"$1/server.log" 2>&1 &
  server=$!
  tries=0
  until curl -fs -o /dev/null "http://127.0.0.1:$2/readyz"; do
    kill -0 "$server" 2>/dev/null || fail "the server ended" "$1/server.log"
    tries=$((tries + 1))
    [ "$tries" -lt 6000 ] || fail "the server did not get ready" "$1/server.log"
    sleep 0.01
  done
}
