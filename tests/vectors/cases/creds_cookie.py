"""`check`: a bearer token in a cookie: the Cookie field, forged requests, reasons of the token."""

from creds import (
    BASIC_FACE,
    BEARER_FACE,
    COOKIE,
    KEY_FACE,
    ORIGIN,
    PRIVATE,
    bearer,
    denial,
    doc,
    faulty,
    keys,
    session,
    users,
)
from model.jsontext import Raw
from rows import ISSUER, NOW, TARGET, check, claims, good, policy, request, says

NULL = Raw("null")
TOKEN = good()
ONLY = doc(bearer=bearer({"cookie": COOKIE}), session=session())
WIDE = doc(bearer=bearer("header", {"cookie": COOKIE}), session=session())
OK = says("ok", scheme="Bearer", issuer=ISSUER, subject="alice", key_id="k1", headers=PRIVATE, need=None)
NONE = says("session_cookie_missing", scheme=None, subject=None, headers=denial(BEARER_FACE))
FORGED = says("csrf_rejected", 403, scheme="Bearer", issuer=None, subject=None, headers=[["Cache-Control", "no-store"]])


def crumbs(*lines, **extra):
    """A request with these Cookie lines."""
    return request(lines=[["Cookie", line] for line in lines], **extra)


def field():
    """How the Cookie field is read."""
    it = f"{COOKIE}={TOKEN}"
    for name, lines, expect in [
        ("alone", [it], OK),
        ("first", [f"{it}; a=b"], OK),
        ("last", [f"a=b; {it}"], OK),
        ("middle", [f"a=b; {it}; c=d"], OK),
        ("tight", [f"a=b;{it};c=d"], OK),
        ("tabs", [f"a=b;\t{it}\t;c=d"], OK),
        ("outer-space", [f"  {it}  "], OK),
        ("empty-parts", [f";; {it};;"], OK),
        ("two-lines", ["a=b", it], OK),
        ("two-lines-first", [it, "a=b; c=d"], OK),
        ("quoted", [f'{COOKIE}="{TOKEN}"'], OK),
        ("equals-in-other", [f"a=b=c; {it}"], OK),
        ("quotes-in-other", [f'a="b"; {it}'], OK),
        ("other-twice", [f"a=b; a=b; {it}"], OK),
        ("look-alike-beside", [f"__host-session=x; __HOST-session=y; {it}"], OK),
        ("secure-beside", [f"__Secure-session=x; session=y; {it}"], OK),
        ("longer-beside", [f"{COOKIE}2=x; x{COOKIE}=y; {it}"], OK),
        ("none", [], NONE),
        ("empty-field", [""], NONE),
        ("others-only", ["a=b; c=d"], NONE),
        ("look-alike-lower", [f"__host-session={TOKEN}"], NONE),
        ("look-alike-mixed", [f"__hOsT-session={TOKEN}"], NONE),
        ("name-case", [f"__Host-Session={TOKEN}"], NONE),
        ("no-prefix", [f"session={TOKEN}"], NONE),
        ("secure-prefix", [f"__Secure-session={TOKEN}"], NONE),
        ("longer-name", [f"{COOKIE}2={TOKEN}"], NONE),
        ("inside-value", [f'a="{it}"'], NONE),
        ("name-in-value", [f"a={it}"], NONE),
    ]:
        covers = ["REQ-COOKIE-01"]
        covers += ["REQ-COOKIE-02"] if "look-alike" in name else []
        check(f"cookie-field-{name}", expect, covers, doc=ONLY, req=crumbs(*lines))
    for name, line in [("no-equals", COOKIE), ("equals-first", f"={COOKIE}")]:
        check(f"cookie-field-{name}", NONE, ["REQ-COOKIE-01", "choice:nameless-cookie"], doc=ONLY, req=crumbs(line))
    lower = request(lines=[["cookie", it]])
    check("cookie-field-lower-name", OK, ["REQ-HTTP-43"], doc=ONLY, req=lower)
    twice = says("session_invalid", scheme="Bearer", subject=None, headers=denial(BEARER_FACE))
    for name, lines in [
        ("same", [f"{it}; {it}"]),
        ("two-lines", [it, it]),
        ("good-first", [f"{it}; {COOKIE}=x"]),
        ("good-last", [f"{COOKIE}=x; {it}"]),
        ("one-empty", [f"{it}; {COOKIE}="]),
        ("three", [f"{it}; {it}", it]),
    ]:
        check(f"cookie-twice-{name}", twice, ["REQ-COOKIE-03", "reason:session_invalid"], doc=ONLY, req=crumbs(*lines))
    post = crumbs(f"{it}; {it}", method="POST")
    check("cookie-twice-post", twice, ["REQ-COOKIE-03", "rule:1/order"], doc=ONLY, req=post)
    two = doc(bearer=bearer({"cookie": COOKIE}, {"cookie": "__Secure-sid"}), session=session())
    check("cookie-two-sources-second", OK, ["policy:sources/cookie"], doc=two, req=crumbs(f"__Secure-sid={TOKEN}"))
    face = faulty("invalid_request", "The credentials were sent in more than one way")
    many = says("multiple_token_methods", scheme="Bearer", headers=denial(face))
    req = crumbs(f"{it}; __Secure-sid={TOKEN}")
    check("cookie-two-sources-both", many, ["REQ-BEARER-08"], doc=two, req=req)
    req = crumbs(f"{it}; __Secure-sid={TOKEN}", method="POST")
    check("cookie-two-sources-both-post", many, ["REQ-BEARER-08", "rule:1/order"], doc=two, req=req)
    plain = doc(transport="tls", bearer=bearer({"cookie": "sid"}), session=session())
    check("cookie-unprefixed-tls", OK, ["REQ-COOKIE-06"], doc=plain, req=crumbs(f"sid={TOKEN}"))
    check("cookie-name-with-case", NONE, ["REQ-COOKIE-01"], doc=plain, req=crumbs(f"SID={TOKEN}"))


