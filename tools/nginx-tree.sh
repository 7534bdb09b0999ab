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
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
    # Wherever this machine gets its packages from has their sources too.
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -f "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >>"$apt/sources.list"
    done
    touch "$apt/sources.list"
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/parts/${list##*/}"
    done
    options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o "Dir::Etc::sourceparts=$apt/parts"
        -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o Acquire::Languages=none -o APT::Sandbox::User= -q)
    # A list of somebody else's may have no sources; what counts is whether nginx is found.
    apt-get "${options[@]}" update >&2 || echo "nginx-tree: not every list has sources" >&2
    (cd "$apt" && apt-get "${options[@]}" source --download-only --tar-only nginx >&2)
    tar --extract --file "$apt/nginx_$version.orig.tar.gz" --directory "$trees"
    rm -rf "$apt"
fi
grep -q "NGINX_VERSION *\"$version\"" "$tree/src/core/nginx.h" || {
    echo "nginx-tree: $tree is not nginx $version" >&2
    exit 1
}
echo "$tree"
