#!/usr/bin/env bash
# Writes the generated parts of the pages and the schema anew, and runs the tests that hold the rest of the pages.
set -euo pipefail
cd "$(dirname "$0")/.."
# One thread: a page that is being written must not be read.
COUNTERSIGN_UPDATE_DOCS=1 UPDATE_SCHEMA=1 cargo test -q -p countersign --features conform \
    --test docs --test policy_schema -- --test-threads=1
COUNTERSIGN_UPDATE_DOCS=1 cargo test -q -p countersign-cli --test cli probe::docs -- --test-threads=1
git --no-pager diff --stat -- '*.md' docs
