"""`parse_challenges`: reading WWW-Authenticate."""

import base64

from rows import add


def ok(case_id, values, expected, *covers, note=""):
    """Values that read without fault; `expected` lists (scheme, token68, params)."""
    found = [{"scheme": s, "token68": t, "params": [list(p) for p in params]} for s, t, params in expected]
    expect = {"reason": "ok", "challenges": found, "error": None}
    add("parse_challenges", f"chal-{case_id}", expect, {"values": values}, [*covers, "op:parse_challenges"], note)


def fault(case_id, values, offset, schemes, *covers, value=0):
    """Values with a fault: its offset and the schemes of the challenges before it."""
    error = {"reason": "challenge_malformed", "value": value, "offset": offset}
    expect = {"reason": "challenge_malformed", "offset": offset, "schemes": schemes, "error": error}
    covers = [*covers, "reason:challenge_malformed"]
    add("parse_challenges", f"chal-{case_id}", expect, {"values": values}, covers)


def shapes():
    """The three shapes, lists, lines."""
    basic, bearer = ("Basic", None, [("realm", "a")]), ("Bearer", None, [])
    ok("alone", ["Negotiate"], [("Negotiate", None, [])], "REQ-HTTP-03")
    ok("token68", ["Negotiate YWJj=="], [("Negotiate", "YWJj==", [])], "REQ-HTTP-03", "REQ-HTTP-05")
    ok("token68-signs", ["X aA0-._~+/=="], [("X", "aA0-._~+/==", [])], "REQ-HTTP-05")
    ok("one-parameter", ['Basic realm="a"'], [basic], "REQ-HTTP-03")
    ok(
        "two-parameters",
        ['Basic realm="a", charset="UTF-8"'],
        [("Basic", None, [("realm", "a"), ("charset", "UTF-8")])],
    )
    ok("two-challenges", ['Basic realm="a", Bearer'], [basic, bearer], "REQ-HTTP-20")
    ok("two-challenges-swapped", ['Bearer, Basic realm="a"'], [bearer, basic], "REQ-HTTP-20")
    ok("two-lines", ['Basic realm="a"', "Bearer"], [basic, bearer], "REQ-HTTP-21")
    ok("same-scheme", ['Basic realm="a", Basic realm="b"'], [basic, ("Basic", None, [("realm", "b")])], "REQ-HTTP-24")
    ok("token68-then-next", ['Negotiate YWJj, Basic realm="a"'], [("Negotiate", "YWJj", []), basic], "REQ-HTTP-07")
    newauth = ("Newauth", None, [("realm", "apps"), ("type", "1"), ("title", 'Login to "apps"')])
    text = 'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""'
    ok("rfc9110", [text], [("Basic", None, [("realm", "simple")]), newauth], "REQ-HTTP-20")
    ok("unknown-scheme", ["Xyz a=1, b=2, Bearer"], [("Xyz", None, [("a", "1"), ("b", "2")]), bearer], "REQ-HTTP-35")
    ok("unknown-parameter", ['Bearer zz="1"'], [("Bearer", None, [("zz", "1")])], "REQ-HTTP-36")
    ok("scheme-case-kept", ["bEaReR"], [("bEaReR", None, [])], "REQ-HTTP-01")
    ok("name-lowered", ['Basic REALM="a"'], [basic], "REQ-HTTP-08")
    ok("token-value", ["Basic realm=a"], [basic], "REQ-HTTP-11", "REQ-HTTP-25")
    ok("quoted-value", ['Digest algorithm="MD5"'], [("Digest", None, [("algorithm", "MD5")])], "REQ-HTTP-11")
    ok("bare-value", ["Digest algorithm=MD5"], [("Digest", None, [("algorithm", "MD5")])], "REQ-HTTP-11")
    ok("odd-scheme", ["!#$%&'*+-.^_`|~ a=1"], [("!#$%&'*+-.^_`|~", None, [("a", "1")])], "REQ-HTTP-02")
    ok("no-values", [], [], "op:parse_challenges")
    ok("empty-value", [""], [], "REQ-HTTP-22")
    ok("empty-lines-between", ["", "Bearer", "  "], [bearer], "REQ-HTTP-21")
    ok("split-at-comma", ['Digest a="1",', "Bearer"], [("Digest", None, [("a", "1")]), bearer], "REQ-HTTP-21")


