"""`next_step`: what the error of a 401 or a 403 asks for, and who may speak of the credential."""

from responses import BEARER, DPOP, REFUSED, URL, able, meet, response
from rows import NOW

ALONE = able(refresh=False, interactive=False)
STEP_UP = 'Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age=300, scope="pay"'
SCOPE = 'Bearer error="insufficient_scope", scope="reports:write"'


def one(name, expected, covers, status, challenge, **more):
    """One response with one challenge."""
    meet(name, expected, covers, response(status, *([challenge] if challenge else [])), **more)


def tokens():
    """A token that the server calls invalid."""
    covers = ["REQ-CLIENT-04"]
    one("invalid-token", "refresh invalid_token", covers, 401, REFUSED, replay=True, offered=["Bearer"])
    one("invalid-token-any-case", "refresh invalid_token", covers, 401, 'bEARER REALM=a, Error="invalid_token"')
    one("invalid-token-bare", "refresh invalid_token", covers, 401, "Bearer error=invalid_token", tolerances=[])
    one("invalid-token-of-dpop", "refresh invalid_token", covers, 401, 'DPoP error="invalid_token"', sent=DPOP)
    other = ["REQ-CLIENT-04", "REQ-STEPUP-09"]
    one("bearer-told-by-dpop", "refresh invalid_token", other, 401, 'DPoP error="invalid_token", algs="ES256"')
    one("dpop-told-by-bearer", "refresh invalid_token", other, 401, REFUSED, sent=DPOP)
    both = 'Basic realm="a", Bearer error="invalid_token"'
    one(
        "invalid-token-behind-basic", "refresh invalid_token", ["REQ-CLIENT-01"], 401, both, offered=["Basic", "Bearer"]
    )
    lines = response(401, 'Basic realm="a"', "Negotiate", 'Bearer error="invalid_token"')
    meet("invalid-token-third-line", "refresh invalid_token", ["REQ-CLIENT-01"], lines)
    one("without-refresh", "reauthenticate invalid_token", covers, 401, REFUSED, can=able(refresh=False))
    one("without-anything", "stop invalid_token", covers, 401, REFUSED, can=ALONE)
    one("without-can", "stop invalid_token", covers, 401, REFUSED, can={})
    one("body-gone", "refresh invalid_token", ["REQ-CLIENT-21"], 401, REFUSED, can=able(replay=False), replay=False)
    newer = {**BEARER, "superseded": True}
    covers = ["REQ-CLIENT-11", "REQ-CLIENT-12"]
    one("superseded", "retry token_superseded", covers, 401, REFUSED, sent=newer, replay=True)
    one("superseded-alone", "retry token_superseded", covers, 401, REFUSED, sent=newer, can={"replay": True})
    one("superseded-unexplained", "retry token_superseded", covers, 401, None, sent=newer)
    one("superseded-strict", "stop unexplained", covers, 401, None, sent=newer, can=able(strict=True))
    one("superseded-forbidden", "stop forbidden", ["REQ-CLIENT-07"], 403, None, sent=newer)
    one(
        "superseded-invalid-request",
        "stop invalid_request",
        ["REQ-CLIENT-06"],
        401,
        'Bearer error="invalid_request"',
        sent=newer,
    )
    one("superseded-step-up", "retry token_superseded", covers, 401, STEP_UP, sent=newer)
    one("strict-invalid-token", "refresh invalid_token", covers, 401, REFUSED, can=able(strict=True))


