#!/usr/bin/env bash
# Builds the nginx module: into $CARGO_TARGET_DIR/nginx against the nginx of Debian 12, whose packages are installed
# if they are missing, or against a plain source tree of the nginx that will load it.
#
#   tools/nginx.sh [--test] [--source DIR] [--asan]
#
# --test allows countersign_test_time and builds into .../nginx-test; never load that one in production.
# --source DIR takes nginx's source tree in place of nginx-dev, configured with --with-compat and $NGINX_CONFIGURE, and
# builds into .../nginx-source.
# --asan builds under AddressSanitizer, for the nginx of tools/nginx-asan.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}
test=no
source=
name=nginx
sanitize=
while [ $# -gt 0 ]; do
    case $1 in
    --test) test=yes; name=$name-test ;;
    --source) source=$(cd "$2" && pwd); name=$name-source; shift ;;
    --asan) sanitize='-fsanitize=address -fno-omit-frame-pointer'; name=$name-asan ;;
    *) echo "nginx: unknown option $1" >&2; exit 2 ;;
    esac
    shift
done

if [ -z "$source" ] && { ! command -v nginx >/dev/null || [ ! -f /usr/share/nginx/src/conf_flags ]; }; then
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "nginx: the packages nginx and nginx-dev are missing and there is no sudo" >&2; exit 1; }
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends nginx nginx-dev
fi

# LIB_FEATURES comes from the Makefile: the backend that measures best.
"${CARGO:-cargo}" build --release --lib ${LIB_FEATURES:---no-default-features --features capi,aws-lc-rs}

out=$target/$name
work=$target/nginx-build${name#nginx}
rm -rf "$work"
mkdir -p "$work" "$out"
tree=${source:-/usr/share/nginx/src}
for part in "$tree"/*; do
    ln -s "$part" "$work/$(basename "$part")"
done
rm -f "$work/objs" "$work/Makefile"
ours='-Wall -Wextra -Wno-unused-parameter -Werror -fno-strict-aliasing'
# shellcheck disable=SC2206
flags=(--with-compat ${NGINX_CONFIGURE:-} --with-cc-opt="-g -O2 -fPIC $sanitize $ours" --with-ld-opt="$sanitize")
if [ -z "$source" ]; then
    # conf_flags lacks the two options of the compiler and the linker; nginx itself tells them.
    NGX_CONF_FLAGS=()
    # shellcheck source=/dev/null
    . /usr/share/nginx/src/conf_flags
    said=$(nginx -V 2>&1)
    cc_opt=$(sed -n "s/.*--with-cc-opt='\([^']*\)'.*/\1/p" <<<"$said")
    ld_opt=$(sed -n "s/.*--with-ld-opt='\([^']*\)'.*/\1/p" <<<"$said")
    flags=("${NGX_CONF_FLAGS[@]}" --with-cc-opt="$cc_opt $ours" --with-ld-opt="$ld_opt")
fi
(
    cd "$work"
    export COUNTERSIGN_INC=$root/include COUNTERSIGN_LIB=$target/release/libcountersign.a COUNTERSIGN_TEST=$test
    ./configure "${flags[@]}" --add-dynamic-module="$root/bindings/nginx" >configure.log || { tail -20 configure.log >&2; exit 1; }
    make --silent -f objs/Makefile modules
)
install -m 644 "$work/objs/ngx_http_countersign_module.so" "$out/ngx_http_countersign_module.so.new"
[ "$test" = yes ] || strip --strip-debug "$out/ngx_http_countersign_module.so.new"
mv "$out/ngx_http_countersign_module.so.new" "$out/ngx_http_countersign_module.so"
echo "$out/ngx_http_countersign_module.so"
