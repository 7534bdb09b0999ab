"""`store`: when a set is asked for: cooldown, back-off, lifetimes, conditional requests."""

from stories import ask, ask_untimed, body, done, fetch, generation, live_policy, story, token_of

EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}


def cooldown():
    """Between the starts of two attempts."""
    loaded = [fetch(0, "key_set prefetch"), done(4, body("k1"), "loaded")]
    story(
        "store-cooldown",
        ["REQ-ROTATION-08", "REQ-ROTATION-09", "policy:keys/cooldown"],
        live_policy(EARLY),
        loaded,
        ask(5, "kid_unknown", token_of("k2")),
        fetch(5, None),
        ask(29, "kid_unknown", token_of("k2")),
        fetch(29, None),
        ask(30, "kid_unknown need", token_of("k2")),
        fetch(30, "key_set unknown_kid"),
        done(31, body("k1", "k2"), "loaded"),
        ask(31, "ok", token_of("k2")),
        note="it counts from the start of the attempt",
    )
    story(
        "store-cooldown-of-the-policy",
        ["REQ-ROTATION-08", "policy:keys/cooldown"],
        live_policy({**EARLY, "cooldown": 90}),
        loaded,
        ask(60, "kid_unknown", token_of("k2")),
        fetch(89, None),
        fetch(90, "key_set unknown_kid"),
    )
    story(
        "store-cooldown-waiters",
        ["REQ-ROTATION-10", "REQ-ROTATION-07"],
        live_policy(EARLY),
        loaded,
        ask(30, "kid_unknown need", token_of("k2")),
        fetch(30, "key_set unknown_kid"),
        ask(31, "kid_unknown need", token_of("k3")),
        generation(1),
        done(32, body("k1", "k2"), "loaded"),
        generation(2),
        ask(32, "ok", token_of("k2")),
        ask(32, "kid_unknown", token_of("k3")),
        fetch(59, None),
        fetch(60, "key_set unknown_kid"),
        note="who waits while a fetch is under way gets its result; who is still unknown waits for the cooldown",
    )
    story(
        "store-cooldown-of-failures",
        ["REQ-ROTATION-09"],
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(4, "failed", "noted"),
        fetch(5, None),
        fetch(29, None),
        fetch(38, "key_set retry"),
    )
    story(
        "store-retry-after-counts-down",
        ["REQ-ROTATION-14"],
        live_policy(),
        ask(0, "keys_unavailable need 30"),
        fetch(0, "key_set first_use"),
        ask(0, "keys_unavailable need 30"),
        ask("0.5", "keys_unavailable need 30"),
        ask(1, "keys_unavailable need 29"),
        ask(5, "keys_unavailable need 25"),
    )
    story(
        "store-no-monotonic-clock",
        ["REQ-ROTATION-14"],
        live_policy({"cooldown": 7}),
        ask_untimed(0, "keys_unavailable need 7"),
        fetch(0, "key_set first_use"),
        ask_untimed(1, "keys_unavailable need 7"),
        done(1, body("k1"), "loaded"),
        ask_untimed(10**6, "ok"),
        ask_untimed(2, "kid_unknown need", token_of("k2")),
        note="such a host hears no waiting times, and no set grows too old for it",
    )


def backoff():
    """Failures in a row."""

    def failing(*seconds):
        steps = []
        for second in seconds:
            steps += [fetch(second, "key_set retry"), done(second, "failed", "noted")]
        return steps

    first_failure = [fetch(0, "key_set prefetch"), done(0, "failed", "noted")]
    story(
        "store-backoff",
        ["REQ-ROTATION-22"],
        live_policy(EARLY),
        first_failure,
        [fetch(29, None), *failing(38)],
        [fetch(97, None), *failing(113)],
        [fetch(232, None), *failing(263)],
        [fetch(502, None), *failing(563)],
        [fetch(862, None), *failing(938)],
        [fetch(1237, None), *failing(1313)],
        [fetch(1612, None), fetch(1688, "key_set retry")],
        note="30, 60, 120, 240, 300, 300, 300 seconds and up to a quarter more",
    )
    story(
        "store-backoff-under-a-short-ttl",
        ["REQ-ROTATION-22", "policy:keys/ttl"],
        live_policy({**EARLY, "ttl": 60}),
        first_failure,
        failing(38, 113),
        [fetch(172, None), fetch(188, "key_set retry")],
        note="no longer than a set is fresh",
    )
    story(
        "store-backoff-never-under-the-cooldown",
        ["REQ-ROTATION-22", "policy:keys/cooldown"],
        live_policy({**EARLY, "cooldown": 400}),
        first_failure,
        [fetch(399, None), *failing(500)],
        [fetch(899, None), fetch(1000, "key_set retry")],
    )
    story(
        "store-backoff-ends-with-success",
        ["REQ-ROTATION-22"],
        live_policy(EARLY),
        first_failure,
        failing(38),
        fetch(113, "key_set retry"),
        done(113, body("k1"), "loaded"),
        ask(114, "kid_unknown", token_of("k2")),
        fetch(142, None),
        fetch(143, "key_set unknown_kid"),
        done(143, "failed", "noted"),
        [fetch(172, None), fetch(181, "key_set retry")],
    )