def spaces_and_quotes():
    """White space, empty elements, quoted strings."""
    basic = ("Basic", None, [("realm", "a")])
    ok("empty-elements", [', ,Basic realm="a",,'], [basic], "REQ-HTTP-22")
    ok("only-commas", [", , ,"], [], "REQ-HTTP-22")
    ok("outer-space", [' \tBasic realm="a"\t '], [basic], "REQ-HTTP-19")
    ok("spaces-around-equals", ['Basic realm = "a"'], [basic], "REQ-HTTP-10")
    ok("tabs-around-equals", ["Basic realm\t=\ta"], [basic], "REQ-HTTP-10")
    ok("many-spaces", ['Basic    realm="a"'], [basic], "REQ-HTTP-04")
    ok("tab-behind-scheme", ['Basic\trealm="a"'], [basic], "REQ-HTTP-04", note="a tab is tolerated in a challenge")
    ok("space-before-comma", ['Basic realm="a" ,Bearer'], [basic, ("Bearer", None, [])], "REQ-HTTP-22")
    two = ("X", None, [("a", "1"), ("b", "2")])
    ok("empty-between-parameters", ["X a=1,, ,b=2"], [two], "REQ-HTTP-22")
    ok("quoted-commas", ['X a="1, Basic realm=x, b"'], [("X", None, [("a", "1, Basic realm=x, b")])], "REQ-HTTP-15")
    ok("quoted-pair", ['X a="a\\"b\\\\c\\d"'], [("X", None, [("a", 'a"b\\cd')])], "REQ-HTTP-12")
    ok("quoted-tab", ['X a="b\tc"'], [("X", None, [("a", "b\tc")])], "REQ-HTTP-18")
    ok("quoted-control", ['X a="b\x01c\x7f"'], [("X", None, [("a", "b\x01c\x7f")])], "REQ-HTTP-18")
    ok(
        "empty-before-parameter",
        ["X , a=1"],
        [("X", None, [("a", "1")])],
        "REQ-HTTP-22",
        "choice:empty-before-parameter",
    )
    ok("quoted-empty", ['X a=""'], [("X", None, [("a", "")])], "REQ-HTTP-06")
    ok("token68-with-equals", ["X a="], [("X", "a=", [])], "REQ-HTTP-06")
    ok("token68-two-equals", ["X a=="], [("X", "a==", [])], "REQ-HTTP-05")
    ok("parameter-not-token68", ["X a=b"], [("X", None, [("a", "b")])], "REQ-HTTP-05")
    ok("quoted-utf8", ['X a="caf\u00e9"'], [("X", None, [("a", "caf\u00e9")])], "REQ-HTTP-16")
    ok(
        "error-codes",
        ['DPoP error="use_dpop_nonce", algs="ES256"'],
        [("DPoP", None, [("error", "use_dpop_nonce"), ("algs", "ES256")])],
        "REQ-BEARER-31",
    )


def raw_bytes():
    """`values_b64`."""
    for case_id, data, value in [
        ("latin1", b'Basic realm="caf\xe9"', {"b64": base64.b64encode(b"caf\xe9").decode()}),
        ("utf8", b'Basic realm="\xc3\xa9"', {"b64": base64.b64encode(b"\xc3\xa9").decode()}),
        ("ascii", b'Basic realm="a"', "a"),
        ("quoted-pair", b'Basic realm="\\\xff"', {"b64": base64.b64encode(b"\xff").decode()}),
    ]:
        found = [{"scheme": "Basic", "token68": None, "params": [["realm", value]]}]
        case = {"values_b64": [base64.b64encode(data).decode()]}
        covers = ["REQ-HTTP-16", "op:parse_challenges/b64"]
        add("parse_challenges", f"chal-b64-{case_id}", {"reason": "ok", "challenges": found}, case, covers)


