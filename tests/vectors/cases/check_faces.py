"""`check`: every reason at every level of public detail, and what must never be told."""

from rows import JWKS_URI, NOW, TARGET, check, check_token, claims, good, header, issuer, policy, request, says
from tokens import jwk, jwks, part, token

HEAD, BODY, SIG = good().split(".")
INVALID_REQUEST, INVALID_TOKEN = "invalid_request", "invalid_token"
CANARY = "canary-7f3a"
MINE = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0"
OTHER = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg0"
BOUND = good(claims(cnf={"x5t#S256": MINE}))
HEX_KEYS = [jwk(f"p256_{letter}", kid=letter) for letter in "bcdef"]


def bearer(text):
    """A request with the text behind Bearer."""
    return request(f"Bearer {text}")


# reason: (request, members of the policy, issuer or None, error, status)
FACES = {
    "credentials_missing": (request(), {}, None, None, 401),
    "scheme_unsupported": (request("Basic YTpi"), {}, None, None, 401),
    "credentials_misplaced": (request(target=f"{TARGET}?access_token={good()}"), {}, None, None, 401),
    "authorization_repeated": (
        request("Bearer a", lines=[["Authorization", "Bearer b"]]),
        {},
        None,
        INVALID_REQUEST,
        400,
    ),
    "authorization_malformed": (request("@"), {}, None, INVALID_REQUEST, 400),
    "token_too_large": (bearer("a" * 8193), {}, None, INVALID_REQUEST, 400),
    "insecure_transport": (request("Bearer a", target="/"), {"transport": "tls"}, None, INVALID_REQUEST, 400),
    "bearer_empty": (request("Bearer"), {}, None, INVALID_REQUEST, 400),
    "bearer_colon": (request("Bearer: a"), {}, None, INVALID_REQUEST, 400),
    "bearer_space_missing": (request("Bearer\ta"), {}, None, INVALID_REQUEST, 400),
    "bearer_stray_space": (request("Bearer  a"), {"whitespace": "strict"}, None, INVALID_REQUEST, 400),
    "bearer_quoted": (bearer('"a"'), {}, None, INVALID_REQUEST, 400),
    "bearer_newline": (bearer("a\n"), {}, None, INVALID_REQUEST, 400),
    "bearer_prefix_repeated": (bearer("Bearer a"), {}, None, INVALID_REQUEST, 400),
    "bearer_scheme_missing": (request(good()), {}, None, INVALID_REQUEST, 400),
    "bearer_placeholder": (bearer("null"), {}, None, INVALID_TOKEN, 401),
    "bearer_bad_character": (bearer("a,b"), {}, None, INVALID_REQUEST, 400),
    "token_not_jwt": (bearer("abc"), {}, None, INVALID_TOKEN, 401),
    "jwt_malformed": (bearer("a.b"), {}, None, INVALID_TOKEN, 401),
    "jwe_given": (bearer("a.b.c.d.e"), {}, None, INVALID_TOKEN, 401),
    "jws_json_given": (bearer("{}"), {}, None, INVALID_TOKEN, 401),
    "crit_unsupported": (bearer(good(crit=["x"], x=1)), {}, None, INVALID_TOKEN, 401),
    "alg_unsupported": (bearer(f"{part(header(alg='x'))}.{BODY}.{SIG}"), {}, None, INVALID_TOKEN, 401),
    "alg_not_allowed": (bearer(f"{part(header(alg='none'))}.{BODY}.{SIG}"), {}, None, INVALID_TOKEN, 401),
    "key_mismatch": (bearer(token({"alg": "RS256", "kid": "k1"}, claims(), "rsa_a")), {}, None, INVALID_TOKEN, 401),
    "kid_unknown": (bearer(good(kid="k2")), {}, None, INVALID_TOKEN, 401),
    "signature_invalid": (bearer(f"{HEAD}.{BODY}.AAAA"), {}, None, INVALID_TOKEN, 401),
    "token_expired": (bearer(good(claims(exp=NOW - 30))), {}, None, INVALID_TOKEN, 401),
    "token_not_yet_valid": (bearer(good(claims(nbf=NOW + 31))), {}, None, INVALID_TOKEN, 401),
    "issuer_mismatch": (bearer(good(claims(iss="x"))), {}, None, INVALID_TOKEN, 401),
    "audience_mismatch": (bearer(good(claims(aud="x"))), {}, None, INVALID_TOKEN, 401),
    "claim_missing": (bearer(good(claims(exp=None))), {}, None, INVALID_TOKEN, 401),
    "claim_rejected": (bearer(good(claims(exp="x"))), {}, None, INVALID_TOKEN, 401),
    "token_type_mismatch": (bearer(good(typ="x")), {}, None, INVALID_TOKEN, 401),
    "id_token_given": (bearer(good(claims(use="id"))), {}, issuer(reject={"use": "id"}), INVALID_TOKEN, 401),
    "refresh_token_given": (
        bearer(good(claims(use="refresh"))),
        {},
        issuer(reject={"use": "refresh"}),
        INVALID_TOKEN,
        401,
    ),
    "dpop_downgrade": (bearer(good(claims(cnf={"jkt": "x"}))), {}, None, INVALID_TOKEN, 401),
    "certificate_missing": (bearer(BOUND), {}, None, INVALID_TOKEN, 401),
    "certificate_mismatch": ({**bearer(BOUND), "client_cert_sha256": OTHER}, {}, None, INVALID_TOKEN, 401),
    "insufficient_scope": (bearer(good()), {"scopes": "read"}, None, "insufficient_scope", 403),
    "access_denied": (bearer(good()), {}, issuer(access={"role": "x"}), None, 403),
    "keys_unavailable": (bearer(good()), {}, issuer(jwks=None, jwks_uri=JWKS_URI), None, 503),
}


