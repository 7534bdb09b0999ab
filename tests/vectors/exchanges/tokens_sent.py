"""Tokens: their form, kind, times and names, with and without a policy that judges them."""

from exchanges.base import (
    API,
    CANARY,
    DATE,
    ISSUER,
    KEYS,
    NOW,
    answer,
    b64url,
    basic,
    challenge,
    get,
    judged,
    jwk,
    jwks,
    jwt,
    keys,
    policy,
    refused,
    row,
)

GOOD = jwt()
HEAD, BODY, SIGNATURE = GOOD.split(".")
NONE = b64url(b'{"alg":"none"}')
LOWER = b64url(b'{"alg":"es256"}')


def seen(case_id, first, covers, text, response=None, **more):
    """A row without a policy: what the exchange alone tells."""
    row(
        case_id,
        first,
        covers,
        request=get("Bearer " + text),
        response=response or refused(),
        now=more.pop("now", NOW),
        canaries=[*more.pop("canaries", []), text[-24:]],
        **more,
    )


def forms():
    """What is no JWT any more."""
    seen(
        "token-opaque",
        "token_refused",
        ["REQ-JWS-01"],
        "mF_9.B5f-4.1JqM".replace(".", "_") + CANARY.replace("-", "_"),
        also=["token_opaque"],
    )
    seen("token-two-parts", "token_cut", ["REQ-JWS-01"], f"{HEAD}.{BODY}")
    seen("token-cut-signature", "token_cut", ["REQ-JWS-03"], GOOD[:-40])
    seen("token-no-signature", "token_cut", ["REQ-JWS-09"], f"{HEAD}.{BODY}.")
    seen("token-padded", "token_reencoded", ["REQ-JWS-02"], f"{HEAD}==.{BODY}.{SIGNATURE}")
    seen("token-payload-no-json", "token_malformed", ["REQ-JWT-01"], f"{HEAD}.{b64url(CANARY.encode())}.{SIGNATURE}")
    seen("token-four-parts", "token_malformed", ["REQ-JWS-01"], f"{GOOD}.{CANARY}")
    seen(
        "token-jwe",
        "token_encrypted",
        ["REQ-JWS-01"],
        ".".join([b64url(b'{"alg":"dir"}'), "", "aXY", "Y2lwaGVy", "dGFn"]),
    )
    seen("token-alg-none", "alg_none", ["REQ-JWS-08"], f"{NONE}.{BODY}.")
    row(
        "bare-expired",
        "token_expired",
        ["REQ-JWT-05"],
        token=jwt(exp=NOW - 3600, iat=NOW - 7200),
        now=NOW,
        canaries=[CANARY],
    )
    row("bare-good", "token_opaque", ["REQ-JWS-01"], token="opaque-" + CANARY, now=NOW)


def kinds():
    """The wrong token."""
    seen(
        "id-token-nonce",
        "id_token_given",
        ["REQ-BCP-16"],
        jwt(nonce=CANARY, scope=None, aud="web-client", azp="web-client"),
    )
    seen("id-token-cognito", "id_token_given", ["REQ-BCP-16"], jwt(token_use="id", scope=None))
    seen("refresh-keycloak", "refresh_token_given", ["REQ-BCP-16"], jwt(typ="Refresh"))
    seen("logout-token", "token_kind_wrong", ["REQ-ATJWT-01"], jwt(head={"typ": "logout+jwt"}))
    seen("audience-is-client", "audience_is_client", ["REQ-ATJWT-04"], jwt(aud="web-client", azp="web-client"))
    seen("audience-account", "audience_is_issuer", ["REQ-JWT-12"], jwt(aud="account"))
    seen("dpop-bound-as-bearer", "dpop_bound_token", ["REQ-DPOP-20"], jwt(cnf={"jkt": CANARY}))
    row(
        "dpop-no-proof",
        "dpop_proof_missing",
        ["REQ-DPOP-01"],
        request=get("DPoP " + GOOD),
        canaries=[GOOD],
        response=refused('DPoP algs="ES256", error="invalid_dpop_proof"'),
        now=NOW,
    )
    row(
        "dpop-nonce",
        "dpop_nonce_required",
        ["REQ-DPOP-13"],
        canaries=[GOOD],
        now=NOW,
        request=get("DPoP " + GOOD, ("DPoP", GOOD)),
        response=refused('DPoP algs="ES256", error="use_dpop_nonce"', ("DPoP-Nonce", "n-1")),
    )
    row(
        "dpop-proof",
        "dpop_proof_invalid",
        ["REQ-DPOP-03"],
        canaries=[GOOD],
        now=NOW,
        request=get("DPoP " + GOOD, ("DPoP", GOOD)),
        response=refused('DPoP algs="ES256", error="invalid_dpop_proof"'),
    )


