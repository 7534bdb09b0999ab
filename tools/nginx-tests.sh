#!/usr/bin/env bash
# The tests of the nginx module: builds it, once as it is released and once with the directive that sets the time,
# and drives real nginx servers on loopback.
#
#   tools/nginx-tests.sh [FILE...]      all of bindings/nginx/tests, or these, as in test_flow
#
# NGINX_KEEP=1 keeps the folder of each nginx. The whole run is ended after four minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}

command -v curl >/dev/null || {
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    "${root[@]}" apt-get update -q
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends curl
}
tools/nginx.sh >/dev/null
tools/nginx.sh --test >/dev/null
venv=$(tools/venv.sh)
export COUNTERSIGN_MODULE=$target/nginx-test/ngx_http_countersign_module.so
export COUNTERSIGN_RELEASED=$target/nginx/ngx_http_countersign_module.so
# What the probe of the command line says of the module.
cargo build -q -p countersign-cli
export COUNTERSIGN_CLI=$target/debug/countersign
export PYTHONDONTWRITEBYTECODE=1

"$venv/bin/ruff" check -q --no-cache bindings/nginx
"$venv/bin/ruff" format -q --no-cache --check bindings/nginx
"$venv/bin/mypy" --no-error-summary --config-file bindings/nginx/mypy.ini --cache-dir=/dev/null

cd bindings/nginx/tests
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(test_*.py)
# Most of a file's time is waiting, so some run side by side; each has its own folder and ports.
printf '%s\0' "${files[@]%.py}" | timeout --kill-after=10 240 xargs -0 -n 1 -P 3 ./run.sh "$venv/bin/python"
