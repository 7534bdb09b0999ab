#!/usr/bin/env bash
# One file of tests, its output shown in one piece when it has ended: run.sh PYTHON FILE
set -uo pipefail
output=$(timeout --kill-after=5 200 "$1" -W error::ResourceWarning -m unittest -v "$2" 2>&1)
status=$?
if [ "$status" -eq 0 ] && ! grep -q '^Ran 0 tests' <<<"$output"; then
    printf '%s: %s\n' "$2" "$(grep -E -o '(Ran [0-9]+ tests? in .*|played .*|[0-9]+ policies .*)' <<<"$output" | paste -sd ' ')"
else
    printf '%s: failed\n%s\n' "$2" "$output"
    exit 1
fi
