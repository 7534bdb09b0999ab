"""`check`: dates, audience, required claims, rules, `reject`, revocation, binding."""

from model.jsontext import Raw
from rows import AUDIENCE, ISSUER, NOW, check_token, claims, good, issuer, num, policy, request, says

NULL = Raw("null")
LAST = 253402300799


def dates():
    """Boundaries of `exp`, `nbf`, `iat` with and without leeway."""
    old = "token_expired"
    early = "token_not_yet_valid"
    for name, leeway, extra, reason in [
        ("exp-zero-before", 0, {"exp": NOW + 1}, "ok"),
        ("exp-zero-at", 0, {"exp": NOW}, old),
        ("exp-zero-after", 0, {"exp": NOW - 1}, old),
        ("exp-default-before", None, {"exp": NOW - 29}, "ok"),
        ("exp-default-at", None, {"exp": NOW - 30}, old),
        ("exp-default-after", None, {"exp": NOW - 31}, old),
        ("exp-60-before", 60, {"exp": NOW - 59}, "ok"),
        ("exp-60-at", 60, {"exp": NOW - 60}, old),
        ("exp-300-before", 300, {"exp": NOW - 299}, "ok"),
        ("exp-300-at", 300, {"exp": NOW - 300}, old),
        ("exp-fraction-before", 0, {"exp": num(f"{NOW}.000000001")}, "ok"),
        ("exp-fraction-long", 0, {"exp": num(f"{NOW}.0000000000000000001")}, "ok"),
        ("exp-fraction-after", 0, {"exp": num(f"{NOW - 1}.999999999")}, old),
        ("exp-exponent", 0, {"exp": num("1.7e9")}, old),
        ("exp-exponent-good", 0, {"exp": num("1.700000001E+9")}, "ok"),
        ("exp-exponent-small", 0, {"exp": num("17000000010e-1")}, "ok"),
        ("exp-zero-date", 0, {"exp": 0}, old),
        ("exp-minus-zero", 0, {"exp": num("-0")}, old),
        ("exp-negative", 0, {"exp": -1}, old),
        ("nbf-zero-at", 0, {"nbf": NOW}, "ok"),
        ("nbf-zero-before", 0, {"nbf": NOW + 1}, early),
        ("nbf-zero-fraction", 0, {"nbf": num(f"{NOW}.000000001")}, early),
        ("nbf-default-at", None, {"nbf": NOW + 30}, "ok"),
        ("nbf-default-before", None, {"nbf": NOW + 31}, early),
        ("nbf-300-at", 300, {"nbf": NOW + 300}, "ok"),
        ("nbf-300-before", 300, {"nbf": NOW + 301}, early),
        ("iat-zero-at", 0, {"iat": NOW}, "ok"),
        ("iat-zero-ahead", 0, {"iat": NOW + 1}, early),
        ("iat-default-at", None, {"iat": NOW + 30}, "ok"),
        ("iat-default-ahead", None, {"iat": num(f"{NOW + 30}.5")}, early),
        ("iat-long-ago", None, {"iat": 0}, "ok"),
        ("no-iat-expired", None, {"iat": None, "exp": NOW - 31}, old),
        ("expired-before-early", None, {"exp": NOW - 31, "nbf": NOW + 31}, old),
        ("nbf-before-iat", None, {"iat": NOW + 31, "nbf": NOW + 31}, early),
    ]:
        doc = policy(leeway=leeway) if leeway is not None else None
        covers = ["REQ-JWT-05", "REQ-JWT-06", "REQ-JWT-07", "REQ-JWT-08", "limit:leeway", f"reason:{reason}"]
        covers += ["attack:35"] if "no-iat" in name else []
        expect = says(reason, issuer=ISSUER, subject="alice", key_id="k1")
        check_token(f"date-{name}", expect, covers, good(claims(**extra)), doc=doc)
    for name, now, reason in [
        ("fraction-before", f"{NOW}.999999999", "ok"),
        ("fraction-at", f"{NOW + 1}.000000000", old),
        ("fraction-short", f"{NOW + 1}.0", old),
        ("negative", "-1", "internal_error"),
        ("negative-fraction", "-0.5", "internal_error"),
        ("zero", "0", "internal_error"),
        ("just-set", "0.000000001", early),
    ]:
        text = good(claims(exp=NOW + 1))
        check_token(f"now-{name}", says(reason), ["REQ-JWT-20", "op:check/now"], text, doc=policy(leeway=0), now=now)


