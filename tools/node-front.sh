#!/usr/bin/env bash
# Builds the Node front and runs its tests: lints, the corpus, real servers, types, the package in an empty project.
set -euo pipefail
cd "$(dirname "$0")/../bindings/node"

for tool in node npm cargo; do
    command -v "$tool" >/dev/null || { echo "the Node front needs $tool" >&2; exit 1; }
done
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' || {
    echo "the Node front needs Node 20 or later, not $(node --version)" >&2
    exit 1
}

cargo fmt --check
cargo clippy --locked --release -- -D warnings
if [ "${NODE_MODULES_FRESH:-yes}" = yes ] || [ ! -d node_modules ]; then
    npm ci --no-audit --no-fund
fi
node scripts/build.mjs --check
# What the probe of the command line says of the handlers.
COUNTERSIGN_CLI=$(cd ../.. && cargo build -q -p countersign-cli >&2 && realpath "${CARGO_TARGET_DIR:-target}/debug/countersign")
export COUNTERSIGN_CLI
timeout 200 npm test