def times():
    """Dates against clocks."""
    seen("expired-an-hour", "token_expired", ["REQ-JWT-05"], jwt(exp=NOW - 3600, iat=NOW - 7200))
    seen("expired-by-date", "token_expired", ["REQ-JWT-05"], jwt(exp=NOW - 3600, iat=NOW - 7200), now=None)
    seen("expired-by-little", "token_expired", ["REQ-JWT-10"], jwt(exp=NOW - 37), also=["clock_skew"])
    seen("not-yet-valid", "token_not_yet_valid", ["REQ-JWT-06"], jwt(nbf=NOW + 3600))
    seen("issued-ahead", "token_not_yet_valid", ["REQ-JWT-08"], jwt(iat=NOW + 40), also=["clock_skew"])
    seen(
        "clocks-differ",
        "clock_skew",
        ["REQ-JWT-10"],
        jwt(exp=NOW + 60),
        now=NOW - 600,
        response=answer(401, challenge('Bearer realm="api", error="invalid_token"'), date=DATE),
        never=["token_expired"],
    )
    seen("milliseconds", "dates_in_milliseconds", ["REQ-JWT-04"], jwt(exp=(NOW + 600) * 1000))
    seen("date-text", "date_as_text", ["REQ-JWT-04"], jwt(exp="2023-11-14"))
    seen("born-expired", "lifetime_negative", ["REQ-JWT-19"], jwt(exp=NOW - 120, iat=NOW - 60))
    row(
        "spring-says-expired",
        "token_expired",
        ["REQ-JWT-05"],
        canaries=[GOOD],
        request=get("Bearer opaque" + CANARY),
        response=refused(
            'Bearer error="invalid_token", error_description="An error occurred while attempting to decode the '
            'Jwt: Jwt expired at 2023-11-14T21:13:20Z", error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"'
        ),
    )


