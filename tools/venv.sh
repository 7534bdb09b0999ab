#!/usr/bin/env bash
# Makes the Python environment of the tests, with pinned packages, and prints its folder.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/python-venv
if ! "$venv/bin/python" -c 'import bcrypt, cryptography, jsonschema, mypy, ruff' 2>/dev/null; then
    python3 -m venv "$venv" 2>/dev/null || { echo "python3 needs its venv module (Debian: python3-venv)" >&2; exit 1; }
    "$venv/bin/pip" install -q 'bcrypt==5.0.0' 'cryptography==48.0.0' 'jsonschema==4.26.0' 'mypy==2.4.1' 'ruff==0.15.0' >&2
fi
echo "$PWD/$venv"
