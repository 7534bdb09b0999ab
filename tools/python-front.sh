#!/usr/bin/env bash
# The Python front: lints, the wheel, and every test against that wheel in a fresh environment without a compiler.
#
#   tools/python-front.sh [wheel | environment]    stops behind the build, or behind the environment
#
# The wheels are left in target/wheels.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
tools=$root/target/python-front
fresh=$root/target/python-wheel
front=$root/bindings/python
# What the probe of the command line says of the middlewares.
export COUNTERSIGN_CLI=$CARGO_TARGET_DIR/release/countersign
# What is tested is the wheel, never the tree.
unset PYTHONPATH

# The bench's too: its types are checked here.
requirements=("$front/requirements-test.txt" "$front/requirements-bench.txt")
if ! cat "${requirements[@]}" | cmp -s - "$tools/installed.txt"; then
    python3 -m venv --clear "$tools" 2>/dev/null || { echo "python3 needs its venv module (Debian: python3-venv)" >&2; exit 1; }
    "$tools/bin/pip" install -q --disable-pip-version-check "${requirements[@]/#/-r}"
    cat "${requirements[@]}" >"$tools/installed.txt"
fi

# The command line goes into the wheels; its console script starts it.
cargo build -q --release --locked -p countersign-cli
program=$front/python/countersign/_bin/countersign
mkdir -p "$(dirname "$program")"
install -m 755 -s "$CARGO_TARGET_DIR/release/countersign" "$program"

# One wheel for every Python from 3.10 on, and one for the free-threaded 3.14, which needs none to be built.
rm -rf "$root/target/wheels"
build() { # build TAG ARGUMENT...
    local tag=$1
    shift
    (cd "$front" && "$tools/bin/maturin" build -q --release --locked --out "$root/target/wheels" "$@")
    compgen -G "$root/target/wheels/countersign-*-$tag-*.whl" >/dev/null || { echo "no wheel $tag was built" >&2; exit 1; }
}
build cp310-abi3 --interpreter "$tools/bin/python"
build cp314-cp314t --no-default-features --interpreter python3.14t
"$tools/bin/python" "$front/check_wheels.py" "$root"/target/wheels/*.whl
[ "${1:-}" = wheel ] && exit 0
wheel=$(echo "$root"/target/wheels/countersign-*-cp310-abi3-*.whl)

# A new environment that sees the packages of the tools, and has the wheel alone of its own.
"$tools/bin/python" -m venv --clear "$fresh"
env CC=/bin/false CXX=/bin/false CARGO=/bin/false RUSTC=/bin/false \
    "$fresh/bin/pip" install -q --disable-pip-version-check --no-deps --no-index --only-binary :all: "$wheel"
packages=$("$fresh/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$tools/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' >"$packages/tools.pth"
[ "${1:-}" = environment ] && exit 0

(cd "$front" && cargo fmt --check && PYO3_PYTHON=$tools/bin/python cargo clippy -q --release --locked -- -D warnings)
# The crate as it is for a free-threaded interpreter, of which this says all that is asked.
printf 'implementation=CPython\nversion=3.14\nshared=true\npointer_width=64\nbuild_flags=Py_GIL_DISABLED\nsuppress_build_script_link_lines=false\n' >"$root/target/free-threaded.txt"
(cd "$front" && PYO3_CONFIG_FILE=$root/target/free-threaded.txt \
    cargo clippy -q --release --locked --no-default-features -- -D warnings)
cd "$front"
"$fresh/bin/python" - "$fresh" <<'PYTHON'
import sys, countersign
assert countersign.__file__.startswith(sys.argv[1]), countersign.__file__
PYTHON

# The tests' OpenID provider stands among the Node front's packages.
command -v node >/dev/null || { echo "the Python front's tests need node, for an OpenID provider" >&2; exit 1; }
[ -d "$root/bindings/node/node_modules/oidc-provider" ] ||
    (cd "$root/bindings/node" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)

"$fresh/bin/python" catalogue.py --check
"$fresh/bin/python" -m ruff check -q --no-cache .
"$fresh/bin/python" -m ruff format -q --no-cache --check .
"$fresh/bin/python" -m mypy --no-error-summary --cache-dir "$root/target/mypy" python/countersign tests bench catalogue.py check_wheels.py
(cd "$root/target" && "$fresh/bin/python" -m mypy.stubtest countersign._core --mypy-config-file "$front/pyproject.toml" --allowlist "$front/stubtest-allowlist.txt")
# Looking for examples touches the settings of Django.
DJANGO_SETTINGS_MODULE=django.conf.global_settings timeout 60 "$fresh/bin/python" -m pytest -p no:cacheprovider --doctest-modules --pyargs countersign
# A bound for a machine on which others work too; alone it takes two minutes.
timeout 1200 "$fresh/bin/python" -m pytest -p no:cacheprovider
