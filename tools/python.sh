#!/usr/bin/env bash
# What is checked with Python: the corpus comes out of its model the same to the byte, and the JSON
# Schema of the policy says what the loader says.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$(tools/venv.sh)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r tests/vectors "$work/vectors"
(cd "$work/vectors" && "$venv/bin/python" generate.py >/dev/null)
for file in tests/vectors/*.jsonl; do
    cmp "$file" "$work/vectors/${file##*/}"
done
echo "the corpus comes out the same"
"$venv/bin/python" tests/policy_schema.py
"$venv/bin/ruff" check -q --no-cache tests
"$venv/bin/ruff" format -q --no-cache --check tests
