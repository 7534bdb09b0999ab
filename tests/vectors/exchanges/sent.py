"""What clients send: headers that are missing, misnamed, malformed; Basic, keys, cookies; redirects on the way."""

from exchanges.base import (
    API,
    CANARY,
    NOW,
    answer,
    basic,
    challenge,
    get,
    jwt,
    refused,
    row,
)

GOOD = jwt()
BARE = 'Bearer realm="api"'


def says(first, case_id, request, response=None, covers=(), **more):
    """A row about a request."""
    row(case_id, first, covers, request=request, response=response or refused(), now=NOW, **more)


def header():
    """The request head as a whole."""
    says("header_missing", "sent-nothing", get(), refused(BARE), ["REQ-HTTP-29"])
    says("header_missing", "sent-nothing-token-beside", get(), refused(BARE), token=GOOD, canaries=[GOOD])
    says(
        "header_missing",
        "sent-nothing-behind-hops",
        get(None, ("X-Forwarded-For", "203.0.113.9"), ("Via", "1.1 lb")),
        refused(BARE),
        also=["header_stripped_by_proxy"],
    )
    says(
        "header_missing",
        "sent-nothing-behind-cdn",
        get(None, ("X-Amz-Cf-Id", "abc123==")),
        refused(BARE),
        also=["header_stripped_by_cdn"],
    )
    says(
        "header_stripped_by_proxy",
        "twin-forwarded",
        get(None, ("X-Forwarded-Authorization", "Bearer " + GOOD)),
        refused(BARE),
        canaries=[GOOD],
    )
    says(
        "header_stripped_by_proxy",
        "twin-remapped",
        get(None, ("X-Amzn-Remapped-Authorization", "Bearer " + GOOD)),
        refused(BARE),
        canaries=[GOOD],
    )
    says(
        "header_stripped_by_proxy",
        "sent-and-answer-says-none",
        get("Bearer " + GOOD),
        answer(
            401,
            challenge('Bearer realm="api"'),
            ("Server", "nginx/1.26.2"),
            ("X-Powered-By", "Express"),
            body='{"message":"No authorization token was found"}',
        ),
        canaries=[GOOD],
    )
    says(
        "header_stripped_by_cgi",
        "apache-php-strips",
        get("Bearer " + GOOD),
        answer(
            401,
            ("Server", "Apache/2.4.62 (Debian)"),
            ("X-Powered-By", "PHP/8.3.14"),
            body='{"code":401,"message":"JWT Token not found"}',
        ),
        canaries=[GOOD],
    )
    says(
        "header_stripped_by_cdn",
        "cloudfront-strips",
        get("Bearer " + GOOD),
        answer(
            401,
            ("Via", "1.1 0a1b2c.cloudfront.net (CloudFront)"),
            ("X-Cache", "Error from cloudfront"),
            body='{"detail":"Authentication credentials were not provided."}',
        ),
        canaries=[GOOD],
    )
    says(
        "header_stripped_by_proxy",
        "bare-challenge-after-token",
        get("Bearer " + GOOD),
        refused(BARE),
        also=["error_missing"],
        canaries=[GOOD],
    )
    says(
        "header_name_wrong",
        "british-spelling",
        get(None, ("Authorisation", "Bearer " + GOOD)),
        refused(BARE),
        ["REQ-HTTP-43"],
        canaries=[GOOD],
    )
    says(
        "header_name_wrong",
        "authentication-field",
        get(None, ("Authentication", "Bearer " + GOOD)),
        refused(BARE),
        canaries=[GOOD],
    )
    says(
        "header_name_wrong",
        "challenge-field-sent-back",
        get(None, ("WWW-Authenticate", "Bearer " + GOOD)),
        refused(BARE),
        canaries=[GOOD],
    )
    says(
        "credentials_misplaced",
        "x-access-token-field",
        get(None, ("X-Access-Token", GOOD)),
        refused(BARE),
        ["REQ-BEARER-07"],
        canaries=[GOOD],
    )
    says(
        "credentials_misplaced",
        "token-in-address",
        get(target=f"{API}/v1?access_token={GOOD}"),
        refused(BARE),
        ["REQ-BEARER-07"],
        also=["api_key_in_address"],
        canaries=[GOOD],
    )
    says("credentials_redacted", "har-was-sanitized", get("Bearer [REDACTED]"), answer(200), ["REQ-PRIVACY-02"])
    says(
        "header_repeated",
        "two-lines",
        get("Bearer " + GOOD, ("Authorization", basic(f"u:{CANARY}"))),
        refused(),
        ["REQ-HTTP-32"],
        canaries=[GOOD],
    )
    says(
        "header_repeated",
        "two-joined",
        get(f"Bearer {GOOD}, Bearer {GOOD}"),
        refused(),
        ["REQ-HTTP-33"],
        canaries=[GOOD],
    )
    says(
        "credentials_in_several_places",
        "header-and-address",
        get("Bearer " + GOOD, target=f"{API}/v1?access_token={GOOD}"),
        refused('Bearer realm="api", error="invalid_request"'),
        ["REQ-BEARER-08"],
        canaries=[GOOD],
    )
    says("authorization_malformed", "empty-value", get(""), refused(BARE), ["REQ-HTTP-02"])
    says("authorization_malformed", "scheme-no-word", get(f"B@sic {CANARY}"), refused(BARE), ["REQ-HTTP-02"])
    says("scheme_wrong", "token-for-bearer", get("Token " + GOOD), refused(BARE), ["REQ-BEARER-11"], canaries=[GOOD])
    says("scheme_wrong", "jwt-for-bearer", get("JWT " + GOOD), refused(BARE), canaries=[GOOD])
    says("scheme_wrong", "basic-for-bearer", get(basic(f"alice:{CANARY}")), refused(BARE), canaries=["alice"])
    says("scheme_wrong", "bearer-for-basic", get("Bearer " + GOOD), refused('Basic realm="intranet"'), canaries=[GOOD])
    says("scheme_wrong", "unknown-word-is-not-shown", get(f"{CANARY} {GOOD}"), refused(BARE), canaries=[GOOD])
    says("scheme_missing", "raw-token", get(GOOD), refused(BARE), ["REQ-BEARER-26"], canaries=[GOOD])
    says(
        "proxy_credentials_misplaced",
        "proxy-field-to-server",
        get(None, ("Proxy-Authorization", "Bearer " + GOOD)),
        refused(BARE),
        ["REQ-HTTP-40"],
        canaries=[GOOD],
    )
    says(
        "header_too_large",
        "nginx-400-large",
        get("Bearer " + GOOD),
        answer(
            400,
            ("Server", "nginx"),
            body="<html><head><title>400 Request Header Or Cookie Too Large</title></head>"
            "<body><center><h1>400 Bad Request</h1></center><center>Request Header Or Cookie Too Large</center>"
            "<hr><center>nginx</center></body></html>",
        ),
        canaries=[GOOD],
    )
    says("header_too_large", "status-431", get("Bearer " + "a" * 9000), answer(431))
    says(
        "transport_insecure",
        "http-address",
        get("Bearer " + GOOD, target="http://api.example.com/v1"),
        answer(200),
        ["REQ-CLIENT-20"],
        canaries=[GOOD],
    )


