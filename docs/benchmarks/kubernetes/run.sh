#!/bin/sh
# Many workloads in one process against a real API server on loopback: what is asked of it at rest and during rollouts, and what is
# kept in memory. Needs etcd, kube-apiserver, kube-controller-manager and kube-scheduler; see docs/benchmarks/kubernetes/README.md.
set -eu
cd "$(dirname "$0")/../../.."
uptime
mvn -q -B -ntp -pl pipeline-engine/kubernetes -am test -Dtest=WorkloadsBenchmark \
  -Dsurefire.failIfNoSpecifiedTests=false -Dwindlass.workloads="${1:-500}" -Dwindlass.rollouts="${2:-20}" | grep '^|'
uptime