def every_reason():
    """Levels `code` and `none` with `cors` and `malformed_status` 400; level `full` with neither."""
    for reason, (req, extra, entry, error, status) in FACES.items():
        for level in ("full", "code", "none"):
            more = {} if level == "full" else {"cors": True, "malformed_status": 400}
            bearer_extra = {"challenge": {"scope": "openid", "error_uri": "https://e.example/", "hint": "h"}}
            doc = policy(*([entry] if entry else []), describe=level, bearer=bearer_extra, **more, **extra)
            expect = says(reason, 401 if level == "full" and status == 400 else status)
            covers = ["REQ-PRIVACY-03", "REQ-PRIVACY-04", "REQ-BEARER-18", "REQ-CACHE-02", f"policy:describe/{level}"]
            covers += ["REQ-BEARER-12", "REQ-BEARER-13", "REQ-BEARER-16", "REQ-BEARER-19", "REQ-CORS-07", "REQ-HTTP-29"]
            covers += [f"error:{error}"] if error else ["REQ-BEARER-10"]
            check(f"face-{level}-{reason}", expect, covers, doc=doc, req=req)
    doc = policy(issuer(jwks=jwks(*HEX_KEYS)))
    check_token("face-tries-over", says("kid_unknown"), ["REQ-JWS-30"], good(kid=None), doc=doc)


def nothing_told():
    """No byte of the request reaches a header of the answer."""
    text = "The access token signature is not valid"
    same = f'Bearer realm="api", error="invalid_token", error_description="{text}"'
    for name, token_text in {
        "signature": f"{HEAD}.{BODY}.AAAA",
        "key": token({"alg": "RS256", "kid": "k1"}, claims(), "rsa_a"),
    }.items():
        reason = "signature_invalid" if name == "signature" else "key_mismatch"
        check_token(f"alike-{name}", says(reason, challenge=same), ["rule:3"], token_text)
    bare = 'Bearer realm="api", error="invalid_token"'
    for level, face in (("code", bare), ("none", 'Bearer realm="api"')):
        for name, text in {"kid": good(kid="zz"), "signature": f"{HEAD}.{BODY}.AAAA"}.items():
            reason = "kid_unknown" if name == "kid" else "signature_invalid"
            expect = says(reason, challenge=face)
            check_token(f"alike-{level}-{name}", expect, ["REQ-PRIVACY-05"], text, doc=policy(describe=level))
    texts = {
        "kid": (good(kid=CANARY), "kid_unknown"),
        "iss": (good(claims(iss=CANARY)), "issuer_mismatch"),
        "aud": (good(claims(aud=CANARY)), "audience_mismatch"),
        "alg": (f"{part(header(alg=CANARY))}.{BODY}.{SIG}", "alg_unsupported"),
        "typ": (good(typ=CANARY), "token_type_mismatch"),
        "opaque": (CANARY, "token_not_jwt"),
        "crit": (good(crit=[CANARY]), "crit_unsupported"),
        "injection": (good(kid='x"\r\nSet-Cookie: a=b'), "kid_unknown"),
    }
    for name, (text, reason) in texts.items():
        check_token(f"canary-{name}", says(reason), ["REQ-PRIVACY-03", "REQ-PRIVACY-12"], text)


