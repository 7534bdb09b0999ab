"""`check`: which of several credentials counts, and what is said of schemes that the policy lacks."""

from creds import (
    BASIC_FACE,
    BEARER_FACE,
    COOKIE,
    KEY,
    KEY_FACE,
    MANY,
    OTHER_KEY,
    PRIVATE,
    REPEATED,
    b64,
    basic_line,
    bearer,
    denial,
    doc,
    faulty,
    key_entry,
    keys,
    session,
    users,
)
from rows import TARGET, check, good, request, says

TOKEN = good()
ALL = doc(bearer=bearer(), basic=users(), api_key=keys())
WIDE = doc(
    bearer=bearer("header", {"header": "X-Token"}, {"query": "access_token"}, {"cookie": COOKIE}),
    basic=users(),
    api_key=keys(query="api_key"),
    session=session(),
)
BEARER = f"Bearer {TOKEN}"
X_KEY = ["X-API-Key", KEY]
X_TOKEN = ["X-Token", TOKEN]
CRUMB = ["Cookie", f"{COOKIE}={TOKEN}"]
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"
NO_TOKEN = "The access token format is not supported"


def alone():
    """One credential, each place in turn."""
    ok = says("ok", scheme="Bearer", subject="alice", key_id="k1", headers=[])
    check("which-bearer", ok, ["REQ-HTTP-29"], BEARER, doc=WIDE)
    moved = {**ok, "headers": PRIVATE}
    check("which-field", moved, ["REQ-CACHE-06"], doc=WIDE, req=request(lines=[X_TOKEN]))
    target = f"{TARGET}?access_token={TOKEN}"
    check("which-query", moved, ["REQ-CACHE-04"], doc=WIDE, req=request(target=target))
    check("which-cookie", moved, ["REQ-CACHE-06"], doc=WIDE, req=request(lines=[CRUMB]))
    bare = {"issuer": None, "key_id": None, "claims": None, "need": None}
    expect = says("ok", scheme="Basic", subject="alice", headers=[], **bare)
    check("which-basic", expect, ["REQ-BASIC-01", "REQ-CACHE-01"], basic_line(), doc=WIDE)
    expect = says("ok", scheme="Api-Key", subject="billing", headers=PRIVATE, **bare)
    check("which-key-field", expect, ["REQ-APIKEY-01", "REQ-CACHE-06"], doc=WIDE, req=request(lines=[X_KEY]))
    req = request(target=f"{TARGET}?api_key={KEY}")
    check("which-key-query", expect, ["REQ-APIKEY-12", "REQ-CACHE-06"], doc=WIDE, req=req)
    expect = {**expect, "headers": []}
    check("which-key-scheme", expect, ["REQ-APIKEY-01", "REQ-CACHE-01"], f"Api-Key {KEY}", doc=WIDE)
    nameless = request(lines=[["", "z"]])
    expect = says("anonymous_allowed", scheme=None, subject=None, headers=[])
    check("which-nameless", expect, ["REQ-HTTP-43"], doc={**doc(bearer=bearer()), "optional": True}, req=nameless)
    expect = says("credentials_missing", scheme=None)
    check(
        "which-nameless-key",
        expect,
        ["REQ-HTTP-43"],
        doc=doc(api_key=keys(header=None)),
        req=request(lines=[["", KEY]]),
    )
    three = denial(BEARER_FACE, BASIC_FACE, KEY_FACE)
    expect = says("credentials_missing", scheme=None, headers=three)
    check("which-none", expect, ["REQ-HTTP-28", "REQ-HTTP-38"], doc=WIDE)
    for name, value in [("upper", "BASIC"), ("lower", "basic"), ("mixed", "bAsIc")]:
        value = f"{value} {b64('alice:')}"
        expect = says("password_rejected", scheme="Basic")
        check(f"which-basic-{name}", expect, ["REQ-HTTP-01"], value, doc=ALL)
    for name, value in [("upper", "API-KEY"), ("lower", "api-key")]:
        check(f"which-key-{name}", says("ok", scheme="Api-Key"), ["REQ-HTTP-01"], f"{value} {KEY}", doc=ALL)