def unexplained():
    """A 401 that says nothing of the token."""
    covers, strict = ["REQ-CLIENT-05"], able(strict=True)
    for name, challenge in {
        "no-challenge": None,
        "no-error": 'Bearer realm="api"',
        "error-empty": 'Bearer error=""',
        "unreadable": "(what)",
        "empty-field": "",
    }.items():
        met = response(401, *([] if challenge is None else [challenge]))
        meet(name, "refresh unexplained", covers, met)
        meet(f"{name}-strict", "stop unexplained", covers, met, can=strict)
        meet(f"{name}-strict-past", "refresh token_expired", covers, met, can=strict, sent={**BEARER, "expires": NOW})
    for name, expires, expected in (
        ("past", NOW - 1, "refresh token_expired"),
        ("this-second", NOW, "refresh token_expired"),
        ("alive", NOW + 1, "refresh unexplained"),
        ("unknown", None, "refresh unexplained"),
    ):
        meet(f"expiry-{name}", expected, covers, response(), sent={**BEARER, "expires": expires})
    alive = {**BEARER, "expires": NOW + 1}
    meet("expiry-alive-strict", "stop unexplained", covers, response(), sent=alive, can=strict)
    past = {**BEARER, "expires": NOW - 3600}
    one("expiry-past-named", "refresh invalid_token", covers, 401, REFUSED, sent=past)
    one("expiry-past-invalid-request", "stop invalid_request", covers, 401, 'Bearer error="invalid_request"', sent=past)
    meet(
        "expiry-past-no-refresh", "reauthenticate token_expired", covers, response(), sent=past, can=able(refresh=False)
    )
    meet("expiry-past-forbidden", "stop forbidden", ["REQ-CLIENT-07"], response(403), sent=past)
    meet("expiry-past-alone", "stop token_expired", covers, response(), sent=past, can=ALONE)
    meet("no-challenge-no-refresh", "reauthenticate unexplained", covers, response(), can=able(refresh=False))
    meet("no-challenge-alone", "stop unexplained", covers, response(), can=ALONE)
    meet("no-challenge-dpop", "refresh unexplained", covers, response(), sent=DPOP)
    basic = {"scheme": "Basic"}
    meet("no-challenge-basic", "stop challenge_missing", covers, response(), sent=basic)
    one("unreadable-basic", "stop challenges_unreadable", ["REQ-CLIENT-29"], 401, "(what)", sent=basic)


def other_errors():
    """Errors that no refresh mends."""
    covers = ["REQ-CLIENT-06"]
    request = 'Bearer error="invalid_request"'
    one("invalid-request", "stop invalid_request", covers, 401, request)
    one("invalid-request-400", "stop invalid_request", covers, 400, request)
    one("invalid-request-nothing-sent-400", "stop invalid_request", covers, 400, request, sent={})
    one("invalid-request-dpop", "stop invalid_request", covers, 401, 'DPoP error="invalid_request"', sent=DPOP)
    one("invalid-request-wins", "stop invalid_request", covers, 401, f"{REFUSED}, {request}")
    one("own-scheme-wins", "refresh invalid_token", covers, 401, f'DPoP error="invalid_request", {REFUSED}')
    one("invalid-request-strict", "stop invalid_request", covers, 401, request, can=able(strict=True))
    one("error-new", "stop error_unknown", covers, 401, 'Bearer error="something_new"')
    one(
        "error-case",
        "stop error_unknown",
        covers,
        401,
        'Bearer error="Invalid_Token"',
        note="errors are words, not names",
    )
    one("error-space", "stop error_unknown", covers, 401, 'Bearer error="invalid_token "')
    one("error-repeated", "stop invalid_request", covers, 401, f'{request}, error="invalid_token"')
    proof = 'DPoP error="invalid_dpop_proof", algs="ES256"'
    one("invalid-proof", "stop invalid_dpop_proof", ["REQ-CLIENT-09"], 401, proof, sent=DPOP)
    one("invalid-proof-not-of-bearer", "switch_scheme scheme_refused", [], 401, proof, scheme="DPoP")


def who_speaks():
    """Only a challenge of a token's scheme speaks of a token."""
    covers = ["REQ-CLIENT-29", "choice:who-speaks"]
    mixed = 'Bearer realm="api", Basic realm="x", error="invalid_request"'
    one("error-of-basic", "refresh unexplained", covers, 401, mixed)
    one(
        "error-of-hawk",
        "stop scheme_unsupported",
        ["REQ-CLIENT-23"],
        401,
        'Hawk error="invalid_token"',
        offered=["Hawk"],
    )
    one("quoted-error", "refresh unexplained", covers, 401, 'Bearer realm="x, error=\\"insufficient_scope\\""')
    one("quoted-challenge", "refresh unexplained", covers, 401, 'Bearer realm="x, Basic error=invalid_request"')
    scope = 'Basic realm="x", error="insufficient_scope", scope="a"'
    one("scope-of-basic", "stop forbidden", ["REQ-CLIENT-07"], 403, scope, scope=None)
    one(
        "error-of-basic-for-basic",
        "reauthenticate credentials_refused",
        covers,
        401,
        'Basic error="invalid_token"',
        sent={"scheme": "Basic"},
    )
    one(
        "request-of-basic",
        "stop invalid_request",
        covers,
        401,
        'Basic error="invalid_request"',
        sent={"scheme": "Basic"},
    )