def lifetimes():
    """How long a set is fresh, and when the next one is asked for."""
    covers = ["REQ-ROTATION-11", "REQ-ROTATION-21"]
    for name, timing, max_age, seconds in (
        ("default", {}, None, 600),
        ("ttl", {"ttl": 1000}, None, 1000),
        ("max-age", {}, 7200, 7200),
        ("max-age-at-the-floor", {}, 60, 60),
        ("max-age-under-the-floor", {}, 10, 60),
        ("max-age-zero", {}, 0, 60),
        ("max-age-at-the-ceiling", {}, 86400, 86400),
        ("max-age-over-the-ceiling", {}, 10**6, 86400),
        ("max-age-before-ttl", {"ttl": 10**5}, 3600, 3600),
        ("ttl-over-the-ceiling", {"ttl": 10**5}, None, 10**5),
    ):
        story(
            f"store-lifetime-{name}",
            covers,
            live_policy({**HASTY, **timing}),
            fetch(0, "key_set prefetch"),
            done(0, body("k1", **({} if max_age is None else {"max_age": max_age})), "loaded"),
            fetch(seconds * 3 // 4 - 1, None),
            fetch(seconds * 9 // 10, "key_set refresh"),
        )
    story(
        "store-lifetime-from-the-request",
        covers,
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(5, body("k1"), "loaded"),
        fetch(600, "key_set expired"),
        note="a set is as old as the request that brought it",
    )
    story(
        "store-refresh-behind-the-cooldown",
        covers,
        live_policy({**EARLY, "ttl": 10}),
        fetch(0, "key_set prefetch"),
        done(0, body("k1"), "loaded"),
        fetch(29, None),
        fetch(30, "key_set expired"),
    )


def etags():
    """Conditional requests."""
    covers = ["REQ-ROTATION-25"]
    tagged = [fetch(0, "key_set prefetch"), done(0, body("k1", etag='W/"a"', max_age=60), "loaded")]
    story(
        "store-not-modified",
        covers,
        live_policy(EARLY),
        tagged,
        fetch(60, 'key_set expired W/"a"'),
        done(61, "not_modified", "renewed"),
        generation(1),
        ask(61, "ok"),
        fetch(509, None),
        fetch(600, 'key_set refresh W/"a"'),
    )
    story(
        "store-not-modified-max-age",
        covers,
        live_policy(EARLY),
        tagged,
        fetch(60, 'key_set expired W/"a"'),
        done(60, {"not_modified": {"max_age": 7200}}, "renewed"),
        fetch(5459, None),
        fetch(6540, 'key_set refresh W/"a"'),
    )
    story(
        "store-not-modified-to-nothing",
        covers,
        live_policy(EARLY),
        fetch(0, "key_set prefetch"),
        done(0, "not_modified", "noted"),
        generation(0),
        fetch(29, None),
        fetch(38, "key_set retry"),
        note="a 304 to a request without an ETag is a failure",
    )
    story(
        "store-etag-of-the-last-response",
        covers,
        live_policy(EARLY),
        tagged,
        fetch(60, 'key_set expired W/"a"'),
        done(60, body("k1", "k2", etag='"b"'), "loaded"),
        fetch(600, 'key_set refresh "b"'),
        done(600, body("k1"), "loaded"),
        fetch(1200, "key_set expired"),
    )
    story(
        "store-same-bytes",
        covers,
        live_policy(EARLY),
        tagged,
        fetch(60, 'key_set expired W/"a"'),
        done(60, body("k1", etag='"b"'), "renewed"),
        generation(1),
        fetch(600, 'key_set refresh "b"'),
        note="the set that is there has not changed",
    )
    story(
        "store-same-keys-in-other-bytes",
        covers,
        live_policy(EARLY),
        tagged,
        fetch(60, 'key_set expired W/"a"'),
        done(60, body("k1", "k1"), "loaded"),
        generation(2),
        ask(60, "ok"),
    )


cooldown()
backoff()
lifetimes()
etags()