def proved():
    """With policy and keys: the verifier's word, and what would pass."""
    judged("proved-passes", "would_pass", ["REQ-JWT-20"], GOOD, response=refused(), canaries=[GOOD])
    judged("proved-missing", "header_missing", ["REQ-HTTP-29"], response=refused('Bearer realm="api"'))
    judged(
        "proved-missing-token-beside",
        "header_missing",
        ["REQ-HTTP-29"],
        token=GOOD,
        canaries=[GOOD],
        passes="the token were sent in Authorization behind `Bearer`",
    )
    judged(
        "proved-redirect",
        "header_stripped_on_redirect",
        ["REQ-CLIENT-19"],
        response=refused('Bearer realm="api"'),
        redirects=[{"status": 301, "from": "https://example.com/", "location": f"{API}/v1/reports"}],
    )
    judged(
        "proved-quoted",
        "bearer_quoted",
        ["REQ-BEARER-23"],
        request=get(f'Bearer "{GOOD}"'),
        canaries=[GOOD],
        passes="Authorization were `Bearer`, one space and the bare token",
    )
    judged(
        "proved-scheme",
        "scheme_wrong",
        ["REQ-BEARER-11"],
        request=get("Token " + GOOD),
        canaries=[GOOD],
        passes="the scheme were `Bearer`",
    )
    judged(
        "proved-raw",
        "scheme_missing",
        ["REQ-BEARER-26"],
        request=get(GOOD),
        canaries=[GOOD],
        passes="`Bearer` and a space stood in front of the token",
    )
    judged(
        "proved-twice",
        "header_repeated",
        ["REQ-HTTP-32"],
        canaries=[GOOD],
        request=get("Bearer " + GOOD, ("Authorization", "Bearer " + GOOD)),
        passes="Authorization were sent once",
    )
    judged(
        "proved-two-places",
        "credentials_in_several_places",
        ["REQ-BEARER-08"],
        canaries=[GOOD],
        doc=policy(bearer={"sources": ["header", {"query": "access_token"}]}),
        request=get("Bearer " + GOOD, target=f"{API}/v1?access_token={GOOD}"),
        passes="the token stood in Authorization alone",
    )
    judged(
        "proved-insecure",
        "transport_insecure",
        ["REQ-BEARER-29"],
        doc=policy(transport="tls"),
        canaries=[GOOD],
        request=get("Bearer " + GOOD, target="http://api.example.com/v1"),
        passes="it came over https",
    )
    judged(
        "proved-leeway",
        "token_expired",
        ["REQ-JWT-05", "REQ-JWT-10"],
        jwt(exp=NOW - 36),
        passes="the leeway were 37 s (it is 30 s), or it were checked before 2023-11-14T22:13:14Z",
        also=["clock_skew"],
    )
    judged(
        "proved-expired-long",
        "token_expired",
        ["REQ-JWT-05"],
        jwt(exp=NOW - 86400, iat=NOW - 90000),
        passes="it were checked before 2023-11-13T22:13:50Z",
        never=["clock_skew"],
    )
    judged(
        "proved-not-yet",
        "token_not_yet_valid",
        ["REQ-JWT-06"],
        jwt(nbf=NOW + 45),
        passes="the leeway were 45 s (it is 30 s), or it were checked from 2023-11-14T22:13:35Z on",
    )
    judged(
        "proved-audience",
        "audience_mismatch",
        ["REQ-JWT-12"],
        jwt(aud="https://billing.example.com"),
        passes="the policy's audience were `https://billing.example.com`",
    )
    judged(
        "proved-audience-slash",
        "audience_slash",
        ["REQ-JWT-16"],
        jwt(aud=API + "/"),
        passes=f"the policy's audience were `{API}/`",
    )
    judged(
        "proved-audience-case",
        "audience_case",
        ["REQ-JWT-16"],
        jwt(aud="https://API.example.com"),
        passes="the policy's audience were `https://API.example.com`",
    )
    judged(
        "proved-audience-scheme",
        "audience_scheme",
        ["REQ-JWT-16"],
        jwt(aud="billing"),
        doc=policy(audience="api://billing"),
        passes="the policy's audience were `billing`",
    )
    judged("proved-audience-missing", "audience_missing", ["REQ-JWT-12"], jwt(aud=None))
    judged(
        "proved-audience-client",
        "audience_is_client",
        ["REQ-ATJWT-04"],
        jwt(aud="web", azp="web"),
        passes="the policy's audience were `web`",
    )
    judged("proved-audience-userinfo", "audience_is_issuer", ["REQ-JWT-12"], jwt(aud=ISSUER + "/userinfo"))
    for first, case_id, configured, iss in [
        ("issuer_slash", "slash", ISSUER, ISSUER + "/"),
        ("issuer_case", "case", "https://login.example.com/Realm", "https://login.example.com/realm"),
        ("issuer_scheme", "scheme", ISSUER, ISSUER.replace("https", "http")),
        ("issuer_port", "port", ISSUER, ISSUER + ":8443"),
        ("issuer_version", "version", "https://login.microsoftonline.com/t1/v2.0", "https://sts.windows.net/t1/"),
        ("issuer_tenant", "tenant", "https://sso.example.com/realms/prod", "https://sso.example.com/realms/test"),
        ("issuer_host", "host", "https://sso.example.com/realms/prod", "http://keycloak:8080/realms/prod"),
    ]:
        judged(
            "proved-issuer-" + case_id,
            first,
            ["REQ-JWT-16"],
            jwt(iss=iss),
            doc=policy(issuer=configured),
            keys=keys(configured),
            passes=f"the policy's issuer were `{iss}`",
        )
    judged(
        "proved-issuer-other",
        "issuer_mismatch",
        ["REQ-JWT-15"],
        jwt(key="p256_b", iss="https://other.example.net", head={"kid": "z9"}),
    )
    judged("proved-kid-rotated", "kid_rotated", ["REQ-ROTATION-07"], jwt(key="p256_b", head={"kid": "k0"}))
    judged("proved-kid-none", "kid_unknown", ["REQ-JWS-17"], jwt(key="rsa_a", alg="RS256", head={"kid": None}))
    judged(
        "proved-kid-other",
        "kid_of_other_issuer",
        ["REQ-JWS-16"],
        jwt(key="p256_b", head={"kid": "kb"}),
        doc={
            "realm": "api",
            "bearer": {
                "issuers": [
                    {"issuer": ISSUER, "audience": API, "jwks": jwks(jwk("p256_a", alg="ES256", kid="k1"))},
                    {
                        "issuer": "https://stage.example.com",
                        "audience": API,
                        "jwks": jwks(jwk("p256_b", alg="ES256", kid="kb")),
                    },
                ]
            },
        },
        keys=[],
    )
    judged("proved-signature", "signature_invalid", ["REQ-JWS-25"], jwt(key="p256_b"))
    judged(
        "proved-alg-list",
        "alg_not_allowed",
        ["REQ-JWS-31"],
        GOOD,
        doc=policy(known={"algorithms": ["RS256"]}),
        canaries=[GOOD],
        passes="the policy's algorithms had ES256",
    )
    judged("proved-alg-hs", "alg_symmetric", ["REQ-JWK-07"], jwt(key="oct_32", alg="HS256"))
    judged("proved-alg-none", "alg_none", ["REQ-JWS-08"], f"{NONE}.{BODY}.{SIGNATURE}")
    judged("proved-alg-unknown", "alg_unknown", ["REQ-JWS-06"], f"{LOWER}.{BODY}.{SIGNATURE}")
    judged("proved-key-mismatch", "key_mismatch", ["REQ-JWK-07"], jwt(key="rsa_a", alg="RS256"))
    judged("proved-crit", "token_extension_unknown", ["REQ-JWS-10"], jwt(head={"crit": ["exp"], "b64": False}))
    judged("proved-opaque", "token_opaque", ["REQ-JWS-01"], "opaque_" + CANARY.replace("-", "_"))
    judged("proved-cut", "token_cut", ["REQ-JWS-01"], f"{HEAD}.{BODY}")
    judged(
        "proved-jwe",
        "token_encrypted",
        ["REQ-JWS-01"],
        ".".join([b64url(b'{"alg":"dir"}'), "", "aXY", "Y2lwaGVy", "dGFn"]),
    )
    judged(
        "proved-typ", "token_kind_wrong", ["REQ-ATJWT-01"], GOOD, doc=policy(known={"typ": ["at+jwt"]}), canaries=[GOOD]
    )
    judged(
        "proved-claim-missing",
        "claim_missing",
        ["REQ-JWT-23"],
        GOOD,
        doc=policy(known={"required": ["exp", "tenant"]}),
        canaries=[GOOD],
        passes="the policy did not require `tenant`",
    )
    judged(
        "proved-claim-rule",
        "claim_rejected",
        ["REQ-JWT-18"],
        jwt(azp="other"),
        doc=policy(known={"claims": {"azp": "web"}}),
        passes="the policy had no `/bearer/issuers/0/claims`",
    )
    judged(
        "proved-too-old",
        "token_too_old",
        ["REQ-JWT-19"],
        jwt(iat=NOW - 7200),
        doc=policy(known={"max_age": 900}),
        passes="the policy had no `/bearer/issuers/0/max_age`",
    )
    judged(
        "proved-revoked",
        "token_revoked",
        ["REQ-STATUS-12"],
        GOOD,
        revoked=[f"{CANARY}-jti"],
        canaries=[GOOD],
        passes="the token were not revoked",
    )
    judged(
        "proved-certificate",
        "certificate_missing",
        ["REQ-MTLS-03"],
        jwt(cnf={"x5t#S256": "A" * 43}),
        passes="the connection had the certificate that the token is bound to",
    )
    judged(
        "proved-certificate-other",
        "certificate_mismatch",
        ["REQ-MTLS-02"],
        request=get("Bearer " + jwt(cnf={"x5t#S256": "A" * 43}), client_cert_sha256="B" * 42 + "A"),
        passes="the connection had the certificate that the token is bound to",
    )
    judged("proved-dpop", "dpop_bound_token", ["REQ-DPOP-20"], jwt(cnf={"jkt": "A" * 43}))
    judged(
        "proved-scope",
        "scope_missing",
        ["REQ-SCOPE-09"],
        GOOD,
        scopes="read:reports write:reports",
        canaries=[GOOD],
        passes="the token had the scope `write:reports`",
    )
    judged(
        "proved-scope-elsewhere",
        "scope_claim_elsewhere",
        ["REQ-SCOPE-04"],
        jwt(scope=None, permissions=["write:reports"]),
        scopes="write:reports",
        also=["scope_missing"],
    )
    judged(
        "proved-access",
        "access_denied",
        ["REQ-HTTP-29"],
        jwt(roles=["reader"]),
        doc=policy(known={"access": {"/roles": {"contains": "operator"}}}),
        passes="the policy had no `/bearer/issuers/0/access`",
    )
    judged(
        "proved-too-large",
        "header_too_large",
        ["REQ-JWS-28"],
        GOOD,
        doc=policy(bearer={"max_token_bytes": 64}),
        canaries=[GOOD],
        passes=f"`bearer.max_token_bytes` were {len(GOOD)}",
    )
    judged(
        "proved-two-faults",
        "token_expired",
        ["REQ-JWT-05", "REQ-JWT-16"],
        jwt(exp=NOW - 86400, iat=NOW - 90000, aud=API + "/"),
        also=["audience_slash"],
        passes=f"it were checked before 2023-11-13T22:13:50Z, and the policy's audience were `{API}/`",
    )
    judged("proved-date-text", "date_as_text", ["REQ-JWT-04"], jwt(exp="soon"))
    judged("proved-no-keys", "audience_slash", ["REQ-JWT-16"], jwt(aud=API + "/"), keys=[], response=refused())
    judged(
        "proved-bad-keys",
        "keys_unavailable",
        ["REQ-ROTATION-14"],
        GOOD,
        canaries=[GOOD],
        keys=[{"issuer": ISSUER, "jwks": {"keys": []}}],
    )
    judged(
        "policy-broken", "policy_invalid", ["REQ-HTTP-28"], GOOD, doc={"realm": "api", "bearrer": {}}, canaries=[GOOD]
    )
    judged("profile-unknown", "policy_invalid", ["REQ-HTTP-28"], GOOD, profile="admin", canaries=[GOOD])
    row(
        "proved-by-date",
        "token_expired",
        ["REQ-JWT-20"],
        request=get("Bearer " + jwt(exp=NOW - 3600, iat=NOW - 7200)),
        response=refused(),
        policy=policy(),
        keys=keys(),
    )
    row(
        "proved-no-clock",
        "audience_slash",
        ["REQ-JWT-20"],
        policy=policy(),
        keys=keys(),
        request=get("Bearer " + jwt(exp=NOW - 3600, iat=NOW - 7200, aud=API + "/")),
        never=["token_expired"],
        passes=f"the policy's audience were `{API}/`",
    )
    key = {
        "id": "billing",
        "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "environment": "test",
    }
    row(
        "proved-key-environment",
        "api_key_environment",
        ["REQ-APIKEY-07"],
        now=NOW,
        request=get(None, ("X-API-Key", "foo")),
        policy={"realm": "api", "api_key": {"environment": "live", "keys": [key]}},
    )
    row(
        "proved-key-unknown",
        "api_key_unknown",
        ["REQ-APIKEY-08"],
        now=NOW,
        request=get(None, ("X-API-Key", CANARY)),
        policy={"realm": "api", "api_key": {"keys": [{k: v for k, v in key.items() if k != "environment"}]}},
    )
    row(
        "proved-key-revoked",
        "api_key_revoked",
        ["REQ-APIKEY-08"],
        now=NOW,
        request=get(None, ("X-API-Key", "foo")),
        policy={"realm": "api", "api_key": {"keys": [{"id": "billing", "sha256": key["sha256"], "revoked": True}]}},
    )
    row(
        "proved-session",
        "cookie_missing",
        ["REQ-COOKIE-10"],
        now=NOW,
        request=get(),
        policy={
            "realm": "api",
            "session": {"origins": [API]},
            "bearer": {
                "sources": [{"cookie": "__Host-sid"}],
                "issuers": [{"issuer": ISSUER, "audience": API, "jwks": KEYS}],
            },
        },
    )
    row(
        "proved-session-twice",
        "cookie_repeated",
        ["REQ-COOKIE-03"],
        now=NOW,
        request=get(None, ("Cookie", f"__Host-sid={CANARY}; __Host-sid=x{CANARY}")),
        policy={
            "realm": "api",
            "session": {"origins": [API]},
            "bearer": {
                "sources": [{"cookie": "__Host-sid"}],
                "issuers": [{"issuer": ISSUER, "audience": API, "jwks": KEYS}],
            },
        },
    )
    row(
        "proved-basic-newline",
        "basic_newline",
        ["REQ-BASIC-03"],
        now=NOW,
        request=get(basic(f"alice:{CANARY}\n")),
        canaries=["alice"],
        policy={
            "realm": "api",
            "transport": "tls",
            "basic": {"users": {"bob": "$2b$10$abcdefghijklmnopqrstuuC6mK3JQGwkGv1gBBn0L7XC0rTDKzpHq"}},
        },
    )


forms()
kinds()
times()
proved()
