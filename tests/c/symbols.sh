#!/usr/bin/env bash
# What the libraries export against docs/abi/symbols.txt: those functions, and nothing else.
#
#   tests/c/symbols.sh STAGE
set -euo pipefail
cd "$(dirname "$0")/../.."
lib=$1/lib
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

grep -v '^#' docs/abi/symbols.txt | cut -d' ' -f1 | sort >"$work/ledger"

nm -D --defined-only "$lib/libcountersign.so" | awk '{ print $3 }' | sort >"$work/shared"
diff "$work/ledger" "$work/shared" || { echo "the shared library exports other functions than the ledger lists" >&2; exit 1; }

nm -g --defined-only "$lib/libcountersign.a" | awk 'NF == 3 { print $3 }' | sort >"$work/static"
diff "$work/ledger" "$work/static" || { echo "the archive defines other globals than the ledger lists" >&2; exit 1; }

[[ $(readelf -d "$lib/libcountersign.so") == *SONAME*'[libcountersign.so.0]'* ]] ||
    { echo "the SONAME is not libcountersign.so.0" >&2; exit 1; }
[ "$(readlink "$lib/libcountersign.so")" = libcountersign.so.0 ]
version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' Cargo.toml)
[ "$(readlink "$lib/libcountersign.so.0")" = "libcountersign.so.$version" ]
# No relocation in code, and nothing that an attacker of another fault could write to at run time.
if [[ $(readelf -d "$lib/libcountersign.so") == *TEXTREL* ]]; then
    echo "the shared library has text relocations" >&2
    exit 1
fi
echo "symbols: $(wc -l <"$work/ledger") functions in ledger, header, shared library and archive"