def token():
    """The token's own ladder, and the slips."""
    for name, value, reason in [
        ("empty", "", "bearer_empty"),
        ("empty-quotes", '""', "bearer_empty"),
        ("undefined", "undefined", "bearer_placeholder"),
        ("null", "null", "bearer_placeholder"),
        ("frame", "${TOKEN}", "bearer_placeholder"),
        ("quoted-twice", f'""{TOKEN}""', "bearer_quoted"),
        ("quote-opened", f'"{TOKEN}', "bearer_quoted"),
        ("quote-closed", f'{TOKEN}"', "bearer_bad_character"),
        ("single-quotes", f"'{TOKEN}'", "bearer_quoted"),
        ("prefix", f"Bearer {TOKEN}", "bearer_prefix_repeated"),
        ("prefix-escaped", f"Bearer%20{TOKEN}", "bearer_prefix_repeated"),
        ("escaped", f"{TOKEN}%3D", "bearer_bad_character"),
        ("newline", f"{TOKEN}\n", "bearer_newline"),
        ("inner-space", f"{TOKEN[:9]} {TOKEN[9:]}", "bearer_bad_character"),
        ("quoted-space", f'" {TOKEN}"', "bearer_bad_character"),
        ("comma", f"{TOKEN},x", "bearer_bad_character"),
        ("non-ascii", f"{TOKEN}\u00e4", "bearer_bad_character"),
        ("json", "{}", "jws_json_given"),
        ("opaque", "abc123", "token_not_jwt"),
        ("five-parts", "a.b.c.d.e", "jwe_given"),
        ("large", "a" * 8193, "token_too_large"),
    ]:
        expect = says(reason, scheme="Bearer", subject=None)
        covers = ["policy:sources/cookie", f"reason:{reason}"]
        covers += ["choice:empty-is-presented"] if name == "empty" else []
        check(f"cookie-token-{name}", expect, covers, doc=ONLY, req=crumbs(f"{COOKIE}={value}"))
    soft = {**ONLY, "malformed_status": 400}
    req = crumbs(f"{COOKIE}=")
    check("cookie-token-empty-400", says("bearer_empty", 400), ["policy:malformed_status"], doc=soft, req=req)
    gone = faulty("invalid_token", "The access token expired")
    expect = says("token_expired", scheme="Bearer", issuer=ISSUER, subject="alice", headers=denial(gone))
    for name, here in [("only", ONLY), ("wide", WIDE)]:
        req = crumbs(f"{COOKIE}={good(claims(exp=NOW - 31))}")
        check(f"cookie-expired-{name}", expect, ["REQ-COOKIE-10", "REQ-HTTP-47"], doc=here, req=req)
    req = crumbs(f"{COOKIE}={TOKEN[:-3]}AAA")
    check("cookie-signature", says("signature_invalid", subject=None), ["REQ-COOKIE-12"], doc=ONLY, req=req)
    req = crumbs(f"{COOKIE}={TOKEN}")
    check("cookie-revoked", says("token_revoked"), ["REQ-COOKIE-12"], doc=ONLY, req=req, revoked=["j-1"])
    face = 'Bearer realm="api", error="insufficient_scope", '
    face += 'error_description="The access token does not cover this operation", scope="write"'
    expect = says("insufficient_scope", 403, scheme="Bearer", headers=denial(face))
    check("cookie-scope", expect, ["REQ-SCOPE-10"], doc=ONLY, req=req, scopes="write")


