#!/usr/bin/env bash
# Writes include/countersign.h anew from src/ffi; prints nothing if it did not change.
set -euo pipefail
cd "$(dirname "$0")/.."

# The build tells where its header is; looking for the newest OUT_DIR would find another build's.
header=$("${CARGO:-cargo}" build --quiet --lib --features capi --message-format=json |
  sed -n 's/.*"COUNTERSIGN_HEADER","\([^"]*\)".*/\1/p' | tail -n 1)
[ -n "$header" ] || {
  echo "tools/header.sh: the build did not tell where it wrote the header" >&2
  exit 1
}
mkdir -p include
if ! cmp -s "$header" include/countersign.h; then
  cp "$header" include/countersign.h
  echo "include/countersign.h: written"
fi
