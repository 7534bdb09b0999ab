"""`check`: where a credential may stand, transport, preflight, cors, describe, malformed_status, optional."""

from rows import NOW, TARGET, check, claims, good, issuer, policy, request, says

TOKEN = good()
QUERY = policy(bearer={"sources": ["header", {"query": "access_token"}]})
FIELD = policy(bearer={"sources": ["header", {"header": "X-Forwarded-Access-Token"}]})
QUERY_ONLY = policy(bearer={"sources": [{"query": "access_token"}]})
WITH_TOKEN = f"{TARGET}?access_token={TOKEN}"


def sources():
    """Header, query and custom header."""
    check("source-none", says("credentials_missing", scheme=None), ["REQ-BEARER-10", "reason:credentials_missing"])
    for name, target in [("alone", WITH_TOKEN), ("path", f"/v1?a=1&access_token={TOKEN}&b=2")]:
        covers = ["REQ-CACHE-04", "policy:sources/query"]
        expect = says("ok", scheme="Bearer", headers=[["Cache-Control", "private"]])
        check(f"query-{name}", expect, covers, doc=QUERY, req=request(target=target))
    x_line = [["x-forwarded-access-token", TOKEN]]
    expect = says("ok", scheme="Bearer", headers=[["Cache-Control", "private"]])
    check("field-alone", expect, ["REQ-CACHE-06", "policy:sources/header"], doc=FIELD, req=request(lines=x_line))
    off = ["REQ-BEARER-07", "reason:credentials_misplaced", "choice:misplaced-scheme"]
    check("query-off", says("credentials_misplaced", scheme="Bearer"), off, req=request(target=WITH_TOKEN))
    both = request(f"Bearer {TOKEN}", target=WITH_TOKEN)
    check("query-off-header-good", says("ok", headers=[]), ["REQ-BEARER-07", "D-07"], req=both)
    two = ["REQ-BEARER-08", "reason:multiple_token_methods"]
    check("two-ways-query", says("multiple_token_methods", scheme="Bearer"), two, doc=QUERY, req=both)
    field_too = request(f"Bearer {TOKEN}", lines=x_line)
    check("two-ways-field", says("multiple_token_methods", scheme="Bearer"), two, doc=FIELD, req=field_too)
    twice = request(target=f"{WITH_TOKEN}&access_token={TOKEN}")
    check("query-twice", says("multiple_token_methods"), ["REQ-BEARER-09"], doc=QUERY, req=twice)
    check("field-twice", says("multiple_token_methods"), ["REQ-BEARER-09"], doc=FIELD, req=request(lines=x_line * 2))
    foreign = request("Basic YWxpY2U6c2VjcmV0", lines=x_line * 2)
    covers = [*two, "rule:1/foreign-counts-as-absent"]
    check("field-twice-beside-foreign", says("multiple_token_methods", scheme="Bearer"), covers, doc=FIELD, req=foreign)
    basic = request("Basic YWxpY2U6c2VjcmV0", target=WITH_TOKEN)
    check(
        "query-beside-foreign", says("ok", scheme="Bearer"), ["rule:1/foreign-counts-as-absent"], doc=QUERY, req=basic
    )
    malformed = request("Bearer: x", target=WITH_TOKEN)
    check("query-beside-slip", says("bearer_colon"), ["rule:1/order"], doc=QUERY, req=malformed)
    check(
        "header-off",
        says("credentials_misplaced", scheme="Bearer"),
        ["rule:1/header-off"],
        f"Bearer {TOKEN}",
        doc=QUERY_ONLY,
    )
    for name, value, reason in [
        ("empty", "", "bearer_empty"),
        ("null", "null", "bearer_placeholder"),
        ("angle", "<token>", "bearer_placeholder"),
        ("bad", "a(b", "bearer_bad_character"),
        ("opaque", "abc", "token_not_jwt"),
    ]:
        req = request(target=f"{TARGET}?access_token={value}")
        check(f"query-slip-{name}", says(reason, scheme="Bearer"), [f"reason:{reason}"], doc=QUERY, req=req)
    for name, value, reason in [
        ("prefix", f"Bearer {TOKEN}", "bearer_prefix_repeated"),
        ("quoted", f'"{TOKEN}"', "bearer_quoted"),
        ("json", "{}", "jws_json_given"),
    ]:
        req = request(lines=[["X-Forwarded-Access-Token", value]])
        check(f"field-slip-{name}", says(reason, scheme="Bearer"), [f"reason:{reason}"], doc=FIELD, req=req)
    gone = good(claims(exp=NOW - 100))
    req = request(target=f"{TARGET}?access_token={gone}")
    check("query-expired", says("token_expired", scheme="Bearer"), ["reason:token_expired"], doc=QUERY, req=req)
    other = policy(bearer={"sources": [{"query": "jwt"}]})
    check("query-other-name", says("ok"), ["policy:sources/query"], doc=other, req=request(target=f"/v1?jwt={TOKEN}"))
    prefix = request(target=f"/v1?my_access_token={TOKEN}")
    check("query-longer-name", says("credentials_missing", scheme=None), ["REQ-BEARER-07"], doc=QUERY, req=prefix)


