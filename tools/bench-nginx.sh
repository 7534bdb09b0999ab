#!/usr/bin/env bash
# CPU of an nginx worker per request, by /proc/WORKER/schedstat, in one run: no auth, auth_basic, an empty access
# module, ours, and the ways of checking a JWT that Debian packages. Ends with 1 if a figure is over its bar. BENCH_ROUNDS sets the rounds (9), BENCH_SECONDS the length
# of each turn (1).
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}

modules=/usr/lib/nginx/modules
command -v wrk >/dev/null && command -v openssl >/dev/null && [ -f $modules/ngx_http_js_module.so ] &&
    [ -f $modules/ngx_http_perl_module.so ] && perl -MCrypt::JWT -e 1 2>/dev/null || {
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    "${root[@]}" apt-get update -q >&2
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
        wrk openssl libnginx-mod-http-js libnginx-mod-http-perl libcrypt-jwt-perl >&2
}
tools/nginx.sh >&2

EMPTY_MODULE=$(tools/nginx-other.sh bindings/nginx/bench/empty)
export EMPTY_MODULE
export COUNTERSIGN_MODULE=$target/nginx/ngx_http_countersign_module.so
exec "$(tools/venv.sh)/bin/python" -B bindings/nginx/bench/bench.py
