"""`store`: issuers whose metadata tell where their keys are (OpenID Connect Discovery, RFC 8414)."""

from model.jsontext import write
from rows import ISSUER
from stories import URI, ask, body, done, fetch, generation, live_policy, story, token_of

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
ORDER = ["REQ-ROTATION-01", "choice:discovery-order"]


def found(timing=None, **extra):
    """A policy whose one issuer is asked where its keys are."""
    return live_policy(timing, **{"jwks_uri": None, **extra})


def meta(address=URI, name=ISSUER, **more):
    """A response with metadata; None leaves a member out."""
    members = {"issuer": name, "authorization_endpoint": name + "/auth", "jwks_uri": address}
    return {"body": {k: v for k, v in {**members, **more}.items() if v is not None}}


PRIVATE = [
    ("loopback", "127.0.0.1"),
    ("localhost", "LocalHost"),
    ("below-localhost", "keys.localhost."),
    ("loopback-6", "[::1]"),
    ("mapped", "[::ffff:127.0.0.1]"),
    ("unspecified", "0.0.0.0"),
    ("unspecified-6", "[::]"),
    ("ten", "10.1.2.3"),
    ("172-16", "172.31.255.255"),
    ("192-168", "192.168.0.1:8443"),
    ("link-local", "169.254.169.254"),
    ("link-local-6", "[fe80::1]"),
    ("shared", "100.64.0.1"),
    ("unique-local-6", "[fd00::1]"),
    ("short", "127.1"),
    ("decimal", "2130706433"),
    ("hexadecimal", "0x7f000001"),
    ("octal", "0177.0.0.1"),
    ("dots", "127.0.0.1.."),
    ("localdomain", "localhost.localdomain"),
    ("protocol-assignments", "192.0.0.1"),
    ("benchmarks", "198.18.0.1"),
    ("benchmarks-last", "198.19.255.255"),
    ("multicast", "224.0.0.1"),
    ("reserved", "240.0.0.1"),
    ("broadcast", "255.255.255.255"),
    ("compatible", "[::10.0.0.1]"),
    ("translated", "[64:ff9b::a9fe:a9fe]"),
    ("translated-local", "[64:ff9b:1::808:808]"),
    ("translated-stateless", "[::ffff:0:127.0.0.1]"),
    ("6to4", "[2002:7f00:1::]"),
    ("site-local-6", "[fec0::1]"),
    ("site-local-6-last", "[feff:ffff::1]"),
    ("multicast-6", "[ff02::1]"),
]
PUBLIC = [
    ("address", "93.184.216.34"),
    ("behind-172-31", "172.32.0.0"),
    ("behind-shared", "100.128.0.0"),
    ("address-6", "[2606:2800::1]"),
    ("digits-in-front", "10.example"),
    ("localhost-in-front", "localhost.example"),
    ("localdomain-in-front", "localdomain.example"),
    ("behind-protocol-assignments", "192.0.1.0"),
    ("before-benchmarks", "198.17.255.255"),
    ("behind-benchmarks", "198.20.0.0"),
    ("before-multicast", "223.255.255.255"),
    ("mapped", "[::ffff:93.184.216.34]"),
    ("translated", "[64:ff9b::93.184.216.34]"),
    ("translated-stateless", "[::ffff:0:93.184.216.34]"),
    ("6to4", "[2002:5db8:d822::1]"),
    ("beside-6to4", "[2003:7f00:1::]"),
]
BY_ADDRESS = "REQ-BCP-15 as far as the text of the address goes; what a name resolves to is for the host to refuse"
EARLY = {"prefetch": True}
HASTY = {"prefetch": True, "cooldown": 1}
LOCATED = [fetch(0, "metadata prefetch"), done(1, meta(), "located")]
LOADED = [*LOCATED, fetch(1, "key_set prefetch"), done(2, body("k1"), "loaded")]