def pairs():
    """Two presented ones are never chosen between."""
    query = f"{TARGET}?access_token={TOKEN}"
    key_query = f"{TARGET}?api_key={KEY}"
    plain = [BEARER_FACE, BASIC_FACE, KEY_FACE]
    for name, req, scheme in [
        ("bearer-field", request(BEARER, lines=[X_TOKEN]), "Bearer"),
        ("bearer-query", request(BEARER, target=query), "Bearer"),
        ("field-query", request(lines=[X_TOKEN], target=query), "Bearer"),
        ("field-field", request(lines=[X_TOKEN, X_TOKEN]), "Bearer"),
        ("query-query", request(target=f"{query}&access_token={TOKEN}"), "Bearer"),
        ("bearer-key", request(BEARER, lines=[X_KEY]), None),
        ("bearer-key-query", request(BEARER, target=key_query), None),
        ("basic-field", request(basic_line(), lines=[X_TOKEN]), None),
        ("basic-query", request(basic_line(), target=query), None),
        ("basic-key", request(basic_line(), lines=[X_KEY]), None),
        ("basic-key-query", request(basic_line(), target=key_query), None),
        ("key-scheme-field", request(f"Api-Key {KEY}", lines=[X_TOKEN]), None),
        ("key-scheme-query", request(f"Api-Key {KEY}", target=query), None),
        ("key-field-field", request(lines=[X_KEY, X_TOKEN]), None),
        ("key-field-query", request(lines=[X_KEY], target=query), None),
        ("key-query-field", request(lines=[X_TOKEN], target=key_query), None),
        ("key-query-query", request(target=f"{query}&api_key={KEY}"), None),
        ("key-scheme-key-field", request(f"Api-Key {KEY}", lines=[X_KEY]), "Api-Key"),
        ("key-scheme-key-query", request(f"Api-Key {KEY}", target=key_query), "Api-Key"),
        ("key-field-key-query", request(lines=[X_KEY], target=key_query), "Api-Key"),
        ("key-query-twice", request(target=f"{key_query}&api_key={KEY}"), "Api-Key"),
        ("three-of-one", request(f"Api-Key {KEY}", lines=[X_KEY], target=key_query), "Api-Key"),
        ("three", request(basic_line(), lines=[X_KEY, X_TOKEN]), None),
        ("key-twice-bearer", request(BEARER, lines=[X_KEY, X_KEY]), None),
        ("key-twice-query", request(lines=[X_KEY, X_KEY], target=key_query), "Api-Key"),
        ("key-twice-scheme", request(f"Api-Key {KEY}", lines=[X_KEY, X_KEY]), "Api-Key"),
        ("cookie-beside-two", request(basic_line(), lines=[X_KEY, CRUMB]), None),
        ("foreign-beside-two", request("Digest a=b", lines=[X_KEY, X_TOKEN]), None),
    ]:
        faces = plain if scheme == "Api-Key" else [MANY, *plain[1:]]
        expect = says("multiple_token_methods", scheme=scheme, subject=None, headers=denial(*faces))
        covers = ["REQ-BEARER-08", "REQ-APIKEY-02", "REQ-HTTP-47"]
        check(f"pair-{name}", expect, covers, doc=WIDE, req=req)
    for name, lines in [("same", [X_KEY, X_KEY]), ("other", [X_KEY, ["x-api-key", OTHER_KEY]])]:
        expect = says("api_key_malformed", scheme="Api-Key", headers=denial(*plain))
        check(f"key-lines-{name}", expect, ["REQ-APIKEY-02"], doc=WIDE, req=request(lines=lines))
    expect = says("api_key_malformed", scheme="Api-Key")
    req = request(lines=[X_KEY, X_KEY, CRUMB])
    check("key-lines-beside-cookie", expect, ["REQ-APIKEY-02", "REQ-COOKIE-09"], doc=WIDE, req=req)
    req = request("Digest a=b", lines=[X_KEY, X_KEY])
    check("key-lines-beside-foreign", expect, ["REQ-APIKEY-02", "rule:1/foreign-counts-as-absent"], doc=WIDE, req=req)
    same = request(lines=[X_KEY, ["X-API-Key", ""]])
    check("key-lines-one-empty", expect, ["REQ-APIKEY-02"], doc=WIDE, req=same)
    empty = request(BEARER, lines=[["X-API-Key", ""]])
    note = "an empty field is presented all the same"
    expect = says("multiple_token_methods", scheme=None)
    check(
        "pair-bearer-key-empty", expect, ["REQ-APIKEY-02", "choice:empty-is-presented"], doc=ALL, req=empty, note=note
    )


