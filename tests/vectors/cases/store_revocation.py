"""`store`: what the host has revoked is refused, whatever else holds."""

from rows import ISSUER, NOW, num
from stories import ask, body, done, fetch, live, live_policy, policy, revoke, story, token_of

LOADED = [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded")]
EARLY = {"prefetch": True}
OTHER = "https://other.example"


def docs():
    """The policy without remembered verdicts and with them: the answers are the same."""
    return ("", live_policy(EARLY)), ("-remembered", live_policy(EARLY, 8))


def before(moment, subject="alice"):
    """One revoked subject."""
    return {"subject": subject, "before": moment}


def names():
    """Token ids and sessions."""
    for suffix, doc in docs():
        story(
            "store-revoked-ids" + suffix,
            ["reason:token_revoked", "revoke:ids"],
            doc,
            LOADED,
            ask(0, "ok", token_of(jti="a")),
            [revoke(ids=["a"]), ask(0, "token_revoked", token_of(jti="a")), ask(0, "ok", token_of(jti="b"))],
            [revoke(ids=["b", "c"]), ask(0, "token_revoked", token_of(jti="a"))],
            ask(0, "token_revoked", token_of(jti="b")),
            [revoke("set_revoked", ids=["b"]), ask(0, "ok", token_of(jti="a"))],
            ask(0, "token_revoked", token_of(jti="b")),
            [revoke("set_revoked", ids=[]), ask(0, "ok", token_of(jti="b"))],
            ask(0, "ok", token_of(jti=None)),
        )
        story(
            "store-revoked-sessions" + suffix,
            ["revoke:sessions"],
            doc,
            LOADED,
            ask(0, "ok", token_of(sid="a")),
            [revoke(sessions=["a", "j-1"]), ask(0, "token_revoked", token_of(sid="a"))],
            [ask(0, "ok", token_of(sid="b")), ask(0, "ok"), ask(0, "ok", token_of(sid=1))],
            ask(0, "ok", token_of(jti="a")),
            [revoke("set_revoked", sessions=["b"]), ask(0, "ok", token_of(sid="a"))],
            ask(0, "token_revoked", token_of(sid="b")),
        )
        issued = [
            ("token_revoked", NOW - 1),
            ("token_revoked", num(f"{NOW - 1}.9999999999")),
            ("ok", NOW),
            ("ok", NOW + 1),
            ("token_revoked", None),
        ]
        story(
            "store-revoked-subject" + suffix,
            ["revoke:subjects"],
            doc,
            LOADED,
            [ask(0, "ok", token_of(iat=moment)) for _, moment in issued],
            revoke(subjects=[before(NOW)]),
            [ask(0, reason, token_of(iat=moment)) for reason, moment in issued],
            [ask(0, "ok", token_of(sub="bob", iat=1)), ask(0, "ok", token_of(sub=None, iat=1))],
            note="issued before the moment, or nobody knows when",
        )
    story(
        "store-revoked-later-moment-stays",
        ["revoke:subjects"],
        live_policy(EARLY),
        LOADED,
        revoke(subjects=[before(NOW - 50), before(NOW - 100)]),
        revoke(subjects=[before(1)]),
        [ask(0, "token_revoked"), ask(0, "ok", token_of(iat=NOW - 50))],
        revoke(subjects=[before(NOW)]),
        ask(0, "token_revoked", token_of(iat=NOW - 50)),
    )
    story(
        "store-revoked-replaced-by-kind",
        ["revoke:ids", "revoke:sessions", "revoke:subjects"],
        live_policy(EARLY),
        LOADED,
        revoke(ids=["a"], sessions=["s"], subjects=[before(NOW)]),
        revoke("set_revoked", subjects=[before(NOW, "bob")]),
        [ask(0, "token_revoked", token_of(jti="a")), ask(0, "token_revoked", token_of(sid="s")), ask(0, "ok")],
        ask(0, "token_revoked", token_of(sub="bob")),
        revoke("set_revoked"),
        ask(0, "token_revoked", token_of(jti="a")),
        revoke("set_revoked", ids=[], sessions=[], subjects=[]),
        [ask(0, "ok", token_of(jti="a", sid="s")), ask(0, "ok", token_of(sub="bob"))],
        note="a kind that is not named stays as it is",
    )


def order():
    """Where revocation stands among the checks."""
    story(
        "store-revoked-behind-the-rest",
        ["rule:order"],
        live_policy(EARLY),
        LOADED,
        revoke(ids=["j-1"]),
        ask(0, "signature_invalid", token_of("k1", "p256_b")),
        ask(0, "kid_unknown", token_of("k2")),
        ask(0, "token_expired", token_of(exp=NOW - 100)),
        ask(0, "audience_mismatch", token_of(aud="https://else.example")),
        ask(0, "token_revoked", token_of(cnf={"jkt": "x"})),
        ask(0, "token_revoked", scopes="admin"),
    )
    story(
        "store-revoked-of-any-issuer",
        ["revoke:ids", "revoke:subjects"],
        policy(live(EARLY), live(EARLY, issuer=OTHER, jwks_uri=OTHER + "/keys")),
        [fetch(0, "key_set prefetch"), fetch(0, "key_set prefetch")],
        [done(0, body("k1"), "loaded", ticket=0), done(0, body("k1"), "loaded", ticket=1)],
        revoke(subjects=[before(NOW)]),
        [ask(0, "token_revoked"), ask(0, "token_revoked", token_of(iss=OTHER)), ask(0, "ok", token_of(sub="bob"))],
        urls=[ISSUER + "/jwks.json", OTHER + "/keys"],
    )
    story(
        "store-revoked-outlives-the-set",
        ["revoke:ids", "REQ-ROTATION-15"],
        live_policy(EARLY),
        revoke(ids=["j-1"]),
        LOADED,
        ask(0, "token_revoked"),
        [fetch(600, "key_set expired"), done(600, body("k1", "k2"), "loaded"), ask(600, "token_revoked")],
    )


names()
order()
