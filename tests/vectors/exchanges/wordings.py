"""The same refusals in the words of many servers: a token that shows no fault, one that is opaque, none at hand."""

from exchanges.base import CANARY, NOW, answer, challenge, get, jwt, row

TOKENS = {"jwt": "Bearer " + jwt(), "opaque": "Bearer opaque_" + CANARY.replace("-", "_")}
JSON = ("Content-Type", "application/json")


def told(first, case_id, response, *, opaque=None, also=()):
    """Three rows: beside a JWT, beside an opaque token, and the response alone, where no request is at hand."""
    for kind, value in TOKENS.items():
        expected = (opaque or first) if kind == "opaque" else first
        case = {"request": get(value), "response": response, "now": NOW, "canaries": [value.removeprefix("Bearer ")]}
        row(f"words-{case_id}-{kind}", expected, ["REQ-HTTP-34"], also=also, **case)
    row(f"words-{case_id}-alone", first, ["REQ-HTTP-34"], also=also, response=response, now=NOW)


def described(first, case_id, text, **more):
    """In an error_description, as OAuth servers do."""
    value = f'Bearer realm="api", error="invalid_token", error_description="{text}"'
    told(
        first,
        case_id,
        answer(401, challenge(value)),
        also=["token_refused"] if first != "token_refused" else [],
        **more,
    )


def in_body(first, case_id, text, status=401, **more):
    """In a body, without a challenge."""
    told(first, case_id, answer(status, JSON, body=text), **more)


def descriptions():
    """Sentences of authorization servers and resource servers."""
    for first, texts in {
        "token_expired": [
            "The token expired",
            "The access token has expired",
            "The access token provided has expired",
            "Token is expired by 3m20s",
            "token lifetime expired",
            "IDX10223: Lifetime validation failed. The token is expired.",
            "The access token expiry UTC time '11/21/2025 3:00:00 PM' is earlier than current UTC time",
        ],
        "token_not_yet_valid": ["token not yet valid", "Token used before issued", "IDX10222: not yet valid"],
        "token_revoked": ["The access token was revoked", "Token revoked"],
        "signature_invalid": ["Invalid token signature", "signature is invalid", "IDX10511: Keys tried"],
        "audience_mismatch": [
            "Invalid audience",
            "Token audience doesn't match",
            "the token has an invalid audience",
            "IDX10214: Audience validation failed.",
        ],
        "issuer_mismatch": ["Invalid issuer", "issuer mismatch", "The access token is from the wrong issuer."],
        "kid_unknown": ["unknown kid", "Unable to find a signing key that matches: 'abc'", "IDX10501: kid: 'abc'."],
        "keys_unavailable": ["OIDC discovery endpoint communication error", "IDX20803: Unable to obtain configuration"],
        "claim_missing": ["The token has no expiration"],
        "token_refused": [
            "The access token is invalid or has expired",
            "The access token provided is expired, revoked, malformed, or invalid for other reasons.",
            "If the token is expired, log in again",
        ],
    }.items():
        for place, text in enumerate(texts):
            described(first, f"description-{first.replace('_', '-')}-{place}", text)
    described("token_malformed", "description-malformed", "Malformed token", opaque="token_opaque")