def date_types():
    """A date that is no number, or beyond the year 9999, is refused and never skipped."""
    for claim in ("exp", "nbf", "iat"):
        for name, value in {
            "text": str(NOW + 600),
            "null": NULL,
            "true": True,
            "array": [NOW + 600],
            "object": {"v": 1},
            "beyond": LAST + 1,
            "beyond-negative": -LAST - 1,
            "huge": num("1e400"),
        }.items():
            covers = ["REQ-JWT-04", "REQ-JWT-18", "attack:31", "reason:claim_rejected", "limit:date"]
            expect = says("claim_rejected", issuer=ISSUER, subject="alice")
            check_token(f"date-type-{claim}-{name}", expect, covers, good(claims(**{claim: value})))
    for name, extra, reason in [
        ("exp-last", {"exp": LAST}, "ok"),
        ("exp-first", {"exp": -LAST}, "token_expired"),
        ("nbf-first", {"nbf": -LAST}, "ok"),
        ("nbf-last", {"nbf": LAST}, "token_not_yet_valid"),
        ("iat-first", {"iat": -LAST}, "ok"),
        ("type-before-value", {"exp": 1, "nbf": "x"}, "claim_rejected"),
        ("iat-type-before-exp", {"exp": 1, "iat": "x"}, "claim_rejected"),
        ("time-before-audience", {"exp": 1, "aud": "x"}, "token_expired"),
    ]:
        covers = ["limit:date", "rule:1/order", f"reason:{reason}"]
        check_token(f"date-{name}", says(reason), covers, good(claims(**extra)))


def audiences():
    """`aud` against the policy."""
    two = ["https://a.example", AUDIENCE]
    missed, wrong = "audience_mismatch", "claim_rejected"
    for name, wanted, aud, reason in [
        ("string", AUDIENCE, AUDIENCE, "ok"),
        ("array", AUDIENCE, two, "ok"),
        ("array-one", AUDIENCE, [AUDIENCE], "ok"),
        ("list-string", two, AUDIENCE, "ok"),
        ("list-array", two, ["x", "https://a.example"], "ok"),
        ("absent", AUDIENCE, None, missed),
        ("empty-array", AUDIENCE, [], missed),
        ("empty-string", AUDIENCE, "", missed),
        ("other", AUDIENCE, "https://other.example", missed),
        ("prefix", AUDIENCE, AUDIENCE[:-1], missed),
        ("longer", AUDIENCE, AUDIENCE + "/v1", missed),
        ("slash", AUDIENCE, AUDIENCE + "/", missed),
        ("case", AUDIENCE, AUDIENCE.upper(), missed),
        ("joined", AUDIENCE, f"x {AUDIENCE}", missed),
        ("pattern", AUDIENCE, ".*", missed),
        ("number-in-array", AUDIENCE, [AUDIENCE, 1], wrong),
        ("null-in-array", AUDIENCE, [NULL, AUDIENCE], wrong),
        ("array-in-array", AUDIENCE, [[AUDIENCE]], wrong),
        ("object", AUDIENCE, {AUDIENCE: True}, wrong),
        ("number", AUDIENCE, 1, wrong),
        ("null", AUDIENCE, NULL, wrong),
        ("true", AUDIENCE, True, wrong),
        ("off", False, "anything", "ok"),
        ("off-absent", False, None, "ok"),
        ("off-empty", False, [], "ok"),
        ("off-number", False, 1, wrong),
        ("off-array-type", False, [1], wrong),
    ]:
        covers = ["REQ-JWT-11", "REQ-JWT-12", "REQ-JWT-13", "attack:33", "attack:36", f"reason:{reason}"]
        doc = policy(issuer(audience=wanted))
        check_token(f"aud-{name}", says(reason, subject="alice"), covers, good(claims(aud=aud)), doc=doc)


