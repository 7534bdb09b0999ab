#!/usr/bin/env bash
# Every test of every front. Stops at the first failure; skips nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

# What takes how long stands in the log, so that a run that grows shows where.
step() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

step "layout and lints"
cargo fmt --all --check
cargo clippy --workspace --all-targets --features countersign/conform,countersign/capi -- -D warnings
cargo clippy -p countersign --all-targets --no-default-features --features aws-lc-rs,conform,capi -- -D warnings

step "the core over ring"
cargo test -p countersign --features conform,capi
step "the core over aws-lc-rs"
cargo test -p countersign --no-default-features --features aws-lc-rs,conform,capi
step "no backend is refused by name"
if message=$(cargo check -p countersign --no-default-features 2>&1); then
    echo "a build without a backend succeeded" >&2
    exit 1
fi
grep -q 'needs a cryptography backend' <<<"$message"

step "the command line"
cargo test -p countersign-cli
step "the audit's page in a browser"
tools/audit-page.sh

step "the Node front"
tools/node-front.sh

step "the C ABI"
tests/c/run.sh

step "the nginx module"
tools/nginx-tests.sh

step "the alerts for Prometheus"
tools/monitoring.sh

step "the demonstration"
examples/demo.sh >/dev/null

step "a short run of the fuzzers"
tools/fuzz.sh "${FUZZ_SECONDS:-40}"

step "the corpus from its model, the schema against the loader"
tools/python.sh

step "the Python front"
tools/python-front.sh

step "the clients of Python and Node against nginx"
tools/nginx-clients.sh

step "documentation builds"
RUSTDOCFLAGS='-D warnings' cargo doc -q --no-deps -p countersign --features conform,capi

printf '\nAll passed in %d s.\n' "$SECONDS"
