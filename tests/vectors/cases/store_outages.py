"""`store`: keys that change, issuers that fail, sets that are pushed, clocks that jump."""

from model.jsontext import b64url, write
from rows import ISSUER, NOW, claims
from stories import (
    ask,
    ask_untimed,
    body,
    done,
    fetch,
    generation,
    key_set,
    live,
    live_policy,
    policy,
    push,
    story,
    token_of,
)
from tokens import jwk, token

EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}
LOADED = [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded")]
OTHER = "https://other.example"


def outages():
    """Who is let in while fetching fails, and for how long."""
    story(
        "store-stale",
        ["REQ-ROTATION-13", "policy:keys/stale"],
        live_policy({**HASTY, "ttl": 60, "stale": 100}),
        LOADED,
        [fetch(60, "key_set expired"), done(60, "failed", "noted"), ask(60, "ok")],
        [fetch(100, "key_set retry"), done(101, "failed", "noted"), ask(159, "ok")],
        ask(160, "keys_unavailable need 1"),
        fetch(160, "key_set retry"),
        ask(160, "keys_unavailable need 1"),
        done(161, body("k1"), "renewed"),
        ask(161, "ok"),
        generation(1),
    )
    story(
        "store-stale-default",
        ["REQ-ROTATION-13"],
        live_policy(EARLY),
        LOADED,
        ask(86999, "ok"),
        ask(87000, "keys_unavailable need 1"),
        fetch(87000, "key_set expired"),
        ask(87000, "keys_unavailable need 30"),
    )
    story(
        "store-stale-zero",
        ["REQ-ROTATION-13", "policy:keys/stale"],
        live_policy({**EARLY, "ttl": 100, "stale": 0}),
        LOADED,
        ask(99, "ok"),
        ask(100, "keys_unavailable need 1"),
        fetch(100, "key_set expired"),
        done(100, body("k2"), "loaded"),
        ask(100, "kid_unknown"),
        ask(100, "ok", token_of("k2")),
    )
    story(
        "store-stale-by-max-age",
        ["REQ-ROTATION-13", "REQ-ROTATION-11"],
        live_policy({**EARLY, "stale": 40}),
        fetch(0, "key_set prefetch"),
        done(0, body("k1", max_age=100), "loaded"),
        ask(139, "ok"),
        ask(140, "keys_unavailable need 1"),
    )
    story(
        "store-never-loaded",
        ["REQ-ROTATION-14", "REQ-ROTATION-12"],
        live_policy({"cooldown": 1}),
        ask(0, "keys_unavailable need 1"),
        [fetch(0, "key_set first_use"), done(0, "failed", "noted")],
        ask("0.5", "keys_unavailable 1"),
        ask(2, "keys_unavailable need 1"),
        [fetch(2, "key_set retry"), done(3, "failed", "noted")],
        ask(60, "keys_unavailable need 1"),
        [fetch(60, "key_set retry"), done(60, body("k1"), "loaded")],
        ask(60, "ok"),
        note="an outage of ours is 503, never 401; nobody waits for a fetch that may not start yet",
    )
    story(
        "store-unknown-kid-while-stale",
        ["REQ-ROTATION-13", "REQ-ROTATION-07"],
        live_policy({**HASTY, "ttl": 60}),
        LOADED,
        [fetch(60, "key_set expired"), done(60, "failed", "noted")],
        ask(70, "kid_unknown need", token_of("k2")),
        [fetch(70, "key_set retry"), done(70, body("k2"), "loaded")],
        ask(70, "ok", token_of("k2")),
    )


def broken_sets():
    """What is no good set never takes the place of one."""
    private = {**jwk("p256_a", kid="k1"), "use": "enc"}
    broken = {
        "empty": "",
        "html": "<html><body>503</body></html>",
        "cut": write(key_set("k1"))[:-2],
        "list": "[]",
        "null": "null",
        "no-keys": "{}",
        "keys-no-list": '{"keys":{}}',
        "empty-set": '{"keys":[]}',
        "twice": '{"keys":[],' + write(key_set("k2"))[1:],
        "symmetric": write({"keys": [jwk("oct_32", kid="k1")]}),
        "unusable": write({"keys": [private]}),
        "no-objects": '{"keys":[1,null,"k1"]}',
        "too-many": '{"keys":[' + ",".join([write(jwk("p256_a", kid="k1")), *["{}"] * 128]) + "]}",
    }
    for name, text in broken.items():
        story(
            f"store-refused-{name}",
            ["REQ-ROTATION-12", "REQ-ROTATION-09"],
            live_policy(EARLY),
            LOADED,
            fetch(600, "key_set expired"),
            done(600, body(text=text, etag='"x"', max_age=9), "refused"),
            generation(1),
            ask(601, "ok"),
            fetch(629, None),
            fetch(638, "key_set retry"),
            done(638, body("k1"), "renewed"),
            ask(638, "ok"),
        )
    story(
        "store-refused-at-first",
        ["REQ-ROTATION-12", "REQ-ROTATION-14"],
        live_policy(HASTY),
        fetch(0, "key_set prefetch"),
        done(0, body(text='{"keys":[]}'), "refused"),
        generation(0),
        ask(2, "keys_unavailable need 1"),
        fetch(2, "key_set retry"),
    )
    most = '{"keys":[' + ",".join([*["{}"] * 127, write(jwk("p256_a", kid="k1"))]) + "]}"
    story(
        "store-most-keys",
        ["REQ-ROTATION-18"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(0, body(text=most), "loaded"),
        ask(0, "ok"),
    )
    story(
        "store-some-unusable",
        ["REQ-ROTATION-12"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(0, body(text=write({"keys": [1, jwk("oct_32", kid="k2"), jwk("p256_a", kid="k1")]})), "loaded"),
        ask(0, "ok"),
        ask(0, "key_mismatch", token_of("k2")),
    )


def changes():
    """Keys come and go."""
    for suffix, remember in (("", None), ("-remembered", 8)):
        doc = live_policy(HASTY, remember)
        covers = ["policy:remember"] if remember else []
        story(
            "store-withdrawn" + suffix,
            ["REQ-ROTATION-15", *covers],
            doc,
            fetch(0, "key_set prefetch"),
            done(0, body("k1", "k2"), "loaded"),
            [ask(1, "ok"), ask(1, "ok"), ask(2, "ok", token_of("k2"))],
            ask(3, "kid_unknown need", token_of("k3")),
            fetch(3, "key_set unknown_kid"),
            done(3, body("k2", "k3"), "loaded"),
            [ask(3, "kid_unknown"), ask(3, "ok", token_of("k2")), ask(3, "ok", token_of("k3"))],
            [fetch(4, "key_set unknown_kid"), done(4, body("k1", "k2"), "loaded"), ask(4, "ok")],
        )
        story(
            "store-kid-of-another-key" + suffix,
            ["REQ-ROTATION-15", "REQ-ROTATION-16", *covers],
            doc,
            LOADED,
            [ask(0, "ok"), ask(0, "ok")],
            fetch(600, "key_set expired"),
            done(600, body(text=write({"keys": [jwk("p256_b", kid="k1", alg="ES256")]})), "loaded"),
            [ask(600, "signature_invalid"), ask(600, "ok", token_of("k1", "p256_b"))],
            fetch(601, None),
            note="an issuer that uses a kid again: the token before is refused, and no fetch is asked for",
        )
        story(
            "store-times-and-scopes-anew" + suffix,
            ["rule:times", *covers],
            policy(live(HASTY), **({"remember": {"entries": 8}} if remember else {}), profiles={"p": {"scopes": "a"}}),
            LOADED,
            ask(0, "ok", token_of(exp=NOW + 100, scope="a b")),
            ask(129, "ok", token_of(exp=NOW + 100, scope="a b")),
            ask(129, "ok", token_of(exp=NOW + 100, scope="a b"), profile="p"),
            ask(129, "ok", token_of(exp=NOW + 100, scope="a b"), scopes="b"),
            ask(129, "insufficient_scope", token_of(exp=NOW + 100, scope="a b"), scopes="c"),
            ask(130, "token_expired", token_of(exp=NOW + 100, scope="a b")),
            ask(129, "internal_error", token_of(exp=NOW + 100, scope="a b"), profile="q"),
            ask(129, "ok", token_of(exp=NOW + 100, scope="a b")),
        )
        story(
            "store-grows-too-old" + suffix,
            ["REQ-ROTATION-13", *covers],
            live_policy({**EARLY, "stale": 0}, remember),
            LOADED,
            [ask(0, "ok"), ask(599, "ok"), ask(600, "keys_unavailable need 1")],
            [push("taken", "k1", fetched=600, second=600), ask(600, "ok"), generation(1)],
        )
    story(
        "store-rollover",
        ["REQ-ROTATION-07", "REQ-ROTATION-15"],
        live_policy(EARLY),
        LOADED,
        ask(40, "kid_unknown need", token_of("k2")),
        [fetch(40, "key_set unknown_kid"), done(41, body("k1", "k2"), "loaded")],
        [ask(41, "ok", token_of("k2")), ask(41, "ok")],
        [fetch(640, "key_set expired"), done(640, body("k2"), "loaded")],
        [ask(640, "ok", token_of("k2")), ask(640, "kid_unknown"), generation(3)],
    )


def made_up(number):
    """A token with a kid that nobody has."""
    payload = b64url(write(claims()).encode())
    return b64url(f'{{"alg":"ES256","kid":"made-up-{number}"}}'.encode()) + "." + payload + "." + b64url(bytes(64))


def strangers():
    """What a stranger can cause."""
    story(
        "store-made-up-kids",
        ["REQ-ROTATION-08", "REQ-ROTATION-09"],
        live_policy(EARLY),
        LOADED,
        [ask(40, "kid_unknown need", made_up(n)) for n in range(20)],
        [fetch(40, "key_set unknown_kid"), done(40, body("k1"), "renewed")],
        [ask(41 + n % 29, "kid_unknown", made_up(20 + n)) for n in range(29)],
        [fetch(69, None), fetch(70, "key_set unknown_kid"), done(70, "failed", "noted")],
        [ask(71, "kid_unknown", made_up(n)) for n in range(20)],
        [fetch(99, None), ask(71, "ok")],
        note="one fetch a cooldown, failed ones included",
    )
    nothing = [
        ("issuer_mismatch", token_of(iss=OTHER)),
        ("signature_invalid", token_of("k1", "p256_b")),
        ("signature_invalid", token_of(key="p256_b", head={"kid": None})),
        ("alg_not_allowed", token_of("k9", "p256_b", {"alg": "none"})),
        ("alg_not_allowed", token_of("k9", "p256_b", {"alg": "HS256"})),
        ("alg_unsupported", token_of("k9", "p256_b", {"alg": "XX256"})),
        ("crit_unsupported", token_of("k9", "p256_b", {"crit": ["x"]})),
        ("jwt_malformed", token_of("k9", "p256_b", {"kid": 9})),
        ("jwt_malformed", token({"alg": "ES256", "kid": "k9"}, "[]", "p256_b", "ES256")),
        ("token_type_mismatch", token_of("k9", "p256_b", {"typ": "secevent+jwt"})),
        ("token_not_jwt", "abcdef"),
        ("jwt_malformed", "a.b.c"),
    ]
    for reason, text in nothing:
        place = nothing.index((reason, text))
        story(
            f"store-no-fetch-{place}-{reason}",
            ["REQ-ROTATION-17"],
            live_policy(EARLY),
            LOADED,
            ask(100, reason, text),
            fetch(100, None),
            fetch(449, None),
        )
    story(
        "store-no-fetch-before-the-first",
        ["REQ-ROTATION-17"],
        live_policy(),
        [ask(0, reason, text) for reason, text in nothing if reason not in ("signature_invalid",)],
        fetch(0, None),
    )
    story(
        "store-kid-of-another-issuer",
        ["REQ-ROTATION-23"],
        policy(live(EARLY), live(EARLY, issuer=OTHER, jwks_uri=OTHER + "/keys")),
        [fetch(0, "key_set prefetch"), fetch(0, "key_set prefetch")],
        done(0, body("k1"), "loaded", ticket=0),
        done(0, body(text=write({"keys": [jwk("p256_b", kid="k1"), jwk("p256_c", kid="k3")]})), "loaded", ticket=1),
        [ask(1, "ok"), ask(1, "ok", token_of("k1", "p256_b", iss=OTHER))],
        [ask(1, "signature_invalid", token_of("k1", "p256_b")), ask(1, "signature_invalid", token_of(iss=OTHER))],
        ask(40, "kid_unknown need", token_of("k3")),
        ask(40, "ok", token_of("k3", iss=OTHER)),
        [fetch(40, "key_set unknown_kid"), fetch(40, None)],
        urls=[ISSUER + "/jwks.json", OTHER + "/keys", ISSUER + "/jwks.json"],
        note="a kid of one issuer says nothing of another's",
    )


def tenants():
    """One set for many values of `iss`."""
    name = "https://login.example.com/{tid}"
    mine = [(f"https://login.example.com/t{n}", f"t{n}") for n in range(4)]
    told = [token_of(iss=iss, tid=tid) for iss, tid in mine]
    story(
        "store-tenants",
        ["policy:tenants", "REQ-ROTATION-10"],
        live_policy(issuer=name, tenants="any"),
        [ask(0, "keys_unavailable need 30", text) for text in told],
        [fetch(0, "key_set first_use"), fetch(0, None), done(0, body("k1"), "loaded")],
        [ask(1, "ok", text) for text in told],
        generation(1, name),
        generation(None, mine[0][0]),
        ask(40, "kid_unknown need", token_of("k2", iss=mine[1][0], tid="t1")),
        [fetch(40, "key_set unknown_kid"), done(40, body("k1", "k2"), "loaded")],
        [ask(41, "ok", token_of("k2", iss=mine[n][0], tid=f"t{n}")) for n in range(4)],
    )
    story(
        "store-tenant-that-is-not-listed",
        ["policy:tenants", "REQ-ROTATION-17"],
        live_policy(issuer=name, tenants=["t0"]),
        [ask(0, "issuer_mismatch", told[1]), fetch(0, None)],
        [ask(0, "keys_unavailable need 30", told[0]), fetch(0, "key_set first_use")],
    )


def clocks_that_jump():
    """Durations are on the monotonic clock alone."""
    covers = ["REQ-ROTATION-24"]
    story(
        "store-wall-clock-steps-back",
        covers,
        live_policy({**EARLY, "stale": 100}),
        LOADED,
        ask(599, "ok", wall=NOW - 80),
        fetch(600, "key_set expired", wall=NOW - 80),
        done(601, "failed", "noted", wall=NOW - 80),
        ask(699, "ok", wall=NOW - 80),
        ask(700, "keys_unavailable need 1", wall=NOW - 80),
    )
    story(
        "store-wall-clock-stands-still",
        covers,
        live_policy(EARLY),
        fetch(0, "key_set prefetch", wall=NOW),
        done(6, body("k1"), "late", wall=NOW),
        fetch(29, None, wall=NOW),
        fetch(38, "key_set retry", wall=NOW),
    )
    story(
        "store-wall-clock-jumps-ahead",
        covers,
        live_policy(EARLY),
        LOADED,
        fetch(100, None, wall=NOW + 10**7),
        ask(100, "ok", wall=NOW + 10**7),
        ask(100, "ok"),
        fetch(449, None, wall=NOW + 10**7),
    )
    story(
        "store-no-wall-clock",
        covers,
        live_policy(EARLY),
        fetch(0, "key_set prefetch", wall=0),
        done(0, body("k1"), "loaded", wall=0),
        ask(0, "internal_error", wall=0),
        ask(0, "ok"),
    )
    story(
        "store-monotonic-clock-from-anywhere",
        covers,
        live_policy(EARLY),
        fetch(10**9, "key_set prefetch"),
        done(10**9, body("k1"), "loaded"),
        [fetch(10**9 + 449, None), fetch(10**9 + 600, "key_set expired")],
    )


def pushes():
    """Sets without a ticket."""
    covers = ["push:set_keys"]
    story(
        "store-push-has-its-age",
        [*covers, "REQ-ROTATION-11"],
        live_policy(),
        push("taken", "k1", fetched=0, second=400),
        [ask(400, "ok"), generation(1), fetch(449, None), fetch(540, "key_set refresh")],
    )
    story(
        "store-push-on-another-clock",
        [*covers, "REQ-ROTATION-24"],
        live_policy(),
        push("taken", "k1", fetched=0, second=7, wall=NOW + 400),
        [ask(7, "ok"), fetch(56, None), fetch(147, "key_set refresh")],
        note="another process: its monotonic clock starts elsewhere, so the set is older than that",
    )
    story(
        "store-push-older-than-present",
        covers,
        live_policy(),
        push("taken", "k1", fetched=100, second=400),
        push("refused", "k2", fetched=99, second=400),
        [ask(400, "ok"), ask(400, "kid_unknown need", token_of("k2")), generation(1)],
        push("taken", "k2", fetched=101, second=400),
        [ask(400, "ok", token_of("k2")), ask(400, "kid_unknown need"), generation(2)],
        push("taken", "k3", fetched=101, second=400),
        ask(400, "ok", token_of("k3")),
        note="one fetched at the same time is taken",
    )
    story(
        "store-push-older-than-fetched",
        covers,
        live_policy(EARLY),
        [fetch(100, "key_set prefetch"), done(104, body("k1"), "loaded")],
        push("refused", "k2", fetched=99, second=200),
        push("taken", "k2", fetched=100, second=200),
        ask(200, "ok", token_of("k2")),
    )
    story(
        "store-push-from-the-future",
        covers,
        live_policy(),
        push("taken", "k1", fetched=10**6, second=400),
        [ask(400, "ok"), fetch(849, None), fetch(940, "key_set refresh")],
        note="a clock was set since: it counts as fetched now",
    )
    story(
        "store-push-too-old-to-use",
        [*covers, "REQ-ROTATION-13"],
        live_policy({"stale": 100}),
        push("taken", "k1", fetched=0, second=700),
        [ask(700, "keys_unavailable need 30"), fetch(700, "key_set expired")],
        push("taken", "k2", fetched=1, second=700),
        ask(700, "ok", token_of("k2")),
    )
    story(
        "store-push-without-a-time",
        covers,
        live_policy({"stale": 0}),
        push("taken", "k1"),
        [ask(10**6, "ok"), fetch(10**6, None)],
        [ask(10**6 + 599, "ok"), ask(10**6 + 600, "keys_unavailable need 30")],
        fetch(10**6 + 600, "key_set expired"),
        note="it lives from when the store next hears the time, so a host that fetches nothing keeps it",
    )
    story(
        "store-push-again",
        covers,
        live_policy(),
        push("taken", "k1", fetched=0, second=0),
        push("taken", "k1", fetched=500, second=500),
        [generation(1), fetch(949, None), fetch(1040, "key_set refresh")],
    )
    story(
        "store-push-to-an-unknown-issuer",
        covers,
        live_policy(),
        push("issuer_unknown", "k1", name=OTHER),
        push("issuer_unknown", "k1", name=OTHER, fetched=0, second=0),
        [generation(None, OTHER), generation(0)],
    )
    for name, text in (("empty", '{"keys":[]}'), ("html", "<html>"), ("secret", write({"keys": [jwk("oct_32")]}))):
        story(
            f"store-push-refused-{name}",
            [*covers, "REQ-ROTATION-12"],
            live_policy(),
            push("taken", "k1", fetched=0, second=0),
            push("refused", text=text),
            push("refused", text=text, fetched=10, second=10),
            [ask(10, "ok"), generation(1), fetch(449, None)],
            note="no attempt of the store, so none that failed",
        )
    story(
        "store-push-ends-the-need",
        covers,
        live_policy(),
        ask(0, "keys_unavailable need 30"),
        push("taken", "k1", fetched=0, second=0),
        [fetch(0, None), ask(0, "ok")],
    )
    story(
        "store-push-under-an-open-ticket",
        covers,
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        push("taken", "k1", fetched=1, second=1),
        [ask(1, "ok"), fetch(1, None)],
        done(2, body("k2"), "loaded"),
        [ask(2, "ok", token_of("k2")), generation(2)],
    )
    story(
        "store-push-ends-the-backoff",
        [*covers, "REQ-ROTATION-22"],
        live_policy({**HASTY, "ttl": 100}),
        [fetch(0, "key_set prefetch"), done(0, "failed", "noted")],
        [fetch(10, "key_set retry"), done(10, "failed", "noted")],
        push("taken", "k1", fetched=20, second=20),
        [fetch(94, None), fetch(110, "key_set refresh"), done(110, "failed", "noted"), fetch(112, "key_set retry")],
    )
    story(
        "store-push-drops-the-etag",
        [*covers, "REQ-ROTATION-25"],
        live_policy(EARLY),
        [fetch(0, "key_set prefetch"), done(0, body("k1", etag='"a"', max_age=60), "loaded")],
        push("taken", "k2", fetched=10, second=10),
        fetch(610, "key_set expired"),
        note="the tag was that of another set",
    )
    story(
        "store-push-where-nothing-is-fetched",
        covers,
        live_policy(jwks=key_set("k1"), jwks_uri=None),
        push("taken", "k2", fetched=0, second=0),
        [ask(10**6, "kid_unknown"), ask(10**6, "ok", token_of("k2")), fetch(10**6, None), generation(2)],
        push("taken", "k3", fetched=-10, second=0),
        ask(10**6, "ok", token_of("k3")),
        note="nobody could fetch another one, so each stands until the host brings the next",
    )
    story(
        "store-push-no-monotonic-clock",
        covers,
        live_policy(),
        push("taken", "k1"),
        [ask_untimed(10**6, "ok"), ask_untimed(0, "kid_unknown need", token_of("k2"))],
    )


outages()
broken_sets()
changes()
strangers()
tenants()
clocks_that_jump()
pushes()
