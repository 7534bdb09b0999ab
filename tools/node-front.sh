#!/usr/bin/env bash
# Builds the Node front and runs its tests: lints, the corpus, real servers, types, the package in an empty project.
set -euo pipefail
cd "$(dirname "$0")/.."

for tool in node npm cargo make cc openssl; do
    command -v "$tool" >/dev/null || { echo "the Node front needs $tool" >&2; exit 1; }
done
node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' || {
    echo "the Node front needs Node 20 or later, not $(node --version)" >&2
    exit 1
}

# examples/addon.c is linked against the C library.
make --silent lib
COUNTERSIGN_C=$(cd "${CARGO_TARGET_DIR:-target}/c" && pwd)
export COUNTERSIGN_C

# What the probe of the command line says of the handlers.
cargo build -q -p countersign-cli
COUNTERSIGN_CLI=$(realpath "${CARGO_TARGET_DIR:-target}/debug/countersign")
export COUNTERSIGN_CLI

cd bindings/node
cargo fmt --check
cargo clippy --locked --release -- -D warnings
for folder in . test/apps; do
    if [ "${NODE_MODULES_FRESH:-yes}" = yes ] || [ ! -d "$folder/node_modules" ]; then
        (cd "$folder" && npm ci --no-audit --no-fund)
    fi
done
node scripts/build.mjs --check
timeout 400 npm test
