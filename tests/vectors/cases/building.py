"""`build_challenge`: writing one challenge."""

from rows import add


def ok(case_id, scheme, params, value, *covers):
    """What can be written."""
    expect = {"reason": "ok", "value": value, "error": None}
    add(
        "build_challenge",
        f"build-{case_id}",
        expect,
        {"scheme": scheme, "params": params},
        [*covers, "op:build_challenge"],
    )


def bad(case_id, params, *covers, scheme="Bearer"):
    """What cannot."""
    expect = {"reason": "challenge_invalid", "value": None}
    covers = [*covers, "reason:challenge_invalid"]
    add("build_challenge", f"build-{case_id}", expect, {"scheme": scheme, "params": params}, covers)


def written():
    """Values, order, quoting."""
    ok("realm", "Bearer", [["realm", "a"]], 'Bearer realm="a"', "REQ-HTTP-25")
    ok("realm-empty", "Bearer", [["realm", ""]], 'Bearer realm=""', "REQ-HTTP-06")
    ok("order", "Bearer", [["z", "1"], ["realm", "a"], ["b", "2"]], 'Bearer z="1", realm="a", b="2"')
    error = [["realm", "example"], ["error", "invalid_token"], ["error_description", "The access token expired"]]
    text = 'Bearer realm="example", error="invalid_token", error_description="The access token expired"'
    ok("error", "Bearer", error, text, "REQ-BEARER-14")
    ok("scope", "Bearer", [["scope", "a b:c"]], 'Bearer scope="a b:c"', "REQ-BEARER-15")
    ok("quote", "Basic", [["realm", 'a"b']], 'Basic realm="a\\"b"', "REQ-HTTP-13")
    ok("backslash", "Basic", [["realm", "a\\b"]], 'Basic realm="a\\\\b"', "REQ-HTTP-13")
    ok("commas", "Basic", [["realm", "a, b=c"]], 'Basic realm="a, b=c"', "REQ-HTTP-15")
    ok("tab", "Basic", [["realm", "a\tb"]], 'Basic realm="a\tb"')
    ok("name-kept", "Basic", [["ReALM", "a"]], 'Basic ReALM="a"')
    ok("scheme-kept", "bASIC", [["realm", "a"]], 'bASIC realm="a"')
    ok("digits-quoted", "Bearer", [["max_age", "5"]], 'Bearer max_age="5"')
    ok("dpop", "DPoP", [["algs", "ES256 PS256"]], 'DPoP algs="ES256 PS256"')
    ok("digest-stale", "Digest", [["realm", "a"], ["stale", "true"]], 'Digest realm="a", stale=true', "REQ-DIGEST-02")
    params = [["realm", "a"], ["qop", "auth"], ["algorithm", "SHA-256"], ["userhash", "false"]]
    ok("digest", "Digest", params, 'Digest realm="a", qop="auth", algorithm=SHA-256, userhash=false', "REQ-DIGEST-02")
    ok("stale-elsewhere", "Bearer", [["stale", "true"]], 'Bearer stale="true"', "REQ-DIGEST-02")
    ok("algorithm-elsewhere", "X", [["algorithm", "MD5"]], 'X algorithm="MD5"', "REQ-DIGEST-02")
    ok("odd-name", "X", [["!#$%&'*+-.^_`|~", "1"]], 'X !#$%&\'*+-.^_`|~="1"', "REQ-HTTP-02")


def refused():
    """Controls, names, characters outside the narrow sets."""
    for name, char in {"lf": "\n", "cr": "\r", "nul": "\0", "escape": "\x1b", "unit": "\x1f", "del": "\x7f"}.items():
        bad(f"control-{name}", [["realm", f"a{char}b"]], "REQ-HTTP-17", "REQ-PRIVACY-12")
    bad("control-injection", [["realm", "a\r\nSet-Cookie: x=1"]], "REQ-PRIVACY-12")
    for name, text in {
        "space": "a b",
        "empty": "",
        "equals": "a=",
        "quote": 'a"',
        "non-ascii": "\u00e9",
        "colon": "a:",
        "lf": "a\n",
    }.items():
        bad(f"name-{name}", [[text, "x"]], "REQ-HTTP-02")
    bad("name-twice", [["realm", "a"], ["realm", "b"]], "REQ-BEARER-17")
    bad("name-twice-case", [["realm", "a"], ["REALM", "a"]], "REQ-HTTP-08", "REQ-BEARER-17")
    bad("name-twice-apart", [["a", "1"], ["b", "2"], ["A", "3"]], "REQ-BEARER-17")
    for name in ("error", "error_description", "scope"):
        for label, text in {"quote": 'a"b', "backslash": "a\\b", "non-ascii": "caf\u00e9", "lf": "a\nb"}.items():
            bad(f"{name}-{label}", [[name, text]], "REQ-BEARER-14", "REQ-BEARER-15")
    for name, scheme in {
        "space": "Be arer",
        "empty": "",
        "comma": "a,",
        "non-ascii": "B\u00e9",
        "lf": "Basic\n",
    }.items():
        bad(f"scheme-{name}", [["realm", "a"]], "REQ-HTTP-02", "choice:scheme-no-token", scheme=scheme)


written()
refused()
