"""Policies with `api_key`, `session` and several sections that must not load, and some that must."""

from cases.creds_policy_basic import ALICE, loads
from cases.policy_members import bad
from creds import (
    COOKIE,
    KEY,
    ORIGIN,
    OTHER_KEY,
    bearer,
    doc,
    key_entry,
    keys,
    session,
    users,
)
from model.jsontext import Raw
from rows import policy

NULL = Raw("null")
FIRST = "/api_key/keys/0"


def api_key():
    """The section `api_key`."""
    good = key_entry()
    for name, pointer, section in [
        ("no-object", "/api_key", []),
        ("null", "/api_key", NULL),
        ("empty", "/api_key", {}),
        ("unknown", "/api_key/realm", keys(realm="x")),
        ("header-number", "/api_key/header", keys(header=1)),
        ("header-empty", "/api_key/header", keys(header="")),
        ("header-space", "/api_key/header", keys(header="X API")),
        ("header-colon", "/api_key/header", keys(header="X-API-Key:")),
        ("header-authorization", "/api_key/header", keys(header="Authorization")),
        ("header-authorization-lower", "/api_key/header", keys(header="authorization")),
        ("header-cookie", "/api_key/header", keys(header="COOKIE")),
        ("header-proxy", "/api_key/header", keys(header="Proxy-Authorization")),
        ("header-host", "/api_key/header", keys(header="Host")),
        ("header-origin", "/api_key/header", keys(header="origin")),
        ("header-content-length", "/api_key/header", keys(header="Content-Length")),
        ("header-user-agent", "/api_key/header", keys(header="USER-AGENT")),
        ("header-www-authenticate", "/api_key/header", keys(header="WWW-Authenticate")),
        ("header-sec-fetch-site", "/api_key/header", keys(header="Sec-Fetch-Site")),
        ("header-dpop", "/api_key/header", keys(header="DPoP")),
        ("scheme-number", "/api_key/scheme", keys(scheme=1)),
        ("scheme-empty", "/api_key/scheme", keys(scheme="")),
        ("scheme-space", "/api_key/scheme", keys(scheme="Api Key")),
        ("scheme-colon", "/api_key/scheme", keys(scheme="Api-Key:")),
        ("scheme-bearer", "/api_key/scheme", keys(scheme="Bearer")),
        ("scheme-bearer-case", "/api_key/scheme", keys(scheme="bEARER")),
        ("scheme-basic", "/api_key/scheme", keys(scheme="Basic")),
        ("scheme-digest", "/api_key/scheme", keys(scheme="digest")),
        ("scheme-dpop", "/api_key/scheme", keys(scheme="DPoP")),
        ("scheme-negotiate", "/api_key/scheme", keys(scheme="Negotiate")),
        ("scheme-ntlm", "/api_key/scheme", keys(scheme="NTLM")),
        ("query-number", "/api_key/query", keys(query=1)),
        ("query-empty", "/api_key/query", keys(query="")),
        ("prefix-number", "/api_key/prefix", keys(prefix=1)),
        ("checksum-text", "/api_key/checksum", keys(checksum="yes")),
        ("checksum-null", "/api_key/checksum", keys(checksum=NULL)),
        ("environment-number", "/api_key/environment", keys(environment=1)),
        ("environment-empty", "/api_key/environment", keys(environment="")),
        ("no-place", "/api_key", keys(header=NULL, scheme=NULL)),
        ("no-place-null", "/api_key", keys(header=NULL, scheme=NULL, query=NULL)),
        ("keys-object", "/api_key/keys", {"keys": {"billing": good}}),
        ("keys-null", "/api_key/keys", {"keys": NULL}),
        ("keys-clear-text", f"{FIRST}", {"keys": [KEY]}),
        ("keys-ref-unknown", "/api_key/keys", {"keys": {"ref": "keys"}}),
        ("key-null", "/api_key/keys/1", {"keys": [good, NULL]}),
        ("key-no-id", FIRST, {"keys": [{"sha256": good["sha256"]}]}),
        ("key-no-hash", FIRST, {"keys": [{"id": "a"}]}),
        ("key-unknown", f"{FIRST}/key", {"keys": [{**good, "key": KEY}]}),
        ("key-id-number", f"{FIRST}/id", {"keys": [{**good, "id": 1}]}),
        ("key-id-empty", f"{FIRST}/id", {"keys": [{**good, "id": ""}]}),
        ("key-id-non-ascii", f"{FIRST}/id", {"keys": [{**good, "id": "\u00e4"}]}),
        ("key-id-newline", f"{FIRST}/id", {"keys": [{**good, "id": "a\n"}]}),
        ("key-hash-short", f"{FIRST}/sha256", {"keys": [{**good, "sha256": good["sha256"][:-1]}]}),
        ("key-hash-long", f"{FIRST}/sha256", {"keys": [{**good, "sha256": good["sha256"] + "0"}]}),
        ("key-hash-letter", f"{FIRST}/sha256", {"keys": [{**good, "sha256": "g" + good["sha256"][1:]}]}),
        ("key-hash-empty", f"{FIRST}/sha256", {"keys": [{**good, "sha256": ""}]}),
        ("key-hash-number", f"{FIRST}/sha256", {"keys": [{**good, "sha256": 1}]}),
        ("key-hash-prefixed", f"{FIRST}/sha256", {"keys": [{**good, "sha256": "sha256:" + good["sha256"]}]}),
        ("key-scopes-text", f"{FIRST}/scopes", {"keys": [{**good, "scopes": 1}]}),
        ("key-scopes-member", f"{FIRST}/scopes/0", {"keys": [{**good, "scopes": ["a\\b"]}]}),
        ("key-environment", f"{FIRST}/environment", {"keys": [{**good, "environment": 1}]}),
        ("key-environment-empty", f"{FIRST}/environment", {"keys": [{**good, "environment": ""}]}),
        ("key-not-before-text", f"{FIRST}/not_before", {"keys": [{**good, "not_before": "1700000000"}]}),
        ("key-expires-text", f"{FIRST}/expires", {"keys": [{**good, "expires": "2030-01-01"}]}),
        ("key-expires-fraction", f"{FIRST}/expires", {"keys": [{**good, "expires": Raw("1.5")}]}),
        ("key-expires-true", f"{FIRST}/expires", {"keys": [{**good, "expires": True}]}),
        ("key-revoked-number", f"{FIRST}/revoked", {"keys": [{**good, "revoked": 1}]}),
        ("key-revoked-null", f"{FIRST}/revoked", {"keys": [{**good, "revoked": NULL}]}),
        ("key-id-twice", "/api_key/keys/1/id", keys(good, key_entry(OTHER_KEY))),
        ("key-hash-twice", "/api_key/keys/1/sha256", keys(good, key_entry(name="b"))),
        (
            "key-hash-twice-case",
            "/api_key/keys/2/sha256",
            keys(good, key_entry(OTHER_KEY, "b"), {"id": "c", "sha256": good["sha256"].upper()}),
        ),
    ]:
        covers = ["policy:api_key", "choice:pointer"]
        covers += ["REQ-APIKEY-04"] if "clear-text" in name else []
        bad(f"api-key-{name}", pointer, doc(api_key=section), *covers)
    header = doc(bearer=bearer("header", {"header": "x-api-key"}), api_key=keys())
    bad("api-key-header-taken", "/api_key/header", header, "policy:api_key", "choice:pointer")
    named = doc(bearer=bearer("header", {"header": "X-Token"}), api_key=keys(header="x-token"))
    bad("api-key-header-taken-named", "/api_key/header", named, "policy:api_key", "choice:pointer")
    query = doc(bearer=bearer("header", {"query": "k"}), api_key=keys(query="k"))
    bad("api-key-query-taken", "/api_key/query", query, "policy:api_key", "choice:pointer")
    loads("api-key", doc(api_key=keys()), "policy:api_key")
    full = key_entry(scopes=["a"], environment="prod", not_before=0, expires=4102444800, revoked=False)
    every = keys(full, header="X-K", scheme="Token", query="k", prefix="cs_", checksum=True, environment="prod")
    loads("api-key-every-member", doc(api_key=every), "policy:api_key")
    nulls = keys(key_entry(not_before=NULL, expires=NULL), query=NULL, prefix=NULL, environment=NULL)
    loads("api-key-nulls", doc(api_key=nulls), "policy:api_key")
    for name, places in [
        ("header", {"scheme": NULL}),
        ("scheme", {"header": NULL}),
        ("query", {"header": NULL, "scheme": NULL, "query": "k"}),
    ]:
        loads(f"api-key-{name}-alone", doc(api_key=keys(**places)), "policy:api_key")
    other = doc(bearer=bearer("header", {"query": "K"}), api_key=keys(query="k"))
    loads("api-key-query-other-case", other, "policy:api_key")


