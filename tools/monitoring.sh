#!/usr/bin/env bash
# The alerts of docs/monitoring by promtool: their form, and that each fires where it should and not a step before.
set -euo pipefail
cd "$(dirname "$0")/.."
promtool=$(tools/promtool.sh)
cd docs/monitoring
"$promtool" check rules alerts.yml
"$promtool" test rules alerts_test.yml

# The queries of the dashboard, with its variables filled in, as rules that promtool can read.
queries=$(mktemp --suffix=.yml)
trap 'rm -f "$queries"' EXIT
python3 - >"$queries" <<'PYTHON'
import json

panels = json.load(open("dashboard.json"))["panels"]
print("groups: [{name: dashboard, rules: [")
for panel in panels:
    for target in panel["targets"]:
        query = target["expr"].replace("$__rate_interval", "5m").replace("$job", ".+")
        print(f"{{record: 'panel:{panel['id']}:{target['refId']}', expr: {json.dumps(query)}}},")
print("]}]")
PYTHON
"$promtool" check rules "$queries"