def kinds_of_token():
    """Tokens of another kind and other roads past the signature."""
    for typ in ("id_token", "dpop+jwt", "statuslist+jwt", "token-introspection+jwt", "logout+jwt", "rt+jwt"):
        for listed in (["JWT"], ["at+jwt"]):
            name = f"kind-{typ.replace('+', '-')}-{listed[0].replace('+', '-')}"
            doc = policy(issuer(typ=listed))
            check_token(name, says("token_type_mismatch"), ["REQ-BCP-18", "REQ-ATJWT-01"], good(typ=typ), doc=doc)
    strict = policy(issuer(typ=["at+jwt"]))
    full = claims(client_id="c")
    for name, extra, reason, req in [
        ("iss", {"iss": "x"}, "issuer_mismatch", "REQ-ATJWT-03"),
        ("aud", {"aud": "x"}, "audience_mismatch", "REQ-ATJWT-04"),
        ("exp", {"exp": NOW - 30}, "token_expired", "REQ-ATJWT-06"),
        ("self", {"sub": "c"}, "ok", "REQ-ATJWT-10"),
    ]:
        check_token(
            f"rfc9068-{name}", says(reason), [req, "REQ-ATJWT-08"], good({**full, **extra}, typ="at+jwt"), doc=strict
        )
    none = f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(full)}."
    check_token("rfc9068-none", says("alg_not_allowed"), ["REQ-ATJWT-05", "REQ-JWT-22"], none, doc=strict)
    zipped = f"{part({'alg': 'dir', 'enc': 'A256GCM', 'zip': 'DEF'})}..AAAA.{'A' * 4000}.AAAA"
    check_token("jwe-zip", says("jwe_given"), ["attack:42", "REQ-BCP-09"], zipped)
    slow = f"{part({'alg': 'PBES2-HS256+A128KW', 'p2c': 2000000000, 'p2s': 'AAAA'})}.{BODY}.{SIG}"
    check_token("p2c", says("alg_unsupported"), ["attack:41", "REQ-BCP-19"], slow)
    for name, text in {
        "space-first": f"{HEAD} .{BODY}.{SIG}",
        "space-inside": f"{HEAD}. {BODY}.{SIG}",
        "tab-inside": f"{HEAD}.{BODY}\t.{SIG}",
    }.items():
        check_token(f"blank-{name}", says("bearer_bad_character"), ["REQ-JWS-29", "REQ-BCP-20"], text)
    swapped = token(header(), claims(sub="admin"), "p256_b", "ES256").split(".")
    mixed = f"{swapped[0]}.{swapped[1]}.{SIG}"
    check_token("payload-of-another", says("signature_invalid"), ["attack:48", "REQ-JWT-22"], mixed)
    crossed = token({"alg": "RS256", "kid": "k"}, claims(), "rsa_a")
    doc = policy(issuer(jwks=jwks(jwk("ed_a", kid="k"), jwk("p256_a", kid="z"))))
    check_token("legacy-key-type", says("key_mismatch"), ["attack:45"], crossed, doc=doc)
    for name, text in [("integer", f"{NOW + 1}"), ("fraction", f"{NOW}.5"), ("exponent", "1.7000001e9")]:
        body = f'{{"iss":"https://login.example.com","aud":"https://api.example.com","exp":{text}}}'
        covers = ["REQ-JWT-03", "REQ-JWT-10"]
        check_token(f"number-{name}", says("ok", subject=None), covers, good(body), doc=policy(leeway=0))


every_reason()
nothing_told()
kinds_of_token()
