#!/usr/bin/env bash
# `npm test`: sets up all it needs, then runs every test. With CI=true a skipped test is a failure, and so are 0 tests.
#
#   npm test                      everything
#   npm test -- test/tasks        only files below these paths
set -uo pipefail
cd "$(dirname "$0")/.."

# 1. What the tests are written in.
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund || exit 1

# The other versions of Node that we support: runs on hosts are started with them, so that each is seen at work.
nodes=$PWD/.hostwright/nodes
if [ ! "$nodes/node_modules/.package-lock.json" -nt test/nodes/package-lock.json ]; then
  mkdir -p "$nodes" && cp test/nodes/*.json .npmrc "$nodes/" && (cd "$nodes" && npm ci) || exit 1
fi
node_of() { # a file of tests: the Node that starts its runs; nothing where it is this one, with tsx
  case $1 in
    test/e2e/playbooks.*) ;; # the main job, as the documentation tells it
    test/e2e/[a-m]*) echo "$nodes"/node_modules/node22-*/bin/node ;;
    test/e2e/*) echo "$nodes"/node_modules/node24-*/bin/node ;;
  esac
}

# 2. Types: the negative type tests run here as well.
echo "types"
node_modules/.bin/tsc --noEmit || exit 1

# 3. Real hosts, where this machine can hold them. Tests on hosts run in lanes, each with a lab and a checkout of its own, so that they share
#    neither hosts nor `.hostwright`: a lane mostly waits, for containers and for limits.
hosts=(5 --sh lab2=busybox,lab3=bash) # every sh that a host may have
lab=${HOSTWRIGHT_LAB:-/var/lib/hostwright-lab} net=${HOSTWRIGHT_LAB_NET:-77}
brought_up=no
lanes=() # beside lane 0
results=$(mktemp -d)

in_lane() { # number, command; lane 0 is this checkout and its lab
  [ "$1" != 0 ] || { "${@:2}"; return; }
  (cd "$lab-lane$1/checkout" && HOSTWRIGHT_LAB="$lab-lane$1" HOSTWRIGHT_LAB_NET=$((net + 10 * $1)) "${@:2}")
}
lane_up() {
  lane_down "$1"
  mkdir -p "$lab-lane$1/checkout" && ln -s "$lab/cache" "$lab-lane$1/cache" && ln -s "$PWD/node_modules" "$lab-lane$1/checkout/node_modules" || return
  find . -mindepth 1 -maxdepth 1 ! -name node_modules ! -name .hostwright -exec cp -a -t "$lab-lane$1/checkout" {} + || return
  in_lane "$1" node_modules/.bin/tsx lab/cli.ts up "${hosts[@]}"
}
lane_down() {
  [ ! -e "$lab-lane$1/checkout/lab/cli.ts" ] || in_lane "$1" node_modules/.bin/tsx lab/cli.ts down
  rm -rf "$lab-lane$1" # its cache is a link
}
finish() {
  [ "$brought_up" = no ] || node_modules/.bin/tsx lab/cli.ts down
  for lane in "${lanes[@]}"; do lane_down "$lane"; done
  rm -rf "$results"
}
trap finish EXIT

if bash lab/setup.sh; then
  HOSTWRIGHT_LAB_READY=yes
  # A lab that somebody works with stays up; one that was made for the tests goes with them.
  node_modules/.bin/tsx lab/cli.ts status 2>/dev/null | grep -q 'sshd ok' || brought_up=yes
  node_modules/.bin/tsx lab/cli.ts up "${hosts[@]}" || exit 1
else
  HOSTWRIGHT_LAB_READY=no
  echo "This machine cannot hold a lab (see above): the tests on real hosts are left out."
  [ "${CI:-}" != true ] || exit 1
fi
export HOSTWRIGHT_LAB_READY

# 4. The tests: what needs no lab side by side, then what works on lab hosts, one file at a time in each lane.
files() { find "${@:-test}" -name '*.test.ts' | sort; }
longest=1800000 # milliseconds a file
[ "${HOSTWRIGHT_LONG:-}" != 1 ] || longest=7200000
on_hosts='^test/(hosts|e2e|lab)/'
slowest='e2e/rollout|hosts/tasks|e2e/canary|e2e/playbooks|e2e/workers|e2e/guarded' # first, so that no lane begins with them when the other is done
mapfile -t alone < <(files "$@" | grep -Ev "$on_hosts")
mapfile -t queue < <(files "$@" | grep -E "$on_hosts" | awk -v first="$slowest" '{ print ($0 ~ first ? 0 : 1), $0 }' | sort -s -k1,1 | cut -d' ' -f2)
run() { # name of the results, files at once, files
  node --import tsx --test --test-concurrency="$2" --test-timeout="$longest" \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./test/rig/tally.js --test-reporter-destination="$results/$1.tally" "${@:3}" || touch "$results/failed"
}
next() { flock "$results/lock" sh -c 'head -n 1 "$1" && sed -i 1d "$1"' sh "$results/queue"; }
lane() { # number: takes the files of the queue, until there is none; what a file says is shown when it is through
  local file said="$results/lane$1"
  while file=$(next) && [ -n "$file" ]; do
    other=$(node_of "$file")
    (
      [ -z "$other" ] || export HOSTWRIGHT_TEST_NODE="$other"
      in_lane "$1" run "${file//\//-}" 1 "$file"
    ) >"$said" 2>&1
    flock "$results/lock" sh -c 'echo "$1"; cat "$2"' sh "$file" "$said"
  done
}

if [ "${#alone[@]}" -gt 0 ]; then echo "alone: ${#alone[@]} files"; run alone 2 "${alone[@]}"; fi
if [ "$HOSTWRIGHT_LAB_READY" = yes ] && [ "${#queue[@]}" -gt 0 ]; then
  if [ "$(nproc)" -gt 1 ] && [ "${#queue[@]}" -gt 1 ]; then lanes=(1); lane_up 1 || exit 1; fi
  echo "on hosts: ${#queue[@]} files in $((1 + ${#lanes[@]})) lanes"
  printf '%s\n' "${queue[@]}" >"$results/queue"
  for each in 0 "${lanes[@]}"; do lane "$each" & done
  wait
fi

node test/rig/summary.js "$results" || touch "$results/failed"
[ ! -e "$results/failed" ] && [ ! -s "$results/queue" ]
