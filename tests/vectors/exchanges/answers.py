"""What servers answer: status and challenge, CORS, caches, and the words of known programs. Written for these files."""

from exchanges.base import API, CANARY, NOW, answer, challenge, get, jwt, refused, row

GOOD = jwt()
BARE = 'Bearer realm="api"'
APP = "https://app.example.org"


def heard(first, case_id, response, *lines, text=GOOD, covers=("REQ-HTTP-34",), **more):
    """A row about a response to a request with a good token, or without one."""
    request = more.pop("request", None) or get("Bearer " + text if text else None, *lines)
    row(case_id, first, covers, request=request, response=response, now=NOW, canaries=[text or CANARY], **more)


def statuses():
    """The status against what happened."""
    heard(
        "scope_missing",
        "401-for-scope",
        refused('Bearer realm="api", error="insufficient_scope", scope="write:reports"'),
        covers=["REQ-BEARER-18"],
        also=["status_401_for_403"],
    )
    heard(
        "scope_missing",
        "403-scope",
        refused('Bearer error="insufficient_scope", scope="read:reports write:reports"', status=403),
        covers=["REQ-SCOPE-09"],
        never=["status_401_for_403"],
    )
    heard(
        "scope_claim_elsewhere",
        "403-scope-in-roles",
        refused('Bearer error="insufficient_scope", scope="admin"', status=403),
        text=jwt(roles=["admin"]),
        covers=["REQ-SCOPE-04"],
    )
    heard(
        "scope_missing",
        "403-scope-opaque",
        refused('Bearer error="insufficient_scope"', status=403),
        text="opaque-" + CANARY,
    )
    heard(
        "header_missing",
        "403-without-credentials",
        answer(403, body="Forbidden"),
        text=None,
        covers=["REQ-HTTP-29"],
        also=["status_403_for_401"],
    )
    heard(
        "token_refused", "403-invalid-token", refused(status=403), covers=["REQ-BEARER-18"], also=["status_403_for_401"]
    )
    heard(
        "token_refused",
        "400-invalid-token",
        answer(400, body='{"error": "invalid_token"}'),
        covers=["REQ-BEARER-18"],
        also=["status_400_for_401"],
    )
    heard(
        "status_200_with_error",
        "graphql-200",
        answer(
            200,
            ("Content-Type", "application/json"),
            body='{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}],"data":null}',
        ),
        covers=["REQ-HTTP-30"],
    )
    heard(
        "token_expired",
        "500-expired",
        answer(500, ("X-Powered-By", "Express"), body="<pre>TokenExpiredError: jwt expired<br>at verify.js:190</pre>"),
        also=["status_500_for_401"],
    )
    heard(
        "login_insufficient",
        "step-up",
        refused('Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="300"'),
        covers=["REQ-STEPUP-01"],
    )
    heard("token_refused", "invalid-token-alone", refused(), covers=["REQ-BEARER-13"])
    heard("access_denied", "403-in-silence", answer(403), covers=["REQ-HTTP-47"])
    row("credentials-refused-alone", "credentials_refused", ["REQ-HTTP-47"], response=answer(403), now=NOW)
    heard("challenge_missing", "401-in-silence", answer(401), covers=["REQ-HTTP-28"], also=["credentials_refused"])
    heard(
        "proxy_authentication_required",
        "407-proxy",
        answer(407, ("Proxy-Authenticate", 'Basic realm="corp"')),
        covers=["REQ-CLIENT-25"],
        never=["proxy_challenge_missing"],
    )
    heard(
        "proxy_authentication_required",
        "407-bare",
        answer(407, ("X-Squid-Error", "ERR_CACHE_ACCESS_DENIED 0")),
        covers=["REQ-HTTP-39"],
        also=["proxy_challenge_missing", "answered_by"],
    )
    heard("too_many_attempts", "429", answer(429, ("Retry-After", "30")))
    heard("unavailable", "503", answer(503, ("Retry-After", "30")), covers=["REQ-ROTATION-14"])
    heard("network_login", "511", answer(511, ("Content-Type", "text/html")), covers=["REQ-CLIENT-23"])