def required():
    """Missing claims and types of registered ones."""
    for name, listed, extra, reason in [
        ("exp-absent", None, {"exp": None}, "claim_missing"),
        ("exp-waived", ["sub"], {"exp": None}, "ok"),
        ("sub-absent-fine", None, {"sub": None}, "ok"),
        ("sub-absent", ["exp", "sub"], {"sub": None}, "claim_missing"),
        ("own-absent", ["exp", "tenant"], {}, "claim_missing"),
        ("own-present", ["exp", "tenant"], {"tenant": "t"}, "ok"),
        ("own-false-is-there", ["exp", "flag"], {"flag": False}, "ok"),
        ("sub-number", None, {"sub": 1}, "claim_rejected"),
        ("sub-null", None, {"sub": NULL}, "claim_rejected"),
        ("sub-array", None, {"sub": ["alice"]}, "claim_rejected"),
        ("jti-number", None, {"jti": 7}, "claim_rejected"),
        ("jti-null", None, {"jti": NULL}, "claim_rejected"),
        ("type-before-missing", ["tenant"], {"sub": 1}, "claim_rejected"),
        ("audience-before-missing", ["tenant"], {"aud": "x"}, "audience_mismatch"),
        ("audience-before-sub-type", None, {"aud": "x", "sub": 1}, "audience_mismatch"),
    ]:
        covers = ["REQ-JWT-09", "REQ-JWT-18", "REQ-JWT-23", "policy:required", f"reason:{reason}"]
        subject = extra.get("sub", "alice")
        expect = says(reason, subject=subject if type(subject) is str else None)
        check_token(f"required-{name}", expect, covers, good(claims(**extra)), doc=policy(issuer(required=listed)))
    profile = policy(issuer(typ=["at+jwt"]))
    full = {"client_id": "web"}
    for typ, reason in {
        "at+jwt": "ok",
        "application/AT+JWT": "ok",
        "JWT": "token_type_mismatch",
        None: "token_type_mismatch",
    }.items():
        name = str(typ).replace("/", "-")
        check_token(f"rfc9068-typ-{name}", says(reason), ["REQ-ATJWT-01"], good(claims(**full), typ=typ), doc=profile)
    for claim in ("exp", "aud", "sub", "client_id", "iat", "jti"):
        reason = "audience_mismatch" if claim == "aud" else "claim_missing"
        text = good(claims(**{**full, claim: None}), typ="at+jwt")
        check_token(
            f"rfc9068-no-{claim}", says(reason), ["REQ-ATJWT-07", "policy:typ", f"reason:{reason}"], text, doc=profile
        )
    waived = policy(issuer(typ=["at+jwt"], audience=False))
    text = good(claims(**full, aud=None), typ="at+jwt")
    check_token("rfc9068-no-aud-waived", says("claim_missing"), ["REQ-ATJWT-07"], text, doc=waived)
    loose = policy(issuer(typ=["at+jwt", "JWT"]))
    check_token("rfc9068-not-alone", says("ok"), ["REQ-ATJWT-02"], good(typ="JWT"), doc=loose)


def ages():
    """`max_age`."""
    for name, age, extra, reason in [
        ("young", 100, {"iat": NOW - 100}, "ok"),
        ("at-leeway", 100, {"iat": NOW - 130}, "ok"),
        ("over", 100, {"iat": NOW - 131}, "claim_rejected"),
        ("over-fraction", 100, {"iat": num(f"{NOW - 131}.999999999")}, "claim_rejected"),
        ("no-iat", 100, {"iat": None}, "claim_missing"),
        ("before-rules", 100, {"iat": 1, "azp": "other"}, "claim_rejected"),
    ]:
        doc = policy(issuer(max_age=age, claims={"azp": "web"} if "azp" in extra else None))
        covers = ["REQ-JWT-19", "policy:max_age", f"reason:{reason}"]
        check_token(f"max-age-{name}", says(reason), covers, good(claims(**extra)), doc=doc)


