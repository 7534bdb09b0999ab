"""The shared corpus through the Python driver, equal to the byte (messages aside)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import countersign
import pytest
from countersign._core import read_json
from countersign.conform import answer_line

VECTORS = Path(__file__).parents[3] / "tests" / "vectors"
# The operation `explain` is of the core and the command line; its rows have no answer to the byte.
FILES = sorted(path for path in VECTORS.glob("*.jsonl") if path.stem != "explain")
MESSAGE = re.compile(r'"message":"(?:[^"\\]|\\.)*"')


def rows_of(path: Path) -> list[tuple[bytes, str | None]]:
    """Cases as they stand, numbers untouched, each with its answer."""
    rows = []
    for line in path.read_text().splitlines():
        kind, raw, content = dict(read_json(line.encode())[2])["case"]
        row = json.loads(line)
        expected = row.get("answer_text")
        if expected is None and row["answer"] is not None:
            expected = json.dumps(row["answer"], ensure_ascii=False, separators=(",", ":"))
        rows.append(((content if kind == "string" else raw).encode(), expected))
    return rows


def without_message(answer: str | None) -> str | None:
    return None if answer is None else MESSAGE.sub('"message":"*"', answer)


def test_every_file_is_there() -> None:
    # The answers of a build with P-521.
    assert countersign.backend() == "aws-lc-rs"
    assert {path.stem for path in FILES} >= {
        "check",
        "store",
        "verify_jws",
        "load_keys",
        "decode",
        "driver",
        "next_step",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_answers_are_equal_to_the_byte(path: Path) -> None:
    rows = rows_of(path)
    assert len(rows) > 30
    wrong = []
    for case, expected in rows:
        answer = without_message(answer_line(case))
        if answer != without_message(expected):
            wrong.append(f"{case[:300]!r}\n  answer   {answer}\n  expected {expected}")
    assert not wrong, f"{len(wrong)} of {len(rows)}\n" + "\n".join(wrong[:5])


def test_the_program_answers_line_by_line() -> None:
    lines = b'{"op":"decode","id":"d1","token":"a.b"}\n\n{"op":"check","id":"c0"}\n[]\n'
    run = subprocess.run([sys.executable, "-m", "countersign.conform"], input=lines, capture_output=True, timeout=30)
    answers = [without_message(line) for line in run.stdout.decode().splitlines()]
    assert answers == [
        '{"id":"d1","header":null,"claims":null,"reason":"jwt_malformed"}',
        '{"id":"c0","error":{"reason":"case_invalid","message":"*"}}',
        '{"id":null,"error":{"reason":"case_invalid","message":"*"}}',
    ]
