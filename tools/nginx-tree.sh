#!/usr/bin/env bash
# Gets the plain source tree of the nginx that is installed, as Debian's archive has it, without Debian's changes, and
# prints where it is: below $CARGO_TARGET_DIR, once. apt checks the signatures; no root is needed.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
version=$(nginx -v 2>&1 | sed -n 's|.*nginx/\([0-9.]*\).*|\1|p')
[ -n "$version" ] || { echo "nginx-tree: nginx is not installed" >&2; exit 1; }
trees=$target/nginx-trees
tree=$trees/nginx-$version

if [ ! -f "$tree/configure" ]; then
    apt=$trees/apt
    rm -rf "$apt" "$tree"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
    echo 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main' \
        >"$apt/sources.list"
    options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$apt/lists"
        -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none -o APT::Sandbox::User= -q)
    apt-get "${options[@]}" update >&2
    (cd "$apt" && apt-get "${options[@]}" source --download-only --tar-only nginx >&2)
    tar --extract --file "$apt/nginx_$version.orig.tar.gz" --directory "$trees"
    rm -rf "$apt"
fi
grep -q "NGINX_VERSION *\"$version\"" "$tree/src/core/nginx.h" || {
    echo "nginx-tree: $tree is not nginx $version" >&2
    exit 1
}
echo "$tree"