def challenges():
    """Challenges that help nobody, and challenges alone."""
    row("challenge-alone", "header_missing", ["REQ-BEARER-10"], response=answer(401, challenge(BARE)))
    row(
        "challenge-alone-expired",
        "token_expired",
        ["REQ-BEARER-13"],
        response=answer(
            401, challenge('Bearer realm="api", error="invalid_token", error_description="The access token expired"')
        ),
    )
    row(
        "challenge-alone-refused",
        "token_refused",
        ["REQ-BEARER-13"],
        response=answer(401, challenge('Bearer realm="api", error="invalid_token"')),
    )
    heard("header_missing", "error-unearned", refused(), text=None, covers=["REQ-BEARER-10"], also=["error_unearned"])
    heard(
        "token_refused",
        "no-commas",
        refused('Bearer realm="api" error="invalid_token"'),
        covers=["REQ-CLIENT-29"],
        also=["challenge_malformed"],
    )
    heard("challenge_malformed", "open-quote", refused('Bearer realm="api'), covers=["REQ-HTTP-14"])
    heard(
        "header_missing", "bare-word", refused("Bearer"), text=None, covers=["REQ-BEARER-12"], also=["challenge_bare"]
    )
    heard(
        "header_missing", "basic-no-realm", refused("Basic"), text=None, covers=["REQ-BASIC-05"], also=["realm_missing"]
    )
    heard(
        "error_unknown",
        "own-code",
        refused(f'Bearer realm="api", error="{CANARY}"'),
        covers=["REQ-BEARER-31"],
        never=["token_refused"],
    )
    heard(
        "token_refused",
        "description-not-ascii",
        covers=["REQ-BEARER-14"],
        also=["description_malformed"],
        response=refused('Bearer error="invalid_token", error_description="le jeton a \u00e9t\u00e9 refus\u00e9"'),
    )
    heard(
        "issuer_tenant",
        "realm-of-other-tenant",
        refused('Bearer realm="https://sso.example.com/realms/prod", error="invalid_token"'),
        text=jwt(iss="https://sso.example.com/realms/test"),
        covers=["REQ-JWT-15"],
    )


def caches():
    """Denials that were kept."""
    heard("response_cached", "age", refused(BARE, ("Age", "214")), covers=["REQ-CACHE-02"])
    heard(
        "response_cached",
        "x-cache",
        refused(BARE, ("X-Cache", "Hit from cloudfront"), ("Via", "1.1 a.cloudfront.net (CloudFront)")),
        covers=["REQ-CACHE-02"],
        also=["answered_by"],
    )
    heard(
        "response_cached",
        "cf-cache",
        answer(403, ("CF-Cache-Status", "HIT"), ("Server", "cloudflare")),
        covers=["REQ-CACHE-02"],
    )
    heard(
        "token_refused",
        "cacheable",
        refused('Bearer error="invalid_token"', ("Cache-Control", "public, max-age=300")),
        covers=["REQ-CACHE-02"],
        also=["response_cacheable"],
    )
    heard(
        "token_refused",
        "not-cacheable",
        refused('Bearer error="invalid_token"', ("Cache-Control", "no-store, max-age=300")),
        covers=["REQ-CACHE-02"],
        never=["response_cacheable"],
    )


