"""Rows of the corpus and what the areas share: a base policy, base claims, a base request."""

from model.jsontext import Num, Raw
from tokens import jwk, token

ISSUER = "https://login.example.com"
AUDIENCE = "https://api.example.com"
JWKS_URI = "https://login.example.com/jwks.json"
NOW = 1700000000
TARGET = "https://api.example.com/v1/reports"
ROWS = []


def add(op, case_id, expect, case, covers, note="", without_p521=None):
    """One row. `expect` is what the author says by hand; see `generate.claims_of_author`."""
    case = {"op": op, "id": case_id, **case} if isinstance(case, dict) else case
    row = {"op": op, "case": case, "expect": expect, "covers": list(covers), "note": note}
    row["without_p521"] = without_p521
    ROWS.append(row)


def num(text):
    """A number written exactly so."""
    return Raw(text)


def issuer(**extra):
    """The usual issuer with one P-256 key; None leaves a member out."""
    base = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"keys": [jwk("p256_a", kid="k1", alg="ES256")]}}
    return {k: v for k, v in {**base, **extra}.items() if v is not None}


def policy(*issuers, bearer=None, **extra):
    """The usual policy; `bearer` adds members to that section."""
    return {"realm": "api", "bearer": {"issuers": list(issuers) or [issuer()], **(bearer or {})}, **extra}


def claims(**extra):
    """The usual claims; None leaves one out."""
    base = {"iss": ISSUER, "sub": "alice", "aud": AUDIENCE, "iat": NOW - 60, "exp": NOW + 600, "jti": "j-1"}
    return {k: v for k, v in {**base, **extra}.items() if v is not None}


def header(**extra):
    """The usual token header; None leaves a member out."""
    return {k: v for k, v in {"alg": "ES256", "kid": "k1", **extra}.items() if v is not None}


def good(payload=None, **head):
    """A token signed with the usual key."""
    return token(header(**head), claims() if payload is None else payload, "p256_a", "ES256")


def request(authorization=None, target=TARGET, lines=None, **extra):
    """A request with one Authorization line (or none) and other lines."""
    found = [] if authorization is None else [["Authorization", authorization]]
    out = {"method": "GET", "target": target, "headers": found + (lines or []), **extra}
    return out


def check(case_id, expect, covers, authorization=None, doc=None, now=NOW, req=None, note="", without=None, **case):
    """A `check` row; `authorization` as it stands in the header."""
    body = {"policy_text": doc} if isinstance(doc, str) else {"policy": doc or policy()}
    body.update({k: v for k, v in case.items() if k == "keys"})
    body["request"] = req or request(authorization)
    body.update({k: v for k, v in case.items() if k != "keys"})
    body["now"] = num(now) if isinstance(now, str) else now
    add("check", case_id, expect, body, covers, note, without)


def check_token(case_id, expect, covers, text, **more):
    """A `check` row for one token behind Bearer."""
    check(case_id, expect, covers, "Bearer " + text, **more)


__all__ = [
    "Num",
    "Raw",
    "add",
    "check",
    "check_token",
    "claims",
    "good",
    "header",
    "issuer",
    "num",
    "policy",
    "request",
]


def says(reason, status=None, **more):
    """The author's word: reason and status (401 unless it is the reason's usual one or given)."""
    usual = {"ok": 200, "anonymous_allowed": 200, "preflight_exempt": 200, "internal_error": 500}
    return {"status": status or usual.get(reason, 401), "reason": reason, **more}


def refused(pointer):
    """The author's word on a policy that must not load."""
    return {"reason": "policy_invalid", "pointer": pointer}