def nothing():
    """No cookie: which reason, and to whom it is none."""
    covers = ["reason:session_cookie_missing", "REQ-COOKIE-10"]
    more = [BASIC_FACE, KEY_FACE]
    for name, here, reason, faces in [
        ("only", ONLY, "session_cookie_missing", [BEARER_FACE]),
        ("two", doc(bearer=bearer({"cookie": "__Host-a"}, {"cookie": "__Host-b"}), session=session()), None, None),
        ("header-too", WIDE, "credentials_missing", [BEARER_FACE]),
        (
            "query-too",
            doc(bearer=bearer({"cookie": COOKIE}, {"query": "t"}), session=session()),
            "credentials_missing",
            None,
        ),
        ("basic-too", {**ONLY, "basic": users()}, "credentials_missing", [BEARER_FACE, more[0]]),
        ("key-too", {**ONLY, "api_key": keys()}, "credentials_missing", [BEARER_FACE, more[1]]),
    ]:
        reason, faces = reason or "session_cookie_missing", faces or [BEARER_FACE]
        expect = says(reason, scheme=None, headers=denial(*faces))
        check(f"cookie-missing-{name}", expect, [*covers, f"reason:{reason}"], doc=here)
    note = "scope goes with 1001 to 1004 and insufficient_scope, and this is 5301"
    expect = {**NONE, "headers": denial(BEARER_FACE)}
    check(
        "cookie-missing-scopes", expect, [*covers, "rule:5", "choice:scope-on-5301"], doc=ONLY, scopes="read", note=note
    )
    check("cookie-missing-post", NONE, covers, doc=ONLY, req=request(method="POST"))
    free = {**ONLY, "optional": True}
    check("cookie-optional-none", says("anonymous_allowed", headers=[]), ["policy:optional"], doc=free)
    post = request(method="POST")
    check("cookie-optional-none-post", says("anonymous_allowed"), ["policy:optional"], doc=free, req=post)
    for name, value, reason in [("bad", "abc", "token_not_jwt"), ("empty", "", "bearer_empty")]:
        req = crumbs(f"{COOKIE}={value}")
        check(f"cookie-optional-{name}", says(reason), ["policy:optional"], doc=free, req=req)
    req = crumbs(f"{COOKIE}={TOKEN}; {COOKIE}={TOKEN}")
    check("cookie-optional-twice", says("session_invalid"), ["policy:optional"], doc=free, req=req)
    req = crumbs(f"{COOKIE}={TOKEN}", method="POST")
    check("cookie-optional-forged", says("csrf_rejected", 403), ["policy:optional"], doc=free, req=req)
    req = request("Basic YWxpY2U6eA==")
    check("cookie-missing-foreign", says("scheme_unsupported", scheme=None), covers, doc=ONLY, req=req)
    req = request(target=f"{TARGET}?access_token={TOKEN}")
    check("cookie-missing-query", says("credentials_misplaced", scheme="Bearer"), covers, doc=ONLY, req=req)
    req = request(f"Bearer {TOKEN}")
    check("cookie-missing-bearer", says("credentials_misplaced", scheme="Bearer"), covers, doc=ONLY, req=req)
    req = crumbs(f"{COOKIE}={TOKEN}")
    check("cookie-no-source", says("credentials_missing", scheme=None), covers, doc=policy(), req=req)
    for level in ("code", "none"):
        here = {**ONLY, "describe": level}
        check(f"cookie-missing-{level}", NONE, ["REQ-PRIVACY-04"], doc=here)
        check(f"cookie-forged-{level}", FORGED, ["REQ-PRIVACY-04"], doc=here, req={**req, "method": "POST"})
    loud = {**ONLY, "cors": True}
    expect = {**NONE, "headers": denial(BEARER_FACE, cors=True)}
    check("cookie-missing-cors", expect, ["REQ-CORS-07"], doc=loud)
    expect = {**FORGED, "headers": denial(cors=True)}
    check("cookie-forged-cors", expect, ["REQ-CORS-07", "policy:cors"], doc=loud, req={**req, "method": "POST"})


