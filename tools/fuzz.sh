#!/usr/bin/env bash
# Fuzzes every target in turn: tools/fuzz.sh SECONDS [TARGET...], the seconds shared among the targets.
# Ends with 1 if a target crashes, and says how to see the crash again.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -eq 0 ] || shift
version=0.13.2

if [ "$(cargo fuzz --version 2>/dev/null || true)" != "cargo-fuzz $version" ]; then
    echo "fuzz: installing cargo-fuzz $version"
    cargo install -q --locked cargo-fuzz --version "$version"
fi

targets=("$@")
[ "${#targets[@]}" -gt 0 ] || mapfile -t targets < <(find fuzz/fuzz_targets -name '*.rs' -printf '%f\n' | sed 's/\.rs$//' | sort)
each=$((seconds / ${#targets[@]}))
[ "$each" -ge 1 ] || each=1

# The sanitizer and its coverage are flags that the stable compiler hides; nothing else of nightly is used.
export RUSTC_BOOTSTRAP=1
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/fuzz
cargo fuzz build --sanitizer address 2>&1 | grep -vE '^ *(Compiling|Finished|Building|Fresh)' || true

for target in "${targets[@]}"; do
    corpus=fuzz/corpus/$target
    mkdir -p "$corpus" "fuzz/artifacts/$target"
    log=$(mktemp)
    # Seeds come second: what is found goes into the first folder, which git does not track.
    if ! cargo fuzz run --sanitizer address "$target" "$corpus" "fuzz/seeds/$target" -- \
        -max_total_time="$each" -max_len=4096 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 >"$log" 2>&1; then
        tail -n 40 "$log"
        echo "fuzz: $target crashed; see it again with: RUSTC_BOOTSTRAP=1 cargo fuzz run $target fuzz/artifacts/$target/..." >&2
        exit 1
    fi
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$log")
    [ "${runs:-0}" -gt 0 ] || { tail -n 20 "$log"; echo "fuzz: $target executed nothing" >&2; exit 1; }
    printf '%-16s %10s runs in %s s, no crash\n' "$target" "$runs" "$each"
    rm -f "$log"
done
