"""Policies that must not load: types and ranges of every member, one fault each."""

from model.jsontext import Raw
from rows import check, issuer, policy, refused
from tokens import jwk, jwks

NULL = Raw("null")
AT = "/bearer/issuers/0"


def bad(case_id, pointer, doc, *covers, note=""):
    """A policy that is refused at a pointer."""
    check(f"load-{case_id}", refused(pointer), ["reason:policy_invalid", *covers], doc=doc, note=note)


def loads(case_id, doc, *covers):
    """A policy that loads: the request has no credentials."""
    expect = {"reason": "credentials_missing"}
    check(f"load-{case_id}", expect, covers, doc=doc)


def top_level():
    """Members of the document."""
    for member, values in {
        "realm": [1, NULL, ["api"], "caf\u00e9", "a\nb", "a\tb", "a\x7f"],
        "schemes": [[], "bearer", ["bearer", 1], NULL],
        "scopes": [1, NULL, True, "a  b", ' a"b', "a\\b", "caf\u00e9", "a\nb", {}],
        "optional": ["true", 1, NULL],
        "profiles": [[], "x", NULL],
        "leeway": [-1, 301, "30", True, NULL, 1000000],
        "malformed_status": [403, 200, "400", NULL, True],
        "whitespace": ["Strict", "", 1, NULL],
        "transport": ["https", "TLS", True, NULL],
        "preflight": ["deny", True, NULL],
        "cors": ["true", 0, NULL, {}],
        "describe": ["all", "None", False, NULL],
        "$schema": [1, NULL],
        "bearer": [[], "x", NULL, True],
    }.items():
        for index, value in enumerate(values):
            doc = {**policy(), member: value}
            pointer = f"/{member}/1" if value == ["bearer", 1] else f"/{member}"
            bad(f"{member.strip('$')}-{index}", pointer, doc, f"policy:{member}")
    for member in ("basic", "api_key", "session", "digest", "dpop"):
        bad(f"later-{member}", f"/{member}", {**policy(), member: {}}, f"policy:{member}", "decision:1")
    for index, (value, below) in enumerate(
        [
            (True, ""),
            (10, ""),
            (NULL, ""),
            ({}, ""),
            ({"entries": 0}, "/entries"),
            ({"entries": -1}, "/entries"),
            ({"entries": 1048577}, "/entries"),
            ({"entries": "10"}, "/entries"),
            ({"entries": 10, "seconds": 5}, "/seconds"),
        ]
    ):
        bad(f"remember-{index}", f"/remember{below}", {**policy(), "remember": value}, "policy:remember")
    for name in ("Realm", "issuer", "issuers", "audience", "", "a/b", "a~b", "x-y"):
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        bad(f"unknown-{name.replace('/', 'slash') or 'empty'}", pointer, {**policy(), name: 1}, "loader:unknown-member")
    no_realm = {k: v for k, v in policy().items() if k != "realm"}
    bad("no-realm", "", no_realm, "policy:realm", "loader:missing-member")
    bad("scope-list-member", "/scopes/1", policy(scopes=["a", 1]), "policy:scopes")
    bad("scope-list-quote", "/scopes/0", policy(scopes=['a"b']), "policy:scopes")
    for name, doc in {
        "leeway-0": policy(leeway=0),
        "leeway-60": policy(leeway=60),
        "leeway-61-warns": policy(leeway=61),
        "leeway-300": policy(leeway=300),
        "scopes-list": policy(scopes=["a", "b"]),
        "profiles-empty": policy(profiles={}),
        "realm-punctuation": policy(realm='~!"\\'),
        "schemes": policy(schemes=["bearer"]),
    }.items():
        loads(f"good-{name}", doc, "limit:leeway" if "leeway" in name else "policy:top")


def profile_members():
    """What a profile may set, and with what."""
    for index, (member, value, below) in enumerate(
        [
            ("leeway", 10, ""),
            ("cors", True, ""),
            ("bearer", {}, ""),
            ("malformed_status", 400, ""),
            ("whitespace", "strict", ""),
            ("transport", "tls", ""),
            ("preflight", "check", ""),
            ("schemes", ["bearer"], ""),
            ("claims", {}, ""),
            ("profiles", {}, ""),
            ("scopes", 1, ""),
            ("scopes", "a  b", ""),
            ("optional", "yes", ""),
            ("realm", 1, ""),
            ("realm", "\u00e9", ""),
            ("describe", "all", ""),
            ("access", [], ""),
            ("access", {"role": NULL}, "/role"),
            ("max_age", "60", ""),
            ("max_age", -1, ""),
            ("challenge", [], ""),
            ("challenge", {"realm": "x"}, "/realm"),
            ("challenge", {"error": "x"}, "/error"),
            ("challenge", {"x": "a\nb"}, "/x"),
        ]
    ):
        doc = policy(profiles={"good": {}, "admin": {member: value}})
        name = f"profile-{member}-{index}"
        bad(name, f"/profiles/admin/{member}{below}", doc, "policy:profiles")
    bad("profile-no-object", "/profiles/admin", policy(profiles={"admin": "x"}), "policy:profiles")
    bad("profile-name-escaped", "/profiles/a~1b~0/x", policy(profiles={"a/b~": {"x": 1}}), "policy:profiles")
    full = {"scopes": "a", "optional": True, "realm": "r", "describe": "code", "access": {"a": 1}, "max_age": 5}
    loads("good-profile", policy(profiles={"p": {**full, "challenge": {"x": "y"}}}), "policy:profiles")