def faults():
    """Faults: the reading ends, what came before stays."""
    quote = "choice:offset"
    fault("no-scheme", ['"x"'], 0, [])
    fault("equals-first", ["=x"], 0, [])
    fault("scheme-glued", ['Basic"x"'], 5, [], "REQ-HTTP-02")
    fault("scheme-slash", ['Bearer/1.0 realm="x"'], 6, [], "REQ-HTTP-02")
    fault("lone-quoted", ['Basic "x"'], 6, [])
    fault("parameter-glued", ['Basic realm="a" x="b"'], 16, [])
    fault("semicolon", ['Bearer realm="a";error="b"'], 16, [])
    fault("unclosed", ['Basic realm="a'], 12, [], "REQ-HTTP-14", quote)
    fault("unclosed-second", ['Bearer, Basic realm="a'], 20, ["Bearer"], "REQ-HTTP-14", quote)
    fault("backslash-last", ['Basic realm="a\\'], 12, [], "REQ-HTTP-12", quote)
    fault("backslash-quote-last", ['Basic realm="a\\"'], 12, [], "REQ-HTTP-12", quote)
    fault("name-twice", ['Basic realm="a", realm="b"'], 17, [], "REQ-HTTP-09", quote)
    fault("name-twice-case", ['Basic realm="a", REALM="b"'], 17, [], "REQ-HTTP-08", "REQ-HTTP-09", quote)
    fault("name-twice-second", ["Negotiate, X a=1, b=2, a=3"], 23, ["Negotiate"], "REQ-HTTP-09", quote)
    fault("token68-then-word", ["Negotiate YWJj x=1"], 10, [], "REQ-HTTP-07", quote)
    fault("long-unclosed", ['X a="' + '\\"' * 3000], 4, [], quote, "attack:37")
    fault("long-words", ["X " + "a" * 5000 + " " + "b" * 5000], 2, [], quote, "attack:37")
    fault("three-words", ["a b c"], 2, [], quote)
    fault("nul-in-quotes", ['Basic realm="a\0b"'], 12, [], "REQ-HTTP-17", quote)
    fault("lf-in-quotes", ['Basic realm="a\nb"'], 12, [], "REQ-HTTP-17", quote)
    fault("cr-in-quotes", ['Basic realm="a\rb"'], 12, [], "REQ-HTTP-17", quote)
    fault("lf-outside", ["Basic\nBearer"], 5, [], "REQ-HTTP-17")
    fault("control-outside", ["Bearer, \x01"], 8, ["Bearer"], "REQ-HTTP-18")
    fault("non-ascii-word", ["B\u00e9arer"], 1, [], "REQ-HTTP-02")
    fault("non-ascii-token", ["Basic realm=\u00e9"], 12, [])
    fault("value-at", ["Basic realm=a@b"], 13, [])
    fault("second-line", ["Bearer", 'Basic realm="a', "Digest"], 12, ["Bearer"], "REQ-HTTP-14", quote, value=1)
    fault("equals-twice", ["X a=b=c"], 5, [], quote)


def value_missing():
    """`a=` before a comma is a token68, so that the next parameter is a challenge of its own."""
    error = {"reason": "challenge_malformed", "value": 0, "offset": 7}
    expect = {"reason": "challenge_malformed", "error": error, "schemes": ["X"]}
    add(
        "parse_challenges",
        "chal-token68-then-parameter",
        expect,
        {"values": ["X a=, b=2"]},
        ["REQ-HTTP-06", "choice:offset"],
    )


shapes()
spaces_and_quotes()
raw_bytes()
faults()
value_missing()
