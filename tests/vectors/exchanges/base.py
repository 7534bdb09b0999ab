"""What the rows of `explain` share: tokens with canaries in them, a policy, heads of requests and responses."""

import base64

from model.jsontext import b64url
from rows import ISSUER, JWKS_URI, NOW
from tokens import jwk, jwks, token

EXCHANGES = []
API = "https://api.example.com"
TARGET = API + "/v1/reports"
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
CANARY = "canary-4f1d9a7c"
KEYS = jwks(jwk("p256_a", kid="k1", alg="ES256"))


def row(case_id, first, covers, *, certainty=None, also=(), never=(), passes=None, canaries=(), note="", **case):
    """One exchange: the finding that must come first and how it is known, others that must be there, or must not."""
    hidden = [CANARY, *canaries]
    for head, name in (("request", "X-Internal-Secret"), ("response", "X-Debug-Token")):
        if case.get(head):
            case[head] = {**case[head], "headers": [*case[head]["headers"], [name, CANARY]]}
    EXCHANGES.append(
        {
            "case": {"op": "explain", "id": case_id, **{k: v for k, v in case.items() if v is not None}},
            "first": first,
            **({"certainty": certainty} if certainty else {}),
            "also": list(also),
            "never": list(never),
            "would_pass_if": passes,
            "canaries": hidden,
            "covers": list(covers),
            "note": note,
        }
    )


def claims(**extra):
    """The usual claims, with canaries where nobody may look; None leaves one out."""
    base = {
        "iss": ISSUER,
        "sub": f"{CANARY}-subject",
        "aud": API,
        "iat": NOW - 60,
        "exp": NOW + 600,
        "jti": f"{CANARY}-jti",
        "email": f"{CANARY}@example.com",
        "scope": "read:reports",
    }
    return {k: v for k, v in {**base, **extra}.items() if v is not None}


def jwt(key="p256_a", alg="ES256", head=None, **extra):
    """A signed token; `head` adds to the JOSE header, None in it leaves a member out."""
    header = {"alg": alg, "typ": "JWT", "kid": "k1", **(head or {})}
    return token({k: v for k, v in header.items() if v is not None}, claims(**extra), key, alg)


def policy(issuer=ISSUER, audience=API, **extra):
    """A policy of one issuer, whose keys come from outside; extra members go beside the section `bearer`."""
    known = {"issuer": issuer, "audience": audience, "jwks_uri": JWKS_URI, **extra.pop("known", {})}
    return {"realm": "api", **extra, "bearer": {"issuers": [known], **extra.pop("bearer", {})}}


def keys(issuer=ISSUER, jwks=None):
    """The key set of an issuer, as a host pushes it."""
    return [{"issuer": issuer, "jwks": KEYS if jwks is None else jwks}]


def get(authorization=None, *lines, target=TARGET, method="GET", **extra):
    """A request head, with one Authorization or none."""
    found = [["Host", "api.example.com"]]
    if authorization is not None:
        found.append(["Authorization", authorization])
    return {"method": method, "target": target, "headers": found + [list(line) for line in lines], **extra}


def answer(status, *lines, body=None, date=DATE):
    """A response head with its body."""
    found = [["Date", date]] if date else []
    head = {"status": status, "headers": found + [list(line) for line in lines]}
    return {**head, "body": body} if body is not None else head


def challenge(value):
    """A WWW-Authenticate line."""
    return ["WWW-Authenticate", value]


def refused(value='Bearer realm="api", error="invalid_token"', *lines, status=401, body=None):
    """A 401 with a challenge, as a server that says no more."""
    return answer(status, challenge(value), *lines, body=body)


def basic(text):
    """A Basic value of this text or these bytes."""
    raw = text.encode() if isinstance(text, str) else text
    return "Basic " + base64.b64encode(raw).decode()


def judged(case_id, first, covers, text=None, doc=None, scopes=None, **more):
    """A row with policy and keys, so that the verifier has the word."""
    more.setdefault("request", get("Bearer " + text) if text else get())
    more.setdefault("keys", keys())
    row(case_id, first, covers, policy=doc or policy(), now=NOW, scopes=scopes, **more)


__all__ = [
    "API",
    "CANARY",
    "DATE",
    "EXCHANGES",
    "ISSUER",
    "KEYS",
    "NOW",
    "TARGET",
    "answer",
    "b64url",
    "basic",
    "challenge",
    "claims",
    "get",
    "judged",
    "jwk",
    "jwks",
    "jwt",
    "keys",
    "policy",
    "refused",
    "row",
]
