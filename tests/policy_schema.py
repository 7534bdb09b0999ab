"""Holds docs/policy.schema.json to the loader by way of policy_rows.jsonl; needs the package jsonschema.

What the loader takes, the schema takes. What the loader refuses, the schema refuses, but for rows
marked "schema": "silent", whose rules its $comment lists.
"""

import copy
import json
import pathlib
import sys

import jsonschema

HERE = pathlib.Path(__file__).parent
BASE = {
    "realm": "api",
    "bearer": {
        "issuers": [
            {
                "issuer": "https://login.example.com",
                "audience": "api://billing",
                "jwks_uri": "https://login.example.com/jwks",
            }
        ]
    },
}


def step(value, pointer):
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def document(row):
    policy = copy.deepcopy(BASE)
    for pointer in row.get("remove", []):
        parent, name = pointer.rsplit("/", 1)
        del step(policy, parent)[name]
    for pointer, value in row["set"].items():
        parent, name = pointer.rsplit("/", 1)
        place = step(policy, parent)
        if isinstance(place, list):
            place.insert(int(name), value)
        else:
            place[name] = value
    return policy


def main():
    schema = json.loads((HERE.parent / "docs" / "policy.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = []
    for line in (HERE / "policy_rows.jsonl").read_text().splitlines():
        row = json.loads(line)
        if "text" in row:
            continue
        errors = list(validator.iter_errors(document(row)))
        accepted_by_loader = "pointer" not in row or row.get("schema") == "silent"
        if accepted_by_loader == bool(errors):
            wrong.append(f"{row['id']}: {errors[:1] or 'accepted'}")
    print("\n".join(wrong) or "the schema agrees with every row")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