def bodies():
    """Bodies of gateways, libraries and large APIs."""
    for case_id, first, text in [
        ("spotify", "token_expired", '{"error":{"status":401,"message":"The access token expired"}}'),
        ("apigee", "token_expired", '{"fault":{"faultstring":"TokenExpired: policy(verify-jwt)"}}'),
        ("pyjwt-expired", "token_expired", '{"detail":"Signature has expired."}'),
        ("jose-code", "token_expired", '{"code": "ERR_JWT_EXPIRED"}'),
        ("java-jwt", "token_expired", '{"error":"The Token has expired on 2023-11-14T22:00:00Z."}'),
        ("go-jwt", "token_expired", "token has invalid claims: token is expired"),
        ("facebook", "token_expired", '{"error":{"message":"Error validating access token: Session has expired on"}}'),
        ("sts", "token_expired", '{"message":"The security token included in the request is expired"}'),
        ("kong-nbf", "token_not_yet_valid", '{"nbf":"token not valid yet"}'),
        ("gitlab-revoked", "token_revoked", '{"error_description":"Token was revoked. You have to re-authorize."}'),
        (
            "jjwt-signature",
            "signature_invalid",
            '{"message":"JWT signature does not match locally computed signature."}',
        ),
        (
            "java-jwt-signature",
            "signature_invalid",
            '{"error":"The Token\'s Signature resulted invalid when verified"}',
        ),
        ("jose-signature", "signature_invalid", '{"code":"ERR_JWS_SIGNATURE_VERIFICATION_FAILED"}'),
        ("pyjwt-audience", "audience_mismatch", '{"detail":"Audience doesn\'t match"}'),
        ("go-oidc-audience", "audience_mismatch", 'oidc: expected audience "api" got ["web"]'),
        (
            "java-jwt-issuer",
            "issuer_mismatch",
            '{"error":"The Claim \'iss\' value doesn\'t match the required issuer."}',
        ),
        ("go-oidc-issuer", "issuer_mismatch", "oidc: id token issued by a different provider, expected"),
        ("jwks-rsa", "kid_unknown", "SigningKeyNotFoundError: Unable to find a signing key that matches 'k1'"),
        ("jsonwebtoken-alg", "alg_not_allowed", '{"message":"invalid algorithm"}'),
        ("go-oidc-kid", "kid_unknown", '{"message":"No key with kid k1 found in JWKS"}'),
        ("go-rsa", "signature_invalid", "crypto/rsa: verification error"),
        ("audience-for", "audience_mismatch", '{"message":"Token was not issued for this audience"}'),
        ("claim", "claim_missing", '{"message":"Token is missing the \\"aud\\" claim"}'),
        ("session", "session_ended", '[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]'),
        (
            "apim",
            "token_refused",
            '{ "statusCode": 401, "message": "Unauthorized. Access token is missing or invalid." }',
        ),
        ("twitter", "token_refused", '{"errors":[{"code":89,"message":"Invalid or expired token."}]}'),
        ("openai", "api_key_unknown", '{"error":{"message":"Incorrect API key provided","code":"invalid_api_key"}}'),
    ]:
        in_body(first, case_id, text)
    for case_id, first, text in [
        ("drf-permission", "access_denied", '{"detail":"You do not have permission to perform this action."}'),
        ("google-permission", "access_denied", '{"error":{"message":"The caller does not have permission"}}'),
        (
            "kubernetes",
            "access_denied",
            '{"kind":"Status","message":"pods is forbidden","reason":"Forbidden","code":403}',
        ),
        ("spotify-scope", "scope_missing", '{"error":{"status":403,"message":"Insufficient client scope"}}'),
        ("gitlab-scope", "scope_missing", '{"error":"insufficient_scope"}'),
        ("graph-scope", "scope_missing", '{"error":{"code":"Authorization_RequestDenied"}}'),
        (
            "clock",
            "clock_skew",
            '{"message":"Signature expired: 20231114T213820Z is now earlier than 20231114T220820Z"}',
        ),
    ]:
        in_body(first, case_id, text, status=403)
    for case_id, text in [
        ("pyjwt-segments", '{"detail":"Not enough segments"}'),
        ("graph-form", '{"error":{"message":"CompactToken parsing failed with error code: 80049217"}}'),
        ("jjwt-form", '{"message":"JWT strings must contain exactly 2 period characters. Found: 0"}'),
        ("idx-form", '{"message":"IDX12741: JWT must have three segments (JWS) or five segments (JWE)."}'),
    ]:
        in_body("token_malformed", case_id, text, opaque="token_opaque")
    told(
        "token_expired",
        "simplejwt-expired",
        answer(
            401,
            challenge('Bearer realm="api"'),
            body='{"detail":"Given token not valid for any token type","messages":[{"message":"Token is expired"}]}',
        ),
    )
    told(
        "scope_missing",
        "aws-http-scope",
        answer(
            403,
            ("Apigw-Requestid", "a="),
            challenge('Bearer scope="reports/read" error="insufficient_scope" error_description="missing"'),
            body='{"message":"Forbidden"}',
        ),
    )
    told(
        "api_key_missing",
        "apim-key",
        answer(
            401,
            challenge('AzureApiManagementKey realm="https://x.azure-api.net/echo",name="Ocp-Apim-Subscription-Key"'),
            body='{"message": "Access denied due to missing subscription key."}',
        ),
    )
    told(
        "login_insufficient",
        "claims-challenge",
        answer(401, challenge('Bearer error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="')),
    )
    row(
        "words-slack",
        "status_200_with_error",
        ["REQ-HTTP-30"],
        request=get(TOKENS["jwt"]),
        response=answer(200, JSON, body='{"ok":false,"error":"invalid_auth"}'),
        now=NOW,
    )


