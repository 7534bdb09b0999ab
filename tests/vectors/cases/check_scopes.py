"""`check`: scopes, challenge parameters, profiles, tenants."""

from model.jsontext import Raw
from rows import ISSUER, JWKS_URI, check, check_token, claims, good, issuer, policy, says
from tokens import jwk, jwks

NULL = Raw("null")


def scopes():
    """What is granted against what is needed."""
    few = "insufficient_scope"
    for name, needed, extra, reason in [
        ("one", "read", {"scope": "read"}, "ok"),
        ("more", "read", {"scope": "write read admin"}, "ok"),
        ("order", "a b", {"scope": "b a"}, "ok"),
        ("repeats", "a b", {"scope": "b b a a"}, "ok"),
        ("double-space", "a b", {"scope": " a  b "}, "ok"),
        ("list", ["a", "b"], {"scope": "a b"}, "ok"),
        ("scp-array", "a", {"scp": ["b", "a"]}, "ok"),
        ("scp-string", "a", {"scp": "b a"}, "ok"),
        ("scope-array", "a", {"scope": ["a", "b"]}, "ok"),
        ("none-needed", None, {}, "ok"),
        ("absent", "read", {}, few),
        ("empty", "read", {"scope": ""}, few),
        ("empty-array", "read", {"scope": []}, few),
        ("part", "a b", {"scope": "a"}, few),
        ("prefix", "read", {"scope": "read:all"}, few),
        ("longer", "read:all", {"scope": "read"}, few),
        ("inside", "min", {"scope": "admin"}, few),
        ("case", "read", {"scope": "READ"}, few),
        ("array-not-split", "a", {"scope": ["a b"]}, few),
        ("tab-does-not-split", "a", {"scope": "a\tb"}, few),
        ("comma-does-not-split", "a", {"scope": "a,b"}, few),
        ("first-only", "b", {"scope": "a", "scp": ["b"]}, few),
        ("first-wins", "a", {"scope": "a", "scp": ["b"]}, "ok"),
        ("number", "a", {"scope": 1}, "claim_rejected"),
        ("null", "a", {"scope": NULL}, "claim_rejected"),
        ("object", "a", {"scope": {"a": 1}}, "claim_rejected"),
        ("array-number", "a", {"scope": ["a", 1]}, "claim_rejected"),
    ]:
        doc = policy(scopes=needed) if needed else policy()
        covers = ["REQ-SCOPE-01", "REQ-SCOPE-02", "REQ-SCOPE-04", "REQ-SCOPE-05", f"reason:{reason}"]
        expect = says(reason, 403 if reason == few else None, subject="alice")
        check_token(f"scope-{name}", expect, covers, good(claims(**extra)), doc=doc)
    for name, names, extra, reason in [
        ("own", ["permissions"], {"permissions": ["a"]}, "ok"),
        ("own-only", ["permissions"], {"scope": "a"}, few),
        ("reversed", ["scp", "scope"], {"scope": "b", "scp": "a"}, "ok"),
        ("second", ["permissions", "scope"], {"scope": "a"}, "ok"),
    ]:
        doc = policy(scopes="a", bearer={"scope_claims": names})
        expect = says(reason, 403 if reason == few else None)
        check_token(f"scope-claims-{name}", expect, ["policy:scope_claims"], good(claims(**extra)), doc=doc)
    strict = policy(issuer(typ=["at+jwt"]), scopes="a")
    for name, extra, reason in [("string", {"scope": "a"}, "ok"), ("array", {"scope": ["a"]}, "claim_rejected")]:
        text = good(claims(client_id="c", **extra), typ="at+jwt")
        check_token(f"scope-rfc9068-{name}", says(reason), ["REQ-SCOPE-03"], text, doc=strict)