def optional():
    """`optional` lets the anonymous in, nobody else."""
    doc = policy(optional=True)
    expect = says("anonymous_allowed", scheme=None, headers=[])
    check("optional-none", expect, ["policy:optional", "reason:anonymous_allowed"], doc=doc)
    for name, value, reason in [
        ("bad", "Bearer abc", "token_not_jwt"),
        ("foreign", "Basic YWxpY2U6c2VjcmV0", "scheme_unsupported"),
        ("empty", "", "authorization_malformed"),
        ("expired", f"Bearer {good(claims(exp=NOW - 31))}", "token_expired"),
    ]:
        check(f"optional-{name}", says(reason), ["policy:optional"], value, doc=doc)
    check("optional-good", says("ok", subject="alice"), ["policy:optional"], f"Bearer {TOKEN}", doc=doc)
    check(
        "optional-misplaced",
        says("credentials_misplaced"),
        ["policy:optional"],
        doc=doc,
        req=request(target=WITH_TOKEN),
    )


def transport():
    """`transport` tls."""
    doc = policy(transport="tls")
    auth = f"Bearer {TOKEN}"
    for name, target, value, scheme in [
        ("http", "http://api.example.com/v1", auth, "Bearer"),
        ("path", "/v1", auth, "Bearer"),
        ("none", "http://api.example.com/v1", None, None),
        ("foreign", "http://api.example.com/v1", "Basic YWxpY2U6c2VjcmV0", None),
        ("before-slip", "http://api.example.com/v1", "Bearer: x", "Bearer"),
    ]:
        covers = ["REQ-BEARER-29", "policy:transport/tls", "reason:insecure_transport"]
        check(
            f"tls-{name}", says("insecure_transport", scheme=scheme), covers, doc=doc, req=request(value, target=target)
        )
    check("tls-https", says("ok"), ["policy:transport/tls"], auth, doc=doc)
    check(
        "tls-any",
        says("ok"),
        ["policy:transport/any"],
        doc=policy(transport="any"),
        req=request(auth, target="http://a/"),
    )
    two = request(auth, target="http://a/", lines=[["Authorization", auth]])
    check("tls-before-count", says("insecure_transport", scheme="Bearer"), ["rule:1/order"], doc=doc, req=two)


def preflight():
    """CORS preflights."""
    asks = [["Origin", "https://app.example.com"], ["Access-Control-Request-Method", "PUT"]]
    req = request(lines=asks, method="OPTIONS")
    expect = says("preflight_exempt", scheme=None, headers=[], claims=None)
    check("preflight", expect, ["REQ-CORS-01", "reason:preflight_exempt"], req=req)
    lower = request(lines=[[n.lower(), v] for n, v in asks], method="OPTIONS")
    check("preflight-lower-names", expect, ["REQ-CORS-01", "REQ-HTTP-43"], req=lower)
    check(
        "preflight-check",
        says("credentials_missing"),
        ["policy:preflight/check"],
        doc=policy(preflight="check"),
        req=req,
    )
    check("preflight-allow", expect, ["policy:preflight/allow"], doc=policy(preflight="allow"), req=req)
    check("preflight-tls", expect, ["rule:1/order"], doc=policy(transport="tls"), req={**req, "target": "/v1"})
    held = request(f"Bearer {TOKEN}", lines=asks, method="OPTIONS")
    check(
        "preflight-with-token", {**expect, "subject": None}, ["REQ-CORS-03", "choice:scheme-when-not-judged"], req=held
    )
    two = request(f"Bearer {TOKEN}", lines=[*asks, ["Authorization", "x"]], method="OPTIONS")
    check("preflight-before-count", expect, ["rule:1/order"], req=two)
    for name, lines, method in [
        ("no-origin", asks[1:], "OPTIONS"),
        ("no-method", asks[:1], "OPTIONS"),
        ("get", asks, "GET"),
        ("plain-options", [], "OPTIONS"),
    ]:
        check(
            f"preflight-{name}", says("credentials_missing"), ["REQ-CORS-02"], req=request(lines=lines, method=method)
        )
    check("options-with-token", says("ok"), ["REQ-CORS-02"], req=request(f"Bearer {TOKEN}", method="OPTIONS"))


