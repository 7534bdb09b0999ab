#!/usr/bin/env bash
# The tests of the nginx module: builds it, once as it is released and once with the directive that sets the time,
# and drives real nginx servers on loopback. Then some of them again: with a module that was built over nginx's plain
# source tree, in Debian's nginx, and under AddressSanitizer, module and server.
#
#   tools/nginx-tests.sh [FILE...]      all of bindings/nginx/tests, or these, as in test_flow, and none of them again
#
# NGINX_KEEP=1 keeps the folder of each nginx. Each of the three parts is ended after eight minutes; all of them take three
# when nothing else runs, and a minute more the first time, when nginx's source is got and built.
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
CHANGER_MODULE=$(tools/nginx-other.sh bindings/nginx/tests/changer)
export CHANGER_MODULE
COUNTERSIGN_PROMTOOL=$(tools/promtool.sh)
export COUNTERSIGN_PROMTOOL
export PYTHONDONTWRITEBYTECODE=1

"$venv/bin/ruff" check -q --no-cache bindings/nginx
"$venv/bin/ruff" format -q --no-cache --check bindings/nginx
"$venv/bin/mypy" --no-error-summary --config-file bindings/nginx/mypy.ini --cache-dir=/dev/null

run() { # run FILE...: most of a file's time is waiting, so some run side by side; each has its own folder and ports
    (cd bindings/nginx/tests && printf '%s\0' "${@%.py}" |
        timeout --kill-after=10 480 xargs -0 -n 1 -P 3 ./run.sh "$venv/bin/python")
}
if [ $# -gt 0 ]; then
    run "$@"
    exit
fi
files=(bindings/nginx/tests/test_*.py)
run "${files[@]##*/}"

tree=$(tools/nginx-tree.sh)
echo "-- built over $(basename "$tree") with --with-compat alone"
plain=$(tools/nginx.sh --test --source "$tree")
COUNTERSIGN_MODULE=$plain run test_sanity test_variables test_flow

echo "-- under AddressSanitizer"
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
chmod 777 "$reports"
(
    NGINX_PROGRAM=$(tools/nginx-asan.sh)
    COUNTERSIGN_MODULE=$(NGINX_CONFIGURE='--with-threads --with-http_ssl_module' tools/nginx.sh --test --source "$tree" --asan)
    export NGINX_PROGRAM COUNTERSIGN_MODULE
    for watched in "$NGINX_PROGRAM" "$COUNTERSIGN_MODULE"; do
        [ "$(nm -D "$watched" | grep -c __asan_report_store)" -gt 0 ] || { echo "$watched is not watched" >&2; exit 1; }
    done
    # Every module of nginx has one name of nginx's. What is left at the end valgrind looks at, in test_memory.
    export ASAN_OPTIONS=detect_odr_violation=0:detect_leaks=0:abort_on_error=1:log_path=$reports/report
    run test_sanity test_decisions test_bodies test_flow test_early test_forward test_other_access test_variables \
        test_credentials test_tls test_key_sources test_key_metrics test_whole_server
)
if [ -n "$(ls "$reports")" ]; then
    cat "$reports"/* >&2
    exit 1
fi