RULES = [
    ("equal", {"azp": "web"}, {"azp": "web"}, True),
    ("other", {"azp": "web"}, {"azp": "ios"}, False),
    ("case", {"azp": "web"}, {"azp": "WEB"}, False),
    ("absent", {"azp": "web"}, {}, False),
    ("list", {"azp": ["web", "ios"]}, {"azp": "ios"}, True),
    ("list-none", {"azp": ["web", "ios"]}, {"azp": "tv"}, False),
    ("array-claim", {"groups": "admin"}, {"groups": ["user", "admin"]}, True),
    ("array-claim-none", {"groups": "admin"}, {"groups": ["user"]}, False),
    ("array-claim-empty", {"groups": "admin"}, {"groups": []}, False),
    ("array-and-list", {"groups": ["a", "b"]}, {"groups": ["x", "b"]}, True),
    ("number", {"level": 2}, {"level": 2}, True),
    ("number-other", {"level": 2}, {"level": 3}, False),
    ("number-is-no-text", {"level": 2}, {"level": "2"}, False),
    ("text-is-no-number", {"level": "2"}, {"level": 2}, False),
    ("true", {"verified": True}, {"verified": True}, True),
    ("true-false", {"verified": True}, {"verified": False}, False),
    ("true-is-no-text", {"verified": True}, {"verified": "true"}, False),
    ("true-is-no-number", {"verified": True}, {"verified": 1}, False),
    ("null-claim", {"azp": "web"}, {"azp": NULL}, False),
    ("object-claim", {"azp": "web"}, {"azp": {"web": True}}, False),
    ("contains", {"roles": {"contains": "admin"}}, {"roles": ["admin"]}, True),
    ("contains-none", {"roles": {"contains": "admin"}}, {"roles": ["administrator"]}, False),
    ("contains-text", {"roles": {"contains": "admin"}}, {"roles": "admin"}, False),
    ("contains-number", {"roles": {"contains": 7}}, {"roles": [1, 7]}, True),
    ("pointer", {"/realm_access/roles": {"contains": "admin"}}, {"realm_access": {"roles": ["admin"]}}, True),
    ("pointer-equal", {"/a/b": "x"}, {"a": {"b": "x"}}, True),
    ("pointer-absent", {"/a/b": "x"}, {"a": {"c": "x"}}, False),
    ("pointer-through-text", {"/a/b": "x"}, {"a": "b"}, False),
    ("pointer-escaped", {"/a~1b/c~0d": "x"}, {"a/b": {"c~d": "x"}}, True),
    ("pointer-index", {"/list/1": "x"}, {"list": ["y", "x"]}, True),
    ("name-with-slash-inside", {"https://x.example/role": "admin"}, {"https://x.example/role": "admin"}, True),
    ("name-with-dot", {"a.b": "x"}, {"a": {"b": "x"}}, False),
    ("two-rules", {"azp": "web", "level": 2}, {"azp": "web", "level": 2}, True),
    ("two-rules-one-fails", {"azp": "web", "level": 2}, {"azp": "web", "level": 1}, False),
]


def rules():
    """`claims` and `access` share one form and differ in the answer."""
    for name, rule, extra, fits in RULES:
        text = good(claims(**extra))
        for member, reason, status in (("claims", "claim_rejected", 401), ("access", "access_denied", 403)):
            expect = says("ok") if fits else says(reason, status, subject="alice")
            covers = ["REQ-SCOPE-12", f"policy:{member}", f"reason:{expect['reason']}"]
            check_token(f"{member}-{name}", expect, covers, text, doc=policy(issuer(**{member: rule})))
    face = says("access_denied", 403, headers=[["Cache-Control", "no-store"]])
    check_token("access-no-challenge", face, ["D-21", "rule:4"], good(), doc=policy(issuer(access={"role": "x"})))


def rejects():
    """`reject` names the wrong kind of token."""
    for name, rule, extra, reason in [
        ("refresh", {"token_use": "refresh"}, {"token_use": "refresh"}, "refresh_token_given"),
        ("refresh-case", {"typ": ["Refresh", "ID"]}, {"typ": "Refresh"}, "refresh_token_given"),
        ("refresh-inside", {"kind": "my_REFRESH_token"}, {"kind": "my_REFRESH_token"}, "refresh_token_given"),
        ("id", {"typ": ["Refresh", "ID"]}, {"typ": "ID"}, "id_token_given"),
        ("id-lower", {"token_use": "id"}, {"token_use": "id"}, "id_token_given"),
        ("other", {"token_use": "logout"}, {"token_use": "logout"}, "token_type_mismatch"),
        ("boolean", {"bot": True}, {"bot": True}, "token_type_mismatch"),
        ("number", {"level": 0}, {"level": 0}, "token_type_mismatch"),
        ("not-it", {"token_use": "refresh"}, {"token_use": "access"}, "ok"),
        ("absent", {"token_use": "refresh"}, {}, "ok"),
        ("pointer", {"/x/use": "id"}, {"x": {"use": "id"}}, "id_token_given"),
    ]:
        covers = ["REQ-ATJWT-13", "REQ-ATJWT-14", "policy:reject", "attack:47", f"reason:{reason}"]
        check_token(f"reject-{name}", says(reason), covers, good(claims(**extra)), doc=policy(issuer(reject=rule)))
    both = policy(issuer(claims={"azp": "web"}, reject={"token_use": "id"}))
    text = good(claims(token_use="id"))
    check_token("reject-after-claims", says("claim_rejected"), ["rule:1/order"], text, doc=both)
    later = policy(issuer(reject={"token_use": "id"}))
    check_token("reject-before-revoked", says("id_token_given"), ["rule:1/order"], text, doc=later, revoked=["j-1"])


