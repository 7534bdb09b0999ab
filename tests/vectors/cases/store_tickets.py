"""`store`: tickets, one at a time and closed once."""

from stories import ask, body, done, fetch, generation, live, live_policy, policy, story, token_of

EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}


def first():
    """The first fetch, at the first use or ahead of it."""
    story(
        "store-first-use",
        ["REQ-ROTATION-14", "REQ-ROTATION-18", "REQ-ROTATION-20", "fetch:first_use"],
        live_policy(),
        fetch(5, None),
        generation(0),
        ask(7, "keys_unavailable need 30"),
        fetch(7, "key_set first_use"),
        done(8, body("k1"), "loaded"),
        generation(1),
        ask(8, "ok"),
    )
    story("store-unused", ["fetch:first_use"], live_policy(), fetch(0, None), fetch(10**6, None), generation(0))
    story(
        "store-prefetch",
        ["policy:keys/prefetch", "fetch:prefetch"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(0, body("k1"), "loaded"),
        ask(0, "ok"),
        fetch(1, None),
    )
    story(
        "store-prefetch-behind-a-token",
        ["policy:keys/prefetch"],
        live_policy(EARLY),
        ask(3, "keys_unavailable need 30"),
        fetch(3, "key_set prefetch"),
    )
    inline = live_policy(jwks={"keys": [live_key()]})
    story(
        "store-inline-until-fetched",
        ["policy:jwks", "policy:jwks_uri"],
        inline,
        generation(1),
        fetch(10**6, None),
        ask(10**6, "ok"),
        fetch(10**6, "key_set first_use"),
        done(10**6, body("k2"), "loaded"),
        generation(2),
        ask(10**6, "kid_unknown"),
        ask(10**6, "ok", token_of("k2")),
    )
    story(
        "store-inline-never-too-old",
        ["policy:jwks", "policy:keys/stale"],
        live_policy({"cooldown": 1, "stale": 0}, jwks={"keys": [live_key()]}),
        ask(0, "ok"),
        fetch(0, "key_set first_use"),
        done(1, "failed", "noted"),
        ask(10**6, "ok"),
        fetch(10**6, "key_set retry"),
    )
    story(
        "store-inline-alone-fetches-nothing",
        ["policy:jwks", "REQ-ROTATION-17"],
        live_policy({"prefetch": True}, jwks={"keys": [live_key()]}, jwks_uri=None),
        fetch(0, None),
        ask(0, "ok"),
        ask(0, "kid_unknown", token_of("k2")),
        fetch(10**6, None),
    )


def live_key():
    """The key `k1` as a policy holds it."""
    return body("k1")["body"]["keys"][0]


def one_at_a_time():
    """One open ticket a source; a number counts once."""
    story(
        "store-one-ticket",
        ["REQ-ROTATION-10"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        fetch(0, None),
        ask(1, "keys_unavailable need 29"),
        fetch(1, None),
        ask(5, "keys_unavailable need 25"),
        fetch(5, None),
        done(5, body("k1"), "loaded"),
        ask(5, "ok"),
    )
    story(
        "store-closed-ticket",
        ["REQ-ROTATION-10"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(1, body("k1"), "loaded"),
        done(1, body("k2"), "ignored"),
        done(1, "failed", "ignored"),
        done(1, "abandoned", "ignored"),
        generation(1),
        ask(1, "ok"),
    )
    story(
        "store-unknown-ticket",
        ["REQ-ROTATION-10"],
        live_policy(EARLY),
        done(0, body("k1"), "ignored"),
        done(0, body("k1"), "ignored", ticket=0),
        fetch(0, "key_set prefetch"),
        done(0, body("k1"), "ignored", ticket=1),
        done(0, "failed", "ignored", ticket=4294967295),
        generation(0),
        ask(0, "keys_unavailable need 30"),
        done(0, body("k1"), "loaded", ticket=0),
    )
    story(
        "store-every-source-its-turn",
        ["REQ-ROTATION-10", "REQ-ROTATION-23"],
        policy(*(live(EARLY, issuer=name, jwks_uri=name + "/keys") for name in OTHERS)),
        [fetch(0, "key_set prefetch") for _ in OTHERS],
        fetch(0, None),
        done(1, body("k1"), "loaded", ticket=2),
        done(1, body("k2"), "loaded", ticket=0),
        [generation(count, name) for count, name in zip((1, 0, 1), OTHERS, strict=True)],
        done(1, body("k3"), "loaded", ticket=1),
        ask(1, "ok", token_of("k2", iss=OTHERS[0])),
        ask(1, "ok", token_of("k3", iss=OTHERS[1])),
        ask(1, "ok", token_of("k1", iss=OTHERS[2])),
        urls=[name + "/keys" for name in OTHERS],
    )
    failing = [[fetch(t, f"key_set {why}"), done(t, "failed", "noted")] for t, why in TURNS]
    story(
        "store-a-failing-source-waits-its-turn",
        ["REQ-ROTATION-10"],
        policy(*(live(HASTY, issuer=name, jwks_uri=name + "/keys") for name in OTHERS)),
        [step for steps in failing for step in steps],
        urls=[OTHERS[place] + "/keys" for place in (0, 1, 2, 0, 1)],
    )


OTHERS = ["https://a.example", "https://b.example", "https://c.example"]
TURNS = [(0, "prefetch"), (2, "prefetch"), (4, "prefetch"), (6, "retry"), (8, "retry")]


def late():
    """Answers behind their deadline, and none at all."""
    story(
        "store-late",
        ["fetch:late"],
        live_policy(HASTY),
        fetch(0, "key_set prefetch"),
        done(6, body("k1"), "late"),
        generation(0),
        ask(6, "keys_unavailable need 1"),
        done(6, body("k1"), "ignored"),
        fetch(6, "key_set retry"),
    )
    story(
        "store-at-the-deadline",
        ["fetch:late", "REQ-ROTATION-20"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(5, body("k1"), "loaded"),
    )
    story(
        "store-behind-the-deadline",
        ["fetch:late", "REQ-ROTATION-20"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done("5.000000001", body("k1"), "late"),
        note="one nanosecond late",
    )
    story(
        "store-late-and-not-modified",
        ["fetch:late"],
        live_policy(HASTY),
        fetch(0, "key_set prefetch"),
        done(1, body("k1", etag='"a"', max_age=60), "loaded"),
        fetch(60, 'key_set expired "a"'),
        done(66, "not_modified", "late"),
        fetch(66, 'key_set retry "a"'),
    )
    story(
        "store-unanswered",
        ["fetch:late", "REQ-ROTATION-09"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        fetch(5, None),
        fetch(6, None),
        fetch(29, None),
        done(29, body("k1"), "ignored"),
        fetch(38, "key_set retry"),
        done(38, body("k1"), "ignored", ticket=0),
        done(38, body("k2"), "loaded", ticket=1),
        ask(38, "ok", token_of("k2")),
    )
    story(
        "store-unanswered-and-due-again",
        ["fetch:late"],
        live_policy(HASTY),
        fetch(0, "key_set prefetch"),
        fetch(6, "key_set retry"),
        fetch(11, None),
        fetch(12, "key_set retry"),
    )


def abandoned():
    """Tickets that the host gives back."""
    again = [[done(1, "abandoned", "again"), fetch(1, "key_set abandoned")] for _ in range(3)]
    story(
        "store-abandoned-bound",
        ["fetch:abandoned"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        [step for steps in again for step in steps],
        done(1, "abandoned", "noted"),
        fetch(1, None),
        fetch(29, None),
        fetch(40, "key_set retry"),
        done(40, "abandoned", "again"),
        fetch(40, "key_set abandoned"),
    )
    story(
        "store-abandoned-then-answered",
        ["fetch:abandoned"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(1, "abandoned", "again"),
        ask(1, "keys_unavailable need 29"),
        fetch(2, "key_set abandoned"),
        done(2, body("k1"), "ignored", ticket=0),
        generation(0),
        done(7, body("k1"), "loaded", ticket=1),
        ask(7, "ok"),
        fetch(29, None),
        note="the deadline is that of the new ticket, the cooldown that of the attempt",
    )
    story(
        "store-abandoned-late",
        ["fetch:abandoned", "fetch:late"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(6, "abandoned", "late"),
        fetch(6, None),
    )


first()
one_at_a_time()
late()
abandoned()