def lost():
    """A token was sent, and the words are those for none."""
    for case_id, first, lines, text in [
        ("cgi", "header_stripped_by_cgi", [("Server", "Apache/2.4.58")], '{"message":"No token provided"}'),
        ("cdn", "header_stripped_by_cdn", [("X-Amz-Cf-Id", "a")], '{"message":"Missing Authorization header"}'),
        ("proxy", "header_stripped_by_proxy", [("Server", "nginx")], "Authorization header missing"),
    ]:
        case = {"request": get(TOKENS["jwt"]), "response": answer(401, *lines, body=text), "now": NOW}
        row(f"words-lost-{case_id}", first, ["REQ-HTTP-34"], canaries=[TOKENS["jwt"]], **case)
    # Whoever judged the token has seen it, whatever the challenge leaves out.
    case = {
        "response": answer(401, challenge("Bearer"), body='{"detail":"Could not validate credentials"}'),
        "now": NOW,
    }
    row(
        "words-not-lost",
        "token_refused",
        ["REQ-HTTP-34"],
        request=get(TOKENS["jwt"]),
        never=["header_stripped_by_proxy"],
        **case,
    )


def harmless():
    """Words that say something else than they seem to."""
    page = "<html><head><meta name='csrf-token' content='x'></head><body>Unauthorized</body></html>"
    for case_id, first, response, never in [
        ("csrf-meta", "challenge_missing", answer(401, body=page), "csrf_rejected"),
        (
            "apache-forbidden",
            "access_denied",
            answer(403, ("Server", "Apache"), body="<p>You don't have permission to access this resource.</p>"),
            "edge_blocked",
        ),
        (
            "akamai",
            "edge_blocked",
            answer(403, body='You don\'t have permission to access "http&#58;" on this server.<P>Reference&#32;'),
            "access_denied",
        ),
        (
            "rails-csrf",
            "csrf_rejected",
            answer(403, body="<h1>Can't verify CSRF token authenticity</h1>"),
            "access_denied",
        ),
        ("bad-credentials", "token_refused", answer(401, body='{"message":"Bad credentials"}'), "password_rejected"),
    ]:
        case = {"request": get(TOKENS["jwt"]), "response": response, "now": NOW}
        row(f"words-{case_id}", first, ["REQ-HTTP-34"], never=[never], canaries=[TOKENS["jwt"]], **case)
    row(
        "words-session-cookie",
        "session_ended",
        ["REQ-COOKIE-12"],
        request=get(None, ("Cookie", "sid=" + CANARY)),
        response=answer(401, body="Your session has expired, please sign in"),
        now=NOW,
        never=["header_missing"],
    )


descriptions()
bodies()
lost()
harmless()