def bearer():
    """The slips behind the word Bearer."""
    covers = {
        "empty": 27,
        "colon": 21,
        "space_missing": 22,
        "quoted": 23,
        "newline": 24,
        "prefix_repeated": 25,
        "placeholder": 28,
        "bad_character": 4,
    }
    for name, case_id, value in [
        ("empty", "unset-variable", "Bearer "),
        ("empty", "word-alone", "Bearer"),
        ("colon", "colon", "Bearer: " + GOOD),
        ("colon", "equals", "Bearer=" + GOOD),
        ("space_missing", "glued", "Bearer" + GOOD),
        ("space_missing", "tab", "Bearer\t" + GOOD),
        ("quoted", "double-quotes", f'Bearer "{GOOD}"'),
        ("quoted", "single-quotes", f"Bearer '{GOOD}'"),
        ("quoted", "typographic", f"Bearer \u201c{GOOD}\u201d"),
        ("newline", "newline-end", f"Bearer {GOOD}\\n"),
        ("newline", "newline-inside", f"Bearer {GOOD[:40]}\n{GOOD[40:]}"),
        ("prefix_repeated", "twice", "Bearer Bearer " + GOOD),
        ("placeholder", "undefined", "Bearer undefined"),
        ("placeholder", "null", "Bearer null"),
        ("placeholder", "template", "Bearer ${ACCESS_TOKEN}"),
        ("placeholder", "mustache", "Bearer {{token}}"),
        ("placeholder", "object", "Bearer [object Object]"),
        ("bad_character", "percent", "Bearer " + GOOD.replace(".", "%2E", 1)),
        ("bad_character", "blank-inside", f"Bearer {GOOD[:30]} {GOOD[30:]}"),
        ("shortened", "ellipsis", f"Bearer {GOOD[:20]}\u2026{GOOD[-6:]}"),
    ]:
        number = covers.get(name)
        says(
            "bearer_" + name,
            "bearer-" + case_id,
            get(value),
            refused('Bearer realm="api", error="invalid_request"'),
            [f"REQ-BEARER-{number:02}"] if number else [],
            canaries=[GOOD[30:60], GOOD[-30:]],
        )
    says(
        "bearer_stray_space",
        "bearer-two-spaces",
        get("Bearer  " + GOOD),
        refused('Bearer realm="api", error="invalid_request"', status=400),
        ["REQ-BEARER-02"],
        canaries=[GOOD],
    )
    says(
        "token_json",
        "token-response",
        get('Bearer {"access_token":"' + GOOD + '"}'),
        refused('Bearer realm="api", error="invalid_request"'),
        ["REQ-JWS-27"],
        canaries=[GOOD],
    )
    row("bare-placeholder", "bearer_placeholder", ["REQ-BEARER-28"], token="${" + CANARY + "}")
    says("bearer_variable", "sent-variable", get("Bearer $env:ACCESS_TOKEN"), refused(BARE), ["REQ-BEARER-28"])
    row("bare-with-prefix", "bearer_prefix_repeated", ["REQ-BEARER-25"], token="Bearer " + GOOD, canaries=[GOOD])


