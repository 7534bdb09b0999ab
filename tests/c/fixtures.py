"""Writes fixtures.h: policies, key sets and tokens for the C tests, from the corpus's keys (tests/vectors)."""

import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "vectors"))
from tokens import jwk, jwks, token  # noqa: E402

NOW = 1700000000
ISSUER = "https://login.example.com"
AUDIENCE = "https://api.example.com"
KEY_A = jwk("p256_a", kid="k1", alg="ES256")
KEY_B = jwk("p256_b", kid="k2", alg="ES256")
KEY_RSA = jwk("rsa_a", kid="k3", alg="RS256")
KEY_ED = jwk("ed_a", kid="k4", alg="EdDSA")


def policy(**issuer):
    issuer = {"issuer": ISSUER, "audience": AUDIENCE, **issuer}
    return {
        "realm": "api",
        "scopes": "read:reports",
        "cors": True,
        "profiles": {"admin": {"scopes": "admin"}, "public": {"optional": True}},
        "bearer": {"issuers": [issuer]},
    }


def claims(**extra):
    base = {
        "iss": ISSUER,
        "sub": "alice",
        "aud": AUDIENCE,
        "iat": NOW - 60,
        "exp": NOW + 600,
        "jti": "j-1",
    }
    return {**base, "scope": "read:reports", **extra}


def es256(payload, name="p256_a", kid="k1"):
    return token({"alg": "ES256", "kid": kid}, payload, name)


RICH = (
    '{"iss":"https://login.example.com", "sub":"alice", "aud":"https://api.example.com", "exp":1700000600,'
    ' "scope":"read:reports", "name":"Al\\u00efce \\"A\\"\\u0000!", "empty":"", "n":42, "minus":-7, "thousand":1e3,'
    ' "half":1.50, "huge":9223372036854775808, "yes":true, "nothing":null, "a/b~c":"slash",'
    ' "realm_access":{"roles":["user","admin"], "count":2}, "list":[1,"two",[3]]}'
)

TEXTS = {
    "POLICY": policy(jwks={"keys": [KEY_A]}),
    "POLICY_REMOTE": policy(jwks_uri="https://login.example.com/jwks.json"),
    "POLICY_OTHER": {
        **policy(jwks={"keys": [KEY_A]}, issuer="https://other.example.com")
    },
    "POLICY_REF": policy(
        jwks={"keys": [{"kty": "oct", "kid": "s", "k": {"ref": "secret"}}]},
        algorithms=["HS256"],
    ),
    "POLICY_WARNED": {**policy(jwks={"keys": [KEY_A]}), "leeway": 90},
    "POLICY_HEADER": {
        **policy(jwks={"keys": [KEY_A]}),
        "bearer": {
            "issuers": [
                {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"keys": [KEY_A]}}
            ],
            "sources": ["header", {"header": "X-Forwarded-Access-Token"}],
        },
    },
    "POLICY_LIVE": policy(
        jwks_uri="https://login.example.com/jwks.json",
        keys={"ttl": 600, "cooldown": 30, "stale": 1000},
    ),
    "POLICY_DISCOVERED": policy(keys={"prefetch": True}),
    "POLICY_QUERY": {
        **policy(jwks={"keys": [KEY_A]}),
        "bearer": {
            "issuers": [
                {"issuer": ISSUER, "audience": AUDIENCE, "jwks": {"keys": [KEY_A]}},
                {
                    "issuer": "https://other.example.com",
                    "audience": AUDIENCE,
                    "jwks": {"keys": [KEY_B]},
                },
            ],
            "sources": ["header", {"query": "access_token"}, {"query": "ticket"}],
        },
    },
    "METADATA": {"issuer": ISSUER, "jwks_uri": ISSUER + "/keys"},
    "METADATA_OTHER": {
        "issuer": "https://other.example.com",
        "jwks_uri": ISSUER + "/keys",
    },
    "KEYS_A": jwks(KEY_A),
    "KEYS_B": jwks(KEY_B),
    "KEYS_AB": jwks(KEY_A, KEY_B),
    "KEYS_MIXED": jwks(KEY_A, KEY_RSA, KEY_ED, {"kty": "nonsense", "kid": "odd"}),
    "TOKEN": es256(claims()),
    "TOKEN_RICH": es256(RICH),
    "TOKEN_B": es256(claims(sub="bob"), "p256_b", "k2"),
    "TOKEN_SESSION": es256(claims(sid="s-1", jti="j-2")),
    "TOKEN_EXPIRED": es256(claims(exp=NOW - 600)),
    "TOKEN_POOR": es256(claims(scope="write:reports")),
    "TOKEN_ADMIN": es256(claims(scope="read:reports admin")),
    "TOKEN_BOUND": es256(
        claims(cnf={"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})
    ),
    "TOKEN_RSA": token({"alg": "RS256", "kid": "k3"}, claims(), "rsa_a"),
    "TOKEN_ED": token({"alg": "EdDSA", "kid": "k4"}, claims(), "ed_a"),
    "RICH": RICH,
}


def literal(text):
    """A C string in pieces that C99 takes."""
    escaped = [letter if letter not in '"\\' else "\\" + letter for letter in text]
    lines = ["".join(escaped[at : at + 90]) for at in range(0, len(escaped), 90)]
    return " \\\n    ".join(f'"{line}"' for line in lines)


def main():
    out = [
        "/* Written by tests/c/fixtures.py; do not edit. */",
        "",
        "#ifndef FIXTURES_H",
        "#define FIXTURES_H",
        "",
    ]
    out += [f"#define NOW INT64_C({NOW})", f'#define ISSUER "{ISSUER}"', ""]
    for name, value in TEXTS.items():
        text = (
            value
            if isinstance(value, str)
            else json.dumps(value, separators=(",", ":"))
        )
        out += [f"#define {name} \\", f"    {literal(text)}", ""]
    out += ["#endif", ""]
    (HERE / "fixtures.h").write_text("\n".join(out))


main()
