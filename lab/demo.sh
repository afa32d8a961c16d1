#!/usr/bin/env bash
# `npm run demo`: all the set-up it needs, then the main job on two lab hosts (demo.ts).
set -euo pipefail
cd "$(dirname "$0")/.."

lab/setup.sh
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
exec node_modules/.bin/tsx lab/demo.ts