def cors():
    """Browsers calling across origins."""
    origin = ("Origin", APP)
    asks = [
        origin,
        ("Access-Control-Request-Method", "GET"),
        ("Access-Control-Request-Headers", "authorization,content-type"),
    ]
    allow = ("Access-Control-Allow-Origin", APP)
    preflight = get(None, *asks, method="OPTIONS")
    heard(
        "preflight_challenged",
        "preflight-401",
        refused(BARE),
        text=None,
        request=preflight,
        covers=["REQ-CORS-01"],
        never=["header_missing"],
    )
    heard("preflight_challenged", "preflight-403", answer(403), text=None, request=preflight, covers=["REQ-CORS-01"])
    heard(
        "preflight_redirected",
        "preflight-301",
        answer(301, ("Location", f"{API}/v1/reports/")),
        text=None,
        request=preflight,
        covers=["REQ-CORS-01"],
    )
    heard(
        "preflight_wildcard",
        "preflight-star",
        answer(204, allow, ("Access-Control-Allow-Headers", "*")),
        text=None,
        request=preflight,
        covers=["REQ-CORS-04"],
    )
    heard(
        "preflight_header_missing",
        "preflight-no-header",
        answer(204, allow, ("Access-Control-Allow-Headers", "content-type")),
        text=None,
        request=preflight,
        covers=["REQ-CORS-04"],
    )
    heard(
        "origin_not_allowed",
        "denial-without-origin",
        answer(401, challenge('Bearer error="invalid_token"')),
        origin,
        covers=["REQ-CORS-09"],
    )
    heard(
        "origin_not_allowed",
        "denial-for-other-origin",
        refused(
            'Bearer error="invalid_token"',
            ("Access-Control-Allow-Origin", "https://other.example.org"),
            ("Access-Control-Expose-Headers", "WWW-Authenticate"),
        ),
        origin,
        covers=["REQ-CORS-09"],
    )
    heard(
        "token_refused",
        "challenge-not-exposed",
        refused('Bearer error="invalid_token"', allow),
        origin,
        covers=["REQ-CORS-07"],
        also=["header_not_exposed"],
    )
    heard(
        "token_refused",
        "challenge-exposed",
        refused('Bearer error="invalid_token"', allow, ("Access-Control-Expose-Headers", "WWW-Authenticate")),
        origin,
        covers=["REQ-CORS-07"],
        never=["header_not_exposed"],
    )
    heard(
        "credentials_mode",
        "no-cookie-cross-origin",
        refused('Cookie realm="app"', allow),
        origin,
        text=None,
        covers=["REQ-CORS-06"],
    )
    heard(
        "credentials_wildcard",
        "star-with-credentials",
        refused(
            'Bearer error="invalid_token"',
            ("Access-Control-Allow-Origin", "*"),
            ("Access-Control-Allow-Credentials", "true"),
        ),
        origin,
        covers=["REQ-CORS-06"],
    )


