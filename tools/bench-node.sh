#!/usr/bin/env bash
# Times a check of the Node front beside fast-jwt, jose, jsonwebtoken and node:crypto; ends with 1 below a bar.
#
#   tools/bench-node.sh [--rounds 61] [--millis 20]
set -euo pipefail
cd "$(dirname "$0")/../bindings/node"

[ -d node_modules ] || npm ci --no-audit --no-fund
node scripts/build.mjs >&2
node bench/bench.mjs "$@"
