"""`check`: size, token form, header members, payload form, issuer, type."""

from model.jsontext import Raw, write
from rows import AUDIENCE, ISSUER, NOW, check_token, claims, good, header, issuer, policy, says
from tokens import jwk, part, token

HEAD, BODY, SIG = good().split(".")


def sized(length):
    """A good token of exactly this length."""
    for kid in ("k1", "k12", "k123"):
        for pad in range(length):
            text = token(header(kid=kid), claims(pad="x" * (max(0, (length - 600) * 3 // 4) + pad)), "p256_a", "ES256")
            if len(text) == length:
                return text, kid
            if len(text) > length:
                break
    raise ValueError(length)


def size_limits():
    """`max_token_bytes`, default and bounds."""
    for name, limit, length, reason in [
        ("default-under", None, 8191, "ok"),
        ("default-at", None, 8192, "ok"),
        ("default-over", None, 8193, "token_too_large"),
        ("512-at", 512, 512, "ok"),
        ("512-over", 512, 513, "token_too_large"),
        ("max-at", 65536, 65536, "ok"),
        ("max-over", 65536, 65537, "token_too_large"),
    ]:
        text, kid = sized(length)
        keys = {"keys": [jwk("p256_a", kid=kid, alg="ES256")]}
        doc = policy(issuer(jwks=keys), bearer={"max_token_bytes": limit} if limit else {})
        covers = [f"limit:max_token_bytes/{name}", f"reason:{reason}", "REQ-JWS-28"]
        check_token(f"size-{name}", says(reason, scheme="Bearer"), covers, text, doc=doc)
    small = policy(bearer={"max_token_bytes": 64})
    for name, length, reason in [("at", 64, "token_not_jwt"), ("over", 65, "token_too_large")]:
        check_token(f"size-64-{name}", says(reason), [f"limit:max_token_bytes/64-{name}"], "a" * length, doc=small)
    dots = "." * 9000
    check_token("size-dots", says("token_too_large"), ["attack:38", "REQ-JWS-28"], dots)
    check_token("size-few-dots", says("jwt_malformed"), ["attack:38", "REQ-JWS-01"], "." * 100)
    check_token("size-before-form", says("token_too_large"), ["rule:1/order", "attack:39"], f"{'A' * 8200}.e30.AA")


def segments():
    """The number of parts and their base64url."""
    last = SIG[:-1] + chr(ord(SIG[-1]) + 1)
    if not SIG.endswith(("A", "Q", "g", "w")):
        raise ValueError(SIG)
    for name, text, reason, covers in [
        ("no-dot", "abcdef", "token_not_jwt", ["REQ-JWS-01"]),
        ("one-dot", f"{HEAD}.{BODY}", "jwt_malformed", ["REQ-JWS-01"]),
        ("three-dots", f"{HEAD}.{BODY}.{SIG}.{SIG}", "jwt_malformed", ["REQ-JWS-01", "attack:27"]),
        ("four-dots", f"{HEAD}.{BODY}.{SIG}.a.b", "jwe_given", ["REQ-JWS-01", "REQ-BCP-06", "attack:26"]),
        ("four-dots-empty", "....", "jwe_given", ["REQ-JWS-01"]),
        ("five-dots", f"{HEAD}.{BODY}.{SIG}.a.b.c", "jwt_malformed", ["REQ-JWS-01", "attack:27"]),
        ("two-dots-empty", "..", "jwt_malformed", ["REQ-JWS-01"]),
        ("header-empty", f".{BODY}.{SIG}", "jwt_malformed", ["REQ-JWS-04"]),
        ("payload-empty", f"{HEAD}..{SIG}", "jwt_malformed", ["REQ-JWT-01"]),
        ("signature-empty", f"{HEAD}.{BODY}.", "signature_invalid", ["REQ-JWS-09", "attack:17"]),
        ("signature-padded", f"{HEAD}.{BODY}.{SIG}==", "jwt_malformed", ["REQ-JWS-02"]),
        ("signature-last-bits", f"{HEAD}.{BODY}.{last}", "jwt_malformed", ["REQ-JWS-03", "attack:43"]),
        ("signature-1-mod-4", f"{HEAD}.{BODY}.{SIG}AAA", "jwt_malformed", ["REQ-JWS-03"]),
        ("signature-plus", f"{HEAD}.{BODY}.+{SIG[1:]}", "jwt_malformed", ["REQ-JWS-02"]),
        ("signature-slash", f"{HEAD}.{BODY}./{SIG[1:]}", "jwt_malformed", ["REQ-JWS-02"]),
        ("signature-tilde", f"{HEAD}.{BODY}.~{SIG[1:]}", "jwt_malformed", ["REQ-JWS-02", "REQ-BCP-20"]),
        ("header-1-mod-4", f"{HEAD[:5]}.{BODY}.{SIG}", "jwt_malformed", ["REQ-JWS-03"]),
        ("payload-slash", f"{HEAD}./{BODY[1:]}.{SIG}", "jwt_malformed", ["REQ-JWS-02"]),
        ("cut-short", good()[:-22], "signature_invalid", ["REQ-JWS-20"]),
        ("swapped", f"{BODY}.{HEAD}.{SIG}", "jwt_malformed", ["REQ-JWS-06"]),
    ]:
        check_token(f"form-{name}", says(reason, issuer=None), [*covers, f"reason:{reason}"], text)


def header_text():
    """The header as JSON."""
    bad = {
        "array": '["ES256"]',
        "string": '"ES256"',
        "null": "null",
        "cut": '{"alg":"ES256"',
        "trailing": '{"alg":"ES256","kid":"k1"}x',
        "trailing-comma": '{"alg":"ES256","kid":"k1",}',
        "single-quotes": "{'alg':'ES256'}",
        "comment": '{"alg":"ES256"/**/,"kid":"k1"}',
        "bom": b'\xef\xbb\xbf{"alg":"ES256","kid":"k1"}',
        "bad-utf8": b'{"alg":"ES256","kid":"k1","x":"\xff"}',
        "utf16": '{"alg":"ES256"}'.encode("utf-16-le"),
        "control": b'{"alg":"ES256","kid":"k\x01"}',
        "nul-behind": b'{"alg":"ES256","kid":"k1"}\x00',
        "alg-twice": '{"alg":"none","kid":"k1","alg":"ES256"}',
        "alg-twice-escaped": '{"alg":"ES256","kid":"k1","\\u0061lg":"ES256"}',
        "other-twice": '{"alg":"ES256","kid":"k1","x":1,"x":1}',
        "deep-twice": '{"alg":"ES256","kid":"k1","x":{"y":1,"y":1}}',
        "nan": '{"alg":"ES256","kid":"k1","x":NaN}',
        "leading-zero": '{"alg":"ES256","kid":"k1","x":01}',
        "alg-absent": '{"kid":"k1"}',
        "alg-null": '{"alg":null,"kid":"k1"}',
        "alg-number": '{"alg":256,"kid":"k1"}',
        "alg-array": '{"alg":["ES256"],"kid":"k1"}',
        "kid-number": '{"alg":"ES256","kid":1}',
        "kid-null": '{"alg":"ES256","kid":null}',
        "kid-array": '{"alg":"ES256","kid":["k1"]}',
        "kid-number-before-crit": '{"alg":"ES256","kid":1,"crit":["x"]}',
        "alg-number-before-crit": '{"alg":1,"kid":"k1","crit":["x"]}',
    }
    for name, text in bad.items():
        covers = ["REQ-JWS-04", "REQ-JWS-05", "REQ-JWS-06", "reason:jwt_malformed"]
        check_token(f"header-{name}", says("jwt_malformed"), covers, token(text, claims(), "p256_a", "ES256"))
    spaced = token('{ "alg" : "ES256" ,\r\n\t"kid" : "k1" }', claims(), "p256_a", "ES256")
    check_token("header-spaced", says("ok"), ["REQ-JWS-25"], spaced)
    escaped = token('{"\\u0061lg":"ES\\u0032\\u0035\\u0036","kid":"\\u006b1"}', claims(), "p256_a", "ES256")
    check_token("header-escaped", says("ok", key_id="k1"), ["REQ-JWS-05"], escaped)


def critical():
    """`crit`, `b64`, `cty`."""
    for name, extra in {
        "unknown": {"crit": ["exp2"], "exp2": 1},
        "empty": {"crit": []},
        "string": {"crit": "exp2", "exp2": 1},
        "null": {"crit": None},
        "absent-name": {"crit": ["exp2"]},
        "twice": {"crit": ["exp2", "exp2"], "exp2": 1},
        "base-name": {"crit": ["alg"]},
        "no-string": {"crit": [1]},
        "b64-false": {"b64": False, "crit": ["b64"]},
        "b64-false-alone": {"b64": False},
        "b64-text": {"b64": "true"},
        "b64-null": {"b64": None},
    }.items():
        text = token({**header(), **extra}, claims(), "p256_a", "ES256")
        covers = ["REQ-JWS-10", "REQ-JWS-11", "REQ-JWS-12", "attack:24", "reason:crit_unsupported"]
        check_token(f"crit-{name}", says("crit_unsupported"), covers, text)
    check_token(
        "crit-before-issuer", says("crit_unsupported"), ["rule:1/order"], good(claims(iss="x"), crit=["y"], y=1)
    )
    check_token("b64-true-alone", says("ok"), ["rule:1/b64"], good(b64=True))
    for name, extra in {"cty-jwt": {"cty": "JWT"}, "typ-number": {"typ": 1}, "typ-array": {"typ": ["JWT"]}}.items():
        covers = ["REQ-JWS-19", "REQ-BCP-05", "reason:token_type_mismatch"]
        check_token(f"header-{name}", says("token_type_mismatch"), covers, good(**extra))
    null_typ = token({**header(), "typ": None}, claims(), "p256_a", "ES256")
    check_token("header-typ-null", says("token_type_mismatch"), ["rule:1/typ-no-string"], null_typ)
    check_token("header-cty-json", says("ok"), ["REQ-JWS-19"], good(cty="json"))
    check_token("header-extra-members", says("ok"), ["REQ-JWT-17"], good(x={"y": [1, None]}, zip="DEF", p2c=2000000))


def nested(depth):
    """An object with arrays inside, `depth` levels in all, the object being level 1."""
    return Raw("[" * (depth - 1) + "]" * (depth - 1))


def header_limits():
    """4096 bytes, depth 16, 256 members."""
    for name, extra, reason in [
        ("bytes-at", {"x": "y" * (4096 - len(write(header(x=""))))}, "ok"),
        ("bytes-over", {"x": "y" * (4097 - len(write(header(x=""))))}, "jwt_malformed"),
        ("depth-under", {"x": nested(15)}, "ok"),
        ("depth-at", {"x": nested(16)}, "ok"),
        ("depth-over", {"x": nested(17)}, "jwt_malformed"),
        ("depth-far-over", {"x": nested(1000)}, "jwt_malformed"),
        ("members-under", {f"m{i}": 1 for i in range(253)}, "ok"),
        ("members-at", {f"m{i}": 1 for i in range(254)}, "ok"),
        ("members-over", {f"m{i}": 1 for i in range(255)}, "jwt_malformed"),
        ("members-inner-at", {"x": {f"m{i}": 1 for i in range(256)}}, "ok"),
        ("members-inner-over", {"x": {f"m{i}": 1 for i in range(257)}}, "jwt_malformed"),
    ]:
        covers = ["REQ-JWS-28", f"limit:header/{name}", f"reason:{reason}"]
        check_token(f"header-{name}", says(reason), covers, good(**extra))


def payload_text():
    """The payload as JSON, judged before the signature."""
    base = f'"iss":"{ISSUER}","aud":"{AUDIENCE}","exp":{NOW + 60}'
    for name, text, covers in [
        ("array", f"[{{{base}}}]", ["attack:32", "REQ-JWT-01"]),
        ("string", '"x"', ["REQ-JWT-01"]),
        ("number", "1", ["REQ-JWT-01"]),
        ("no-json", "hello", ["REQ-JWT-01"]),
        ("twice", f'{{{base},"sub":"a","sub":"b"}}', ["REQ-JWT-02"]),
        ("twice-escaped", f'{{{base},"sub":"a","\\u0073ub":"b"}}', ["REQ-JWT-02"]),
        ("twice-deep", f'{{{base},"x":[{{"a":1,"a":1}}]}}', ["REQ-JWT-02"]),
        ("bom", b"\xef\xbb\xbf{" + base.encode() + b"}", ["REQ-BCP-10"]),
        ("bad-utf8", b"{" + base.encode() + b',"x":"\xc3\x28"}', ["REQ-BCP-10"]),
        ("overlong-utf8", b"{" + base.encode() + b',"x":"\xc0\xaf"}', ["REQ-BCP-10"]),
        ("utf16", f"{{{base}}}".encode("utf-16"), ["REQ-BCP-10"]),
        ("trailing", f"{{{base}}}{{}}", ["REQ-JWT-01"]),
        ("deep", f'{{{base},"x":{nested(17)}}}', ["REQ-JWS-28", "limit:payload/depth-over", "attack:40"]),
        ("very-deep", f'{{{base},"x":{nested(2000)}}}', ["REQ-JWS-28", "attack:40"]),
        ("members", write(claims(x={f"m{i}": 1 for i in range(257)})), ["REQ-JWS-28", "limit:payload/members-over"]),
    ]:
        expect = says("jwt_malformed", issuer=None, subject=None)
        check_token(f"payload-{name}", expect, [*covers, "reason:jwt_malformed"], token(header(), text, "p256_a"))
    for name, extra in [("depth-at", nested(16)), ("members-at", {f"m{i}": 1 for i in range(256)})]:
        check_token(f"payload-{name}", says("ok"), ["REQ-JWS-28", f"limit:payload/{name}"], good(claims(x=extra)))
    for name, text in [
        ("spaced", f'{{ {base} ,\n "s" : "a  b" }}'),
        ("numbers", f'{{{base},"x":1.50,"y":1E5,"z":-0,"w":12345678901234567890,"big":1e400}}'),
        ("escapes", f'{{{base},"x":"\\u00e9\\/\\n"}}'),
        ("non-ascii", f'{{{base},"x":"h\u00e9 \u20ac \U0001f600"}}'),
        ("empty-name", f'{{{base},"":1}}'),
    ]:
        covers = ["op:check/claims-text", "REQ-JWT-17"]
        check_token(f"payload-{name}", says("ok", issuer=ISSUER), covers, token(header(), text, "p256_a"))
    forged = f"{HEAD}.{part('{}')}.{SIG}"
    check_token("payload-before-signature", says("claim_missing", issuer=None), ["rule:1/order"], forged)


def issuers():
    """`iss` picks the issuer before the signature is looked at."""
    for name, iss, reason, covers in [
        ("absent", None, "claim_missing", ["REQ-JWT-15"]),
        ("other", "https://evil.example.com", "issuer_mismatch", ["REQ-JWT-15"]),
        ("slash", ISSUER + "/", "issuer_mismatch", ["REQ-JWT-14"]),
        ("case", ISSUER.upper(), "issuer_mismatch", ["REQ-JWT-14"]),
        ("port", ISSUER + ":443", "issuer_mismatch", ["REQ-JWT-14"]),
        ("prefix", ISSUER[:-4], "issuer_mismatch", ["attack:30"]),
        ("longer", ISSUER + ".evil.example", "issuer_mismatch", ["attack:30"]),
        ("space", ISSUER + " ", "issuer_mismatch", ["REQ-JWT-14"]),
        ("empty", "", "issuer_mismatch", ["REQ-JWT-15"]),
        ("array", [ISSUER], "claim_rejected", ["attack:29", "REQ-JWT-18"]),
        ("array-two", ["https://evil.example.com", ISSUER], "claim_rejected", ["attack:29"]),
        ("number", 1, "claim_rejected", ["REQ-JWT-18"]),
        ("null", Raw("null"), "claim_rejected", ["REQ-JWT-18"]),
        ("object", {"iss": ISSUER}, "claim_rejected", ["REQ-JWT-18"]),
    ]:
        expect = says(reason, issuer=None, subject=None, key_id=None, need=None)
        check_token(f"iss-{name}", expect, [*covers, f"reason:{reason}"], good(claims(iss=iss)))
    escaped = write(claims()).replace("https:", "\\u0068ttps:", 1)
    check_token("iss-escaped", says("ok", issuer=ISSUER), ["REQ-JWT-14"], good(escaped))
    accent = ["https://caf\u00e9.example", "https://cafe\u0301.example"]
    for name, iss, reason in [("composed", accent[0], "ok"), ("decomposed", accent[1], "issuer_mismatch")]:
        doc = policy(issuer(issuer=accent[0]))
        check_token(f"iss-{name}", says(reason), ["REQ-JWT-14"], good(claims(iss=iss)), doc=doc)
    uri = policy(issuer(jwks=None, jwks_uri=ISSUER + "/jwks"))
    expect = says("issuer_mismatch", need=None)
    check_token("iss-unknown-no-fetch", expect, ["REQ-ROTATION-17"], good(claims(iss="https://x.example")), doc=uri)
    broken = f"{HEAD}.{part(claims(iss='https://x.example'))}.{SIG}"
    check_token("iss-before-signature", says("issuer_mismatch"), ["rule:1/order"], broken)
    none = token({"alg": "none"}, claims(iss="x"), b"", "HS256")
    check_token("iss-before-alg", says("issuer_mismatch"), ["rule:1/order"], none)


def types():
    """`typ` against the list."""
    for name, listed, typ, reason in [
        ("default-jwt", None, "JWT", "ok"),
        ("default-jwt-lower", None, "jwt", "ok"),
        ("default-at", None, "at+jwt", "ok"),
        ("default-at-upper", None, "AT+JWT", "ok"),
        ("default-at-long", None, "application/at+jwt", "ok"),
        ("default-at-long-case", None, "Application/AT+jwt", "ok"),
        ("default-absent", None, None, "ok"),
        ("default-id", None, "id+jwt", "token_type_mismatch"),
        ("default-dpop", None, "dpop+jwt", "token_type_mismatch"),
        ("default-logout", None, "logout+jwt", "token_type_mismatch"),
        ("default-introspection", None, "token-introspection+jwt", "token_type_mismatch"),
        ("default-statuslist", None, "statuslist+jwt", "token_type_mismatch"),
        ("default-secevent", None, "secevent+jwt", "token_type_mismatch"),
        ("default-text", None, "text/jwt", "token_type_mismatch"),
        ("default-empty", None, "", "token_type_mismatch"),
        ("default-spaced", None, "JWT ", "token_type_mismatch"),
        ("one-absent", ["JWT"], None, "token_type_mismatch"),
        ("one-null", [None], None, "ok"),
        ("one-null-jwt", [None], "JWT", "token_type_mismatch"),
        ("own", ["x+jwt", "JWT"], "X+jwt", "ok"),
        ("own-long", ["application/x+jwt"], "x+jwt", "ok"),
        ("own-slash", ["text/x"], "text/x", "ok"),
        ("own-slash-short", ["text/x"], "x", "token_type_mismatch"),
    ]:
        covers = ["REQ-JWS-18", "REQ-ATJWT-02", "REQ-BCP-17", "policy:typ", f"reason:{reason}"]
        check_token(f"typ-{name}", says(reason), covers, good(typ=typ), doc=policy(issuer(typ=listed)))
    wrong = good(alg="none", typ="x")
    check_token("typ-before-alg", says("token_type_mismatch"), ["rule:1/order"], wrong)
    broken = f"{part(header(typ='x'))}.{BODY}.{SIG}"
    check_token("typ-before-signature", says("token_type_mismatch"), ["rule:1/order"], broken)


size_limits()
segments()
header_text()
critical()
header_limits()
payload_text()
issuers()
types()