def basics():
    """Basic and Digest."""
    realm = refused('Basic realm="intranet", charset="UTF-8"')
    for first, case_id, value, canary in [
        ("basic_empty", "nothing", "Basic ", CANARY),
        ("basic_not_encoded", "as-is", f"Basic alice:{CANARY}", "alice"),
        ("basic_colon_missing", "no-colon", basic(f"{CANARY}-password-alone"), "password-alone"),
        ("basic_base64_invalid", "no-base64", "Basic a!b!c!d!e", "a!b!c!d!e"),
        ("basic_url_safe", "url-safe", "Basic YWxpY2U6Pz8_Pz8-", "YWxpY2U6"),
        ("basic_newline", "echo", basic(f"alice:{CANARY}\n"), "alice"),
        ("basic_wrapped", "wrapped", "Basic " + basic(f"alice:{CANARY}-{'x' * 60}")[6:70] + " eHh4", "alice"),
        ("basic_twice", "twice", basic(basic(f"alice:{CANARY}")[6:]), "alice"),
        ("basic_percent_encoded", "percent", basic(f"alice%3A{CANARY}"), "alice"),
        ("basic_charset", "latin-1", basic(b"alice:p\xe4ssw\xf6rd-canary"), "alice"),
        ("basic_malformed", "control", basic(f"alice:{CANARY}\x01x"), "alice"),
        ("password_rejected", "wrong-password", basic(f"alice:{CANARY}"), "alice"),
    ]:
        says(first, "basic-" + case_id, get(value), realm, ["REQ-BASIC-04"], canaries=[canary])
    says(
        "basic_password_empty",
        "basic-empty-password",
        get(basic("alice:")),
        realm,
        ["REQ-BASIC-10"],
        also=["password_rejected"],
        canaries=["alice"],
    )
    says(
        "basic_user_empty",
        "basic-empty-user",
        get(basic(f":{CANARY}")),
        realm,
        ["REQ-BASIC-10"],
        also=["password_rejected"],
    )
    says(
        "basic_padding",
        "basic-no-padding",
        get(basic(f"alicia:{CANARY}").rstrip("=")),
        answer(400),
        ["REQ-BASIC-04"],
        canaries=["alicia"],
    )
    digest = f'Digest username="alice", realm="r", nonce="n", uri="/v1/reports", response="{CANARY}"'
    says(
        "digest_stale",
        "digest-stale",
        get(digest),
        refused('Digest realm="r", nonce="m", stale=true'),
        ["REQ-DIGEST-14"],
    )
    says("digest_rejected", "digest-wrong", get(digest), refused('Digest realm="r", nonce="m"'), ["REQ-DIGEST-15"])