def public_face():
    """`cors`, `describe`, `malformed_status`."""
    values = {
        "missing": (None, "credentials_missing", None),
        "slip": ("Bearer: x", "bearer_colon", "invalid_request"),
        "placeholder": ("Bearer null", "bearer_placeholder", "invalid_token"),
        "expired": (f"Bearer {good(claims(exp=NOW - 31))}", "token_expired", "invalid_token"),
    }
    for name, (value, reason, error) in values.items():
        check(f"cors-{name}", says(reason), ["REQ-CORS-07", "policy:cors"], value, doc=policy(cors=True))
        check(
            f"code-{name}", says(reason), ["REQ-PRIVACY-04", "policy:describe/code"], value, doc=policy(describe="code")
        )
        bare = says(reason, challenge='Bearer realm="api"')
        check(f"none-{name}", bare, ["REQ-PRIVACY-04", "policy:describe/none"], value, doc=policy(describe="none"))
        status = 400 if error == "invalid_request" else 401
        covers = ["REQ-BEARER-32", "policy:malformed_status"]
        check(f"status-400-{name}", says(reason, status), covers, value, doc=policy(malformed_status=400))
    check(
        "status-401-slip",
        says("bearer_colon"),
        ["policy:malformed_status"],
        "Bearer: x",
        doc=policy(malformed_status=401),
    )
    check("cors-ok", says("ok", headers=[]), ["policy:cors"], f"Bearer {TOKEN}", doc=policy(cors=True))
    check("cors-false", says("credentials_missing"), ["policy:cors"], doc=policy(cors=False))
    check("describe-full", says("bearer_colon"), ["policy:describe/full"], "Bearer: x", doc=policy(describe="full"))
    denied = policy(issuer(access={"role": "admin"}), cors=True)
    check(
        "cors-denied",
        says("access_denied", 403),
        ["policy:cors", "reason:access_denied"],
        f"Bearer {TOKEN}",
        doc=denied,
    )
    for name, value, reason in [
        ("repeated", f"Bearer {TOKEN}, Bearer {TOKEN}", "authorization_repeated"),
        ("malformed", "", "authorization_malformed"),
        ("scheme-missing", TOKEN, "bearer_scheme_missing"),
        ("empty", "Bearer", "bearer_empty"),
        ("bad", "Bearer a,b", "bearer_bad_character"),
        ("large", f"Bearer {'a' * 8193}", "token_too_large"),
    ]:
        check(f"status-400-{name}", says(reason, 400), ["REQ-BEARER-32"], value, doc=policy(malformed_status=400))
    body = {"malformed_status": 400, "transport": "tls"}
    check(
        "status-400-tls",
        says("insecure_transport", 400),
        ["REQ-BEARER-32"],
        doc=policy(**body),
        req=request("x", target="/"),
    )
    odd = policy(realm='a "quoted" \\ realm')
    face = says("credentials_missing", challenge='Bearer realm="a \\"quoted\\" \\\\ realm"')
    check("realm-escaped", face, ["REQ-HTTP-13", "REQ-HTTP-25"], doc=odd)
    check("schemes-listed", says("ok"), ["policy:schemes"], f"Bearer {TOKEN}", doc=policy(schemes=["bearer"]))
    check("schema-ignored", says("ok"), ["policy:$schema"], f"Bearer {TOKEN}", doc={"$schema": "x", **policy()})


sources()
optional()
transport()
preflight()
public_face()
