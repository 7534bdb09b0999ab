"""`decode`: reading without verifying."""

from model.jsontext import Raw
from rows import add, claims, good
from tokens import part

HEAD, BODY, SIG = good().split(".")
HEADER = {"alg": "ES256", "kid": "k1"}


def row(case_id, text, header, body, reason, *covers):
    """One row; `header` and `body` as values."""
    expect = {"header": header, "claims": body, "reason": reason}
    add("decode", f"decode-{case_id}", expect, {"token": text}, [*covers, "op:decode", f"reason:{reason}"])


def unsigned(header, body, end="AA"):
    """A token without a true signature."""
    return f"{part(header)}.{part(body)}.{end}"


def read():
    """What can be read."""
    row("good", good(), HEADER, claims(), "ok")
    row("not-verified", unsigned(HEADER, {"sub": "x"}), HEADER, {"sub": "x"}, "ok", "REQ-JWS-26")
    row("signature-empty", f"{HEAD}.{BODY}.", HEADER, claims(), "ok")
    row("alg-none", unsigned({"alg": "none"}, {}, ""), {"alg": "none"}, {}, "ok", "op:decode/members-not-looked-at")
    row("alg-absent", unsigned({}, {"a": 1}), {}, {"a": 1}, "ok", "op:decode/members-not-looked-at")
    row("alg-number", unsigned({"alg": 1, "kid": []}, {}), {"alg": 1, "kid": []}, {}, "ok")
    row("crit", unsigned({"alg": "x", "crit": []}, {}), {"alg": "x", "crit": []}, {}, "ok")
    row("no-iss", unsigned(HEADER, {"exp": "soon"}), HEADER, {"exp": "soon"}, "ok")
    row("non-ascii", unsigned(HEADER, {"n": "\u00e9\U0001f600"}), HEADER, {"n": "\u00e9\U0001f600"}, "ok")
    for name, text in {
        "spaced": '{ "a" : [ 1 , 2 ] ,\n"b":"c d" }',
        "numbers": '{"a":1.50,"b":1E+2,"c":-0,"d":123456789012345678901234567890}',
        "escapes": '{"a":"\\u0041\\/\\ud83d\\ude00"}',
        "escaped-name": '{"\\u0061":1}',
    }.items():
        expect = {"reason": "ok"}
        add("decode", f"decode-text-{name}", expect, {"token": unsigned(HEADER, text)}, ["op:decode/text"])


def unread():
    """What cannot."""
    bad = "jwt_malformed"
    row("no-dot", "abc", None, None, "token_not_jwt", "REQ-JWS-01")
    row("empty", "", None, None, "token_not_jwt", "REQ-JWS-01")
    row("one-dot", f"{HEAD}.{BODY}", None, None, bad, "REQ-JWS-01")
    row("three-dots", f"{HEAD}.{BODY}.{SIG}.", None, None, bad, "REQ-JWS-01")
    row("four-dots", f"{HEAD}.{BODY}.{SIG}..", None, None, "jwe_given", "REQ-JWS-01")
    row("two-dots", "..", None, None, bad)
    row("header-no-json", unsigned("hello", {"a": 1}), None, {"a": 1}, bad)
    row("header-array", unsigned("[]", {"a": 1}), None, {"a": 1}, bad)
    row("header-twice", unsigned('{"a":1,"a":2}', {"a": 1}), None, {"a": 1}, bad, "REQ-JWS-05")
    row("header-base64", f"!{HEAD}.{part({'a': 1})}.{SIG}", None, {"a": 1}, bad, "REQ-JWS-02")
    row("header-over", unsigned({"x": "y" * 4096}, {"a": 1}), None, {"a": 1}, bad, "REQ-JWS-28")
    row("payload-no-json", unsigned(HEADER, "hello"), HEADER, None, bad, "REQ-JWT-01")
    row("payload-array", unsigned(HEADER, "[]"), HEADER, None, bad, "attack:32")
    row("payload-twice", unsigned(HEADER, '{"a":1,"a":1}'), HEADER, None, bad, "REQ-JWT-02")
    row("payload-utf8", unsigned(HEADER, b'{"a":"\xff"}'), HEADER, None, bad, "REQ-BCP-10")
    row("payload-base64", f"{HEAD}.{BODY}=.{SIG}", HEADER, None, bad, "REQ-JWS-02")
    deep = Raw("[" * 16 + "]" * 16)
    row("payload-deep", unsigned(HEADER, {"x": deep}), HEADER, None, bad, "REQ-JWS-28", "limit:payload/depth-over")
    row("both", unsigned("x", "y"), None, None, bad)
    row("signature-padded", unsigned(HEADER, {"a": 1}, "AA=="), HEADER, {"a": 1}, bad, "REQ-JWS-02")
    row("signature-bits", unsigned(HEADER, {"a": 1}, "AB"), HEADER, {"a": 1}, bad, "REQ-JWS-03")
    row("signature-length", unsigned(HEADER, {"a": 1}, "A"), HEADER, {"a": 1}, bad, "REQ-JWS-03")


read()
unread()
