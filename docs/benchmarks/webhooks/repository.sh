#!/bin/sh
# Makes a repository of 2,000 commits on one branch, whose file asks for another branch; prints the commits.
#   docs/benchmarks/webhooks/repository.sh DIRECTORY
set -eu
git init -q -b main "$1"
awk 'BEGIN {
  file = "on: { push: { branches: [release] } }\nsteps: { test: { run: \"true\" } }\n"
  for (i = 1; i <= 2000; i++) {
    print "commit refs/heads/main"
    print "committer A <a@example.com> " 1700000000 + i " +0000"
    print "data 6\nchange"
    if (i == 1) printf "M 100644 inline windlass.yaml\ndata %d\n%s\n", length(file), file
    printf "M 100644 inline src/%d.txt\ndata %d\n%s\n", i % 50, length(i ""), i
  }
}' | git -C "$1" fast-import --quiet
git -C "$1" rev-list main