def addresses():
    """Where metadata are, in which order."""
    story(
        "store-discovery",
        ["policy:discovery", *ORDER],
        found(),
        ask(0, "keys_unavailable need 30"),
        [fetch(0, "metadata first_use"), fetch(0, None), done(1, meta(), "located")],
        [ask(1, "keys_unavailable need 29"), generation(0)],
        [fetch(1, "key_set first_use"), fetch(1, None), done(2, body("k1"), "loaded")],
        [ask(2, "ok"), generation(1)],
        ask(40, "kid_unknown need", token_of("k2")),
        [fetch(40, "key_set unknown_kid"), done(40, body("k1", "k2"), "loaded")],
        ask(40, "ok", token_of("k2")),
        urls=[ISSUER + OPENID, URI, URI],
        note="a need has no address to name; once it is known, a set costs one request",
    )
    for name, issuer, places in (
        ("no-path", ISSUER, [ISSUER + OPENID, ISSUER + OAUTH]),
        ("slash", ISSUER + "/", [ISSUER + OPENID, ISSUER + OAUTH]),
        ("port", ISSUER + ":8443", [ISSUER + ":8443" + OPENID, ISSUER + ":8443" + OAUTH]),
        (
            "path",
            ISSUER + "/t/one",
            [ISSUER + "/t/one" + OPENID, ISSUER + OAUTH + "/t/one", ISSUER + OPENID + "/t/one"],
        ),
        ("path-slash", ISSUER + "/t/", [ISSUER + "/t" + OPENID, ISSUER + OAUTH + "/t", ISSUER + OPENID + "/t"]),
    ):
        tried = [[fetch(0, "metadata prefetch"), done(0, "failed", "noted")] for _ in places]
        story(
            f"store-discovery-order-{name}",
            ORDER,
            found(EARLY, issuer=issuer),
            [step for steps in tried for step in steps],
            [fetch(0, None), fetch(29, None), fetch(38, "metadata retry")],
            urls=[*places, places[0]],
        )
        last = [step for steps in tried[1:] for step in steps]
        story(
            f"store-discovery-last-place-{name}",
            ORDER,
            found({**EARLY, "cooldown": 86399}, issuer=issuer),
            last,
            [fetch(0, "metadata prefetch"), done(0, meta(name=issuer), "located")],
            [fetch(0, "key_set prefetch"), done(0, body("k1", max_age=10**6), "loaded")],
            ask(0, "ok", token_of(iss=issuer)),
            [fetch(86400, "metadata expired"), done(86400, meta(name=issuer), "located")],
            fetch(86400, "key_set expired"),
            urls=[*places, URI, places[-1], URI],
            note="after a day the metadata are read again, first where they were",
        )


