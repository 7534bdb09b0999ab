#!/usr/bin/env bash
# Times the Python front against other libraries; ends with 1 if a figure is over its bar.
#
# BENCH_ROUNDS sets the rounds (31); an odd number, more where the machine is busy.
set -euo pipefail
cd "$(dirname "$0")/.."
front=bindings/python
bench=target/python-bench
tools/python-front.sh wheel
if ! cmp -s "$front/requirements-bench.txt" "$bench/installed.txt"; then
    python3 -m venv --clear "$bench"
    "$bench/bin/pip" install -q --disable-pip-version-check -r "$front/requirements-bench.txt" 'cryptography==50.0.2'
    # The version that the bars are set against, beside the newest one.
    "$bench/bin/pip" install -q --disable-pip-version-check --no-deps --target "$bench/pyjwt-2.13" 'pyjwt==2.13.0'
    cp "$front/requirements-bench.txt" "$bench/installed.txt"
fi
"$bench/bin/pip" install -q --disable-pip-version-check --no-deps --no-index --force-reinstall target/wheels/countersign-*-cp310-abi3-*.whl
"$bench/bin/python" -W ignore "$front/bench/bench.py" "$bench/pyjwt-2.13"