def rights():
    """Step-up, by login or by scope."""
    covers = ["REQ-CLIENT-08", "REQ-STEPUP-08"]
    said = {"acr_values": "gold silver", "max_age": 300, "scope": "pay"}
    one("step-up", "step_up authentication_insufficient", covers, 401, STEP_UP, replay=True, **said)
    one(
        "step-up-dpop",
        "step_up authentication_insufficient",
        ["REQ-STEPUP-09"],
        401,
        STEP_UP.replace("Bearer", "DPoP"),
        sent=DPOP,
        **said,
    )
    one("step-up-alone", "stop authentication_insufficient", covers, 401, STEP_UP, can=able(interactive=False), **said)
    for name, age, read in (
        ("quoted", '"60"', 60),
        ("zero", "0", 0),
        ("negative", '"-1"', None),
        ("fraction", '"1.5"', None),
        ("word", "soon", None),
        ("empty", '""', None),
        ("most", "4294967295", 4294967295),
        ("over", "4294967296", None),
        ("long", "9" * 30, None),
    ):
        text = f'Bearer error="insufficient_user_authentication", max_age={age}'
        one(f"max-age-{name}", "step_up authentication_insufficient", ["REQ-STEPUP-03"], 401, text, max_age=read)
    covers = ["REQ-CLIENT-07", "REQ-PRM-20"]
    one("scope-403", "step_up insufficient_scope", covers, 403, SCOPE, scope="reports:write")
    one("scope-401", "step_up insufficient_scope", covers, 401, SCOPE, scope="reports:write")
    one(
        "scope-403-alone",
        "stop insufficient_scope",
        covers,
        403,
        SCOPE,
        can=able(interactive=False),
        scope="reports:write",
    )
    one("scope-403-dpop", "step_up insufficient_scope", covers, 403, SCOPE.replace("Bearer", "DPoP"), sent=DPOP)
    one("scope-403-nothing-sent", "stop forbidden", covers, 403, SCOPE, sent={})
    one("scope-403-basic-sent", "stop forbidden", covers, 403, SCOPE, sent={"scheme": "Basic"})
    one("scope-403-strict", "step_up insufficient_scope", covers, 403, SCOPE, can=able(strict=True))
    for name, challenge in {
        "alone": None,
        "invalid-token": REFUSED,
        "request": 'Bearer error="invalid_request"',
        "step-up": STEP_UP,
    }.items():
        one(f"forbidden-{name}", "stop forbidden", ["REQ-CLIENT-07"], 403, challenge, replay=False)


def origins():
    """A redirect that led elsewhere."""
    covers = ["REQ-CLIENT-19"]
    sent = {**BEARER, "url": URL}
    for name, url, expected in (
        ("same", URL, "refresh invalid_token"),
        ("other-path", "https://API.example.com:443/v2?filter[a]=b#c", "refresh invalid_token"),
        ("host", "https://cdn.example.com/v1/reports", "stop other_origin"),
        ("subdomain", "https://v1.api.example.com/", "stop other_origin"),
        ("suffix", "https://api.example.com.evil.example/", "stop other_origin"),
        ("userinfo", "https://api.example.com@evil.example/", "stop other_origin"),
        ("backslash", "https://api.example.com\\@evil.example/", "stop other_origin"),
        ("port", "https://api.example.com:8443/v1/reports", "stop other_origin"),
        ("plain", "http://api.example.com/v1/reports", "stop other_origin"),
        ("no-url", "/v1/reports", "stop other_origin"),
        ("unknown", None, "refresh invalid_token"),
    ):
        meet(f"origin-{name}", expected, covers, response(401, REFUSED, url=url), sent=sent)
    away = "https://cdn.example.com/x"
    meet("origin-unexplained", "stop other_origin", covers, response(401, url=away), sent=sent)
    meet("origin-scope", "stop other_origin", covers, response(403, SCOPE, url=away), sent=sent)
    meet("origin-nothing-sent", "stop other_origin", covers, response(401, REFUSED, url=away), sent={"url": URL})
    meet(
        "origin-nonce",
        "stop other_origin",
        covers,
        response(401, 'DPoP error="use_dpop_nonce"', lines=[("DPoP-Nonce", "n")], url=away),
        sent={**DPOP, "url": URL},
    )
    meet("origin-answered", "stop answered", covers, response(200, url=away), sent=sent)
    meet(
        "origin-outage",
        "wait outage",
        covers,
        response(503, lines=[("Retry-After", "2")], url=away),
        sent=sent,
        seconds=2,
    )
    meet(
        "origin-both-odd",
        "stop other_origin",
        covers,
        response(401, REFUSED, url="app:x"),
        sent={**BEARER, "url": "app:x"},
    )
    meet("origin-400", "stop client_error", covers, response(400, "Basic realm=x", url=away), sent={"url": URL})


for part in (tokens, unexplained, other_errors, who_speaks, rights, origins):
    part()