def cookies():
    """`session`, and cookies among the sources."""
    it = {"cookie": COOKIE}
    for name, pointer, section in [
        ("no-object", "/session", []),
        ("null", "/session", NULL),
        ("unknown", "/session/cookie", session(cookie=COOKIE)),
        ("csrf-text", "/session/csrf", session(csrf="X-CSRF-Token")),
        ("csrf-empty", "/session/csrf", session(csrf={})),
        ("csrf-null", "/session/csrf", session(csrf=NULL)),
        ("csrf-unknown", "/session/csrf/cookie", session(csrf={"header": "X", "cookie": "y"})),
        ("csrf-header-number", "/session/csrf/header", session(csrf={"header": 1})),
        ("csrf-header-empty", "/session/csrf/header", session(csrf={"header": ""})),
        ("csrf-header-space", "/session/csrf/header", session(csrf={"header": "X CSRF"})),
        ("origins-text", "/session/origins", session(origins=ORIGIN)),
        ("origins-null", "/session/origins", session(origins=NULL)),
        ("origin-number", "/session/origins/0", session(origins=[1])),
        ("origin-null-text", "/session/origins/1", session(origins=[ORIGIN, "null"])),
        ("origin-star", "/session/origins/0", session(origins=["*"])),
        ("origin-empty", "/session/origins/0", session(origins=[""])),
        ("origin-host", "/session/origins/0", session(origins=["app.example.com"])),
        ("origin-slash", "/session/origins/0", session(origins=[f"{ORIGIN}/"])),
        ("origin-path", "/session/origins/0", session(origins=[f"{ORIGIN}/app"])),
        ("origin-query", "/session/origins/0", session(origins=[f"{ORIGIN}?x"])),
        ("origin-upper", "/session/origins/0", session(origins=["https://App.example.com"])),
        ("origin-scheme-upper", "/session/origins/0", session(origins=["HTTPS://app.example.com"])),
        ("origin-user", "/session/origins/0", session(origins=["https://me@app.example.com"])),
        ("origin-port-text", "/session/origins/0", session(origins=[f"{ORIGIN}:https"])),
        ("origin-port-empty", "/session/origins/0", session(origins=[f"{ORIGIN}:"])),
        ("origin-no-host", "/session/origins/0", session(origins=["https://"])),
        ("origin-wildcard", "/session/origins/0", session(origins=["https://*.example.com"])),
        ("origin-list", "/session/origins/0", session(origins=[f"{ORIGIN}, {ORIGIN}"])),
        ("origin-space", "/session/origins/0", session(origins=[f" {ORIGIN}"])),
        ("csrf-header-origin", "/session/csrf/header", session(csrf={"header": "Origin"})),
        ("csrf-header-host", "/session/csrf/header", session(csrf={"header": "host"})),
        ("csrf-header-web-socket", "/session/csrf/header", session(csrf={"header": "Sec-WebSocket-Protocol"})),
        ("csrf-header-upgrade", "/session/csrf/header", session(csrf={"header": "Upgrade-Insecure-Requests"})),
        ("csrf-header-last-event", "/session/csrf/header", session(csrf={"header": "last-event-id"})),
        ("origin-non-ascii", "/session/origins/0", session(origins=["https://b\u00fccher.example"])),
    ]:
        bad(f"session-{name}", pointer, doc(bearer=bearer(it), session=section), "policy:session", "REQ-COOKIE-06")
    covers = ["policy:session", "REQ-COOKIE-06", "loader:contradiction", "choice:pointer"]
    bad("session-no-cookie", "/session", doc(bearer=bearer("header"), session=session()), *covers)
    bad("session-no-sources", "/session", policy(session=session()), *covers)
    bad("session-beside-basic", "/session", {**policy(session=session()), "basic": users()}, *covers)
    bad("cookie-no-session", "/bearer/sources/1", doc(bearer=bearer("header", it)), *covers)
    bad("cookie-no-session-tls", "/bearer/sources/0", doc(transport="tls", bearer=bearer({"cookie": "sid"})), *covers)
    for name, cookie in {
        "empty": "",
        "number": 1,
        "null": NULL,
        "space": "a b",
        "equals": "a=b",
        "semicolon": "a;b",
        "comma": "a,b",
        "quote": '"a"',
        "non-ascii": "\u00e4",
    }.items():
        here = doc(transport="tls", bearer=bearer("header", {"cookie": cookie}), session=session())
        bad(f"cookie-name-{name}", "/bearer/sources/1/cookie", here, "policy:sources/cookie", "REQ-COOKIE-01")
    for name, cookie in {
        "lower": "__host-session",
        "mixed": "__hOsT-session",
        "upper": "__HOST-session",
        "secure-lower": "__secure-session",
        "secure-upper": "__SECURE-session",
    }.items():
        here = doc(transport="tls", bearer=bearer({"cookie": cookie}), session=session())
        bad(f"cookie-prefix-{name}", "/bearer/sources/0/cookie", here, "REQ-COOKIE-02", "policy:sources/cookie")
    for name, extra in [("absent", {}), ("any", {"transport": "any"})]:
        here = doc(bearer=bearer("header", {"cookie": "session"}), session=session(), **extra)
        covers = ["REQ-COOKIE-06", "policy:sources/cookie", "choice:pointer"]
        bad(f"cookie-unprefixed-transport-{name}", "/bearer/sources/1/cookie", here, *covers)
    here = doc(bearer=bearer({"cookie": COOKIE, "header": "X"}), session=session())
    bad("cookie-and-header-in-one", "/bearer/sources/0", here, "policy:sources/cookie")
    loads("cookie", doc(bearer=bearer("header", it), session=session()), "policy:session")
    secure = doc(bearer=bearer("header", {"cookie": "__Secure-sid"}), session=session())
    loads("cookie-secure-prefix", secure, "policy:sources/cookie")
    # The request's target is https, so nothing but the cookie is missing.
    plain = doc(transport="tls", bearer=bearer("header", {"cookie": "sid"}), session=session())
    loads("cookie-unprefixed-tls", plain, "REQ-COOKIE-06")
    for name, origins in {
        "port": ["http://localhost:8080"],
        "ip": ["https://127.0.0.1"],
        "ipv6": ["https://[::1]:8443"],
        "several": [ORIGIN, "https://admin.example.com"],
        "repeated-warns": [ORIGIN, "https://b.example", ORIGIN],
    }.items():
        here = doc(bearer=bearer("header", it), session=session(origins=origins))
        loads(f"session-origins-{name}", here, "policy:session")


