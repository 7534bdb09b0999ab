"""`next_step`: what servers really send, each tolerance by its name, and nothing invented."""

import base64

from responses import BEARER, meet, response

INVALID, SILENT = "refresh invalid_token", "refresh unexplained"
COVERS = ["REQ-CLIENT-29"]


def reads(name, values, expected, tolerances, offered, *covers, sent=BEARER, **said):
    """Field lines, the step after them, the warnings and the schemes that were read."""
    values = values if isinstance(values, list) else [values]
    said = {"tolerances": tolerances, "offered": offered, **said}
    meet(f"read-{name}", expected, [*COVERS, *covers], response(401, *values), sent=sent, **said)


def commas():
    """Missing commas, and others in their place."""
    bearer, both = ["Bearer"], ["Bearer", "Basic"]
    reads(
        "comma-missing", 'Bearer realm="a" error="invalid_token"', INVALID, ["comma_missing"], bearer, places=[[0, 17]]
    )
    reads("comma-missing-bare", "Bearer realm=a error=invalid_token", INVALID, ["comma_missing"], bearer)
    reads(
        "comma-missing-twice",
        "Bearer realm=a error=invalid_token scope=b",
        INVALID,
        ["comma_missing"] * 2,
        bearer,
        scope="b",
    )
    reads("comma-missing-challenge", 'Bearer error="invalid_token" Basic realm="b"', INVALID, ["comma_missing"], both)
    reads(
        "comma-missing-own",
        'Basic realm="b" Bearer error="invalid_token"',
        INVALID,
        ["comma_missing"],
        ["Basic", "Bearer"],
    )
    reads("comma-missing-scheme", "Bearer Basic realm=a", SILENT, ["comma_missing"], both)
    reads("semicolon", 'Bearer realm="a"; error="invalid_token"', INVALID, ["semicolon"], bearer, places=[[0, 16]])
    reads(
        "semicolon-challenge",
        'Basic realm="a"; Bearer error="invalid_token"',
        INVALID,
        ["semicolon"],
        ["Basic", "Bearer"],
    )
    reads(
        "semicolon-token68",
        "Negotiate YWJj; Bearer error=invalid_token",
        INVALID,
        ["semicolon"],
        ["Negotiate", "Bearer"],
    )
    reads("empty-elements", ', ,Bearer realm="a",, error="invalid_token",', INVALID, [], bearer, "REQ-HTTP-22")
    reads(
        "several-in-one",
        'Newauth realm="apps", type=1, title="Login to \\"apps\\"", Bearer error="invalid_token"',
        INVALID,
        [],
        ["Newauth", "Bearer"],
        "REQ-HTTP-20",
    )
    reads(
        "split-lines", ['Bearer realm="a"', 'error="invalid_token"', "Basic realm=b"], INVALID, [], both, "REQ-HTTP-21"
    )
    reads(
        "unknown-between",
        'Bearer realm=a, Hawk ts="1", error="x", Basic',
        SILENT,
        [],
        ["Bearer", "Hawk", "Basic"],
        "REQ-HTTP-35",
    )
    reads(
        "token68-then",
        "Negotiate YWJj==, Bearer error=invalid_token",
        INVALID,
        [],
        ["Negotiate", "Bearer"],
        "REQ-HTTP-07",
    )


