#!/bin/sh
# One class changed to image stored or pushed, with 46 MB of dependencies, beside buildah where it is
# installed. Needs docker-registry. Prints a table; a busy machine shows in it.
set -eu
cd "$(dirname "$0")/../../.."
uptime
mvn -q -B -ntp -pl pipeline-engine/core -am test -Dtest=ImageBenchmark \
  -Dsurefire.failIfNoSpecifiedTests=false -Dwindlass.rounds="${1:-15}" | grep '^|'
uptime
