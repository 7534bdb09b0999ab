"""The diagnosis: the corpus of exchanges through the Python driver, and the public call (REQ-PRIVACY-01)."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import countersign
import pytest
from countersign._core import read_json
from countersign.conform import answer_line
from support import Signer, policy_document

FILE = Path(__file__).parents[3] / "tests" / "vectors" / "explain.jsonl"
SCRIPT = Path(sys.executable).parent / "countersign"
ROWS = FILE.read_text().splitlines()


def case_of(line: str) -> bytes:
    """Give the case as it stands, numbers untouched."""
    raw: str = dict(read_json(line.encode())[2])["case"][1]
    return raw.encode()


def test_the_first_finding_is_the_one_that_the_row_expects() -> None:
    assert len(ROWS) >= 120
    for line in ROWS:
        row, answer = json.loads(line), answer_line(case_of(line))
        assert answer is not None
        found = json.loads(answer)["findings"]
        ids = [finding["id"] for finding in found]
        assert ids[0] == row["first"], (row["case"]["id"], ids)
        assert row.get("certainty") in (None, found[0]["certainty"]), row["case"]["id"]
        assert set(row["also"]) <= set(ids)
        assert not set(row["never"]) & set(ids)
        assert not [canary for canary in row["canaries"] if canary in answer]


def test_answers_are_those_of_the_command_line_to_the_byte() -> None:
    cases = [case_of(line) for line in ROWS]
    run = subprocess.run([SCRIPT, "conform"], input=b"\n".join(cases), capture_output=True, timeout=60, check=True)
    theirs = run.stdout.decode().splitlines()
    assert [answer_line(case) for case in cases] == theirs


def explain_with(signer: Signer, token: str, now: int, **more: Any) -> list[countersign.Finding]:
    return countersign.explain(
        headers=[("Authorization", f"Bearer {token}")], policy=policy_document(signer), now=now, **more
    )


def test_with_policy_and_keys_the_cause_is_proved() -> None:
    signer = Signer("a")
    token = signer.sign(exp=1_700_000_000, iat=1_699_999_000)
    finding = explain_with(signer, token, 1_700_000_090)[0]
    assert (finding.id, finding.certainty, finding.severity) == ("token_expired", "proved", "error")
    assert finding.would_pass_if
    assert finding.requirement.startswith("REQ-")
    assert finding.section
    assert token[-12:] not in repr(finding) + finding.evidence + finding.advice


def test_keys_stand_beside_the_policy() -> None:
    old, new = Signer("old"), Signer("new")
    token = new.sign(exp=1_700_000_600, iat=1_700_000_000)
    remote = {"realm": "api", "bearer": {"issuers": [{
        "issuer": "https://login.example.com", "audience": "api://billing",
        "jwks_uri": "https://login.example.com/keys",
    }]}}  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    for signer, expected in ((old, "kid_unknown"), (new, "would_pass")):
        keys: dict[str, Any] = {"https://login.example.com": {"keys": [signer.jwk]}}
        ids = [f.id for f in countersign.explain(headers=headers, policy=remote, keys=keys, now=1_700_000_010)]
        assert any(expected in found or found == "kid_rotated" for found in ids), ids


def test_the_reason_of_a_decision_counts_where_no_policy_is() -> None:
    token = Signer("a").sign(exp=1_700_000_000, iat=1_699_999_000)
    headers = {"Authorization": f"Bearer {token}"}
    given: list[Any] = [countersign.Reason.TOKEN_EXPIRED, "token_expired"]
    for reason in given:
        first = countersign.explain(headers=headers, status=401, now=1_700_000_090, reason=reason)[0]
        assert (first.id, first.certainty, first.place) == ("token_expired", "proved", "exp")
    first = countersign.explain(headers=headers, reason="token_revoked")[0]
    assert (first.id, first.certainty, first.evidence) == (
        "token_revoked",
        "proved",
        "the reason given is `token_revoked`",
    )


def test_a_case_with_an_unknown_reason_is_none() -> None:
    answer = answer_line(b'{"op":"explain","id":"r","reason":"no_such_reason"}')
    assert answer is not None
    assert json.loads(answer)["error"]["reason"] == "case_invalid"


def test_everything_may_be_missing() -> None:
    assert countersign.explain() == []
    assert countersign.explain(token=b"undefined")[0].part == "token"
    found = countersign.explain(url="https://api.example.com/", status=401, now=Decimal("1700000000.5"))
    assert {"header_missing", "challenge_missing"} <= {finding.id for finding in found}


def test_redirects_come_as_pairs_or_with_the_address() -> None:
    hops: list[Any] = [
        (302, "https://api.example.com/v1", "https://www.example.com/v1"),
        (302, "https://api.example.com/v2"),
    ]
    challenge = {"WWW-Authenticate": 'Bearer realm="api"'}
    found = countersign.explain(
        url="https://api.example.com/v2", headers={}, status=401, response_headers=challenge, redirects=hops
    )
    assert found[0].id == "header_stripped_on_redirect"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"headers": [("a",)]}, ValueError),
        ({"headers": {"a": 1}}, TypeError),
        ({"status": 70_000}, OverflowError),
        ({"redirects": [(302,)]}, ValueError),
        ({"now": float("nan")}, ValueError),
        ({"scopes": 'a"b', "token": "x"}, ValueError),
        ({"token": 7}, TypeError),
        ({"reason": "no_such_reason"}, ValueError),
        ({"reason": 3001}, TypeError),
    ],
)
def test_what_is_no_exchange_is_refused(wrong: dict[str, Any], fault: type[Exception]) -> None:
    with pytest.raises(fault):
        countersign.explain(**wrong)