def api_keys():
    """API keys."""
    offer = refused('Api-Key realm="api", header="X-API-Key"')
    key = "acme_test_4fQ9zR71bcXw02mL"
    live = "acme_live_9sT4kP20vbNm71Qa"
    says(
        "api_key_environment",
        "key-of-test-in-production",
        get(None, ("X-API-Key", key)),
        offer,
        ["REQ-APIKEY-07"],
        canaries=[key, key[6:], "4fQ9zR71bcXw"],
    )
    says(
        "api_key_environment",
        "live-key-in-sandbox",
        get(None, ("X-API-Key", live), target="https://sandbox.example.com/v1"),
        offer,
        ["REQ-APIKEY-07"],
        canaries=[live, "9sT4kP20vbNm"],
    )
    says(
        "api_key_unknown",
        "key-asked-for-again",
        get(None, ("X-API-Key", "f7Kq2mXw9RtZ4bLp")),
        offer,
        ["REQ-APIKEY-08"],
        canaries=["f7Kq2mXw9RtZ4bLp", "2mXw9RtZ"],
    )
    says(
        "api_key_malformed",
        "key-with-blank",
        get(None, ("X-API-Key", "acme 4fQ9zR71bcXw02mL")),
        offer,
        ["REQ-APIKEY-13"],
        canaries=["4fQ9zR71bcXw"],
    )
    says("api_key_malformed", "key-undefined", get(None, ("X-API-Key", "undefined")), offer)
    says(
        "api_key_in_address",
        "key-in-address",
        get(target=f"{API}/v1?api_key={key}"),
        answer(200),
        ["REQ-APIKEY-12"],
        canaries=[key],
    )
    says(
        "api_key_missing",
        "azure-no-key",
        get(),
        answer(
            401,
            body='{ "statusCode": 401, "message": "Access denied due to missing subscription key. Make sure to '
            'include subscription key when making requests to an API." }',
        ),
        ["REQ-APIKEY-01"],
    )
    says(
        "api_key_unknown",
        "azure-wrong-key",
        get(None, ("Ocp-Apim-Subscription-Key", "0123456789abcdef0123456789abcdef")),
        answer(
            401,
            body='{ "statusCode": 401, "message": "Access denied due to invalid subscription key. Make sure to '
            'provide a valid key for an active subscription." }',
        ),
        canaries=["0123456789abcdef"],
    )


