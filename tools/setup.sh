#!/usr/bin/env bash
# Installs what building and testing need and is not there yet. Debian 12; asks for root only if something is missing.
set -euo pipefail

if ! command -v cargo >/dev/null; then
    echo "setup: Rust is needed (1.88 or later, with cargo); install it with your distribution's or rustup's package" >&2
    exit 1
fi

packages=()
need() { # need COMMAND PACKAGE
    command -v "$1" >/dev/null || packages+=("$2")
}
need cc build-essential
need g++ build-essential
need make build-essential
need pkg-config pkg-config
need cmake cmake
need valgrind valgrind
need python3 python3
need curl curl
need openssl openssl
need chromium chromium
need chromedriver chromium-driver
python3 -c 'import venv, ensurepip' 2>/dev/null || packages+=(python3-venv)

if [ "${#packages[@]}" -gt 0 ]; then
    echo "setup: installing ${packages[*]}"
    root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || { echo "setup: these packages are missing and there is no sudo: ${packages[*]}" >&2; exit 1; }
        root=(sudo)
    fi
    "${root[@]}" apt-get update -q
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${packages[@]}"
fi

"$(dirname "$0")/promtool.sh" >/dev/null
