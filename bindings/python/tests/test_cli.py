"""The console script: the command line that the wheel carries, and the twin of `conform` without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import countersign.__main__ as program
import pytest
from countersign.conform import answer_line
from support import Signer, policy_document
from test_corpus import VECTORS, rows_of, without_message

SCRIPT = Path(sys.executable).parent / "countersign"
SIGNER = Signer("a")


def run(*arguments: str | Path, given: bytes = b"") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(arguments, input=given, capture_output=True, timeout=60)
    return subprocess.CompletedProcess(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(policy_document(SIGNER)))
    return path


def test_the_script_is_the_command_line(policy: Path) -> None:
    assert program.PROGRAM.is_file()
    assert re.fullmatch(r"countersign [0-9.]+.*\n", run(SCRIPT, "--version").stdout)
    allowed = run(SCRIPT, "check", "--policy", policy, "--header", f"Authorization: {SIGNER.bearer()}")
    assert (allowed.returncode, allowed.stderr) == (0, ""), allowed
    denied = run(SCRIPT, "check", "--policy", policy, "--header", f"Authorization: {SIGNER.bearer(exp=1)}")
    assert denied.returncode != 0
    assert "token_expired" in denied.stdout
    assert run(sys.executable, "-m", "countersign", "no-such-command").returncode == 2


@pytest.mark.parametrize("operation", ["check", "store", "parse_challenges"])
def test_the_script_answers_as_the_package_does(operation: str) -> None:
    cases = [case for case, _ in rows_of(VECTORS / f"{operation}.jsonl")]
    answers = run(SCRIPT, "conform", given=b"\n".join(cases)).stdout.splitlines()
    assert len(answers) == len(cases)
    twins = [answer_line(case) for case in cases]
    assert [without_message(answer) for answer in answers] == [without_message(answer) for answer in twins]


def test_without_the_program_there_is_conform_alone() -> None:
    code = (
        "import sys, pathlib, countersign.__main__ as program\n"
        "program.PROGRAM = pathlib.Path('missing')\n"
        "sys.exit(program.main())\n"
    )
    answered = run(sys.executable, "-c", code, "conform", given=b'{"op":"decode","id":"d1","token":"a.b"}\n')
    assert answered.stdout == '{"id":"d1","header":null,"claims":null,"reason":"jwt_malformed"}\n'
    refused = run(sys.executable, "-c", code, "check")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "no other command" in refused.stderr
