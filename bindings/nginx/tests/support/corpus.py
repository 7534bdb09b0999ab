"""The corpus's rows of `check`, and which of them a request over HTTP can carry to a module of nginx."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[4] / "tests/vectors/check.jsonl"
TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
METHODS = {"GET", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"}
"""Methods that nginx takes and hands to an upstream; HEAD has no body and is carried as well."""


@dataclass(frozen=True)
class Row:
    """One row."""

    case: dict[str, Any]
    answer: dict[str, Any]

    @property
    def id(self) -> str:
        """The row's id."""
        return str(self.case["id"])

    @property
    def refused(self) -> bool:
        """Whether its policy cannot be loaded."""
        return "error" in self.answer

    @property
    def policy(self) -> str:
        """The text of the policy."""
        if "policy_text" in self.case:
            return str(self.case["policy_text"])
        return json.dumps(self.case["policy"], ensure_ascii=False)

    @property
    def method(self) -> str:
        """The request's method."""
        return str(self.case["request"].get("method", "GET"))

    @property
    def tls(self) -> bool:
        """Whether the request came over TLS."""
        return str(self.case["request"]["target"]).startswith("https:")

    @property
    def target(self) -> str:
        """The target in origin form, as it goes onto the wire."""
        target = re.sub(r"^https?://[^/?#]*", "", str(self.case["request"]["target"])).partition("#")[0]
        return target if target.startswith("/") else "/" + target

    @property
    def fields(self) -> list[tuple[str, bytes]]:
        """The field lines."""
        return [
            (name, value.encode() if isinstance(value, str) else base64.b64decode(value["b64"]))
            for name, value in self.case["request"].get("headers", [])
        ]


def rows() -> list[Row]:
    """Every row of the file."""
    out = []
    for line in FILE.read_text().splitlines():
        row = json.loads(line)
        answer = json.loads(row["answer_text"]) if "answer_text" in row else row["answer"]
        out.append(Row(row["case"], answer))
    return out


SETS_REFUSED_AT_START = {
    "fetched-no-set",
    "fetched-empty-set",
    "fetched-unusable",
    "fetched-oct-set-ignored",
    "fetched-name-twice",
    "inline-kept",
}
"""Rows that push a set which the store ignores; as a file that is there when nginx starts, the module refuses it."""


SETS_OF_NOBODY = {"fetched-unknown-issuer", "tenant-keys-by-full-name"}
"""Rows that push a set of an issuer that the policy does not name; the module refuses such a line."""


def cause(row: Row) -> str | None:
    """Why nginx cannot be asked this; None if it can."""
    case, request = row.case, row.case["request"]
    if row.refused:
        return None
    if case["now"] < 0:
        return "a time before 1970, which the directive does not take"
    if case.get("revoked"):
        return "revoked ids: the module has no directive for them"
    if request.get("client_cert_sha256"):
        return "a client certificate with a given thumbprint cannot be made"
    if case.get("profile") is not None and case["profile"] not in json.loads(row.policy).get("profiles", {}):
        return "a profile that the policy lacks stops the start"
    pushed = [entry["issuer"] for entry in case.get("keys", [])]
    if len(pushed) != len(set(pushed)):
        return "two key sets for one issuer: the module takes one source each"
    if row.answer["status"] == 503 and '"prefetch": true' in row.policy:
        return "a set that is fetched ahead has failed before the request comes, and Retry-After has its jitter"
    if row.id in SETS_REFUSED_AT_START:
        return "a key set that the store ignores: as a file it stops the start"
    if row.id in SETS_OF_NOBODY:
        return "a key set of an issuer that the policy does not name stops the start"
    if row.method not in METHODS | {"HEAD"}:
        return "a method that nginx itself answers"
    names = [name.lower() for name, _ in row.fields]
    if names.count("authorization") > 1:
        return "two Authorization lines: nginx before 1.23 answers 400 itself"
    if not re.fullmatch(r"[!-~]+", row.target):
        return "a target that cannot stand in a request line"
    for name, value in row.fields:
        if not TOKEN.fullmatch(name.encode()):
            return "a field name that is no token"
        if value.endswith(b" ") and row.answer["reason"] == "bearer_stray_space":
            return "spaces around a field value: nginx takes them off before a module sees it"
        if any(byte in b"\0\r\n" for byte in value):
            return "CR, LF or NUL in a field value: no longer one field line in HTTP"
    return None