def cookies_give_way():
    """A cookie counts only if nothing else is presented, and is then not looked at."""
    covers = ["REQ-COOKIE-09"]
    crumbs = {
        "good": [CRUMB],
        "bad": [["Cookie", f"{COOKIE}=nonsense"]],
        "doubled": [CRUMB, CRUMB],
    }
    for name, lines in crumbs.items():
        for scheme, extra in [
            ("bearer", request(BEARER, lines=lines, method="POST")),
            ("key", request(lines=[X_KEY, *lines], method="POST")),
            ("key-query", request(lines=lines, method="POST", target=f"/v1?api_key={KEY}")),
        ]:
            check(f"cookie-{name}-beside-{scheme}", says("ok"), [*covers, "REQ-COOKIE-03"], doc=WIDE, req=extra)
    req = request(basic_line(), lines=[CRUMB], method="DELETE")
    check("cookie-beside-basic", says("ok", scheme="Basic", headers=[]), covers, doc=WIDE, req=req)
    req = request("Bearer null", lines=[CRUMB])
    check("cookie-beside-bad-bearer", says("bearer_placeholder", scheme="Bearer"), covers, doc=WIDE, req=req)
    req = request(lines=[["X-API-Key", "wrong"], CRUMB])
    check("cookie-beside-bad-key", says("api_key_unknown", scheme="Api-Key"), covers, doc=WIDE, req=req)
    req = request(f"Basic {b64(':x')}", lines=[CRUMB])
    check("cookie-beside-bad-basic", says("password_rejected", scheme="Basic"), covers, doc=WIDE, req=req)
    only = doc(bearer=bearer({"cookie": COOKIE}), session=session())
    expect = says("credentials_misplaced", scheme="Bearer")
    req = request(BEARER, lines=[CRUMB])
    check("cookie-beside-bearer-off", expect, [*covers, "rule:1/header-off"], doc=only, req=req)
    req = request("Basic YWxpY2U6eA==", lines=[CRUMB])
    check("cookie-beside-foreign", says("ok", scheme="Bearer", headers=PRIVATE), covers, doc=only, req=req)
    req = request("Basic YWxpY2U6eA==", lines=[CRUMB], method="POST")
    expect = says("csrf_rejected", 403, scheme="Bearer")
    check("cookie-beside-foreign-post", expect, [*covers, "REQ-COOKIE-08"], doc=only, req=req)
    req = request(lines=[CRUMB], target=f"{TARGET}?access_token={TOKEN}")
    check("cookie-beside-query-off", says("ok", scheme="Bearer"), ["REQ-BEARER-07", "D-07"], doc=only, req=req)


