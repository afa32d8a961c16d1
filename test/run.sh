#!/usr/bin/env bash
# `npm test`: sets up all it needs, then runs every test. With CI=true a skipped test is a failure, and so are 0 tests.
#
#   npm test                      everything
#   npm test -- test/tasks        only files below these paths
set -uo pipefail
cd "$(dirname "$0")/.."

# 1. What the tests are written in.
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund || exit 1

# 2. Types: the negative type tests run here as well.
echo "types"
node_modules/.bin/tsc --noEmit || exit 1

# 3. Real hosts, where this machine can hold them.
hosts=5
brought_up=no
if bash lab/setup.sh; then
  HOSTWRIGHT_LAB_READY=yes
  # A lab that somebody works with stays up; one that was made for the tests goes with them.
  node_modules/.bin/tsx lab/cli.ts status 2>/dev/null | grep -q 'sshd ok' || brought_up=yes
  node_modules/.bin/tsx lab/cli.ts up "$hosts" --sh lab2=busybox,lab3=bash || exit 1 # every sh that a host may have
else
  HOSTWRIGHT_LAB_READY=no
  echo "This machine cannot hold a lab (see above): the tests on real hosts are left out."
  [ "${CI:-}" != true ] || exit 1
fi
export HOSTWRIGHT_LAB_READY

# 4. The tests: what needs no lab side by side, what works on lab hosts one file after the other.
results=$(mktemp -d)
finish() {
  [ "$brought_up" = no ] || node_modules/.bin/tsx lab/cli.ts down
  rm -rf "$results"
}
trap finish EXIT
files() { find "${@:-test}" -name '*.test.ts' | sort; }
on_hosts='^test/(hosts|e2e|lab)/'
failed=no
run() { # name, files at once, files on stdin
  local list
  mapfile -t list
  [ "${#list[@]}" -gt 0 ] || return 0
  echo "$1: ${#list[@]} files"
  node --import tsx --test --test-concurrency="$2" --test-timeout=1800000 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=tap --test-reporter-destination="$results/$1" "${list[@]}" || failed=yes
}
run alone 2 < <(files "$@" | grep -Ev "$on_hosts")
[ "$HOSTWRIGHT_LAB_READY" = no ] || run hosts 1 < <(files "$@" | grep -E "$on_hosts")

count() { cat "$results"/* 2>/dev/null | sed -n "s/^# $1 \([0-9]*\)$/\1/p" | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(count pass) broken=$(( $(count fail) + $(count cancelled) )) skipped=$(( $(count skipped) + $(count todo) ))
[ "$broken" -eq 0 ] && [ "$(count tests)" -gt 0 ] || failed=yes
[ "${CI:-}" != true ] || [ "$skipped" -eq 0 ] || failed=yes
echo "$passed passed, $broken failed, $skipped skipped"
[ "$failed" = no ]