def bearer_members():
    """Members of `bearer`."""
    for index, (member, value, below) in enumerate(
        [
            ("issuers", [], ""),
            ("issuers", {}, ""),
            ("issuers", NULL, ""),
            ("issuers", ["https://x.example"], "/0"),
            ("issuers", [issuer(), NULL], "/1"),
            ("sources", [], ""),
            ("sources", "header", ""),
            ("sources", ["Header"], "/0"),
            ("sources", ["header", "query"], "/1"),
            ("sources", ["header", 1], "/1"),
            ("sources", [NULL], "/0"),
            ("sources", [{}], "/0"),
            ("sources", [{"query": 1}], "/0/query"),
            ("sources", [{"header": NULL}], "/0/header"),
            ("sources", [{"header": "X Y"}], "/0/header"),
            ("sources", [{"header": "X:"}], "/0/header"),
            ("sources", [{"body": "access_token"}], "/0/body"),
            ("sources", ["header", {"cookie": "__Host-session"}], "/1"),
            ("max_token_bytes", 63, ""),
            ("max_token_bytes", 65537, ""),
            ("max_token_bytes", 0, ""),
            ("max_token_bytes", -64, ""),
            ("max_token_bytes", "8192", ""),
            ("max_token_bytes", NULL, ""),
            ("scope_claims", [], ""),
            ("scope_claims", "scope", ""),
            ("scope_claims", ["scope", 1], "/1"),
            ("challenge", "x", ""),
            ("challenge", NULL, ""),
            ("challenge", {"x": 1}, "/x"),
            ("challenge", {"x": "y", "realm": "z"}, "/realm"),
            ("challenge", {"error": "z"}, "/error"),
            ("challenge", {"error_description": "z"}, "/error_description"),
            ("challenge", {"a b": "z"}, "/a b"),
            ("challenge", {"": "z"}, "/"),
            ("challenge", {"a/b": "z"}, "/a~1b"),
            ("challenge", {"x": "a\rb"}, "/x"),
            ("challenge", {"x": "a\x00b"}, "/x"),
            ("challenge", {"x": "a\x7fb"}, "/x"),
            ("challenge", {"scope": "a  b"}, "/scope"),
            ("challenge", {"scope": 'a"b'}, "/scope"),
            ("challenge", {"scope": "\u00e9"}, "/scope"),
            ("sources", [{"header": "Origin"}], "/0/header"),
            ("sources", ["header", {"header": "access-control-request-method"}], "/1/header"),
            ("sources", [{"header": "Client-Cert"}], "/0/header"),
            ("sources", [{"header": "sec-websocket-key"}], "/0/header"),
        ]
    ):
        doc = policy(bearer={member: value})
        covers = [f"policy:{member}"] + (["decision:1", "choice:pointer"] if "cookie" in str(value) else [])
        bad(f"bearer-{member}-{index}", f"/bearer/{member}{below}", doc, *covers)
    bad("bearer-no-issuers", "/bearer", {"realm": "a", "bearer": {}}, "loader:missing-member")
    doc = {"realm": "a", "bearer": {"sources": 1, "max_token_bytes": "x"}}
    bad("bearer-missing-before-faults", "/bearer", doc, "loader:order")
    bad("bearer-unknown", "/bearer/leeway", policy(bearer={"leeway": 1}), "loader:unknown-member")
    for size in (64, 65536):
        loads(f"good-max-token-bytes-{size}", policy(bearer={"max_token_bytes": size}), f"limit:max_token_bytes/{size}")


