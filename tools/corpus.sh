#!/usr/bin/env bash
# Makes tests/vectors anew from its model and stops if a byte of it differs.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=target/corpus-venv
if [ ! -x "$venv/bin/ruff" ]; then
    python3 -m venv "$venv" 2>/dev/null || { echo "corpus: python3 needs its venv module (Debian: python3-venv)" >&2; exit 1; }
    "$venv/bin/pip" install -q 'cryptography==48.0.0' 'ruff==0.15.0'
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r tests/vectors "$work/vectors"
(cd "$work/vectors" && "$OLDPWD/$venv/bin/python" generate.py >/dev/null)
for file in tests/vectors/*.jsonl; do
    cmp "$file" "$work/vectors/${file##*/}"
done
"$venv/bin/ruff" check -q --no-cache tests/vectors
"$venv/bin/ruff" format -q --no-cache --check tests/vectors
echo "the corpus comes out the same"
