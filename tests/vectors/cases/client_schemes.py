"""`next_step`: which scheme to go on with, nonces, and statuses that speak of no credential."""

from responses import BEARER, DPOP, EVERY, REFUSED, able, meet, response

NOTHING = {}
BASIC, DIGEST, KEY = {"scheme": "Basic"}, {"scheme": "Digest"}, {"scheme": "Api-Key"}
METADATA = "https://api.example.com/.well-known/oauth-protected-resource"
SHA256 = 'Digest realm="a", nonce="n", algorithm=SHA-256'
SHA512 = 'Digest realm="a", nonce="n", algorithm=SHA-512-256'
MD5 = 'Digest realm="a", nonce="n", algorithm=MD5'
STRONG = 1 << 19


def choices():
    """Nothing was sent: the strongest that is offered and supported."""
    covers = ["REQ-CLIENT-02"]
    authorize, switch = "authorize credentials_needed", "switch_scheme credentials_needed"
    for name, offered, taken, schemes in (
        ("dpop-first", "Basic realm=a, Bearer, DPoP algs=ES256", None, EVERY),
        ("bearer-before-digest", f"{SHA512}, Bearer realm=a", None, EVERY),
        ("digest-before-key", f"Basic realm=a, Api-Key realm=a, {SHA256}", "Digest", EVERY),
        ("key-before-basic", "Basic realm=a, Api-Key realm=a", "Api-Key", EVERY),
        ("key-before-md5", f"{MD5}, Api-Key realm=a", "Api-Key", EVERY),
        ("basic-before-md5", f"{MD5}, Basic realm=a", "Basic", EVERY),
        ("basic-before-no-algorithm", 'Digest realm="a", nonce="n", Basic realm=a', "Basic", EVERY),
        ("md5-alone", MD5, "Digest", EVERY),
        ("digest-any-algorithm-case", "Basic realm=a, Digest nonce=n, algorithm=sha-256-sess", "Digest", EVERY),
        ("digest-unknown-algorithm", "Digest nonce=n, algorithm=SHA-256x, Basic realm=a", "Basic", EVERY),
        ("supported-alone", f"Api-Key realm=a, {SHA256}, Basic realm=a", "Basic", ["Basic"]),
        ("supported-any-case", "Basic realm=a, Api-Key realm=a", "Api-Key", ["api-KEY"]),
        ("lone-word", "Basic", "Basic", EVERY),
    ):
        word = switch if taken else authorize
        meet(
            f"choose-{name}",
            word,
            covers,
            response(401, offered),
            sent=NOTHING,
            can=able(schemes=schemes),
            scheme=taken,
        )
    sha512 = response(401, f'{SHA256}, scope="second", {SHA512}, scope="first"')
    meet("choose-best-digest", switch, covers, sha512, sent=NOTHING, scheme="Digest", scope="first")
    covers = ["REQ-CLIENT-23"]
    unknown = response(401, "Hawk realm=a, Negotiate YWJj")
    meet("unknown-alone", "stop scheme_unsupported", covers, unknown, offered=["Hawk", "Negotiate"])
    meet("unknown-nothing-sent", "stop scheme_unsupported", covers, unknown, sent=NOTHING, nonce=None)
    meet(
        "unsupported",
        "stop scheme_unsupported",
        covers,
        response(401, "Basic realm=a"),
        sent=NOTHING,
        can=able(schemes=["Bearer"]),
    )
    meet("supports-nothing", "stop scheme_unsupported", covers, response(401, "Basic realm=a"), sent=NOTHING, can={})
    meet("nothing-no-challenge", "stop challenge_missing", covers, response(401), sent=NOTHING)
    meet("nothing-unreadable", "stop challenges_unreadable", ["REQ-CLIENT-29"], response(401, '"x'), sent=NOTHING)
    meet("nothing-empty-field", "stop challenges_unreadable", ["REQ-CLIENT-29"], response(401, ""), sent=NOTHING)