def subjects():
    """A policy may name the subjects that it takes; a client is no user."""
    for name, rule, extra, reason in [
        ("listed", {"sub": ["alice", "bob"]}, {}, "ok"),
        ("not-listed", {"sub": ["bob"]}, {}, "claim_rejected"),
        ("a-client-s", {"sub": ["alice"]}, {"sub": "web", "client_id": "alice"}, "claim_rejected"),
    ]:
        covers = ["REQ-BCP-12", "policy:claims", f"reason:{reason}"]
        check_token(f"subject-{name}", says(reason), covers, good(claims(**extra)), doc=policy(issuer(claims=rule)))


def revocation():
    """`revoked` ids."""
    for name, jti, revoked, reason in [
        ("hit", "j-1", ["x", "j-1"], "token_revoked"),
        ("miss", "j-1", ["j-2"], "ok"),
        ("empty", "j-1", [], "ok"),
        ("case", "j-1", ["J-1"], "ok"),
        ("prefix", "j-1", ["j-"], "ok"),
        ("no-jti", None, ["j-1"], "ok"),
    ]:
        covers = ["op:check/revoked", "attack:43", f"reason:{reason}"]
        check_token(f"revoked-{name}", says(reason, subject="alice"), covers, good(claims(jti=jti)), revoked=revoked)
    bound = good(claims(cnf={"jkt": "x"}))
    check_token("revoked-before-binding", says("token_revoked"), ["rule:1/order"], bound, revoked=["j-1"])
    expired = good(claims(exp=1))
    check_token("revoked-after-expired", says("token_expired"), ["rule:1/order"], expired, revoked=["j-1"])


def binding():
    """`cnf`."""
    mine, other = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0", "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0"
    both = {"jkt": "x", "x5t#S256": mine}
    for name, cnf, certificate, reason in [
        ("equal", {"x5t#S256": mine}, mine, "ok"),
        ("missing", {"x5t#S256": mine}, None, "certificate_missing"),
        ("other", {"x5t#S256": mine}, other, "certificate_mismatch"),
        ("padded", {"x5t#S256": mine + "="}, mine, "certificate_mismatch"),
        ("empty", {"x5t#S256": ""}, mine, "certificate_mismatch"),
        ("jkt", {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}, None, "dpop_downgrade"),
        ("jkt-first", both, mine, "dpop_downgrade"),
        ("jkt-first-no-certificate", both, None, "dpop_downgrade"),
        ("unknown-only", {"kid": "x"}, None, "ok"),
        ("no-method", {}, None, "ok"),
        ("text", "x", mine, "claim_rejected"),
        ("null", NULL, mine, "claim_rejected"),
        ("array", [{"jkt": "x"}], mine, "claim_rejected"),
        ("jkt-number", {"jkt": 1}, None, "claim_rejected"),
        ("thumbprint-null", {"x5t#S256": NULL}, None, "claim_rejected"),
        ("thumbprint-array", {"x5t#S256": [mine]}, mine, "claim_rejected"),
    ]:
        covers = ["REQ-MTLS-01", "REQ-MTLS-02", "REQ-MTLS-03", "REQ-MTLS-10", "attack:51", f"reason:{reason}"]
        text = good(claims(cnf=cnf))
        req = request(f"Bearer {text}", client_cert_sha256=Raw("null") if certificate is None else certificate)
        check_token(f"cnf-{name}", says(reason, subject="alice"), covers, text, req=req)
    req = request(f"Bearer {good()}", client_cert_sha256=mine)
    check_token("cnf-none-with-certificate", says("ok"), ["REQ-MTLS-01"], good(), req=req)
    doc = policy(issuer(access={"role": "x"}), scopes="read")
    check_token("cnf-before-access", says("dpop_downgrade"), ["rule:1/order"], good(claims(cnf=both)), doc=doc)


dates()
date_types()
audiences()
required()
ages()
rules()
rejects()
subjects()
revocation()
binding()