def issuer_members():
    """Members of an issuer."""
    for index, (member, value, below) in enumerate(
        [
            ("issuer", 1, ""),
            ("issuer", NULL, ""),
            ("issuer", ["https://x"], ""),
            ("audience", True, ""),
            ("audience", 1, ""),
            ("audience", NULL, ""),
            ("audience", [], ""),
            ("audience", ["a", 1], "/1"),
            ("audience", [False], "/0"),
            ("audience", {}, ""),
            ("algorithms", [], ""),
            ("algorithms", "RS256", ""),
            ("algorithms", NULL, ""),
            ("algorithms", ["none"], "/0"),
            ("algorithms", ["ES256", "none"], "/1"),
            ("algorithms", ["None"], "/0"),
            ("algorithms", ["ES256", "rs256"], "/1"),
            ("algorithms", ["ES256K"], "/0"),
            ("algorithms", ["*"], "/0"),
            ("algorithms", [1], "/0"),
            ("algorithms", [""], "/0"),
            ("jwks", "x", ""),
            ("jwks", [], ""),
            ("jwks", {}, ""),
            ("jwks", NULL, ""),
            ("jwks", {"keys": []}, ""),
            ("jwks", jwks(jwk("rsa_1024", kid="w")), ""),
            ("jwks", jwks(jwk("p256_a", use="enc")), ""),
            ("jwks", jwks(jwk("p256_a", d="AQAB")), ""),
            ("jwks", jwks(jwk("secp256k1")), ""),
            ("jwks_uri", "http://login.example.com/jwks.json", ""),
            ("jwks_uri", "file:///etc/jwks.json", ""),
            ("jwks_uri", "ftp://login.example.com/jwks", ""),
            ("jwks_uri", "data:application/json,{}", ""),
            ("jwks_uri", "/jwks.json", ""),
            ("jwks_uri", "", ""),
            ("jwks_uri", 1, ""),
            ("jwks_uri", NULL, ""),
            ("discovery", True, ""),
            ("discovery", NULL, ""),
            ("discovery", {"other_host": 1}, "/other_host"),
            ("discovery", {"http_loopback": "true"}, "/http_loopback"),
            ("discovery", {"hosts": []}, "/hosts"),
            ("keys", [], ""),
            ("keys", NULL, ""),
            ("keys", {"x": 1}, "/x"),
            ("keys", {"cooldown": 0}, "/cooldown"),
            ("keys", {"cooldown": -1}, "/cooldown"),
            ("keys", {"cooldown": "30"}, "/cooldown"),
            ("keys", {"ttl": 0}, "/ttl"),
            ("keys", {"ttl": -600}, "/ttl"),
            ("keys", {"ttl": "600"}, "/ttl"),
            ("keys", {"stale": "1"}, "/stale"),
            ("keys", {"stale": -1}, "/stale"),
            ("keys", {"prefetch": 1}, "/prefetch"),
            ("typ", [], ""),
            ("typ", "JWT", ""),
            ("typ", NULL, ""),
            ("typ", ["JWT", 1], "/1"),
            ("required", "exp", ""),
            ("required", NULL, ""),
            ("required", ["exp", 1], "/1"),
            ("required", [NULL], "/0"),
            ("max_age", -1, ""),
            ("max_age", "60", ""),
            ("max_age", NULL, ""),
            ("tenants", 1, ""),
            ("tenants", "all", ""),
            ("tenants", [], ""),
            ("tenants", [1], "/0"),
        ]
    ):
        extra = {} if member == "jwks" else {"jwks": jwks("p256_a")}
        name = f"issuer-{member}-{index}"
        attacks = ["attack:21"] if member == "jwks_uri" else ["attack:1"] if member == "algorithms" else []
        bad(name, f"{AT}/{member}{below}", policy({**issuer(**extra), member: value}), f"policy:{member}", *attacks)
    for member in ("claims", "access", "reject"):
        for index, (value, below) in enumerate(
            [
                ([], ""),
                ("x", ""),
                ({"azp": NULL}, "/azp"),
                ({"azp": []}, "/azp"),
                ({"azp": ["a", NULL]}, "/azp/1"),
                ({"azp": [["a"]]}, "/azp/0"),
                ({"azp": {}}, "/azp"),
                ({"azp": {"has": "x"}}, "/azp"),
                ({"azp": {"contains": "x", "y": 1}}, "/azp/y"),
                ({"azp": {"contains": NULL}}, "/azp/contains"),
                ({"/a/b": NULL}, "/~1a~1b"),
            ]
        ):
            bad(
                f"rule-{member}-{index}", f"{AT}/{member}{below}", policy(issuer(**{member: value})), f"policy:{member}"
            )
    bad("issuer-unknown", f"{AT}/audiences", policy(issuer(audiences=["x"])), "loader:unknown-member")
    bad("issuer-kid", f"{AT}/jku", policy(issuer(jku="x")), "loader:unknown-member")
    for name, keys in {
        "ttl": {"ttl": 60},
        "cooldown": {"cooldown": 5},
        "all": {"ttl": 9, "cooldown": 9, "stale": 9, "prefetch": False},
    }.items():
        loads(f"good-keys-{name}", policy(issuer(keys=keys)), "policy:keys")
    loads("good-required-empty", policy(issuer(required=[])), "policy:required", "choice:required-empty")


top_level()
profile_members()
bearer_members()
issuer_members()
