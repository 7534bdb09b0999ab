"""`next_step`: waits, storms, and states that were carried along."""

from responses import BEARER, DPOP, REFUSED, able, meet, response
from rows import NOW

AGAIN = "stop refused_again"
NOTHING = {}
SCOPE = 'Bearer error="insufficient_scope", scope="w"'
STEP_UP = 'Bearer error="insufficient_user_authentication"'


def waits():
    """How long, by the server's word or by backoff."""
    covers = ["REQ-CLIENT-18"]
    for status in (429, 503):
        met = response(status, lines=[("Retry-After", "7")])
        meet(f"wait-{status}", "wait outage", covers, met, seconds=7, replay=True)
    for name, value, seconds in (
        ("zero", "0", 0),
        ("most", "300", 300),
        ("spaces", " \t12 ", 12),
        ("zeros", "0007", 7),
        ("date", "Tue, 14 Nov 2023 22:13:50 GMT", 30),
        ("date-old", "Tuesday, 14-Nov-23 22:13:50 GMT", 30),
        ("date-asctime", "Tue Nov 14 22:13:50 2023", 30),
        ("date-past", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("date-old-century", "Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("date-leap", "Tue, 14 Nov 2023 22:13:20 GMT", 0),
    ):
        met = response(503, lines=[("Retry-After", value)])
        meet(f"retry-after-{name}", "wait outage", covers, met, seconds=seconds)
    for name, value, seconds in (
        ("over", "301", 301),
        ("huge", "9" * 30, 4294967295),
        ("date", "Wed, 15 Nov 2023 22:13:20 GMT", 86400),
        ("date-far", "Fri, 31 Dec 9999 23:59:59 GMT", 4294967295),
    ):
        met = response(503, lines=[("Retry-After", value)])
        meet(f"retry-after-long-{name}", "stop wait_too_long", covers, met, seconds=seconds, replay=False)
    covers = ["REQ-CLIENT-17"]
    for name, value in {
        "none": None,
        "negative": "-1",
        "fraction": "1.5",
        "word": "soon",
        "empty": "",
        "no-zone": "Tue, 14 Nov 2023 22:13:50 CET",
        "no-month": "Tue, 14 Foo 2023 22:13:50 GMT",
        "latin": {"b64": "6Q=="},
    }.items():
        met = response(503, lines=[] if value is None else [("Retry-After", value)])
        meet(f"backoff-{name}", "wait outage", covers, met)
    first = response(503, lines=[("Retry-After", "1"), ("Retry-After", "9")])
    meet("retry-after-twice", "wait outage", covers, first, seconds=1)
    for seed in (0, 1, 2**31, 2**53 - 1):
        meet(f"backoff-seed-{seed}", ["wait outage"] * 5, covers, *[response(429)] * 5, seed=seed)
    storm = ["wait outage"] * 5 + [AGAIN] * 2
    meet("storm-503", storm, [*covers, "storm:503"], *[response(503)] * 7)
    met = response(503, lines=[("Retry-After", "1")])
    meet("storm-503-retry-after", storm, [*covers, "storm:503"], *[met] * 7)
    meet("storm-429-nothing-sent", storm, [*covers, "storm:429"], *[response(429)] * 7, sent=NOTHING)
    gone = able(replay=False)
    meet("wait-body-gone", "wait outage", ["REQ-CLIENT-21"], met, can=gone, replay=False, seconds=1)
    meet("wait-nothing-can", "wait outage", covers, met, can={}, sent=NOTHING, replay=False)
    lost = response(0)
    covers = ["REQ-CLIENT-17", "REQ-CLIENT-22"]
    meet("no-response", "wait no_response", covers, lost, replay=True)
    meet("no-response-unsafe", "stop no_response", covers, lost, can=able(idempotent=False))
    meet("no-response-for-ever", ["wait no_response"] * 5 + [AGAIN], covers, *[lost] * 6)
    meet("no-response-then-503", ["wait no_response", "wait outage"], covers, lost, met, seconds=1)


def storms():
    """Servers that never stop: the handful of requests that they see."""
    covers = ["REQ-CLIENT-10", "REQ-CLIENT-28"]
    refused, bare = response(401, REFUSED), response(401)
    refresh = "refresh invalid_token"
    meet("storm-401", [refresh, AGAIN, AGAIN], [*covers, "storm:401"], *[refused] * 3)
    meet("storm-401-bare", ["refresh unexplained", AGAIN], [*covers, "storm:401"], bare, bare)
    meet(
        "storm-401-superseded",
        ["retry token_superseded", AGAIN],
        covers,
        refused,
        refused,
        sent={**BEARER, "superseded": True},
    )
    meet(
        "storm-401-no-refresh",
        ["reauthenticate invalid_token", AGAIN],
        covers,
        refused,
        refused,
        can=able(refresh=False),
    )
    meet("storm-401-alone", ["stop invalid_token"] * 2, covers, refused, refused, can={"replay": True})
    meet("storm-401-nothing-sent", ["authorize credentials_needed", AGAIN], covers, refused, refused, sent=NOTHING)
    meet("storm-mixed-errors", [refresh, AGAIN], covers, refused, bare)
    scope = response(403, SCOPE)
    meet("storm-403", ["step_up insufficient_scope", AGAIN], [*covers, "REQ-STEPUP-10"], scope, scope, scope="w")
    login = response(401, STEP_UP)
    meet("storm-step-up", ["step_up authentication_insufficient", AGAIN], [*covers, "REQ-STEPUP-10"], login, login)
    meet("step-up-then-scope", ["step_up authentication_insufficient", AGAIN], covers, login, scope)
    meet("step-up-then-invalid", ["step_up authentication_insufficient", AGAIN], covers, login, refused)
    meet(
        "refresh-then-step-up", [refresh, "step_up authentication_insufficient", AGAIN], covers, refused, login, refused
    )
    nonce = response(401, 'DPoP error="use_dpop_nonce"', lines=[("DPoP-Nonce", "n")])
    meet("storm-nonce", ["retry dpop_nonce", AGAIN], [*covers, "REQ-CLIENT-09"], nonce, nonce, sent=DPOP)
    dpop = response(401, 'DPoP error="invalid_token"')
    most = ["retry dpop_nonce", refresh, "retry dpop_nonce", AGAIN]
    meet(
        "most-requests",
        most,
        [*covers, "storm:401"],
        nonce,
        dpop,
        nonce,
        dpop,
        sent=DPOP,
        note="four requests, and no more",
    )
    three = ["retry dpop_nonce", "step_up authentication_insufficient", "retry dpop_nonce", AGAIN]
    meet(
        "most-requests-step-up",
        three,
        covers,
        nonce,
        response(401, STEP_UP.replace("Bearer", "DPoP")),
        nonce,
        nonce,
        sent=DPOP,
    )
    down = response(503, lines=[("Retry-After", "1")])
    turns = [refresh, "wait outage", AGAIN, "wait outage", AGAIN]
    meet("storm-both", turns, covers, refused, down, refused, down, refused)
    longest = ["wait outage"] * 5 + ["retry dpop_nonce", refresh, "retry dpop_nonce", AGAIN]
    meet("nine-requests", longest, covers, *[down] * 5, nonce, dpop, nonce, dpop, sent=DPOP)
    digest = response(401, "Digest nonce=n, stale=true")
    meet("storm-stale", ["retry digest_stale", AGAIN], covers, digest, digest, sent={"scheme": "Digest"})
    basic = response(401, "Basic realm=a")
    meet("storm-alternating", ["switch_scheme scheme_refused", refresh, AGAIN], covers, basic, refused, basic)
    hundred = [refresh] + [AGAIN] * 255
    meet("storm-256", hundred, [*covers, "limit:steps"], *[refused] * 256)


def states():
    """Numbers of states, good and bad."""
    covers = ["REQ-CLIENT-28"]
    refused, refresh = response(401, REFUSED), "refresh invalid_token"
    for name, state, expected in (
        ("new", 0, refresh),
        ("one-trip", 1, refresh),
        ("two-trips", 2, refresh),
        ("three-trips", 3, AGAIN),
        ("many-trips", 255, AGAIN),
        ("renewed", 1 << 16, AGAIN),
        ("stepped-up", 1 << 17, refresh),
        ("switched", 1 << 18, refresh),
        ("strong", 1 << 19, refresh),
        ("nonced", 1 << 20, refresh),
        ("none-has-it", 1 << 21, AGAIN),
        ("none-has-it-high", 1 << 24, AGAIN),
        ("most", 2**32 - 1, AGAIN),
    ):
        meet(f"state-{name}", expected, covers, refused, state=state)
    meet("state-kept", "stop answered", covers, response(200), state=0x1F0503)
    met = response(503, lines=[("Retry-After", "1")])
    meet("state-waits-left", "wait outage", covers, met, state=4 << 8)
    meet("state-no-waits-left", AGAIN, covers, met, state=5 << 8)
    meet("state-waits-are-no-trips", refresh, covers, refused, state=5 << 8)
    meet("state-of-none-waits", AGAIN, covers, met, state=1 << 21)
    meet("no-responses", [], covers)
    meet("defaults", "stop challenge_missing", covers, {"status": 401}, sent=None, can=None, seed=None)
    meet(
        "now-negative",
        "wait outage",
        covers,
        response(503, lines=[("Retry-After", "Thu, 01 Jan 1970 00:00:01 GMT")]),
        now=-9,
        seconds=10,
    )
    meet(
        "expires-negative",
        "refresh token_expired",
        covers,
        response(401),
        sent={**BEARER, "expires": 1 - 2**53},
        now=NOW,
    )


for part in (waits, storms, states):
    part()