def discovery():
    """Where the metadata are."""
    covers, word = ["REQ-CLIENT-27", "REQ-PRM-01", "REQ-PRM-18", "REQ-PRM-19"], "authorize credentials_needed"
    full = response(401, f'Bearer resource_metadata="{METADATA}", scope="a b"')
    meet("discover", word, covers, full, sent=NOTHING, resource_metadata=METADATA, scope="a b")
    alone = able(interactive=False)
    meet("discover-alone", "stop credentials_needed", covers, full, sent=NOTHING, can=alone, resource_metadata=METADATA)
    meet(
        "discover-unquoted",
        word,
        covers,
        response(401, f"Bearer resource_metadata={METADATA}"),
        sent=NOTHING,
        resource_metadata=METADATA,
        tolerances=["value_unquoted"],
    )
    meet(
        "discover-on-basic",
        "switch_scheme credentials_needed",
        covers,
        response(401, f'Basic realm=a, resource_metadata="{METADATA}"'),
        sent=NOTHING,
        resource_metadata=METADATA,
    )
    meet(
        "discover-of-other",
        "authorize credentials_needed",
        covers,
        response(401, f'Basic realm=a, resource_metadata="{METADATA}", Bearer'),
        sent=NOTHING,
        resource_metadata=None,
    )
    meet(
        "discover-with-refresh",
        "refresh invalid_token",
        ["REQ-PRM-07"],
        response(401, f'{REFUSED}, resource_metadata="{METADATA}"'),
        resource_metadata=METADATA,
    )
    meet("discover-invalid-token-nothing-sent", word, ["D-02", "REQ-CLIENT-05"], response(401, REFUSED), sent=NOTHING)
    meet("discover-400", word, ["D-02", "REQ-HTTP-30"], response(400, "Bearer realm=a"), sent=NOTHING)
    meet("sent-400", "stop client_error", ["REQ-HTTP-30"], response(400, "Bearer realm=a"))
    for name, url, read in (
        ("plain", "http://api.example.com/x", None),
        ("loopback", "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("localhost", "http://localhost/x", "http://localhost/x"),
        ("ipv6-loopback", "http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("relative", "/.well-known/x", None),
        ("script", "javascript:alert(1)", None),
        ("userinfo", "https://a@evil.example/", None),
        ("fragment", "https://a.example/#x", None),
        ("space", "https://a.example/a b", None),
        ("empty", "", None),
        ("port", "https://a.example:8443?x=%20", "https://a.example:8443?x=%20"),
    ):
        meet(
            f"metadata-{name}",
            word,
            covers,
            response(401, f'Bearer resource_metadata="{url}"'),
            sent=NOTHING,
            resource_metadata=read,
        )


def switches():
    """The scheme that was sent is not offered, or was refused."""
    covers, refused = ["REQ-CLIENT-02"], "switch_scheme scheme_refused"
    meet("switch-to-basic", refused, covers, response(401, "Basic realm=a"), scheme="Basic")
    meet(
        "switch-to-dpop",
        refused,
        covers,
        response(401, "DPoP algs=ES256", lines=[("DPoP-Nonce", "n-1")]),
        scheme="DPoP",
        nonce="n-1",
    )
    meet("switch-to-bearer", refused, covers, response(401, "Bearer realm=a"), sent=BASIC, scheme="Bearer")
    meet(
        "switch-unsupported",
        "stop scheme_unsupported",
        covers,
        response(401, "Basic realm=a"),
        can=able(schemes=["Bearer"]),
    )
    nonce = response(401, 'DPoP error="use_dpop_nonce"', lines=[("dpop-nonce", "n-1")])
    meet("nonce-of-dpop-to-bearer", refused, ["REQ-CLIENT-09"], nonce, scheme="DPoP", nonce="n-1")
    twice = [response(401, "Basic realm=a"), response(401, "Api-Key realm=a")]
    meet("switch-twice", [refused, "stop refused_again"], ["REQ-CLIENT-28"], *twice)
    covers = ["REQ-CLIENT-10"]
    for name, sent in (("basic", BASIC), ("digest", DIGEST), ("key", KEY)):
        same = response(401, f"{sent['scheme']} realm=a, nonce=n")
        meet(f"refused-{name}", "reauthenticate credentials_refused", covers, same, sent=sent)
        meet(f"refused-{name}-alone", "stop credentials_refused", covers, same, sent=sent, can=able(interactive=False))
        meet(
            f"refused-{name}-twice",
            ["reauthenticate credentials_refused", "stop refused_again"],
            covers,
            same,
            same,
            sent=sent,
        )


def downgrades():
    """A lone Basic behind more."""
    covers, basic = ["REQ-CLIENT-24"], response(401, "Basic realm=a")
    stop, go = "stop downgrade", "switch_scheme credentials_needed"
    meet("downgrade", stop, covers, basic, sent=NOTHING, state=STRONG)
    meet("downgrade-consent", go, covers, basic, sent=NOTHING, state=STRONG, can=able(downgrade=True))
    meet("downgrade-not-seen", go, covers, basic, sent=NOTHING)
    meet("downgrade-beside-digest", go, covers, response(401, f"Basic realm=a, {MD5}"), sent=NOTHING, state=STRONG)
    meet("downgrade-to-key", go, covers, response(401, "Api-Key realm=a"), sent=NOTHING, state=STRONG, scheme="Api-Key")
    meet("downgrade-of-token", stop, covers, basic, state=STRONG)
    seen = response(200, "DPoP algs=ES256")
    meet("downgrade-seen-on-200", ["stop answered", stop], [*covers, "REQ-HTTP-30"], seen, basic, sent=NOTHING, state=0)
    meet(
        "downgrade-seen-digest",
        ["switch_scheme credentials_needed", stop],
        covers,
        response(401, SHA256),
        basic,
        sent=NOTHING,
    )


def nonces():
    """One retry with the server's nonce."""
    covers, retry = ["REQ-CLIENT-09"], "retry dpop_nonce"
    ask = 'DPoP error="use_dpop_nonce"'
    first, second = (response(401, ask, lines=[("DPoP-Nonce", value)]) for value in ("n-1", "n-2"))
    meet("dpop-nonce", retry, covers, first, sent=DPOP, nonce="n-1", replay=True)
    meet("dpop-nonce-strict", retry, covers, first, sent=DPOP, can=able(strict=True), nonce="n-1")
    meet("dpop-nonce-in-a-row", [retry, "stop refused_again"], covers, first, second, sent=DPOP, nonce="n-2")
    invalid = response(401, 'DPoP error="invalid_token"', lines=[("DPoP-Nonce", "n-3")])
    meet("dpop-nonce-then-refresh", [retry, "refresh invalid_token"], covers, first, invalid, sent=DPOP, nonce="n-3")
    both = [retry, "refresh invalid_token", retry, "stop refused_again"]
    meet("dpop-nonce-refresh-nonce", both, covers, first, invalid, second, first, sent=DPOP)
    for name, lines in {
        "missing": [],
        "empty": [("DPoP-Nonce", "")],
        "space": [("DPoP-Nonce", "a b")],
        "quote": [("DPoP-Nonce", 'a"b')],
        "backslash": [("DPoP-Nonce", "a\\b")],
        "control": [("DPoP-Nonce", "a\x01b")],
        "latin": [("DPoP-Nonce", {"b64": "6Q=="})],
        "twice": [("DPoP-Nonce", "a"), ("DPoP-Nonce", "b")],
    }.items():
        meet(f"dpop-nonce-{name}", "stop dpop_nonce", covers, response(401, ask, lines=lines), sent=DPOP, nonce=None)
    meet(
        "dpop-nonce-on-200",
        "stop answered",
        covers,
        response(200, lines=[("DPoP-Nonce", " n-4\t")]),
        sent=DPOP,
        nonce="n-4",
    )
    meet("dpop-nonce-of-bearer", "stop answered", covers, response(200, lines=[("DPoP-Nonce", "n-4")]), nonce=None)
    covers, retry = ["REQ-CLIENT-26"], "retry digest_stale"
    stale = response(401, 'Digest realm="a", nonce="n-1", stale=TRUE')
    meet("digest-stale", retry, covers, stale, sent=DIGEST, nonce="n-1", can=able(interactive=False))
    meet(
        "digest-stale-quoted",
        retry,
        covers,
        response(401, 'Digest nonce="n 1", stale="true"'),
        sent=DIGEST,
        nonce="n 1",
    )
    meet("digest-stale-in-a-row", [retry, "stop refused_again"], covers, stale, stale, sent=DIGEST, nonce="n-1")
    meet(
        "digest-stale-no-nonce",
        "stop digest_stale",
        covers,
        response(401, "Digest realm=a, stale=true"),
        sent=DIGEST,
        nonce=None,
    )
    meet(
        "digest-stale-odd-nonce",
        "stop digest_stale",
        covers,
        response(401, {"b64": "RGlnZXN0IG5vbmNlPSLpIiwgc3RhbGU9dHJ1ZQ=="}),
        sent=DIGEST,
        nonce=None,
        tolerances=["not_utf8"],
    )
    meet(
        "digest-stale-false",
        "reauthenticate credentials_refused",
        covers,
        response(401, "Digest nonce=n, stale=false"),
        sent=DIGEST,
    )
    meet(
        "digest-stale-second",
        retry,
        covers,
        response(401, "Digest nonce=a, Digest nonce=b, stale=true"),
        sent=DIGEST,
        nonce="b",
    )
    meet(
        "digest-stale-of-basic",
        "reauthenticate credentials_refused",
        covers,
        response(401, "Basic realm=a, stale=true, nonce=n"),
        sent=BASIC,
        nonce=None,
    )


def statuses():
    """Every class of status."""
    challenge = REFUSED
    for status in (100, 101, 199, 200, 204, 206, 299, 300, 302, 304, 307, 399):
        meet(f"status-{status}", "stop answered", ["REQ-HTTP-30"], response(status, challenge))
    for status in (402, 404, 405, 408, 409, 418, 422, 426, 428, 431, 499):
        meet(f"status-{status}", "stop client_error", ["REQ-HTTP-30"], response(status, challenge))
    for status in (500, 501, 502, 504, 505, 511, 599, 600, 999, 65535):
        meet(f"status-{status}", "stop server_error", ["REQ-CLIENT-22"], response(status, challenge))
    meet("status-407", "stop proxy_authentication", ["REQ-CLIENT-25"], response(407, challenge))
    proxy = response(407, lines=[("Proxy-Authenticate", "Basic realm=p")])
    meet("status-407-proxy", "stop proxy_authentication", ["REQ-CLIENT-25"], proxy, offered=[])
    meet("status-1", "stop answered", [], response(1), sent=BEARER)
    met = response(401, lines=[("www-AUTHENTICATE", REFUSED), ("Proxy-Authenticate", "Basic realm=p")])
    meet("field-names", "refresh invalid_token", ["REQ-HTTP-43"], met, offered=["Bearer"])


for part in (choices, discovery, switches, downgrades, nonces, statuses):
    part()
