#!/usr/bin/env bash
# The Python front: lints, the wheel, and every test against that wheel in a fresh environment without a compiler.
#
#   tools/python-front.sh [wheel]    with `wheel` it stops behind the build
#
# The wheel is left in target/wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
tools=$root/target/python-front
fresh=$root/target/python-wheel
front=$root/bindings/python
# What the probe of the command line says of the middlewares.
export COUNTERSIGN_CLI=$CARGO_TARGET_DIR/debug/countersign
[ "${1:-}" = wheel ] || cargo build -q -p countersign-cli
# What is tested is the wheel, never the tree.
unset PYTHONPATH

requirements=$front/requirements-test.txt
if ! cmp -s "$requirements" "$tools/installed.txt"; then
    python3 -m venv --clear "$tools" 2>/dev/null || { echo "python3 needs its venv module (Debian: python3-venv)" >&2; exit 1; }
    "$tools/bin/pip" install -q --disable-pip-version-check -r "$requirements"
    cp "$requirements" "$tools/installed.txt"
fi

rm -rf "$root/target/wheels"
(cd "$front" && "$tools/bin/maturin" build -q --release --locked --interpreter "$tools/bin/python" --out "$root/target/wheels")
wheel=$(echo "$root"/target/wheels/countersign-*.whl)
[[ $wheel == *-cp310-abi3-* ]] || { echo "$wheel is no abi3 wheel" >&2; exit 1; }
[ "${1:-}" = wheel ] && exit 0

(cd "$front" && cargo fmt --check && PYO3_PYTHON=$tools/bin/python cargo clippy -q --release --locked -- -D warnings)

# A new environment that sees the packages of the tools, and has the wheel alone of its own.
"$tools/bin/python" -m venv --clear "$fresh"
env CC=/bin/false CXX=/bin/false CARGO=/bin/false RUSTC=/bin/false \
    "$fresh/bin/pip" install -q --disable-pip-version-check --no-deps --no-index --only-binary :all: "$wheel"
packages=$("$fresh/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$tools/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$packages/tools.pth"
cd "$front"
"$fresh/bin/python" - "$fresh" <<'PYTHON'
import sys, countersign
assert countersign.__file__.startswith(sys.argv[1]), countersign.__file__
PYTHON

"$fresh/bin/python" catalogue.py --check
"$fresh/bin/python" -m ruff check -q --no-cache .
"$fresh/bin/python" -m ruff format -q --no-cache --check .
"$fresh/bin/python" -m mypy --no-error-summary --cache-dir "$root/target/mypy" python/countersign tests
(cd "$root/target" && "$fresh/bin/python" -m mypy.stubtest countersign._core --mypy-config-file "$front/pyproject.toml" --allowlist "$front/stubtest-allowlist.txt")
# Django's settings have to stand before its part is imported; it has no examples, and tests of its own.
timeout 60 "$fresh/bin/python" -m pytest -p no:cacheprovider --doctest-modules --pyargs countersign \
    --ignore "$packages/countersign/django.py"
timeout 300 "$fresh/bin/python" -m pytest -p no:cacheprovider
