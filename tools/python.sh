#!/usr/bin/env bash
# What is checked with Python: the corpus comes out of its model the same to the byte, and the JSON
# Schema of the policy says what the loader says.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/python-venv
if ! "$venv/bin/python" -c 'import bcrypt, cryptography, jsonschema, ruff' 2>/dev/null; then
    python3 -m venv "$venv" 2>/dev/null || { echo "python3 needs its venv module (Debian: python3-venv)" >&2; exit 1; }
    "$venv/bin/pip" install -q 'bcrypt==5.0.0' 'cryptography==48.0.0' 'jsonschema==4.26.0' 'ruff==0.15.0'
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r tests/vectors "$work/vectors"
(cd "$work/vectors" && "$OLDPWD/$venv/bin/python" generate.py >/dev/null)
for file in tests/vectors/*.jsonl; do
    cmp "$file" "$work/vectors/${file##*/}"
done
echo "the corpus comes out the same"
"$venv/bin/python" tests/policy_schema.py
"$venv/bin/ruff" check -q --no-cache tests
"$venv/bin/ruff" format -q --no-cache --check tests
