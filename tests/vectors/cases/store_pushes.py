"""`store`: clocks that jump, and sets that are pushed."""

from model.jsontext import write
from rows import NOW
from stories import ask, ask_untimed, body, done, fetch, generation, key_set, live_policy, push, story, token_of
from tokens import jwk

EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}
LOADED = [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded")]
OTHER = "https://other.example"


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
        push("older", "k2", fetched=99, second=400),
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
        push("older", "k2", fetched=99, second=200),
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
        "store-push-too-old-beside-a-good-one",
        [*covers, "REQ-ROTATION-12"],
        live_policy({"stale": 100}, jwks=key_set("k1")),
        [push("older", "k2", fetched=0, second=700), ask(700, "ok"), generation(1)],
        push("taken", "k2", fetched=1, second=700),
        ask(700, "ok", token_of("k2")),
        note="the policy's own set serves until there is a better one",
    )
    story(
        "store-push-too-old-behind-one-without-a-time",
        [*covers, "REQ-ROTATION-12"],
        live_policy({"stale": 100}),
        [push("taken", "k1"), push("older", "k2", fetched=0, second=700), ask(700, "ok"), generation(1)],
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
    tagged = [fetch(0, "key_set prefetch"), done(0, body("k1", etag='"a"', max_age=60), "loaded")]
    story(
        "store-push-under-a-conditional-ticket",
        [*covers, "REQ-ROTATION-25"],
        live_policy(HASTY),
        [*tagged, fetch(60, 'key_set expired "a"')],
        push("taken", "k2", fetched=61, second=61),
        [done(62, "not_modified", "noted"), ask(62, "ok", token_of("k2")), fetch(62, "key_set retry")],
        note="the 304 is about the set that was asked by its tag, and not about this one",
    )
    story(
        "store-push-of-the-same-under-a-conditional-ticket",
        [*covers, "REQ-ROTATION-25"],
        live_policy(HASTY),
        [*tagged, fetch(60, 'key_set expired "a"')],
        push("taken", "k1", fetched=61, second=61),
        [done(62, "not_modified", "renewed"), ask(62, "ok"), generation(1)],
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


clocks_that_jump()
pushes()