def together():
    """`schemes`, and documents with some sections only."""
    three = {"bearer": bearer(), "basic": users(), "api_key": keys()}
    for name, schemes, sections in [
        ("basic-absent", ["bearer", "basic"], ["bearer"]),
        ("key-absent", ["basic", "api_key"], ["basic"]),
        ("bearer-absent", ["api_key", "bearer"], ["api_key", "basic"]),
        ("dpop-absent", ["bearer", "dpop"], ["bearer", "basic", "api_key"]),
        ("digest-absent", ["basic", "digest"], ["bearer", "basic", "api_key"]),
    ]:
        here = doc(schemes=schemes, **{section: three[section] for section in sections})
        bad(f"schemes-{name}", "/schemes/1", here, "policy:schemes", "loader:contradiction")
    for name, schemes, pointer in [
        ("none", [], "/schemes"),
        ("case", ["Basic"], "/schemes/0"),
        ("dash", ["basic", "api-key"], "/schemes/1"),
        ("session", ["bearer", "session"], "/schemes/1"),
        ("number", ["basic", 1], "/schemes/1"),
    ]:
        bad(f"schemes-three-{name}", pointer, doc(schemes=schemes, **three), "policy:schemes")
    for name in three:
        loads(f"only-{name}", doc(**{name: three[name]}), f"policy:{name}")
    bad("only-profiles", "", doc(profiles={}), "loader:no-section", "REQ-HTTP-28", "choice:pointer")
    bad("digest-beside", "/digest", doc(**three, digest={}), "decision:1")
    bad("dpop-beside", "/dpop", doc(**three, dpop={}), "decision:1")
    bad("order-basic-first", ALICE, doc(basic={"users": {"alice": "x"}}, api_key={"keys": 1}), "loader:order")
    bad("order-key-first", "/api_key/keys", doc(api_key={"keys": 1}, basic={"users": {"alice": "x"}}), "loader:order")
    late = doc(bearer=bearer({"cookie": COOKIE}), basic={"users": {"alice": "x"}})
    bad("order-several-last", ALICE, late, "loader:order")
    both = {"unknown": 1, "users": {"alice": "x"}}
    bad("order-inside", "/basic/unknown", doc(basic=both), "loader:order")
    late = doc(api_key={"colour": 1})
    bad("order-missing-keys", "/api_key", late, "loader:order", "loader:missing-member")


api_key()
cookies()
together()