def values():
    """Values without quotes, empty, repeated, in other bytes."""
    bearer = ["Bearer"]
    url = "https://a.example/.well-known/x?y=z"
    reads(
        "url-unquoted",
        f"Bearer error=invalid_token, resource_metadata={url}",
        INVALID,
        ["value_unquoted"],
        bearer,
        resource_metadata=url,
        places=[[0, 46]],
    )
    reads("value-empty", "Bearer realm=a, scope=, error=invalid_token", INVALID, ["value_unquoted"], bearer, scope="")
    reads("value-slash", "Bearer realm=a/b, error=invalid_token", INVALID, ["value_unquoted"], bearer)
    reads(
        "value-spaces",
        "Bearer error=invalid_token, error_description=The token expired, scope=b",
        INVALID,
        ["unreadable", "param_stray"],
        bearer,
        scope=None,
    )
    reads(
        "value-spaces-first",
        "Bearer error_description=The token expired, error=invalid_token",
        SILENT,
        ["unreadable", "param_stray"],
        bearer,
    )
    reads("spaces-around-equals", 'Bearer realm = "a", error\t=\tinvalid_token', INVALID, [], bearer, "REQ-HTTP-10")
    reads(
        "param-repeated",
        "Bearer error=invalid_token, error=invalid_request",
        INVALID,
        ["param_repeated"],
        bearer,
        "REQ-HTTP-09",
    )
    reads(
        "param-repeated-case",
        "Bearer error=invalid_token, ERROR=invalid_request",
        INVALID,
        ["param_repeated"],
        bearer,
        "REQ-HTTP-08",
    )
    reads("param-stray", "error=invalid_token, Bearer realm=a", SILENT, ["param_stray"], bearer)
    reads("param-behind-token68", "Bearer YWJj, error=invalid_token", SILENT, ["param_stray"], bearer, "REQ-HTTP-07")
    latin = base64.b64encode(b'Bearer realm="caf\xe9", error="invalid_token", scope="\xff\xfe"').decode()
    reads("latin", {"b64": latin}, INVALID, ["not_utf8", "not_utf8"], bearer, "REQ-HTTP-16", scope="\ufffd\ufffd")
    reads(
        "utf-8", 'Bearer realm="caf\u00e9", error="invalid_token", scope="\u00e9"', INVALID, [], bearer, scope="\u00e9"
    )
    reads(
        "latin-unquoted", "Bearer realm=caf\u00e9, error=invalid_token", SILENT, ["unreadable", "param_stray"], bearer
    )
    cut = base64.b64encode(b'Bearer scope="\xe2\x82", error="invalid_token"').decode()
    reads("utf-8-cut", {"b64": cut}, INVALID, ["not_utf8"], bearer, scope="\ufffd")
    reads("escape", 'Bearer scope="a\\b\\\\c", error="invalid_token"', INVALID, [], bearer, scope="ab\\c")


def schemes():
    """Oddities around the scheme."""
    bearer = ["Bearer"]
    reads("colon", "Bearer: error=invalid_token", INVALID, ["scheme_colon"], bearer, places=[[0, 6]])
    reads("colon-alone", "Bearer:", SILENT, ["scheme_colon"], bearer)
    reads("tab", "Bearer\terror=invalid_token", INVALID, ["tab_behind_scheme"], bearer, "REQ-HTTP-04")
    reads(
        "scheme-broken",
        "B@sic realm=a, Bearer error=invalid_token",
        INVALID,
        [
            "unreadable",
        ],
        bearer,
    )
    reads(
        "scheme-broken-behind",
        'Bearer realm="a", B@sic realm="b", error="invalid_request"',
        SILENT,
        ["unreadable", "param_stray"],
        bearer,
    )
    reads("json", '{"error":"invalid_token"}', SILENT, ["unreadable"], [])
    reads("html", "<a href=x>login</a>, Bearer error=invalid_token", INVALID, ["unreadable"], bearer)
    reads(
        "line-break",
        "Bearer realm=a\r\nX: y, error=invalid_token",
        SILENT,
        ["unreadable"],
        [],
        "REQ-HTTP-17",
        places=[[0, 14]],
    )
    reads(
        "nul",
        ["Bearer realm=a", "x\x00y", "error=invalid_request"],
        SILENT,
        ["unreadable", "param_stray"],
        bearer,
        "REQ-HTTP-17",
    )
    reads(
        "control",
        "Bearer realm=\x01, error=invalid_token",
        SILENT,
        ["unreadable", "param_stray"],
        bearer,
        "REQ-HTTP-18",
    )
    reads("control-quoted", 'Bearer realm="\x01", error=invalid_token', INVALID, [], bearer, "REQ-HTTP-18")


