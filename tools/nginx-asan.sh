#!/usr/bin/env bash
# Builds nginx from its plain source tree under AddressSanitizer, once, and prints the program: every piece that a
# module takes of a pool is then memory of its own, with guards around it.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
tree=$(tools/nginx-tree.sh)
build=$target/nginx-asan-server/$(basename "$tree")

if [ ! -x "$build/nginx" ]; then
    rm -rf "$build"
    mkdir -p "$build"
    (
        cd "$tree"
        ./configure --builddir="$build/objs" --with-compat --with-threads --with-http_ssl_module --with-http_v2_module \
            --with-http_auth_request_module --with-http_sub_module --with-http_addition_module \
            --with-cc-opt='-g -O1 -fsanitize=address -fno-omit-frame-pointer -DNGX_DEBUG_PALLOC=1' \
            --with-ld-opt=-fsanitize=address >"$build/configure.log" || { tail -20 "$build/configure.log" >&2; exit 1; }
        make --silent -j2 -f "$build/objs/Makefile" binary >&2
    )
    mv "$build/objs/nginx" "$build/nginx"
fi
echo "$build/nginx"
