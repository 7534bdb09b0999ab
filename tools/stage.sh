#!/usr/bin/env bash
# Puts the C library together as it is installed: header, shared library with its links, and an
# archive that keeps everything but its own functions to itself.
#
#   tools/stage.sh FROM TO     FROM: where cargo left libcountersign.{a,so}; TO: gets include/ and lib/
#
# rustc's archive defines thousands of global symbols: those of Rust's standard library and of the
# cryptography. Two Rust libraries in one program would then collide. Here its members are linked
# into one object, and all symbols but countersign_* are made local. --force-group-allocation takes
# the object's sections out of their COMDAT groups, so that no linker drops one in favour of another
# library's of the same name.
set -euo pipefail
cd "$(dirname "$0")/.."
from=$1
to=$2
version=$(sed -n '/^version = /{s/.*"\(.*\)"/\1/p;q}' Cargo.toml)
abi=$(sed -n 's/^#define COUNTERSIGN_ABI UINT32_C(\(.*\))/\1/p' include/countersign.h)

mkdir -p "$to/include" "$to/lib"
cp include/countersign.h "$to/include/"

shared=libcountersign.so
cp "$from/$shared" "$to/lib/$shared.$version"
strip --strip-debug "$to/lib/$shared.$version"
ln -sf "$shared.$version" "$to/lib/$shared.$abi"
ln -sf "$shared.$abi" "$to/lib/$shared"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mapfile -t roots < <(awk '/^countersign_/ { print "-u" $1 }' docs/abi/symbols.txt)
"${LD:-ld}" -r --force-group-allocation --gc-sections "${roots[@]}" -o "$work/all.o" "$from/libcountersign.a"
# .llvmbc is LLVM bitcode that comes with Rust's standard library; concatenated it is none. What the linker has dropped
# leaves undefined symbols behind, which are weak no more and would fail in another library's name: --strip-unneeded.
"${OBJCOPY:-objcopy}" --strip-unneeded --remove-section=.llvmbc --remove-section=.llvmcmd \
  --wildcard --keep-global-symbol='countersign_*' "$work/all.o" "$work/countersign.o"
rm -f "$to/lib/libcountersign.a"
"${AR:-ar}" rcsD "$to/lib/libcountersign.a" "$work/countersign.o"