def asked_by_the_call():
    """`scopes` of the case replace the policy's."""
    doc = policy(scopes="read")
    for name, asked, held, reason in [
        ("replaced", "write", "write", "ok"),
        ("replaced-short", "write", "read", "insufficient_scope"),
        ("two", "read write", "read", "insufficient_scope"),
        ("none", "", "", "ok"),
    ]:
        expect = says(reason, 403 if reason == "insufficient_scope" else None)
        text = good(claims(scope=held))
        check_token(f"asked-{name}", expect, ["op:check/scopes", "REQ-SCOPE-10"], text, doc=doc, scopes=asked)
    face = says("credentials_missing", challenge='Bearer realm="api", scope="write"')
    check("asked-in-challenge", face, ["op:check/scopes"], doc=doc, scopes="write")
    face = says("credentials_missing", challenge='Bearer realm="api"')
    check("asked-none-in-challenge", face, ["op:check/scopes"], doc=doc, scopes="")


META = "https://api.example.com/.well-known/oauth-protected-resource"
CHALLENGE = {
    "zeta": "z",
    "Alpha": "a",
    "resource_metadata": META,
    "error_uri": "https://api.example.com/errors",
    "max_age": "300",
    "acr_values": "gold",
    "scope": "openid",
    "beta": "b",
}


def challenge_parameters():
    """Order and place of challenge parameters."""
    rest = f'acr_values="gold", max_age="300", resource_metadata="{META}", Alpha="a", beta="b"'
    uri = 'error_uri="https://api.example.com/errors"'
    doc = policy(bearer={"challenge": CHALLENGE})
    bare = f'Bearer realm="api", scope="openid", {rest}, zeta="z"'
    check(
        "challenge-missing",
        says("credentials_missing", challenge=bare),
        ["REQ-BEARER-10", "policy:challenge", "rule:5"],
        doc=doc,
    )
    text = "The token is a placeholder"
    full = f'Bearer realm="api", error="invalid_token", error_description="{text}", {rest}, {uri}, zeta="z"'
    check("challenge-error", says("bearer_placeholder", challenge=full), ["policy:challenge"], "Bearer null", doc=doc)
    code = policy(bearer={"challenge": CHALLENGE}, describe="code")
    short = f'Bearer realm="api", error="invalid_token", {rest}, {uri}, zeta="z"'
    check(
        "challenge-code", says("bearer_placeholder", challenge=short), ["policy:describe/code"], "Bearer null", doc=code
    )
    none = policy(bearer={"challenge": CHALLENGE}, describe="none", scopes="read")
    for name, value, reason in [
        ("missing", None, "credentials_missing"),
        ("error", "Bearer null", "bearer_placeholder"),
    ]:
        expect = says(reason, challenge='Bearer realm="api"')
        check(f"challenge-none-{name}", expect, ["policy:describe/none"], value, doc=none)
    expect = says("insufficient_scope", 403, challenge='Bearer realm="api"')
    check_token("challenge-none-scope", expect, ["policy:describe/none"], good(), doc=none)
    needs = policy(bearer={"challenge": CHALLENGE}, scopes=["read", "write"])
    face = (
        'Bearer realm="api", error="insufficient_scope", '
        'error_description="The access token does not cover this operation", '
        f'scope="read write", {rest}, {uri}, zeta="z"'
    )
    expect = says("insufficient_scope", 403, challenge=face)
    check_token("challenge-scope", expect, ["REQ-BEARER-20", "reason:insufficient_scope"], good(), doc=needs)
    for name, value, reason in [
        ("unsupported", "Basic YTpi", "scheme_unsupported"),
        ("missing", None, "credentials_missing"),
    ]:
        face = f'Bearer realm="api", scope="read write", {rest}, zeta="z"'
        check(f"challenge-need-{name}", says(reason, challenge=face), ["REQ-BEARER-11", "rule:5"], value, doc=needs)
    plain = policy(bearer={"challenge": {"scope": "openid"}})
    face = 'Bearer realm="api", error="invalid_request", error_description="The Bearer token is empty"'
    check(
        "challenge-no-scope-beside-slip",
        says("bearer_empty", challenge=face),
        ["policy:challenge"],
        "Bearer",
        doc=plain,
    )
    quoted = policy(bearer={"challenge": {"x": 'a "b" \\c'}})
    face = 'Bearer realm="api", x="a \\"b\\" \\\\c"'
    check("challenge-escaped", says("credentials_missing", challenge=face), ["REQ-HTTP-13"], doc=quoted)
    check(
        "challenge-repeated-code",
        says("authorization_repeated"),
        ["policy:describe/code"],
        "Bearer a, Bearer b",
        doc=code,
    )


