"""`store`: issuers that fail, and sets that are none."""

from model.jsontext import write
from stories import ask, body, done, fetch, generation, key_set, live_policy, story, token_of
from tokens import jwk

EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}
LOADED = [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded")]


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


outages()
broken_sets()
