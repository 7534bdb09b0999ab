"""`check`: what a denial says where several schemes are offered; transport, cors, preflight beside them."""

from creds import (
    BASIC_FACE,
    BEARER_FACE,
    COOKIE,
    KEY,
    KEY_FACE,
    b64,
    basic_line,
    bearer,
    denial,
    doc,
    faulty,
    keys,
    session,
    users,
)
from rows import ISSUER, JWKS_URI, NOW, check, claims, good, issuer, request, says

TOKEN = good()
SECTIONS = {"bearer": bearer(), "basic": users(), "api_key": keys()}
ALL = doc(**SECTIONS)
EXPIRED = f"Bearer {good(claims(exp=NOW - 31))}"
OLD = faulty("invalid_token", "The access token expired")
NO_BASIC = f"Basic {b64('alice:')}"
X_BAD = request(lines=[["X-API-Key", "x"]])


def order():
    """The policy's order, whole or in part."""
    faces = {"bearer": BEARER_FACE, "basic": BASIC_FACE, "api_key": KEY_FACE}
    covers = ["REQ-HTTP-37", "REQ-HTTP-38", "REQ-BASIC-05", "REQ-BASIC-06", "REQ-APIKEY-03", "policy:schemes"]
    note = "the order of the sections in the document does not matter"
    swapped = doc(**dict(reversed(SECTIONS.items())))
    expect = says("credentials_missing", headers=denial(*faces.values()))
    check("order-sections-swapped", expect, covers, doc=swapped, note=note)
    for names in [
        ("bearer", "basic", "api_key"),
        ("api_key", "basic", "bearer"),
        ("basic", "api_key", "bearer"),
        ("basic", "bearer"),
        ("api_key",),
        ("basic",),
        ("bearer",),
    ]:
        here = doc(schemes=list(names), **SECTIONS)
        name = "-".join(names)
        expect = says("credentials_missing", scheme=None, headers=denial(*[faces[n] for n in names]))
        check(f"order-{name}", expect, covers, doc=here)
        shown = [OLD if n == "bearer" else faces[n] for n in names]
        expect = says("token_expired", scheme="Bearer", subject="alice", headers=denial(*shown))
        check(f"order-{name}-bearer-tried", expect, [*covers, "rule:4"], EXPIRED, doc=here)
        plain = denial(*[faces[n] for n in names])
        expect = says("password_rejected", scheme="Basic", headers=plain)
        check(f"order-{name}-basic-tried", expect, [*covers, "rule:4"], NO_BASIC, doc=here)
        expect = says("api_key_unknown", scheme="Api-Key", headers=plain)
        check(f"order-{name}-key-tried", expect, [*covers, "rule:4"], doc=here, req=X_BAD)
    for name, policy, value in [
        ("basic", doc(schemes=["bearer"], **SECTIONS), basic_line()),
        ("key", doc(schemes=["bearer"], **SECTIONS), f"Api-Key {KEY}"),
        ("bearer", doc(schemes=["basic"], **SECTIONS), f"Bearer {TOKEN}"),
    ]:
        check(f"unoffered-{name}-accepted", says("ok", headers=[]), covers, value, doc=policy)


