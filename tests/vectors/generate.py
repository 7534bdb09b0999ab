"""Writes the corpus: python3 generate.py (Python 3.11, cryptography == 48.0.0, bcrypt == 5.0.0).

Every row is judged twice: its author states status and reason by hand in cases/, the model in model/ computes the whole
answer, and a difference stops the run. Running it again gives the same files to the byte.
"""

import importlib
import json
import sys
from pathlib import Path

import responses
import tokens
from exchanges.base import EXCHANGES
from model import driver
from model.jsontext import ascii_only, write
from rows import ROWS
from stories import told

HERE = Path(__file__).parent
OPS = [
    "check",
    "store",
    "verify_jws",
    "load_keys",
    "parse_challenges",
    "parse_authorization",
    "build_challenge",
    "decode",
    "next_step",
    "driver",
]


def author_agrees(expect, answer):
    """Whether the author's word fits the computed answer."""
    return all(seen_of(answer, name) == value for name, value in expect.items())


def seen_of(answer, name):
    """What the answer says under the author's name for it."""
    if answer.get("steps") and all("step" in step for step in answer["steps"]):
        return responses.told(answer["steps"], name)
    if "steps" in answer and name in ("reason", "steps", "urls"):
        return told(answer["steps"], name)
    if name == "reason":
        holder = answer.get("error") if isinstance(answer.get("error"), dict) else answer
        if "keys" in answer:
            return [key["reason"] for key in answer["keys"]]
        if "challenges" in answer and not answer["error"]:
            return "ok"
        if "value" in answer and not answer["error"]:
            return "ok"
        return holder["reason"]
    if name == "pointer":
        return answer["error"].get("pointer")
    if name == "offset":
        return answer["error"]["offset"]
    if name == "schemes":
        return [challenge["scheme"] for challenge in answer["challenges"]]
    if name == "challenge":
        return answer["headers"][0][1]
    return answer.get(name)


def plain(text):
    """Whether an answer survives reading and writing: small integers only, escapes in the answer's own form."""
    value = json.loads(text)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False) == text and not has_odd_number(value)


def has_odd_number(value):
    """Whether a number in the value is no small integer."""
    if isinstance(value, dict):
        return any(has_odd_number(member) for member in value.values())
    if isinstance(value, list):
        return any(has_odd_number(member) for member in value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isinstance(value, float) or abs(value) > 2**53


def answer_member(text, name):
    """The member `name` with the answer, or `name`_text where JSON would not bring it back."""
    if plain(text):
        return json.dumps(name) + ":" + text
    return json.dumps(name + "_text") + ":" + write(text)


def line_of(row):
    """The row as one line of JSON; stops if author and model differ."""
    case = row["case"]
    source = case if isinstance(case, str) else write(case)
    text = driver.run(source)
    answer = json.loads(text)
    if not author_agrees(row["expect"], answer):
        sys.exit(f"{row['op']} {source[:90]}\n  author: {row['expect']}\n  model: {text[:900]}")
    parts = ['"case":' + (write(case)), answer_member(text, "answer")]
    if row["without_p521"]:
        other = driver.run(source, p521=False)
        if not author_agrees(row["without_p521"], json.loads(other)):
            sys.exit(f"{source[:90]}\n  author (no P-521): {row['without_p521']}\n  model: {other[:900]}")
        parts.append(answer_member(other, "answer_without_p521"))
    seen = seen_of(answer, "reason")
    kind = "step" if row["op"] == "next_step" else "reason"
    marks = [f"{kind}:{reason}" for reason in (seen if isinstance(seen, list) else [seen])]
    covers = list(dict.fromkeys(row["covers"] + marks))
    parts.append('"covers":' + write(covers))
    parts.append('"note":' + write(row["note"]))
    return ascii_only("{" + ",".join(parts) + "}")


def main():
    """Collect the cases of all areas and write one file for each operation."""
    for module in sorted((HERE / "cases").glob("[a-z]*.py")):
        importlib.import_module(f"cases.{module.stem}")
    seen = set()
    lines = {op: [] for op in OPS}
    for row in ROWS:
        mark = row["case"] if isinstance(row["case"], str) else row["case"]["id"]
        if mark in seen:
            sys.exit(f"twice: {mark[:90]}")
        seen.add(mark)
        if not isinstance(row["case"], str) and not plain(write(row["case"])):
            # Numbers whose text matters (a fractional `now`) only survive as the raw line.
            row = {**row, "op": "driver", "case": write(row["case"])}
        lines[row["op"]].append(line_of(row))
    for op, found in lines.items():
        (HERE / f"{op}.jsonl").write_text("".join(line + "\n" for line in found), encoding="ascii")
        print(f"{op}.jsonl {len(found)}")
    write_exchanges()
    tokens.save()


def write_exchanges():
    """The rows of `explain`: what must be found stands in them by hand, and no model computes it."""
    for module in sorted((HERE / "exchanges").glob("[a-z]*.py")):
        importlib.import_module(f"exchanges.{module.stem}")
    names = [exchange["case"]["id"] for exchange in EXCHANGES]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        sys.exit(f"twice: {sorted(twice)}")
    text = "".join(ascii_only(write(exchange)) + "\n" for exchange in EXCHANGES)
    (HERE / "explain.jsonl").write_text(text, encoding="ascii")
    print(f"explain.jsonl {len(EXCHANGES)}")


if __name__ == "__main__":
    main()
