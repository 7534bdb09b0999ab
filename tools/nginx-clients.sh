#!/usr/bin/env bash
# The clients of the Python and the Node front against a real nginx with the module: what its access log counts. It takes
# the packages that tools/python-front.sh and tools/node-front.sh have built, and builds those that are missing or older
# than what they are made of.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}

command -v node >/dev/null || { echo "the Node client needs node" >&2; exit 1; }
COUNTERSIGN_PYTHON=$PWD/target/python-wheel/bin/python
export COUNTERSIGN_PYTHON
core=(Cargo.toml Cargo.lock build.rs build_findings.rs src)

is_older() { # is_older FILE SOURCE...: whether it is missing, or anything there is newer
    local file=$1
    shift
    [ -f "$file" ] || return 0
    # What a build puts among the sources, and what Python does, is none.
    [ -n "$(find "$@" \( -name _bin -o -name __pycache__ \) -prune -o -type f -newer "$file" -print -quit)" ]
}

# The wheel has what was built, and the environment has the wheel: a build may have been stopped between the two.
wheel=$(compgen -G "$PWD/target/wheels/countersign-*-cp310-abi3-*.whl" || true)
python=bindings/python
if is_older "${wheel:-none}" "${core[@]}" bindings/cli $python/{Cargo.toml,Cargo.lock,pyproject.toml,src,python} ||
    is_older target/python-wheel/pyvenv.cfg "$wheel" ||
    ! "$COUNTERSIGN_PYTHON" -c 'import countersign.httpx, countersign.requests' 2>/dev/null; then
    tools/python-front.sh environment
fi
node=bindings/node
if is_older $node/dist/client.mjs "${core[@]}" $node/{Cargo.toml,Cargo.lock,build.rs,package.json,package-lock.json,src,ts,scripts}; then
    (cd $node && npm ci --no-audit --no-fund && node scripts/build.mjs)
fi

tools/nginx.sh --test >/dev/null
venv=$(tools/venv.sh)
export COUNTERSIGN_MODULE=$target/nginx-test/ngx_http_countersign_module.so
export PYTHONDONTWRITEBYTECODE=1
cd bindings/nginx/tests
./run.sh "$venv/bin/python" clients.test_clients