def errors():
    """An error goes on Bearer alone: if it was tried, if nothing was recognised, if several were tried."""
    text = "The Authorization header is malformed"
    lost = faulty("invalid_request", text)
    covers = ["rule:4", "REQ-BASIC-12", "REQ-HTTP-47"]
    rest = [BASIC_FACE, KEY_FACE]
    for name, value, reason, scheme, face in [
        ("unreadable", "(", "authorization_malformed", None, lost),
        ("lone-jwt", TOKEN, "bearer_scheme_missing", None, faulty("invalid_request", "The scheme name is missing")),
        ("basic-malformed", "Basic", "basic_malformed", "Basic", BEARER_FACE),
        ("basic-large", f"Basic {'A' * 4100}", "token_too_large", "Basic", BEARER_FACE),
        ("key-large", f"Api-Key {'A' * 1025}", "token_too_large", "Api-Key", BEARER_FACE),
        ("key-malformed", "Api-Key a b", "api_key_malformed", "Api-Key", BEARER_FACE),
        ("key-unknown", "Api-Key ab", "api_key_unknown", "Api-Key", BEARER_FACE),
        ("bearer-slip", "Bearer", "bearer_empty", "Bearer", faulty("invalid_request", "The Bearer token is empty")),
    ]:
        expect = says(reason, scheme=scheme, headers=denial(face, *rest))
        check(f"error-{name}", expect, covers, value, doc=ALL)
    few = [BASIC_FACE, KEY_FACE]
    scoped = 'Bearer realm="api", scope="write"'
    for name, req, scheme in [
        ("basic", request(basic_line()), "Basic"),
        ("key", request(lines=[["X-API-Key", KEY]]), "Api-Key"),
    ]:
        expect = says("insufficient_scope", 403, scheme=scheme, headers=denial(scoped, *few))
        check(f"error-scope-{name}", expect, [*covers, "REQ-SCOPE-10"], doc=ALL, req=req, scopes="write")
    told = 'Bearer realm="api", error="insufficient_scope", '
    told += 'error_description="The access token does not cover this operation", scope="write"'
    expect = says("insufficient_scope", 403, scheme="Bearer", headers=denial(told, *few))
    check("error-scope-bearer", expect, covers, f"Bearer {TOKEN}", doc=ALL, scopes="write")
    extra = {"challenge": {"scope": "openid", "error_uri": "https://api.example.com/e", "x": "y"}}
    rich = doc(**{**SECTIONS, "bearer": {**bearer(), **extra}})
    for name, value, reason, scheme, face in [
        ("basic", NO_BASIC, "password_rejected", "Basic", 'Bearer realm="api", x="y"'),
        ("none", None, "credentials_missing", None, 'Bearer realm="api", scope="openid", x="y"'),
        ("foreign", "Digest a=b", "scheme_unsupported", None, 'Bearer realm="api", scope="openid", x="y"'),
        ("bearer", EXPIRED, "token_expired", "Bearer", f'{OLD}, error_uri="https://api.example.com/e", x="y"'),
        ("large", f"Basic {'A' * 4100}", "token_too_large", "Basic", 'Bearer realm="api", x="y"'),
    ]:
        expect = says(reason, scheme=scheme, headers=denial(face, *rest))
        check(f"error-challenge-{name}", expect, [*covers, "policy:challenge"], value, doc=rich)
    far = {"issuers": [issuer(jwks=None, jwks_uri=JWKS_URI)]}
    need = {"keys": {"issuer": ISSUER, "jwks_uri": JWKS_URI}}
    away = [["Cache-Control", "no-store"], ["Retry-After", "30"]]
    expect = says("keys_unavailable", 503, scheme="Bearer", headers=away, need=need)
    cold = doc(**{**SECTIONS, "bearer": far})
    check("error-keys-away", expect, ["rule:4", "D-11"], f"Bearer {TOKEN}", doc=cold)
    expect = says("ok", scheme="Basic", subject="alice", need=None)
    check("error-keys-away-basic", expect, ["D-11"], basic_line(), doc=cold)
    expect = says("ok", scheme="Api-Key", subject="billing", need=None)
    check("error-keys-away-key", expect, ["D-11"], f"Api-Key {KEY}", doc=cold)
    only = doc(basic=users(), api_key=keys())
    for name, req, reason, scheme in [
        ("none", request(), "credentials_missing", None),
        ("unreadable", request("("), "authorization_malformed", None),
        ("several", request(basic_line(), lines=[["X-API-Key", KEY]]), "multiple_token_methods", None),
    ]:
        expect = says(reason, scheme=scheme, headers=denial(*rest))
        check(f"error-no-bearer-{name}", expect, covers, doc=only, req=req)


def levels():
    """`describe` and `cors` with three challenges."""
    bare = ['Bearer realm="api"', 'Basic realm="api"', 'Api-Key realm="api"']
    for level, old in [("code", 'Bearer realm="api", error="invalid_token"'), ("none", bare[0])]:
        here = doc(describe=level, **SECTIONS)
        others = bare[1:] if level == "none" else [BASIC_FACE, KEY_FACE]
        covers = ["REQ-PRIVACY-04", f"policy:describe/{level}"]
        for name, req, reason, face in [
            ("missing", request(), "credentials_missing", BEARER_FACE),
            ("expired", request(EXPIRED), "token_expired", old),
            ("basic", request("Basic"), "basic_malformed", BEARER_FACE),
            ("key", X_BAD, "api_key_unknown", BEARER_FACE),
        ]:
            expect = says(reason, headers=denial(face, *others))
            check(f"three-{level}-{name}", expect, covers, doc=here, req=req)
    here = doc(cors=True, **SECTIONS)
    for name, req, reason in [
        ("missing", request(), "credentials_missing"),
        ("basic", request(NO_BASIC), "password_rejected"),
        ("key", X_BAD, "api_key_unknown"),
    ]:
        expect = says(reason, headers=denial(BEARER_FACE, BASIC_FACE, KEY_FACE, cors=True))
        check(f"three-cors-{name}", expect, ["REQ-CORS-07", "policy:cors"], doc=here, req=req)
    expect = says("ok", headers=[["Cache-Control", "private"]])
    check("three-cors-ok", expect, ["policy:cors"], doc=here, req=request(lines=[["X-API-Key", KEY]]))
    odd = doc(**SECTIONS)
    odd["realm"] = 'a "b" \\ c'
    text = 'realm="a \\"b\\" \\\\ c"'
    faces = [f"Bearer {text}", f'Basic {text}, charset="UTF-8"', f'Api-Key {text}, header="X-API-Key"']
    check("three-realm-escaped", says("credentials_missing", headers=denial(*faces)), ["REQ-HTTP-13"], doc=odd)
    odd["profiles"] = {"p": {"realm": "p", "describe": "none"}}
    faces = ['Bearer realm="p"', 'Basic realm="p"', 'Api-Key realm="p"']
    expect = says("credentials_missing", headers=denial(*faces))
    check("three-profile", expect, ["policy:profiles"], doc=odd, profile="p")