def cookies():
    """Cookies and sessions."""
    cookie = refused('Cookie realm="app", cookie-name="sid"')
    says("cookie_missing", "session-not-sent", get(), cookie, ["REQ-COOKIE-10"])
    says(
        "cookie_repeated",
        "planted-twin",
        get(None, ("Cookie", f"sid={CANARY}; theme=dark; sid=other-{CANARY}")),
        cookie,
        ["REQ-COOKIE-03"],
    )
    for first, case_id, value, target in [
        ("cookie_refused", "none-without-secure", f"sid={CANARY}; Path=/; SameSite=None", API),
        ("cookie_refused", "host-prefix-with-domain", f"__Host-sid={CANARY}; Secure; Path=/; Domain=example.com", API),
        ("cookie_refused", "foreign-domain", f"sid={CANARY}; Domain=example.org; Secure", API),
        ("cookie_scope", "secure-on-http", f"sid={CANARY}; Secure", "http://api.example.com"),
        ("cookie_scope", "path-beside", f"sid={CANARY}; Path=/admin; Secure", API),
    ]:
        says(
            first,
            "cookie-" + case_id,
            get(target=target + "/v1/reports"),
            refused('Cookie realm="app"', ("Set-Cookie", value)),
            ["REQ-COOKIE-05"],
        )
    says(
        "cookie_scope",
        "cookie-lax-cross-site",
        get(None, ("Origin", "https://app.example.org"), ("Sec-Fetch-Site", "cross-site")),
        refused(
            'Cookie realm="app"',
            ("Set-Cookie", f"sid={CANARY}; Secure; HttpOnly"),
            ("Access-Control-Allow-Origin", "https://app.example.org"),
            ("Access-Control-Allow-Credentials", "true"),
            ("Access-Control-Expose-Headers", "WWW-Authenticate"),
        ),
    )
    says(
        "csrf_rejected",
        "csrf",
        get(None, ("Cookie", f"sid={CANARY}"), method="POST"),
        answer(403, body="<h1>Forbidden (403)</h1><p>CSRF verification failed. Request aborted.</p>"),
        ["REQ-COOKIE-08"],
    )
    says(
        "session_ended",
        "keycloak-session",
        get("Bearer " + GOOD),
        refused(
            'Bearer realm="master", error="invalid_token", error_description="User session not found or doesn\'t have '
            'client attached on it"'
        ),
        canaries=[GOOD],
    )


def redirects():
    """Redirects on the way, and to login pages."""
    over = [{"status": 301, "from": "https://example.com/v1/reports", "location": f"{API}/v1/reports"}]
    says("header_stripped_on_redirect", "redirect-other-host", get(), refused(BARE), ["REQ-CLIENT-19"], redirects=over)
    says(
        "header_stripped_on_redirect",
        "redirect-to-https",
        get("Bearer " + GOOD, target="http://api.example.com/v1"),
        refused(BARE),
        redirects=[{"status": 308, "location": f"{API}/v1"}],
        also=["transport_insecure"],
        canaries=[GOOD],
    )
    says(
        "header_stripped_on_redirect",
        "redirect-port",
        get(),
        refused(BARE),
        redirects=[
            {"status": 302, "from": "https://api.example.com:8443/v1", "location": f"{API}/v1/reports?code={CANARY}"}
        ],
    )
    says(
        "header_missing",
        "redirect-same-origin",
        get(),
        refused(BARE),
        never=["header_stripped_on_redirect"],
        redirects=[{"status": 307, "from": f"{API}/v1/reports/", "location": "/v1/reports"}],
    )
    says(
        "redirect_to_login",
        "login-page",
        get("Bearer " + GOOD),
        answer(302, ("Location", f"https://sso.example.com/login?next=/v1/reports&state={CANARY}")),
        canaries=[GOOD],
    )
    says(
        "redirect_to_login",
        "login-html",
        get("Bearer " + GOOD),
        answer(
            200,
            ("Content-Type", "text/html; charset=utf-8"),
            body='<form method="post"><input name="user"><input type="password" name="pass"></form>',
        ),
        canaries=[GOOD],
    )


header()
bearer()
basics()
api_keys()
cookies()
redirects()