def profiles():
    """What a profile sets replaces the policy's."""
    table = {
        "admin": {"scopes": "admin", "realm": "admin"},
        "open": {"optional": True},
        "closed": {"optional": False},
        "quiet": {"describe": "none"},
        "strict": {"access": {"role": "boss"}},
        "fresh": {"max_age": 10},
        "aged": {"max_age": 100000},
        "told": {"challenge": {"x": "y"}},
        "mute": {"challenge": {}},
        "same": {},
    }
    base = issuer(access={"role": "user"}, max_age=3600)
    doc = policy(base, scopes="read", profiles=table, bearer={"challenge": {"scope": "z", "q": "r"}})
    user = good(claims(role="user", scope="read"))
    boss = good(claims(role="boss", scope="read"))
    old = good(claims(role="user", scope="read", iat=1699990000))
    for name, profile, text, reason, status in [
        ("null", NULL, user, "ok", None),
        ("same", "same", user, "ok", None),
        ("admin", "admin", user, "insufficient_scope", 403),
        ("strict", "strict", user, "access_denied", 403),
        ("strict-boss", "strict", boss, "ok", None),
        ("boss-plain", NULL, boss, "access_denied", 403),
        ("fresh", "fresh", user, "claim_rejected", None),
        ("aged", "aged", old, "ok", None),
        ("aged-plain", NULL, old, "claim_rejected", None),
    ]:
        expect = says(reason, status)
        check_token(f"profile-{name}", expect, ["policy:profiles", f"reason:{reason}"], text, doc=doc, profile=profile)
    for name, profile, value, expect in [
        ("open", "open", None, says("anonymous_allowed")),
        ("closed", "closed", None, says("credentials_missing")),
        ("realm", "admin", None, says("credentials_missing", challenge='Bearer realm="admin", scope="admin", q="r"')),
        ("quiet", "quiet", None, says("credentials_missing", challenge='Bearer realm="api"')),
        ("told", "told", None, says("credentials_missing", challenge='Bearer realm="api", scope="read", x="y"')),
        ("mute", "mute", None, says("credentials_missing", challenge='Bearer realm="api", scope="read"')),
        ("quiet-slip", "quiet", "Bearer", says("bearer_empty", challenge='Bearer realm="api"')),
    ]:
        check(f"profile-face-{name}", expect, ["policy:profiles"], value, doc=doc, profile=profile)
    shut = policy(optional=True, profiles=table)
    check("profile-closes", says("credentials_missing"), ["policy:profiles"], doc=shut, profile="closed")
    expect = says("insufficient_scope", 403)
    text = good(claims(role="user", scope="admin"))
    check_token("profile-and-asked", expect, ["op:check/scopes"], text, doc=doc, profile="admin", scopes="more")
    face = [["Cache-Control", "no-store"]]
    for name, value in [("none", None), ("good", f"Bearer {user}")]:
        expect = says("internal_error", 500, headers=face, scheme=None, claims=None)
        covers = ["reason:internal_error", "choice:scheme-when-not-judged"]
        check(f"profile-unknown-{name}", expect, covers, value, doc=doc, profile="nobody")
    check("profile-unknown-no-table", says("internal_error", 500), ["reason:internal_error"], profile="x")
    check("profile-case", says("internal_error", 500), ["reason:internal_error"], doc=doc, profile="Admin")


