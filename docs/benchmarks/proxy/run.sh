#!/usr/bin/env bash
# The keeper's proxy beside nginx, on the same machine, before the same replica.
#
#   docs/benchmarks/proxy/run.sh [seconds per measurement, default 8]
#
# Needs JDK 25, Maven, and from Debian: apt-get install nginx-light wrk
# (NGINX_BINARY=/path/to/nginx if it is not on the PATH; nothing of its own configuration is used.)
set -euo pipefail
cd "$(dirname "$0")/../../.."
seconds=${1:-8}
nginx=${NGINX_BINARY:-$(command -v nginx || echo /usr/sbin/nginx)}
jvm=${JVM_OPTIONS:--Xms8m -Xmx96m -XX:+UseSerialGC -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20}
for tool in "$nginx" wrk mvn; do
  command -v "$tool" > /dev/null || { echo "part absent: $tool (apt-get install nginx-light wrk maven)" >&2; exit 2; }
done
java=java
if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; fi

work=$(mktemp -d)
pids=()
finish() {
  exec 9>&- 2> /dev/null || true
  for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
  wait 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
replica=$(free_port); by_nginx=$(free_port); by_windlass=$(free_port)

# One nginx is the replica: it answers at once, from memory. The other one is the proxy that we compare with.
common="daemon off; pid PID; error_log stderr error; events { worker_connections 4096; }"
cat > "$work/replica.conf" << CONF
worker_processes 1; ${common/PID/$work/replica.pid}
http { access_log off; keepalive_requests 1000000000; client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:$replica; location / { default_type text/plain; return 200 "$(printf 'x%.0s' {1..512})"; } } }
CONF
cat > "$work/proxy.conf" << CONF
worker_processes auto; ${common/PID/$work/proxy.pid}
http { access_log off; keepalive_requests 1000000000; client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  upstream replica { server 127.0.0.1:$replica; keepalive 128; keepalive_requests 1000000000; }
  server { listen 127.0.0.1:$by_nginx; location / { proxy_pass http://replica; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Host \$host; proxy_set_header X-Forwarded-For \$remote_addr; proxy_set_header X-Forwarded-Proto \$scheme; } } }
CONF
"$nginx" -c "$work/replica.conf" -p "$work" & pids+=($!)
"$nginx" -c "$work/proxy.conf" -p "$work" & pids+=($!)

mvn -q -B -ntp ${MAVEN_OPTIONS:-} -pl pipeline-engine/local -am test-compile \
  dependency:build-classpath -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test > "$work/mvn.log" 2>&1 \
  || { cat "$work/mvn.log" >&2; exit 1; }
mkdir "$work/serve"
classpath=pipeline-engine/local/target/classes:$(cat "$work/classpath")
"${java}c" -d "$work/serve" -cp "$classpath" docs/benchmarks/proxy/Serve.java
echo '<configuration><root level="warn"/></configuration>' > "$work/serve/logback.xml"
mkfifo "$work/input"
# shellcheck disable=SC2086
"$java" $jvm -cp "$work/serve:$classpath" Serve "$by_windlass" "$replica" < "$work/input" > "$work/stats" & windlass=$!
pids+=("$windlass")
exec 9> "$work/input"

for port in "$replica" "$by_nginx" "$by_windlass"; do
  for _ in $(seq 100); do (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && break; sleep 0.1; done
done

resident() { awk '/^VmRSS/ { printf "%d MB", $2 / 1024 }' "/proc/$windlass/status"; }
measure() { # name, port, connections, seconds
  wrk -t 1 -c "$3" -d "$4s" --latency "http://127.0.0.1:$2/" > "$work/wrk"
  awk -v name="$1" -v connections="$3" '
    /50%/ { p50 = $2 } /99%/ { p99 = $2 } /Requests\/sec/ { rate = $2 }
    /Non-2xx|Socket errors/ { bad = bad " " $0 }
    END { printf "| %s | %d | %d | %s | %s |%s\n", name, connections, rate, p50, p99, bad }' "$work/wrk"
}

echo "$(nproc) cores, $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), load before: $(cut -d' ' -f1 /proc/loadavg)"
echo "$("$nginx" -v 2>&1); $("$java" -version 2>&1 | head -1); $jvm"
echo "resident after start: $(resident)"
measure cold "$by_windlass" 64 5
echo "resident after the first load: $(resident)"
measure warming "$by_windlass" 64 "$seconds" > /dev/null
echo
echo "| to | connections | requests/s | p50 | p99 |"
echo "| --- | --- | --- | --- | --- |"
for connections in 1 64; do
  for round in 1 2; do
    measure "replica itself" "$replica" "$connections" "$seconds"
    measure "through nginx" "$by_nginx" "$connections" "$seconds"
    measure "through Windlass" "$by_windlass" "$connections" "$seconds"
  done
done
echo
echo "resident after all load: $(resident)"
"${java%java}jcmd" "$windlass" GC.run > /dev/null 2>&1 || true
sleep 3
echo "resident at idle after a collection: $(resident)"
exec 9>&-
wait "$windlass" || true
grep -o 'requests=[0-9]*, failures=[0-9]*' "$work/stats"