def quotes():
    """Text in quotes is text."""
    bearer, covers = ["Bearer"], ["REQ-HTTP-15", "attack:quoted-parameter"]
    reads("quoted-parameters", 'Bearer realm="a, error=invalid_request, Basic realm=x"', SILENT, [], bearer, *covers)
    reads("quoted-escape", 'Bearer realm="a\\", error=\\"invalid_request"', SILENT, [], bearer, *covers)
    reads(
        "unclosed",
        'Basic realm=a, Bearer error="invalid_token',
        "switch_scheme scheme_refused",
        ["quote_unclosed"],
        ["Basic"],
        "REQ-HTTP-14",
    )
    reads(
        "unclosed-first",
        'Bearer realm="a, error=invalid_token, Basic realm=b',
        SILENT,
        ["quote_unclosed"],
        [],
        "REQ-HTTP-14",
    )
    reads("unclosed-then-line", ['Basic realm="a', "Bearer error=invalid_token"], INVALID, ["quote_unclosed"], bearer)
    reads(
        "unclosed-then-stray",
        ['Basic realm="a', "error=invalid_token", "Bearer"],
        SILENT,
        ["quote_unclosed", "param_stray"],
        bearer,
    )
    reads("unclosed-escape", 'Bearer realm="a\\', SILENT, ["quote_unclosed"], [])
    reads("inner-quotes", 'Bearer realm="say "error=invalid_request" now"', SILENT, ["quote_stray"], [], *covers)
    reads(
        "inner-quotes-spaced",
        'Bearer realm="say " error=invalid_request " now"',
        SILENT,
        ["comma_missing", "quote_stray"],
        [],
        *covers,
    )
    reads("quote-opens-late", 'Bearer error=invalid_request"', SILENT, ["quote_stray"], [], *covers)
    reads("quoted-alone", 'Bearer realm=a, "error=invalid_request"', SILENT, ["quote_stray"], [], *covers)
    reads("quoted-name", 'Bearer "error"="invalid_request"', SILENT, ["quote_stray"], [], *covers)
    reads("single-quotes", "Bearer realm='a error=invalid_request b'", SILENT, ["quote_stray"], [], *covers)
    reads(
        "single-quotes-token",
        "Bearer realm='a', error=invalid_token",
        INVALID,
        [],
        bearer,
        note="an apostrophe is a letter of tokens",
    )
    reads("no-space-behind-quote", 'Bearer error="invalid_request"scope="a"', SILENT, ["quote_stray"], [])
    reads(
        "stray-spares-others",
        ['Basic realm=b, Bearer x="a"b"', "Bearer error=invalid_token"],
        INVALID,
        ["quote_stray"],
        ["Basic", "Bearer"],
    )


def bounds():
    """At a bound, and one over."""
    reads(
        "challenges-most",
        ", ".join(["A"] * 63 + ["Bearer error=invalid_token"]),
        INVALID,
        [],
        ["A"] * 63 + ["Bearer"],
        "REQ-HTTP-44",
        "limit:challenges",
    )
    many = ", ".join(["A"] * 64 + ["Bearer error=invalid_token"])
    reads(
        "challenges-over", many, "stop scheme_unsupported", ["too_much"], ["A"] * 64, "REQ-HTTP-44", "limit:challenges"
    )
    reads(
        "challenges-over-lines",
        ["A"] * 64 + ["Bearer realm=a", "error=x"],
        "stop scheme_unsupported",
        ["too_much", "param_stray"],
        ["A"] * 64,
        "limit:challenges",
    )
    params = [f"p{index}=v" for index in range(63)]
    reads(
        "params-most",
        "Bearer " + ", ".join([*params, "error=invalid_token"]),
        INVALID,
        [],
        ["Bearer"],
        "REQ-HTTP-44",
        "limit:auth-params",
    )
    reads(
        "params-over",
        "Bearer " + ", ".join([*params, "q=v", "error=invalid_token"]),
        SILENT,
        ["too_much"],
        ["Bearer"],
        "REQ-HTTP-44",
        "limit:auth-params",
    )
    reads(
        "warnings-most",
        "Bearer realm=a" + ", realm=b" * 70,
        SILENT,
        ["param_repeated"] * 64,
        ["Bearer"],
        "limit:warnings",
    )
    line = 'Bearer error="invalid_token", x="' + "y" * (65536 - 34) + '"'
    assert len(line) == 65536
    reads("line-most", line, INVALID, [], ["Bearer"], "REQ-HTTP-44", "limit:line")
    reads("line-over", line + " ", SILENT, ["too_much"], [], "REQ-HTTP-44", "limit:line")
    reads(
        "line-over-then",
        ["Bearer realm=a", line + " ", "error=invalid_request"],
        SILENT,
        ["too_much", "param_stray"],
        ["Bearer"],
        "limit:line",
    )


for part in (commas, values, schemes, quotes, bounds):
    part()
