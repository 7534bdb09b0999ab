"""`parse_authorization`: the grammar of credentials."""

from rows import add

PARAMS = [["username", "a"], ["realm", "b, c"], ["nc", "00000001"]]


def ok(case_id, value, scheme, token68=None, params=(), *covers):
    """A value that fits the grammar."""
    expect = {"reason": "ok", "scheme": scheme, "token68": token68, "params": [list(p) for p in params]}
    add("parse_authorization", f"auth-{case_id}", expect, {"value": value}, [*covers, "op:parse_authorization"])


def bad(case_id, value, reason, *covers):
    """A value that does not."""
    expect = {"reason": reason, "scheme": None, "token68": None, "params": []}
    add("parse_authorization", f"auth-{case_id}", expect, {"value": value}, [*covers, f"reason:{reason}"])


def accepted():
    """Scheme alone, token68, parameters."""
    ok("bearer", "Bearer abc", "Bearer", "abc", (), "REQ-BEARER-01")
    ok("bearer-case", "bEARER abc", "bEARER", "abc", (), "REQ-HTTP-01")
    ok("bearer-spaces", "Bearer    abc", "Bearer", "abc", (), "REQ-BEARER-02")
    ok("bearer-outer", " \tBearer abc \t", "Bearer", "abc", (), "REQ-HTTP-19")
    ok("bearer-signs", "Bearer aA0-._~+/==", "Bearer", "aA0-._~+/==", (), "REQ-HTTP-05")
    ok("bearer-null", "Bearer null", "Bearer", "null", ())
    ok("bearer-parameters", 'Bearer realm="x"', "Bearer", None, [("realm", "x")])
    ok("basic", "Basic YTpi", "Basic", "YTpi", ())
    ok("basic-padded", "Basic YTo=", "Basic", "YTo=", ())
    ok("alone", "Negotiate", "Negotiate", None, (), "REQ-HTTP-03")
    ok("alone-space", "Negotiate  ", "Negotiate", None, (), "REQ-HTTP-03")
    ok("digest", 'Digest username="a", realm="b, c", nc=00000001', "Digest", None, PARAMS, "REQ-HTTP-11", "REQ-HTTP-15")
    ok("digest-case", "Digest USERNAME=a", "Digest", None, [("username", "a")], "REQ-HTTP-08")
    ok("digest-spaces", 'Digest a = "1" , b\t=\t2', "Digest", None, [("a", "1"), ("b", "2")], "REQ-HTTP-10")
    ok("quoted-pair", 'X a="\\"\\\\\\z"', "X", None, [("a", '"\\z')], "REQ-HTTP-12")
    ok("quoted-utf8", 'X a="\u00e9"', "X", None, [("a", "\u00e9")], "REQ-HTTP-16")
    ok("quoted-empty", 'X a=""', "X", None, [("a", "")], "REQ-HTTP-06")
    ok("token68-equals", "X a=", "X", "a=", (), "REQ-HTTP-06")
    ok("parameter", "X a=b", "X", None, [("a", "b")], "REQ-HTTP-05")
    ok("word-alone", "Bearerx", "Bearerx", None, (), "op:parse_authorization/grammar-alone")
    ok("raw-jwt", "a.b.c", "a.b.c", None, (), "op:parse_authorization/grammar-alone")


def malformed():
    """Faults, not behind the word Bearer."""
    for name, value, covers in [
        ("empty", "", []),
        ("blank", " \t", []),
        ("no-word", '"x"', ["REQ-HTTP-02"]),
        ("comma-first", ", Basic YTpi", []),
        ("tab", "Basic\tYTpi", ["REQ-HTTP-04"]),
        ("two-words", "Basic a b", ["REQ-HTTP-05"]),
        ("two-credentials", "Basic YTpi, Negotiate abc", []),
        ("name-twice", "Digest a=1, b=2, A=3", ["REQ-HTTP-08", "REQ-HTTP-09"]),
        ("unclosed", 'Digest a="1', ["REQ-HTTP-14"]),
        ("backslash-last", 'Digest a="1\\', ["REQ-HTTP-12"]),
        ("newline", "Basic YTpi\n", ["REQ-HTTP-17"]),
        ("newline-in-quotes", 'Digest a="1\n2"', ["REQ-HTTP-17"]),
        ("nul", "Basic YT\0pi", ["REQ-HTTP-17"]),
        ("control", 'Digest a="\x02"', ["REQ-HTTP-18"]),
        ("del", "Digest a=\x7f", ["REQ-HTTP-18"]),
        ("non-ascii-word", "B\u00e4sic YTpi", ["REQ-HTTP-02"]),
        ("non-ascii-token68", "Basic YTp\u00ef", ["REQ-HTTP-05"]),
        ("semicolon", "Digest a=1; b=2", []),
        ("no-comma", "Digest a=1 b=2", []),
        ("equals-only", "Basic =", ["REQ-HTTP-05"]),
    ]:
        bad(name, value, "authorization_malformed", *covers)


def slips():
    """Faults behind the word Bearer get the reason that `check` gives."""
    for name, value, reason in [
        ("colon", "Bearer: abc", "bearer_colon"),
        ("equals", "Bearer=abc", "bearer_colon"),
        ("tab", "Bearer\tabc", "bearer_space_missing"),
        ("quoted", 'Bearer "abc"', "bearer_quoted"),
        ("quoted-single", "Bearer 'a b'", "bearer_quoted"),
        ("quoted-curly", "Bearer \u201cabc\u201d", "bearer_quoted"),
        ("newline", "Bearer abc\r\n", "bearer_newline"),
        ("newline-inside", "Bearer a\nb", "bearer_newline"),
        ("newline-literal", "Bearer abc\\n", "bearer_newline"),
        ("newline-percent", "Bearer abc%0A", "bearer_newline"),
        ("joined", "Bearer a, Bearer b", "authorization_repeated"),
        ("joined-other", "Bearer a,Basic YTpi", "authorization_repeated"),
        ("comma", "Bearer a, b", "bearer_bad_character"),
        ("prefix", "Bearer bearer abc", "bearer_prefix_repeated"),
        ("object", "Bearer [object Object]", "bearer_placeholder"),
        ("angle", "Bearer <token>", "bearer_placeholder"),
        ("dollar", "Bearer ${TOKEN}", "bearer_placeholder"),
        ("braces", "Bearer {{token}}", "bearer_placeholder"),
        ("percent", "Bearer %TOKEN%", "bearer_placeholder"),
        ("json", 'Bearer {"a":1}', "jws_json_given"),
        ("two-words", "Bearer a b", "bearer_bad_character"),
        ("ellipsis", "Bearer abc\u2026", "bearer_bad_character"),
        ("nul", "Bearer a\0b", "bearer_bad_character"),
        ("name-twice", "Bearer a=1, a=2", "bearer_bad_character"),
    ]:
        bad(f"slip-{name}", value, reason, "REQ-BEARER-04")


accepted()
malformed()
slips()
