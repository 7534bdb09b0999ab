#!/usr/bin/env bash
# Builds another module than ours over the tree of nginx-dev, for tests and benches, and prints its path.
#
#   tools/nginx-other.sh FOLDER      with its C source and config, as in bindings/nginx/bench/empty
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
folder=$(cd "$1" && pwd)
work=$target/nginx-other/$(basename "$folder")
rm -rf "$work"
mkdir -p "$work"
for part in /usr/share/nginx/src/*; do
    ln -s "$part" "$work/"
done
NGX_CONF_FLAGS=()
# shellcheck source=/dev/null
. /usr/share/nginx/src/conf_flags
cd "$work"
./configure "${NGX_CONF_FLAGS[@]}" --with-cc-opt='-O2 -fPIC -Wall -Wextra -Wno-unused-parameter -Werror' \
    --add-dynamic-module="$folder" >configure.log || { tail -20 configure.log >&2; exit 1; }
make --silent -f objs/Makefile modules >&2
echo "$work"/objs/ngx_http_*_module.so