def gateways():
    """Edges and gateways."""
    aws = ("x-amzn-RequestId", "8d1c0f6e-5f1b-4b8a-9c55-0123456789ab")
    kind = lambda name: ("x-amzn-ErrorType", name)  # noqa: E731
    heard(
        "gateway_route_unknown",
        "aws-missing-token",
        text=None,
        response=answer(
            403, aws, kind("MissingAuthenticationTokenException"), body='{"message":"Missing Authentication Token"}'
        ),
        also=["answered_by"],
        never=["header_missing"],
    )
    heard(
        "gateway_signature_expected",
        "aws-equal-sign",
        answer(
            403,
            aws,
            kind("IncompleteSignatureException"),
            body=f'{{"message":"\'{GOOD}\' not a valid key=value pair (missing equal-sign) in '
            f"Authorization header: 'Bearer {GOOD}'.\"}}",
        ),
    )
    heard(
        "header_missing",
        "aws-unauthorized-none",
        answer(401, aws, kind("UnauthorizedException"), body='{"message":"Unauthorized"}'),
        text=None,
        also=["challenge_missing"],
    )
    heard(
        "token_refused",
        "aws-unauthorized",
        answer(401, aws, kind("UnauthorizedException"), body='{"message":"Unauthorized"}'),
        also=["challenge_missing"],
    )
    heard(
        "token_expired",
        "aws-cognito",
        answer(401, aws, kind("ExpiredTokenException"), body='{"message":"The incoming token has expired"}'),
        text="opaque-" + CANARY,
    )
    heard(
        "gateway_authorizer_denied",
        "aws-explicit-deny",
        answer(
            403,
            aws,
            kind("AccessDeniedException"),
            body='{"Message":"User is not authorized to access this resource with an explicit deny"}',
        ),
    )
    heard(
        "gateway_authorizer_failed",
        "aws-authorizer-500",
        answer(500, aws, kind("AuthorizerConfigurationException"), body='{"message":null}'),
    )
    heard(
        "api_key_missing",
        "aws-usage-plan",
        answer(403, aws, kind("ForbiddenException"), body='{"message":"Forbidden"}'),
    )
    heard(
        "header_missing", "azure-no-jwt", answer(401, body='{"statusCode":401,"message":"JWT not present."}'), text=None
    )
    heard(
        "edge_blocked",
        "cloudflare-1020",
        answer(403, ("Server", "cloudflare"), ("CF-RAY", "85f0000-AMS"), body="error code: 1020"),
        also=["answered_by"],
        never=["status_403_for_401"],
        text=None,
    )
    heard(
        "edge_blocked",
        "cloudflare-challenge",
        answer(403, ("Server", "cloudflare"), ("cf-mitigated", "challenge"), body="<title>Just a moment...</title>"),
    )
    heard(
        "edge_login",
        "cloudflare-access",
        answer(
            302,
            ("Server", "cloudflare"),
            ("Location", f"https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid={CANARY}"),
        ),
    )
    heard(
        "edge_blocked",
        "cloudfront-blocked",
        answer(
            403,
            ("Server", "CloudFront"),
            ("X-Cache", "Error from cloudfront"),
            body="<H1>403 ERROR</H1><H2>The request could not be satisfied.</H2>Request blocked.",
        ),
        also=["answered_by"],
    )
    heard(
        "edge_login",
        "google-iap",
        answer(401, ("X-Goog-IAP-Generated-Response", "true"), body="Invalid IAP credentials: Unable to parse JWT"),
    )
    heard(
        "api_key_missing",
        "kong-no-key",
        answer(401, challenge("Key"), ("Server", "kong/3.8.0"), body='{"message":"No API key found in request"}'),
        text=None,
        also=["answered_by"],
    )
    heard(
        "issuer_mismatch",
        "kong-iss",
        answer(401, ("Server", "kong/3.8.0"), body='{"message":"No credentials found for given \'iss\'"}'),
    )
    heard(
        "token_expired",
        "kong-exp",
        answer(401, ("Server", "kong/3.8.0"), body='{"exp":"token expired"}'),
        text="opaque-" + CANARY,
    )
    heard(
        "access_denied",
        "kong-acl",
        answer(403, ("Server", "kong/3.8.0"), body='{"message":"You cannot consume this service"}'),
    )
    heard(
        "claim_missing",
        "kong-no-iss",
        answer(401, ("Server", "kong/3.8.0"), body='{"message":"No mandatory \'iss\' in claims"}'),
        text=jwt(iss=None),
    )
    for first, case_id, text, status in [
        ("token_expired", "expired", "Jwt is expired", 401),
        ("issuer_mismatch", "issuer", "Jwt issuer is not configured", 401),
        ("audience_mismatch", "audience", "Audiences in Jwt are not allowed", 403),
        ("kid_unknown", "kid", "Jwks doesn't have key to match kid or alg from Jwt", 401),
        ("signature_invalid", "signature", "Jwt verification fails", 401),
        ("keys_unavailable", "jwks", "Jwks remote fetch is failed", 401),
        ("token_not_yet_valid", "nbf", "Jwt not yet valid", 401),
        (
            "token_opaque",
            "form",
            "Jwt is not in the form of Header.Payload.Signature with two dots and 3 sections",
            401,
        ),
        ("rbac_denied", "rbac", "RBAC: access denied", 403),
    ]:
        field = challenge('Bearer realm="https://api.example.com/v1/reports", error="invalid_token"')
        heard(
            first,
            "envoy-" + case_id,
            answer(status, *([field] if status == 401 else []), ("Server", "istio-envoy"), body=text),
            text="opaque-" + CANARY if first == "token_opaque" else GOOD,
            also=["answered_by"],
        )
    heard(
        "header_missing",
        "envoy-missing",
        text=None,
        response=answer(
            401,
            challenge('Bearer realm="https://api.example.com/v1/reports"'),
            ("Server", "envoy"),
            body="Jwt is missing",
        ),
    )
    heard(
        "password_rejected",
        "traefik-basic",
        answer(401, challenge('Basic realm="traefik"'), body="401 Unauthorized\n"),
        request=get("Basic YWxpY2U6Y2FuYXJ5LTRmMWQ5YTdj"),
        text="YWxpY2U6Y2FuYXJ5LTRmMWQ5YTdj",
        also=["answered_by"],
    )
    page = (
        "<html><head><title>401 Authorization Required</title></head><body>"
        "<center><h1>401 Authorization Required</h1></center>"
        "<hr><center>nginx</center></body></html>"
    )
    heard(
        "header_missing",
        "nginx-auth-request",
        answer(401, ("Server", "nginx"), body=page),
        text=None,
        also=["answered_by", "challenge_missing"],
    )
    heard(
        "challenge_missing",
        "nginx-auth-request-token",
        answer(401, ("Server", "nginx"), body=page),
        also=["answered_by"],
    )
    heard(
        "header_stripped_by_proxy",
        "nginx-auth-jwt",
        answer(401, challenge('Bearer realm="closed site"'), ("Server", "nginx"), body=page),
        also=["error_missing"],
    )
    heard(
        "certificate_missing",
        "nginx-mtls",
        answer(
            400,
            ("Server", "nginx"),
            body="<center><h1>400 Bad Request</h1></center><center>No required SSL certificate was sent</center>",
        ),
    )
    heard(
        "certificate_mismatch",
        "nginx-mtls-error",
        answer(
            400,
            ("Server", "nginx"),
            body="<center><h1>400 Bad Request</h1></center><center>The SSL certificate error</center>",
        ),
    )


