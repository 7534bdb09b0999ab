#!/usr/bin/env bash
# Prints the path of promtool. The Debian package brings a service with it, which nobody asked for here, so that only the
# one program is taken out of the package.
set -euo pipefail
cd "$(dirname "$0")/.."
if command -v promtool; then
    exit 0
fi
folder=$PWD/target/promtool
if [ ! -x "$folder/promtool" ]; then
    echo "setup: taking promtool out of the package prometheus" >&2
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    # apt reads as a user of its own.
    chmod 755 "$work"
    cd "$work"
    if ! apt-get download -q prometheus >&2; then
        root=()
        [ "$(id -u)" -eq 0 ] || root=(sudo)
        "${root[@]}" apt-get update -q >&2
        apt-get download -q prometheus >&2
    fi
    dpkg-deb -x prometheus_*.deb unpacked
    mkdir -p "$folder"
    mv unpacked/usr/bin/promtool "$folder/promtool"
fi
echo "$folder/promtool"
