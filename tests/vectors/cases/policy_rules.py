"""Policies that must not load: syntax, repeated names, order of faults, rules over several members."""

from cases.policy_members import AT, bad, loads
from model.jsontext import write
from rows import ISSUER, JWKS_URI, issuer, policy
from tokens import jwk, jwks

GOOD = write(policy())


def syntax():
    """The text is no JSON: pointer ""."""
    for name, text in {
        "empty": "",
        "blank": "  ",
        "cut": GOOD[:-1],
        "trailing-comma": GOOD[:-1] + ",}",
        "trailing-text": GOOD + "x",
        "two-documents": GOOD + GOOD,
        "comment": "// policy\n" + GOOD,
        "single-quotes": "{'realm':'api'}",
        "yaml": "realm: api\n",
        "bom": "\ufeff" + GOOD,
        "control-in-string": GOOD.replace("api", "a\x01pi", 1),
        "array": "[]",
        "string": '"api"',
        "number": "1",
        "null": "null",
    }.items():
        bad(f"syntax-{name}", "", text, "loader:syntax")
    loads("spaced-text", "\n " + GOOD.replace(",", " ,\t") + "\r\n", "loader:syntax")


def repeated():
    """A name twice, at any depth, before any other fault."""
    table = [
        ("top", GOOD[:-1] + ',"realm":"b"}', "/realm"),
        ("top-same-value", GOOD[:-1] + ',"realm":"api"}', "/realm"),
        ("escaped", GOOD[:-1] + ',"\\u0072ealm":"api"}', "/realm"),
        (
            "bearer",
            GOOD.replace('"bearer":{', '"bearer":{"max_token_bytes":99,"max_token_bytes":99,', 1),
            "/bearer/max_token_bytes",
        ),
        ("issuer", GOOD.replace('{"issuer":', '{"audience":"x","issuer":', 1), f"{AT}/audience"),
        ("profile", GOOD[:-1] + ',"profiles":{"p":{},"p":{}}}', "/profiles/p"),
        ("profile-inner", GOOD[:-1] + ',"profiles":{"p":{"realm":"a","realm":"b"}}}', "/profiles/p/realm"),
        ("first-of-two", GOOD[:-1] + ',"cors":true,"realm":"b","cors":true}', "/realm"),
        ("before-unknown", '{"colour":1,' + GOOD[1:-1] + ',"realm":"b"}', "/realm"),
        ("before-type", GOOD[:-1] + ',"cors":1,"leeway":1,"leeway":1}', "/leeway"),
        ("unknown-twice", GOOD[:-1] + ',"colour":1,"colour":1}', "/colour"),
    ]
    for name, text, pointer in table:
        bad(f"twice-{name}", pointer, text, "loader:repeated-name", "D-15")


def order():
    """Of several faults the first in document order is named; a missing member before the object's others."""
    bad("order-document", "/cors", {**policy(), "cors": 1, "leeway": "x"}, "loader:order")
    bad("order-document-swapped", "/leeway", {"leeway": "x", **policy(), "cors": 1}, "loader:order")
    bad("order-unknown-first", "/colour", {"colour": 1, **policy(), "cors": 1}, "loader:order")
    bad("order-missing-first", "", {"cors": 1, "bearer": policy()["bearer"]}, "loader:order")
    doc = {**policy({"issuer": 1, "jwks_uri": JWKS_URI}), "cors": 1}
    bad("order-inner-missing", AT, doc, "loader:order", "loader:missing-member")
    bad("order-outer-earlier", "/cors", {"cors": 1, **doc}, "loader:order")
    bad("order-rules-last", "/cors", {**policy(schemes=["basic"]), "cors": 1}, "loader:order")
    bad("order-second-issuer", "/bearer/issuers/1/typ", policy(issuer(), issuer(issuer="x", typ=[])), "loader:order")
    bad("no-audience", AT, policy(issuer(audience=None)), "policy:audience", "loader:missing-member", "REQ-JWT-12")
    bad("no-issuer-name", AT, policy(issuer(issuer=None)), "policy:issuer", "loader:missing-member")


