#!/usr/bin/env bash
# The page of `countersign audit --html` in a headless Chromium; pages and pictures stand in target/audit-page.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${CARGO_TARGET_DIR:-$PWD/target}
cargo build -q -p countersign-cli
venv=$(tools/venv.sh)
export PYTHONDONTWRITEBYTECODE=1
"$venv/bin/ruff" check -q --no-cache bindings/cli
"$venv/bin/ruff" format -q --no-cache --check bindings/cli
"$venv/bin/mypy" --no-error-summary --config-file bindings/cli/mypy.ini --cache-dir=/dev/null
timeout --kill-after=10 180 "$venv/bin/python" bindings/cli/tests/page/test_page.py "$target/debug/countersign" "$target/audit-page"