def lacking():
    """An Authorization of a scheme that the policy has no section for."""
    by_key = doc(api_key=keys())
    by_basic = doc(basic=users())
    both = doc(basic=users(), api_key=keys())
    for name, value, policy, faces in [
        ("bearer-at-basic", BEARER, by_basic, [BASIC_FACE]),
        ("bearer-alone-at-basic", "Bearer", by_basic, [BASIC_FACE]),
        ("bearer-at-key", BEARER, by_key, [KEY_FACE]),
        ("basic-at-key", basic_line(), by_key, [KEY_FACE]),
        ("key-at-basic", f"Api-Key {KEY}", by_basic, [BASIC_FACE]),
        ("jwt-at-basic", JWT, by_basic, [BASIC_FACE]),
        ("jwt-at-both", JWT, both, [BASIC_FACE, KEY_FACE]),
        ("digest", 'Digest username="a", realm="b"', ALL, [BEARER_FACE, BASIC_FACE, KEY_FACE]),
        ("token", "Token abc", ALL, [BEARER_FACE, BASIC_FACE, KEY_FACE]),
        ("apikey-no-dash", f"ApiKey {KEY}", ALL, [BEARER_FACE, BASIC_FACE, KEY_FACE]),
        ("basics", "Basics YWxpY2U6eA==", ALL, [BEARER_FACE, BASIC_FACE, KEY_FACE]),
        ("dpop", "DPoP abc", ALL, [BEARER_FACE, BASIC_FACE, KEY_FACE]),
        ("key-scheme-off", f"Api-Key {KEY}", doc(api_key=keys(scheme=None)), [KEY_FACE]),
    ]:
        expect = says("scheme_unsupported", scheme=None, subject=None, headers=denial(*faces))
        check(f"lacking-{name}", expect, ["reason:scheme_unsupported", "rule:5"], value, doc=policy)
    for name, value, policy in [
        ("comma", "Bearer a, Bearer b", by_basic),
        ("comma-digest", "Digest a, Digest b", both),
        ("colon", "Bearer: x", by_basic),
        ("basic-blank", "Basic YWxp Y2U=", by_key),
        ("basic-alphabet", "Basic a(b", by_key),
        ("empty", "", both),
        ("no-word", "(x) y", both),
        ("quotes", 'Digest realm="a', both),
    ]:
        reason = "authorization_repeated" if name == "comma" else "authorization_malformed"
        expect = says(reason, scheme=None)
        check(f"lacking-malformed-{name}", expect, ["REQ-HTTP-02", "REQ-HTTP-33"], value, doc=policy)
        req = request(value, lines=[X_KEY])
        covers = ["REQ-HTTP-02", "rule:1/order"]
        check(f"lacking-malformed-{name}-beside-key", expect, covers, doc={**policy, "api_key": keys()}, req=req)
    for name, value in [
        ("bearer", BEARER),
        ("basic", basic_line()),
        ("digest", "Digest a=b"),
        ("jwt", JWT),
        ("unknown", "Hawk abc"),
    ]:
        expect = says("ok", scheme="Api-Key", subject="billing", headers=PRIVATE)
        req = request(value, lines=[X_KEY])
        covers = ["rule:1/foreign-counts-as-absent"]
        check(f"lacking-{name}-beside-key", expect, covers, doc=by_key, req=req)
    req = request(JWT, lines=[X_KEY])
    expect = says("bearer_scheme_missing", scheme=None)
    check("jwt-beside-key", expect, ["rule:1/order", "D-06"], doc=ALL, req=req)
    check("jwt-at-all", expect, ["D-06"], JWT, doc=ALL)
    note = "without a section for bearer nobody looks for its query parameter"
    req = request(target=f"{TARGET}?access_token={TOKEN}")
    expect = says("credentials_missing", scheme=None)
    check("query-without-bearer", expect, ["REQ-BEARER-07"], doc=both, req=req, note=note)
    check("query-off-at-all", says("credentials_misplaced", scheme="Bearer"), ["REQ-BEARER-07"], doc=ALL, req=req)
    beside = {**req, "headers": [X_KEY]}
    check("query-off-beside-key", says("ok", scheme="Api-Key"), ["REQ-BEARER-07", "D-07"], doc=ALL, req=beside)
    off = doc(bearer=bearer({"query": "jwt"}), basic=users())
    check(
        "header-off-beside-basic",
        says("credentials_misplaced", scheme="Bearer"),
        ["rule:1/header-off"],
        BEARER,
        doc=off,
    )
    off = doc(bearer=bearer({"query": "jwt"}), api_key=keys())
    req = request(BEARER, lines=[X_KEY])
    check("header-off-and-key", says("multiple_token_methods", scheme=None), ["REQ-APIKEY-02"], doc=off, req=req)
    named = doc(bearer=bearer(), api_key=keys(key_entry(), query="access_token"))
    req = request(target=f"{TARGET}?access_token={KEY}")
    check("query-is-a-key", says("ok", scheme="Api-Key"), ["REQ-APIKEY-12"], doc=named, req=req)