def around():
    """Transport, preflight, `optional` and the clock, whatever the scheme."""
    here = doc(transport="tls", **{**SECTIONS, "session": session(), "bearer": bearer("header", {"cookie": COOKIE})})
    clear = "http://api.example.com/v1"
    told = faulty("invalid_request", "Credentials must be sent over TLS")
    for name, req, scheme in [
        ("basic", request(basic_line(), target=clear), "Basic"),
        ("basic-path", request(basic_line(), target="/v1"), "Basic"),
        ("basic-malformed", request("Basic", target=clear), "Basic"),
        ("basic-twice", request(lines=[["Authorization", basic_line()]] * 2, target=clear), "Basic"),
        ("key-scheme", request(f"Api-Key {KEY}", target=clear), "Api-Key"),
        ("key-field", request(lines=[["X-API-Key", KEY]], target=clear), "Api-Key"),
        ("cookie", request(lines=[["Cookie", f"{COOKIE}={TOKEN}"]], target=clear), "Bearer"),
        ("nothing", request(target=clear), None),
        ("foreign", request("Digest a=b", target=clear), None),
        ("mixed", request(basic_line(), lines=[["X-API-Key", KEY]], target=clear), None),
    ]:
        first = BEARER_FACE if scheme in ("Basic", "Api-Key") else told
        expect = says("insecure_transport", scheme=scheme, subject=None, headers=denial(first, BASIC_FACE, KEY_FACE))
        covers = ["REQ-BASIC-13", "policy:transport/tls", "reason:insecure_transport"]
        covers += ["choice:scheme-at-transport"] if name in ("key-field", "cookie", "mixed") else []
        check(f"tls-{name}-in-clear", expect, covers, doc=here, req=req)
    check("tls-basic-https", says("ok", scheme="Basic"), ["REQ-BASIC-13"], basic_line(), doc=here)
    soft = {**here, "malformed_status": 400}
    expect = says("insecure_transport", 400, scheme="Basic")
    check("tls-basic-400", expect, ["REQ-BASIC-13"], doc=soft, req=request(basic_line(), target=clear))
    asks = [["Origin", "https://app.example.com"], ["Access-Control-Request-Method", "PUT"]]
    expect = says("preflight_exempt", scheme=None, subject=None, headers=[])
    for name, req in [
        ("basic", request(basic_line(), lines=asks, method="OPTIONS")),
        ("key", request(lines=[*asks, ["X-API-Key", KEY]], method="OPTIONS")),
        ("bad", request("Basic", lines=asks, method="OPTIONS")),
    ]:
        check(f"preflight-{name}", expect, ["REQ-CORS-01", "REQ-CORS-03"], doc=ALL, req=req)
    held = doc(preflight="check", **SECTIONS)
    expect = says("credentials_missing", headers=denial(BEARER_FACE, BASIC_FACE, KEY_FACE))
    check(
        "preflight-check-three", expect, ["policy:preflight/check"], doc=held, req=request(lines=asks, method="OPTIONS")
    )
    free = doc(optional=True, **SECTIONS)
    check("optional-three-none", says("anonymous_allowed", headers=[]), ["policy:optional"], doc=free)
    for name, req, reason in [
        ("basic", request(NO_BASIC), "password_rejected"),
        ("basic-malformed", request("Basic"), "basic_malformed"),
        ("key", X_BAD, "api_key_unknown"),
        ("key-empty", request(lines=[["X-API-Key", ""]]), "api_key_malformed"),
        ("foreign", request("Digest a=b"), "scheme_unsupported"),
        ("several", request(NO_BASIC, lines=[["X-API-Key", KEY]]), "multiple_token_methods"),
    ]:
        check(f"optional-three-{name}", says(reason), ["policy:optional"], doc=free, req=req)
    for name, req in [("basic", request(NO_BASIC)), ("key", X_BAD), ("none", request())]:
        expect = says("internal_error", scheme=None, headers=[["Cache-Control", "no-store"]])
        check(f"clock-unset-{name}", expect, ["reason:internal_error", "rule:1/order"], doc=ALL, req=req, now=0)


order()
errors()
levels()
around()