def several():
    """Rules over several members."""
    hs = jwks(jwk("oct_32", kid="h"))
    both = jwks(jwk("oct_32", kid="h"), jwk("p256_a", kid="k1"))
    here = f"{AT}/algorithms"
    for name, listed in [
        ("hs-rs", ["HS256", "RS256"]),
        ("es-hs", ["ES256", "HS256"]),
        ("hs-eddsa", ["HS512", "EdDSA"]),
    ]:
        covers = ["loader:weak", "REQ-JWK-27", "attack:2", "choice:pointer"]
        bad(f"mixed-{name}", here, policy(issuer(jwks=both, algorithms=listed)), *covers)
    for name, entry in {
        "name": issuer(jwks=None, issuer="login"),
        "http": issuer(jwks=None, issuer="http://127.0.0.1:8080"),
        "http-elsewhere": issuer(jwks=None, issuer="http://10.0.0.1", discovery={"http_loopback": True}),
        "query": issuer(jwks=None, issuer=ISSUER + "/?a"),
        "fragment": issuer(jwks=None, issuer=ISSUER + "/#a"),
        "user": issuer(jwks=None, issuer="https://user@login.example.com"),
        "template": issuer(jwks=None, issuer="https://login.example.com/{tid}", tenants="any"),
    }.items():
        bad(f"no-keys-{name}", AT, policy(entry), "policy:discovery", "REQ-ROTATION-03", "choice:pointer")
    for name, entry in {
        "https": issuer(jwks=None),
        "path": issuer(jwks=None, issuer=ISSUER + "/tenant/"),
        "loopback": issuer(jwks=None, issuer="http://127.0.0.1:8080", discovery={"http_loopback": True}),
        "members": issuer(jwks=None, discovery={"http_loopback": False, "other_host": True}),
    }.items():
        loads(f"good-discovery-{name}", policy(entry), "policy:discovery")
    loads("good-discovery-idle", policy(issuer(discovery={})), "policy:discovery")
    for entries in (1, 1048576):
        loads(f"good-remember-{entries}", {**policy(), "remember": {"entries": entries}}, "policy:remember")
    bad("same-issuer", "/bearer/issuers/1/issuer", policy(issuer(), issuer()), "loader:contradiction", "choice:pointer")
    two = policy(issuer(issuer="a"), issuer(issuer="b"), issuer(issuer="a"))
    bad("same-issuer-apart", "/bearer/issuers/2/issuer", two, "loader:contradiction", "choice:pointer")
    for index, name in enumerate(["basic", "api_key", "dpop", "digest"]):
        bad(f"schemes-absent-{name}", "/schemes/1", policy(schemes=["bearer", name]), "policy:schemes")
        if index == 0:
            bad("schemes-only-absent", "/schemes/0", policy(schemes=[name]), "policy:schemes")
    bad("schemes-unknown", "/schemes/1", policy(schemes=["bearer", "oauth"]), "policy:schemes")
    bad("schemes-case", "/schemes/0", policy(schemes=["Bearer"]), "policy:schemes")
    bad("no-section", "", {"realm": "api"}, "loader:no-section", "REQ-HTTP-28", "choice:pointer")
    template = "https://login.example.com/{tid}"
    bad("template-no-tenants", AT, policy(issuer(issuer=template)), "policy:tenants", "choice:pointer")
    alone = policy(issuer(tenants="any"))
    bad("tenants-no-template", f"{AT}/tenants", alone, "policy:tenants", "loader:contradiction", "choice:pointer")
    twice = policy(issuer(issuer="https://{a}.example.com/{b}", tenants="any"))
    bad("template-two-places", f"{AT}/issuer", twice, "policy:tenants")
    loads("good-hs", policy(issuer(jwks=hs, algorithms=["HS256"])), "policy:algorithms")
    loads("good-hs-two", policy(issuer(jwks=hs, algorithms=["HS256", "HS384"])), "policy:algorithms")
    loads("good-jwks-part-unusable", policy(issuer(jwks=jwks(jwk("rsa_1024"), "p256_a"))), "REQ-JWK-28")
    loads("good-uri", policy(issuer(jwks=None, jwks_uri=JWKS_URI)), "policy:jwks_uri")
    loads("good-two-issuers", policy(issuer(), issuer(issuer=ISSUER + "/")), "policy:issuer")
    tenants = policy(issuer(issuer=template, tenants=["a"]))
    loads("good-tenants", tenants, "policy:tenants")


syntax()
repeated()
order()
several()