def frameworks():
    """Servers and frameworks."""
    heard(
        "header_missing",
        "express-jwt-none",
        answer(401, ("X-Powered-By", "Express"), body="UnauthorizedError: No authorization token was found"),
        text=None,
        also=["answered_by"],
    )
    heard(
        "token_expired",
        "express-jwt-expired",
        answer(401, ("X-Powered-By", "Express"), body='{"error":"jwt expired"}'),
        text="opaque-" + CANARY,
    )
    heard(
        "audience_mismatch",
        "express-aud",
        answer(
            401,
            ("X-Powered-By", "Express"),
            body='{"message":"jwt audience invalid. expected: https://api.example.com"}',
        ),
    )
    heard(
        "authorization_malformed",
        "express-format",
        answer(401, body='{"message":"Format is Authorization: Bearer [token]"}'),
        request=get("Token " + GOOD),
    )
    heard(
        "kid_unknown",
        "jose-no-key",
        refused(
            'Bearer realm="api", error="invalid_token", error_description="no applicable key found '
            'in the JSON Web Key Set"'
        ),
    )
    heard(
        "header_missing",
        "fastapi-403",
        answer(403, ("Server", "uvicorn"), body='{"detail":"Not authenticated"}'),
        text=None,
        also=["status_403_for_401", "answered_by"],
    )
    heard(
        "header_missing",
        "fastapi-401",
        answer(401, challenge("Bearer"), ("Server", "uvicorn"), body='{"detail":"Not authenticated"}'),
        text=None,
        also=["challenge_bare"],
    )
    heard(
        "scheme_wrong",
        "fastapi-scheme",
        answer(403, ("Server", "uvicorn"), body='{"detail":"Invalid authentication credentials"}'),
        request=get("Token " + GOOD),
    )
    heard(
        "header_missing",
        "drf-none",
        answer(401, challenge('Bearer realm="api"'), body='{"detail":"Authentication credentials were not provided."}'),
        text=None,
    )
    heard(
        "token_refused",
        "simplejwt",
        answer(
            401,
            challenge('Bearer realm="api", error="invalid_token"'),
            body='{"detail":"Given token not valid for any token type","code":"token_not_valid"}',
        ),
    )
    heard("token_revoked", "flask-revoked", answer(401, body='{"msg":"Token has been revoked"}'))
    spring = "An error occurred while attempting to decode the Jwt: "
    for first, case_id, text in [
        ("kid_unknown", "kid", spring + "Signed JWT rejected: Another algorithm expected, or no matching key(s) found"),
        ("signature_invalid", "signature", spring + "Signed JWT rejected: Invalid signature"),
        ("issuer_mismatch", "issuer", spring + "The iss claim is not valid"),
        ("audience_mismatch", "audience", spring + "The aud claim is not valid"),
        ("credentials_in_several_places", "several", "Found multiple bearer tokens in the request"),
    ]:
        code = "invalid_request" if case_id == "several" else "invalid_token"
        heard(
            first,
            "spring-" + case_id,
            refused(
                f'Bearer error="{code}", error_description="{text}", '
                'error_uri="https://tools.ietf.org/html/rfc6750#section-3.1"'
            ),
        )
    heard(
        "token_expired",
        "aspnet-expired",
        text="opaque-" + CANARY,
        response=refused(
            'Bearer error="invalid_token", error_description="The token expired at \'11/14/2023 21:13:20\'"',
            ("Server", "Kestrel"),
        ),
    )
    heard(
        "audience_mismatch",
        "aspnet-audience",
        refused('Bearer error="invalid_token", error_description="The audience \'api://billing\' is invalid"'),
    )
    heard(
        "kid_unknown",
        "aspnet-key",
        refused('Bearer error="invalid_token", error_description="The signature key was not found"'),
    )
    heard(
        "windows_login_expected",
        "iis-windows",
        answer(
            401,
            challenge("Negotiate"),
            challenge("NTLM"),
            ("Server", "Microsoft-IIS/10.0"),
            ("X-Powered-By", "ASP.NET"),
            body="<h2>401 - Unauthorized: Access is denied due to invalid credentials.</h2>",
        ),
        also=["answered_by"],
    )
    heard(
        "header_missing",
        "apache-basic",
        text=None,
        response=answer(
            401,
            challenge('Basic realm="Restricted"'),
            ("Server", "Apache/2.4.62"),
            body="<p>This server could not verify that you are authorized to access the document requested.</p>",
        ),
        also=["answered_by"],
    )
    heard(
        "token_refused",
        "apache-openidc",
        refused(
            'Bearer realm="api.example.com", error="invalid_token", '
            'error_description="Reference to a valid Bearer access token"',
            ("Server", "Apache/2.4.62"),
        ),
        also=["answered_by"],
    )
    heard(
        "token_refused",
        "keycloak-userinfo",
        answer(
            401,
            challenge('Bearer realm="master", error="invalid_token", error_description="Token verification failed"'),
            body='{"error":"invalid_token","error_description":"Token verification failed"}',
        ),
        also=["answered_by"],
    )
    heard(
        "token_inactive",
        "introspected",
        refused('Bearer realm="api", error="invalid_token", error_description="Token is not active"'),
    )
    heard(
        "digest_malformed",
        "digest-uri",
        answer(400, challenge('Digest realm="r", nonce="n"')),
        request=get(f'Digest username="alice", realm="r", nonce="n", uri="/other", response="{CANARY}"'),
    )


statuses()
challenges()
caches()
cors()
gateways()
frameworks()