def repeated():
    """More than one Authorization, as lines or joined with a comma."""
    basic = basic_line()
    plain = [BEARER_FACE, BASIC_FACE, KEY_FACE]
    for name, lines, scheme in [
        ("basic-basic", [basic, basic], "Basic"),
        ("basic-case", [basic, basic.replace("Basic", "BASIC")], "Basic"),
        ("key-key", [f"Api-Key {KEY}", f"Api-Key {OTHER_KEY}"], "Api-Key"),
        ("bearer-bearer", [BEARER, BEARER], "Bearer"),
        ("basic-bearer", [basic, BEARER], None),
        ("bearer-basic", [BEARER, basic], None),
        ("basic-key", [basic, f"Api-Key {KEY}"], None),
        ("basic-foreign", [basic, "Digest a=b"], None),
        ("foreign-foreign", ["Digest a=b", "Digest a=b"], None),
        ("basic-empty", [basic, ""], None),
        ("three", [basic, basic, basic], "Basic"),
        ("three-mixed", [basic, basic, BEARER], None),
    ]:
        faces = plain if scheme in ("Basic", "Api-Key") else [REPEATED, *plain[1:]]
        expect = says("authorization_repeated", scheme=scheme, headers=denial(*faces))
        req = request(lines=[["Authorization", value] for value in lines])
        check(f"repeated-{name}", expect, ["REQ-HTTP-32", "REQ-HTTP-47"], doc=ALL, req=req)
    for name, value, scheme in [
        ("basic-basic", f"{basic}, {basic}", "Basic"),
        ("basic-bearer", f"{basic}, Bearer abc", "Basic"),
        ("basic-tight", f"{basic},{basic}", "Basic"),
        ("basic-tab", f"{basic},\t{basic}", "Basic"),
        ("key-key", f"Api-Key {KEY}, Api-Key {OTHER_KEY}", "Api-Key"),
        ("key-basic", f"Api-Key {KEY}, {basic}", "Api-Key"),
        ("bearer-basic", f"{BEARER}, {basic}", "Bearer"),
    ]:
        faces = [REPEATED, *plain[1:]] if scheme == "Bearer" else plain
        expect = says("authorization_repeated", scheme=scheme, headers=denial(*faces))
        check(f"joined-{name}", expect, ["REQ-HTTP-33"], value, doc=ALL)
    expect = says("authorization_repeated", scheme=None, headers=denial(KEY_FACE))
    req = request(lines=[["Authorization", BEARER], ["Authorization", BEARER]])
    check("repeated-lacking", expect, ["REQ-HTTP-32"], doc=doc(api_key=keys()), req=req)
    req = request(lines=[["Authorization", basic], ["Authorization", basic], X_KEY])
    check("repeated-beside-key", says("authorization_repeated", scheme="Basic"), ["rule:1/order"], doc=ALL, req=req)
    twice = doc(bearer=bearer(), basic=users(), malformed_status=400)
    check("repeated-400", says("authorization_repeated", 400), ["D-19"], f"{basic}, {basic}", doc=twice)
    line = [["Proxy-Authorization", basic]]
    req = request(lines=line)
    check("proxy-authorization", says("credentials_missing", scheme=None), ["REQ-HTTP-40"], doc=ALL, req=req)


def slips_beside():
    """The grammar of Authorization is judged before the number of places, what is inside it after."""
    for name, value, reason, scheme in [
        ("basic-empty", "Basic", "basic_malformed", "Basic"),
        ("basic-blank", "Basic YWxp Y2U=", "basic_malformed", "Basic"),
        ("basic-no-colon", f"Basic {b64('alice')}", "multiple_token_methods", None),
        ("key-empty", "Api-Key", "api_key_malformed", "Api-Key"),
        ("bearer-colon", "Bearer: x", "bearer_colon", "Bearer"),
    ]:
        req = request(value, lines=[X_KEY])
        covers = ["rule:1/order", "choice:slip-beside-key"]
        check(f"slip-beside-{name}", says(reason, scheme=scheme), covers, doc=ALL, req=req)
    face = faulty("invalid_token", NO_TOKEN)
    expect = says("token_not_jwt", scheme="Bearer", headers=denial(face, BASIC_FACE, KEY_FACE))
    check("opaque-among-three", expect, ["rule:4"], "Bearer abc", doc=ALL)


alone()
pairs()
cookies_give_way()
lacking()
repeated()
slips_beside()
