#!/usr/bin/env bash
# Installs into a temporary folder and builds a program from what is there, as its users do: with
# pkg-config (shared, archive, fully static), with CMake (both targets), and beside another Rust library.
#
#   tests/c/install.sh        after `make lib`
set -euo pipefail
cd "$(dirname "$0")/../.."
source=$PWD
target=${CARGO_TARGET_DIR:-target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
    echo "install.sh: $*" >&2
    exit 1
}

PREFIX=/opt/countersign DESTDIR="$work/image" TARGET_DIR="$target" tools/install.sh
PREFIX="$work/prefix" TARGET_DIR="$target" tools/install.sh
for file in include/countersign.h lib/libcountersign.a lib/libcountersign.so lib/libcountersign.so.0 \
    lib/libcountersign.so.0.1.0 lib/pkgconfig/countersign.pc lib/cmake/Countersign/CountersignConfig.cmake \
    lib/cmake/Countersign/CountersignConfigVersion.cmake; do
    [ -e "$work/image/opt/countersign/$file" ] || fail "$file is not installed below DESTDIR"
done
grep -rq "$work" "$work/image" && fail "a file tells where it was staged"
grep -q '^prefix=/opt/countersign$' "$work/image/opt/countersign/lib/pkgconfig/countersign.pc"

lib=$work/prefix/lib
export PKG_CONFIG_PATH=$lib/pkgconfig
program=$source/tests/c/check.c
flags=(-std=c99 -Wall -Wextra -Werror -I"$source/tests/c")
build() { # build NAME LINKER-OPTION...
    local name=$1
    shift
    # shellcheck disable=SC2046
    cc "${flags[@]}" $(pkg-config --cflags countersign) "$program" "$@" -o "$work/$name"
}
# shellcheck disable=SC2046
{
    build shared $(pkg-config --libs countersign)
    [[ $(readelf -d "$work/shared") == *NEEDED*'[libcountersign.so.0]'* ]] || fail "the program does not ask for the SONAME"
    LD_LIBRARY_PATH=$lib "$work/shared"

    build archive "$lib/libcountersign.a" $(pkg-config --static --libs-only-l countersign | sed 's/-lcountersign//')
    [[ $(readelf -d "$work/archive") != *libcountersign* ]] || fail "the archive was not used"
    "$work/archive"

    build static -static $(pkg-config --static --libs countersign) 2>"$work/static.log" || { cat "$work/static.log" >&2; exit 1; }
    "$work/static"
}
[ "$(pkg-config --modversion countersign)" = 0.1.0 ]

mkdir "$work/cmake"
cat >"$work/cmake/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.13)
project(uses_countersign C)
find_package(Countersign 0.1 REQUIRED)
foreach(kind countersign countersign_static)
  add_executable(with_\${kind} "$program")
  target_compile_features(with_\${kind} PRIVATE c_std_99)
  target_include_directories(with_\${kind} PRIVATE "$source/tests/c")
  target_link_libraries(with_\${kind} PRIVATE Countersign::\${kind})
endforeach()
find_package(Countersign 0.2 QUIET)
if(Countersign_FOUND)
  message(FATAL_ERROR "0.1 passes for 0.2")
endif()
CMAKE
cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/cmake.log" || { cat "$work/cmake.log" >&2; exit 1; }
cmake --build "$work/cmake/build" >>"$work/cmake.log" || { cat "$work/cmake.log" >&2; exit 1; }
"$work/cmake/build/with_countersign"
"$work/cmake/build/with_countersign_static"
[[ $(readelf -d "$work/cmake/build/with_countersign_static") != *libcountersign* ]] || fail "CMake's static target is not static"

# Another Rust static library in the same program: both have a standard library of their own.
cat >"$work/other.rs" <<'RUST'
#[no_mangle]
pub extern "C" fn other_sum(count: u32) -> u32 {
    let caught = std::panic::catch_unwind(|| (0..count).map(|n| vec![n; 3].into_iter().sum::<u32>()).sum());
    caught.unwrap_or(0)
}
RUST
rustc --edition 2021 --crate-type staticlib -O -o "$work/libother.a" "$work/other.rs"
cat >"$work/both.c" <<'C'
#include <countersign.h>
#include <stdio.h>
uint32_t other_sum(uint32_t count);
int main(void)
{
    printf("both: %u, ABI %u\n", (unsigned)other_sum(4), (unsigned)countersign_abi());
    return other_sum(4) == 18 && countersign_abi() == COUNTERSIGN_ABI ? 0 : 1;
}
C
for order in "$lib/libcountersign.a $work/libother.a" "$work/libother.a $lib/libcountersign.a"; do
    # shellcheck disable=SC2086
    cc -std=c99 -I"$work/prefix/include" "$work/both.c" $order -lpthread -ldl -lm -o "$work/both"
    "$work/both"
done

# The first program that a C user writes, as its own comment says to build it.
# shellcheck disable=SC2046
cc -std=c99 -Wall -Wextra -Werror $(pkg-config --cflags --libs countersign) examples/c/guard.c $(pkg-config --libs countersign) -o "$work/guard"
printf '{"realm":"api","bearer":{"issuers":[{"issuer":"https://a.example","audience":"a","jwks_uri":"https://a.example/keys"}]}}' >"$work/policy.json"
if LD_LIBRARY_PATH=$lib "$work/guard" "$work/policy.json" Bearer >"$work/guard.out"; then fail "guard lets Bearer through"; fi
grep -qx 'WWW-Authenticate: Bearer realm="api", error="invalid_request", error_description="The Bearer token is empty"' "$work/guard.out"
# shellcheck disable=SC2046
cc -std=c99 -Wall -Wextra -Werror $(pkg-config --cflags --libs countersign) examples/c/next.c $(pkg-config --libs countersign) -o "$work/next"
printf '401 Bearer error="invalid_token"\n401\n' | LD_LIBRARY_PATH=$lib "$work/next" >"$work/next.out"
[ "$(sed 's/:.*//' "$work/next.out" | paste -sd '|')" = "refresh, because invalid_token|stop, because refused_again" ] ||
    fail "next.c says something else"
echo "install: pkg-config (shared, archive, static), CMake (both), two Rust libraries in one program, guard.c, next.c"