def forged():
    """The table of CSRF: method, Sec-Fetch-Site, Origin, the custom header."""
    covers = ["REQ-COOKIE-07", "REQ-COOKIE-08"]
    it = ["Cookie", f"{COOKIE}={TOKEN}"]
    for method in ("GET", "HEAD", "OPTIONS", "TRACE"):
        cross = [it, ["Sec-Fetch-Site", "cross-site"], ["Origin", "https://evil.example"]]
        req = request(lines=cross, method=method)
        check(f"csrf-safe-{method}", OK, covers, doc=ONLY, req=req)
    for method in ("POST", "PUT", "PATCH", "DELETE", "CONNECT", "PROPFIND", "get", "Head", "GET ", ""):
        name = method.replace(" ", "-space") or "empty"
        check(f"csrf-unsafe-{name}", FORGED, covers, doc=ONLY, req=request(lines=[it], method=method))
    site, origin, crumb = "Sec-Fetch-Site", "Origin", "X-CSRF-Token"
    for name, lines, passes in [
        ("same-origin", [[site, "same-origin"]], True),
        ("same-origin-trimmed", [[site, " same-origin\t"]], True),
        ("same-origin-foreign-origin", [[site, "same-origin"], [origin, "https://evil.example"]], True),
        ("same-origin-null-origin", [[site, "same-origin"], [origin, "null"]], True),
        ("same-site", [[site, "same-site"]], False),
        ("cross-site", [[site, "cross-site"]], False),
        ("none", [[site, "none"]], False),
        ("site-empty", [[site, ""]], False),
        ("site-case", [[site, "Same-Origin"]], False),
        ("site-list", [[site, "same-origin, same-origin"]], False),
        ("site-quoted", [[site, '"same-origin"']], False),
        ("site-twice", [[site, "same-origin"], [site, "same-origin"]], False),
        ("site-twice-other", [[site, "cross-site"], [site, "same-origin"]], False),
        ("site-twice-origin", [[site, "same-origin"], [site, "same-origin"], [origin, ORIGIN]], True),
        ("site-and-token", [[site, "cross-site"], [crumb, "x"]], False),
        ("same-site-and-token", [[site, "same-site"], [crumb, "x"]], False),
        ("site-empty-and-token", [[site, ""], [crumb, "x"]], False),
        ("same-site-origin", [[site, "same-site"], [origin, ORIGIN]], True),
        ("cross-site-origin", [[site, "cross-site"], [origin, ORIGIN]], True),
        ("cross-site-foreign", [[site, "cross-site"], [origin, "https://evil.example"]], False),
        ("origin", [[origin, ORIGIN]], True),
        ("origin-trimmed", [[origin, f" {ORIGIN} "]], True),
        ("origin-second", [[origin, "https://admin.example.com:8443"]], True),
        ("origin-foreign", [[origin, "https://evil.example"]], False),
        ("origin-null", [[origin, "null"]], False),
        ("origin-empty", [[origin, ""]], False),
        ("origin-http", [[origin, "http://app.example.com"]], False),
        ("origin-port", [[origin, f"{ORIGIN}:443"]], False),
        ("origin-slash", [[origin, f"{ORIGIN}/"]], False),
        ("origin-case", [[origin, "https://App.example.com"]], False),
        ("origin-longer", [[origin, f"{ORIGIN}.evil.example"]], False),
        ("origin-sub", [[origin, "https://x.app.example.com"]], False),
        ("origin-list", [[origin, f"{ORIGIN} {ORIGIN}"]], False),
        ("origin-twice", [[origin, ORIGIN], [origin, ORIGIN]], False),
        ("origin-twice-other", [[origin, ORIGIN], [origin, "https://evil.example"]], False),
        ("origin-foreign-and-token", [[origin, "https://evil.example"], [crumb, "x"]], False),
        ("origin-null-and-token", [[origin, "null"], [crumb, "x"]], False),
        ("token", [[crumb, "x"]], True),
        ("token-lower-name", [["x-csrf-token", "x"]], True),
        ("token-spaced", [[crumb, "  x "]], True),
        ("token-empty", [[crumb, ""]], False),
        ("token-blank", [[crumb, " \t "]], False),
        ("token-other-header", [["X-XSRF-Token", "x"]], False),
        ("token-in-cookie", [["Cookie", "X-CSRF-Token=x"]], False),
        ("referer", [["Referer", f"{ORIGIN}/form"]], False),
        ("nothing", [], False),
    ]:
        here = doc(
            bearer=bearer({"cookie": COOKIE}), session=session(origins=[ORIGIN, "https://admin.example.com:8443"])
        )
        req = request(lines=[it, *lines], method="POST")
        check(f"csrf-{name}", OK if passes else FORGED, covers, doc=here, req=req)
    for name, section, lines, passes in [
        ("no-origins", {"csrf": {"header": crumb}}, [[origin, ORIGIN]], False),
        ("no-origins-token", {"csrf": {"header": crumb}}, [[crumb, "x"]], True),
        ("no-header", {"origins": [ORIGIN]}, [[crumb, "x"]], False),
        ("no-header-origin", {"origins": [ORIGIN]}, [[origin, ORIGIN]], True),
        ("header-renamed", {"csrf": {"header": "X-Requested-With"}}, [["x-requested-with", "fetch"]], True),
        ("header-renamed-old", {"csrf": {"header": "X-Requested-With"}}, [[crumb, "x"]], False),
    ]:
        here = doc(bearer=bearer({"cookie": COOKIE}), session=section)
        more = ["choice:session-members"] if section == {"origins": [ORIGIN]} or name == "no-origins" else []
        req = request(lines=[it, *lines], method="POST")
        check(f"csrf-section-{name}", OK if passes else FORGED, covers + more, doc=here, req=req)
    for name, value in [("bad", "abc"), ("empty", ""), ("expired", good(claims(exp=NOW - 99)))]:
        req = crumbs(f"{COOKIE}={value}", method="POST")
        check(f"csrf-before-token-{name}", FORGED, [*covers, "rule:1/order"], doc=ONLY, req=req)
    req = crumbs(f"{COOKIE}=abc", method="POST")
    req["headers"].append([site, "same-origin"])
    check("csrf-then-token", says("token_not_jwt", scheme="Bearer"), covers, doc=ONLY, req=req)
    soft = {**ONLY, "malformed_status": 400}
    req = request(lines=[it], method="POST")
    check("csrf-status", FORGED, ["policy:malformed_status", "REQ-COOKIE-08"], doc=soft, req=req)
    ask = [it, [origin, "https://evil.example"], ["Access-Control-Request-Method", "PUT"]]
    req = request(lines=ask, method="OPTIONS")
    check("csrf-preflight", says("preflight_exempt", scheme=None, headers=[]), ["REQ-CORS-03"], doc=ONLY, req=req)


field()
token()
nothing()
forged()
