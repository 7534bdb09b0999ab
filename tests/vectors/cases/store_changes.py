"""`store`: keys that come and go, what a stranger can cause, tenants."""

from model.jsontext import b64url, write
from rows import ISSUER, NOW, claims
from stories import ask, body, done, fetch, generation, live, live_policy, policy, push, story, token_of
from tokens import jwk, token

EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}
LOADED = [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded")]
OTHER = "https://other.example"


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


changes()
strangers()
tenants()