def tenants():
    """Issuers with a `{name}`."""
    name = "https://login.example.com/{tid}/v2.0"
    far = {"jwks": None, "jwks_uri": JWKS_URI}
    wide = policy(issuer(issuer=name, tenants="any"))
    some = policy(issuer(issuer=name, tenants=["t1", "t-2"]))
    for label, doc, iss, tid, reason in [
        ("any", wide, "t9", "t9", "ok"),
        ("any-signs", wide, "A.b_c-9", "A.b_c-9", "ok"),
        ("listed", some, "t1", "t1", "ok"),
        ("listed-second", some, "t-2", "t-2", "ok"),
        ("unlisted", some, "t3", "t3", "issuer_mismatch"),
        ("listed-case", some, "T1", "T1", "issuer_mismatch"),
        ("claim-absent", wide, "t1", None, "issuer_mismatch"),
        ("claim-other", wide, "t1", "t2", "issuer_mismatch"),
        ("claim-number", wide, "1", 1, "issuer_mismatch"),
        ("claim-empty", wide, "", "", "issuer_mismatch"),
        ("slash", wide, "a/b", "a/b", "issuer_mismatch"),
        ("percent", wide, "a%2Fb", "a%2Fb", "issuer_mismatch"),
        ("query", wide, "a?b", "a?b", "issuer_mismatch"),
        ("space", wide, "a b", "a b", "issuer_mismatch"),
        ("non-ascii", wide, "\u00e9", "\u00e9", "issuer_mismatch"),
        ("template-itself", wide, "{tid}", "{tid}", "issuer_mismatch"),
        ("template-itself-no-claim", wide, "{tid}", None, "issuer_mismatch"),
    ]:
        full = name.replace("{tid}", iss)
        expect = says(reason, issuer=full if reason == "ok" else None)
        covers = ["policy:tenants", f"reason:{reason}"]
        check_token(f"tenant-{label}", expect, covers, good(claims(iss=full, tid=tid)), doc=doc)
    full = name.replace("{tid}", "t1")
    exact = issuer(issuer=full, jwks=jwks(jwk("p256_b", kid="k1")))
    template = issuer(issuer=name, tenants="any")
    for label, order in [("first", [exact, template]), ("last", [template, exact])]:
        text = good(claims(iss=full, tid="t1"))
        expect = says("signature_invalid", issuer=None)
        check_token(f"tenant-exact-{label}", expect, ["policy:tenants"], text, doc=policy(*order))
    need = {"keys": {"issuer": name, "jwks_uri": JWKS_URI}}
    cold = policy(issuer(issuer=name, tenants="any", **far))
    text = good(claims(iss=full, tid="t1"))
    expect = says("keys_unavailable", 503, need=need, issuer=None)
    check_token("tenant-need", expect, ["policy:tenants", "reason:keys_unavailable"], text, doc=cold)
    keys = [{"issuer": name, "jwks": jwks(jwk("p256_a", kid="k1"))}]
    check_token("tenant-keys", says("ok", issuer=full), ["policy:tenants"], text, doc=cold, keys=keys)
    keys = [{"issuer": full, "jwks": jwks(jwk("p256_a", kid="k1"))}]
    check_token(
        "tenant-keys-by-full-name", says("keys_unavailable", 503), ["policy:tenants"], text, doc=cold, keys=keys
    )
    end = "https://{org}.login.example.com"
    doc = policy(issuer(issuer=end, tenants="any"), issuer(issuer=ISSUER))
    text = good(claims(iss="https://acme.login.example.com", org="acme"))
    check_token("tenant-in-host", says("ok"), ["policy:tenants"], text, doc=doc)
    text = good(claims(iss="https://evil.example.login.example.com", org="acme"))
    check_token("tenant-in-host-other", says("issuer_mismatch"), ["policy:tenants"], text, doc=doc)


scopes()
asked_by_the_call()
challenge_parameters()
profiles()
tenants()
