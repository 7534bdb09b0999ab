#!/usr/bin/env bash
# The clients of the Python and the Node front against a real nginx with the module: what its access log counts. It takes
# the packages that tools/python-front.sh and tools/node-front.sh have built, and builds those that are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}

command -v node >/dev/null || { echo "the Node client needs node" >&2; exit 1; }
COUNTERSIGN_PYTHON=$PWD/target/python-wheel/bin/python
export COUNTERSIGN_PYTHON
if ! "$COUNTERSIGN_PYTHON" -c 'import countersign.httpx, countersign.requests' 2>/dev/null; then
    tools/python-front.sh environment
fi
if [ ! -f bindings/node/dist/client.mjs ]; then
    (cd bindings/node && npm ci --no-audit --no-fund && node scripts/build.mjs)
fi

tools/nginx.sh --test >/dev/null
venv=$(tools/venv.sh)
export COUNTERSIGN_MODULE=$target/nginx-test/ngx_http_countersign_module.so
export PYTHONDONTWRITEBYTECODE=1
cd bindings/nginx/tests
./run.sh "$venv/bin/python" clients.test_clients
