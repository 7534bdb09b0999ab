#!/usr/bin/env bash
# Times a check, its steps and early denials over both backends; ends with 1 if a figure is over its bar.
#
#   tools/bench.sh [check] [denials] [live] [steps] [slow-hashes] [api-keys]
#
# BENCH_ROUNDS sets the rounds (301); an odd number, more where the machine is busy. Bars are those of
# aws-lc-rs, which is what the installed library is built with; over ring the figures are only told.
set -euo pipefail
cd "$(dirname "$0")/../benches"

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-../target}
run() { # run FEATURE ARGUMENT...
    cargo build -q --release --no-default-features --features "$1"
    "$CARGO_TARGET_DIR/release/countersign-benches" "${@:2}"
}

over=0
run aws-lc-rs bars "$@" || over=1
echo
run ring "$@"
exit "$over"