def refused():
    """Metadata that are of no use: the next place is asked."""
    covers = ["REQ-ROTATION-02"]
    other = "https://keys.example.net/jwks"
    for name, response, more in (
        ("other-issuer", meta(name="https://login.example.org"), covers),
        ("issuer-with-slash", meta(issuer=ISSUER + "/"), covers),
        ("issuer-in-capitals", meta(issuer=ISSUER.upper()), covers),
        ("no-issuer", meta(issuer=None), covers),
        ("issuer-number", meta(issuer=1), covers),
        ("http", meta("http://login.example.com/jwks.json"), ["REQ-ROTATION-05"]),
        ("http-loopback", meta("http://127.0.0.1/jwks.json"), ["REQ-ROTATION-05"]),
        ("no-url", meta("/jwks.json"), ["REQ-ROTATION-05"]),
        ("user-information", meta("https://login.example.com@evil.example/jwks"), ["REQ-ROTATION-05"]),
        ("other-host", meta(other), ["policy:discovery/other_host"]),
        ("sub-domain", meta("https://keys.login.example.com/jwks"), ["policy:discovery/other_host"]),
        ("no-address", meta(None), ["REQ-ROTATION-04"]),
        ("address-list", meta([URI]), ["REQ-ROTATION-04"]),
        ("address-null", {"body_text": f'{{"issuer":"{ISSUER}","jwks_uri":null}}'}, ["REQ-ROTATION-04"]),
        ("html", {"body_text": "<html>"}, ["REQ-ROTATION-04"]),
        ("list", {"body_text": "[]"}, ["REQ-ROTATION-04"]),
        ("twice", {"body_text": write(meta()["body"])[:-1] + f',"jwks_uri":"{URI}"}}'}, ["REQ-ROTATION-04"]),
        ("a-key-set", body("k1"), ["REQ-ROTATION-04"]),
    ):
        story(
            f"store-metadata-{name}",
            more,
            found(EARLY),
            [fetch(0, "metadata prefetch"), done(0, response, "refused")],
            [fetch(0, "metadata prefetch"), done(0, response, "refused")],
            [fetch(0, None), generation(0)],
            [fetch(29, None), fetch(38, "metadata retry")],
            urls=[ISSUER + OPENID, ISSUER + OAUTH, ISSUER + OPENID],
        )
    story(
        "store-metadata-other-host-allowed",
        ["policy:discovery/other_host"],
        found(EARLY, discovery={"other_host": True}),
        [fetch(0, "metadata prefetch"), done(0, meta(other), "located")],
        [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded"), ask(0, "ok")],
        urls=[ISSUER + OPENID, other],
    )
    for name, host in PRIVATE:
        story(
            f"store-metadata-private-{name}",
            ["policy:discovery/other_host", "REQ-BCP-15"],
            found(EARLY, discovery={"other_host": True}),
            [fetch(0, "metadata prefetch"), done(0, meta(f"https://{host}/jwks"), "refused")],
            fetch(0, "metadata prefetch"),
            urls=[ISSUER + OPENID, ISSUER + OAUTH],
            note=BY_ADDRESS,
        )
    for name, host in PUBLIC:
        story(
            f"store-metadata-public-{name}",
            ["policy:discovery/other_host", "REQ-BCP-15"],
            found(EARLY, discovery={"other_host": True}),
            [fetch(0, "metadata prefetch"), done(0, meta(f"https://{host}/jwks"), "located")],
            fetch(0, "key_set prefetch"),
            urls=[ISSUER + OPENID, f"https://{host}/jwks"],
        )
    inside = "https://10.0.0.1"
    for name, address, hosts in (("same", inside, {}), ("other", "https://10.0.0.2", {"other_host": True})):
        story(
            f"store-metadata-of-a-private-issuer-{name}",
            ["policy:discovery/other_host", "REQ-BCP-15"],
            found(EARLY, issuer=inside, discovery=hosts),
            [fetch(0, "metadata prefetch"), done(0, meta(address + "/jwks", inside), "located")],
            note="the policy itself names a host there",
        )
    longest = URI + "?" + "k" * (7999 - len(URI))
    for name, address, answer in (("at", longest, "located"), ("over", longest + "k", "refused")):
        story(
            f"store-metadata-long-address-{name}",
            ["REQ-ROTATION-18"],
            found(EARLY),
            [fetch(0, "metadata prefetch"), done(0, meta(address), answer)],
        )
    widening = {"id_token_signing_alg_values_supported": ["none", "HS256", "ES256"], "algorithms": ["ES256"]}
    story(
        "store-metadata-widen-no-algorithms",
        ["REQ-ROTATION-06"],
        found(EARLY, algorithms=["RS256"]),
        [fetch(0, "metadata prefetch"), done(0, meta(**widening), "located")],
        [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded"), ask(0, "alg_not_allowed")],
        note="what an issuer says that it can do allows nothing",
    )
    story(
        "store-metadata-signed",
        ["REQ-ROTATION-26"],
        found(EARLY),
        [fetch(0, "metadata prefetch"), done(0, meta(signed_metadata=token_of(jwks_uri=URI + "/x")), "located")],
        fetch(0, "key_set prefetch"),
        urls=[ISSUER + OPENID, URI],
        note="no key for it is configured, so it is not read",
    )
    story(
        "store-metadata-other-port",
        ["policy:discovery/other_host"],
        found(EARLY),
        [fetch(0, "metadata prefetch"), done(0, meta("https://LOGIN.example.com:8443/k?v=2"), "located")],
        fetch(0, "key_set prefetch"),
        urls=[ISSUER + OPENID, "https://LOGIN.example.com:8443/k?v=2"],
        note="one host: names without case, whatever the port",
    )
    home = "http://127.0.0.1:8080"
    story(
        "store-metadata-over-http-from-here",
        ["policy:discovery/http_loopback", "REQ-ROTATION-03"],
        found(EARLY, issuer=home, discovery={"http_loopback": True}),
        [fetch(0, "metadata prefetch"), done(0, meta(home + "/k", home), "located")],
        [fetch(0, "key_set prefetch"), done(0, body("k1"), "loaded"), ask(0, "ok", token_of(iss=home))],
        urls=[home + OPENID, home + "/k"],
    )
    for name, address, hosts in (
        ("elsewhere", "http://login.example.com/k", {"other_host": True}),
        ("another-name-of-here", "http://localhost:8080/k", {}),
    ):
        story(
            f"store-metadata-over-http-{name}",
            ["policy:discovery/http_loopback", "REQ-ROTATION-05"],
            found(EARLY, issuer=home, discovery={"http_loopback": True, **hosts}),
            [fetch(0, "metadata prefetch"), done(0, meta(address, home), "refused")],
            fetch(0, "metadata prefetch"),
        )
    story(
        "store-metadata-more-members",
        ["REQ-ROTATION-04"],
        found(EARLY),
        [fetch(0, "metadata prefetch"), done(0, meta(x={"y": [{}, None]}, issuer_alias="z"), "located")],
    )


def attempts():
    """Metadata and set are one attempt."""
    story(
        "store-discovery-cooldown",
        ["REQ-ROTATION-09", "REQ-ROTATION-10"],
        found(EARLY),
        LOADED,
        ask(29, "kid_unknown", token_of("k2")),
        [fetch(29, None), ask(30, "kid_unknown need", token_of("k2")), fetch(30, "key_set unknown_kid")],
        note="the cooldown counts from the start of the attempt, which was the ticket for the metadata",
    )
    story(
        "store-discovery-late",
        ["fetch:late"],
        found(HASTY),
        fetch(0, "metadata prefetch"),
        [done(6, meta(), "late"), generation(0)],
        [fetch(6, "metadata prefetch"), done(11, meta(), "located")],
        fetch(11, "key_set prefetch"),
        urls=[ISSUER + OPENID, ISSUER + OAUTH, URI],
        note="a place that hangs is as one that has nothing: the next is asked",
    )
    story(
        "store-discovery-unanswered",
        ["fetch:late", "REQ-ROTATION-09"],
        found(EARLY),
        [fetch(0, "metadata prefetch"), fetch(5, None), fetch(6, "metadata prefetch")],
        [done(6, meta(), "ignored", ticket=0), fetch(12, None), generation(0)],
        [fetch(29, None), fetch(38, "metadata retry")],
        urls=[ISSUER + OPENID, ISSUER + OAUTH, ISSUER + OPENID],
        note="each place has its own deadline; behind the last one the attempt has failed",
    )
    story(
        "store-discovery-hangs-later",
        ["fetch:late", "REQ-ROTATION-12"],
        found(HASTY),
        [*LOADED, fetch(601, "key_set expired"), done(601, "failed", "noted")],
        [fetch(610, "metadata retry"), fetch(616, "metadata retry"), fetch(622, "key_set retry")],
        [done(623, body("k2"), "loaded"), ask(623, "ok", token_of("k2"))],
        urls=[ISSUER + OPENID, URI, URI, ISSUER + OPENID, ISSUER + OAUTH, URI],
        note="where no place answers, the set is asked for where it was",
    )
    again = [[done(0, "abandoned", "again"), fetch(0, "metadata abandoned")] for _ in range(3)]
    story(
        "store-discovery-abandoned",
        ["fetch:abandoned"],
        found(EARLY),
        fetch(0, "metadata prefetch"),
        [step for steps in again for step in steps],
        done(1, meta(), "located"),
        [fetch(1, "key_set prefetch"), done(1, "abandoned", "again"), fetch(1, "key_set abandoned")],
        done(2, body("k1"), "loaded"),
        urls=[ISSUER + OPENID] * 4 + [URI] * 2,
        note="so many times in a row: an answer in between ends the row",
    )
    story(
        "store-discovery-not-modified",
        ["REQ-ROTATION-25"],
        found(EARLY),
        [fetch(0, "metadata prefetch"), done(0, "not_modified", "noted")],
        [fetch(0, "metadata prefetch"), done(0, meta(), "located"), fetch(0, "key_set prefetch")],
        urls=[ISSUER + OPENID, ISSUER + OAUTH, URI],
        note="nothing that could be unmodified was named",
    )
    story(
        "store-discovery-set-fails",
        ["REQ-ROTATION-12"],
        found(HASTY),
        [*LOCATED, fetch(1, "key_set prefetch"), done(1, "failed", "noted")],
        [fetch(2, "metadata retry"), done(2, meta(ISSUER + "/new"), "located")],
        [fetch(2, "key_set retry"), done(2, body("k1"), "loaded"), ask(2, "ok")],
        urls=[ISSUER + OPENID, URI, ISSUER + OPENID, ISSUER + "/new"],
        note="a set that is not where the metadata said: they are read again",
    )
    story(
        "store-discovery-lies-later",
        ["REQ-ROTATION-02", "REQ-ROTATION-12"],
        found(HASTY),
        [*LOADED, fetch(601, "key_set expired"), done(601, "failed", "noted")],
        [fetch(610, "metadata retry"), done(610, meta(name="https://evil.example"), "refused")],
        [fetch(610, "metadata retry"), done(610, "failed", "noted"), ask(610, "ok")],
        [fetch(610, "key_set retry"), done(610, body("k2"), "loaded"), ask(610, "ok", token_of("k2"))],
        urls=[ISSUER + OPENID, URI, URI, ISSUER + OPENID, ISSUER + OAUTH, URI],
        note="what lies changes nothing: the set is asked for where it was",
    )
    tagged = [*LOCATED, fetch(1, "key_set prefetch"), done(2, body("k1", etag='"a"'), "loaded")]
    for name, address, tag in (("same-place", URI, ' "a"'), ("moved", ISSUER + "/new", "")):
        story(
            f"store-discovery-etag-{name}",
            ["REQ-ROTATION-25"],
            found(HASTY),
            [*tagged, fetch(601, 'key_set expired "a"'), done(601, "failed", "noted")],
            [fetch(610, "metadata retry"), done(610, meta(address), "located"), fetch(610, "key_set retry" + tag)],
            urls=[ISSUER + OPENID, URI, URI, ISSUER + OPENID, address],
            note="a tag belongs to the set at its address",
        )


addresses()
refused()
attempts()
