"""`verify_jws`: signature and choice of key alone; the payload may be any bytes."""

from model.jsontext import Raw, b64url, unb64url, write
from rows import add
from tokens import jwk, jwks, part, private_part, sign, token

BODY = b"any bytes \x00\xff"
ALL = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
SET = jwks(jwk("p256_a", kid="k1", alg="ES256"))


def jws(case_id, reason, covers, text, keys=SET, algorithms=None, note="", without=None, **more):
    """One row; `more` is said about the answer."""
    case = {"token": text, "jwks": keys}
    if algorithms is not None:
        case["algorithms"] = algorithms
    expect = {"valid": reason == "ok", "reason": reason, **more}
    add("verify_jws", f"jws-{case_id}", expect, case, [*covers, f"reason:{reason}"], note, without)


def es256(payload=BODY, **head):
    """A token of the usual key."""
    return token({"alg": "ES256", "kid": "k1", **head}, payload, "p256_a", "ES256")


def key_of(alg):
    """The key that signs for an algorithm."""
    return {"ES256": "p256_a", "ES384": "p384_a", "EdDSA": "ed_a", "Ed25519": "ed_a"}.get(alg, "rsa_a")


def good():
    """Every algorithm."""
    for alg in ALL:
        text = token({"alg": alg, "kid": "k"}, BODY, key_of(alg))
        bare, named = jwks(jwk(key_of(alg), kid="k")), jwks(jwk(key_of(alg), kid="k", alg=alg))
        covers = [f"alg:{alg}", "op:verify_jws"]
        jws(f"{alg}-bare-key", "ok", covers, text, bare, key_id="k", payload=b64url(BODY))
        jws(f"{alg}-key-alg", "ok", covers, text, named)
        jws(f"{alg}-listed", "ok", covers, text, bare, [alg])
        jws(f"{alg}-unlisted", "alg_not_allowed", covers, text, bare, [x for x in ALL if x != alg], payload=None)
    for alg, size in (("HS256", 32), ("HS384", 48), ("HS512", 64)):
        text = token({"alg": alg, "kid": "k"}, BODY, f"oct_{size}")
        covers = [f"alg:{alg}", "REQ-JWK-10"]
        jws(f"{alg}-bare-key", "ok", covers, text, jwks(jwk(f"oct_{size}", kid="k")))
        jws(f"{alg}-listed", "ok", covers, text, jwks(jwk(f"oct_{size}", kid="k")), [alg])
        short = jwks(jwk(f"oct_{size - 1}", kid="k"))
        text = token({"alg": alg, "kid": "k"}, BODY, f"oct_{size - 1}")
        jws(f"{alg}-short-secret", "key_mismatch", [*covers, "limit:hmac"], text, short)
    covers = ["backend:aws-lc-rs", "alg:ES512"]
    text = token({"alg": "ES512", "kid": "k"}, BODY, "p521_a")
    lacks = {"valid": False, "reason": "alg_unsupported"}
    jws("ES512", "ok", covers, text, jwks(jwk("p521_a", kid="k")), without=lacks)
    flat = token({"alg": "ES512", "kid": "k"}, BODY, "p521_a").rsplit(".", 1)[0]
    zero = f"{flat}.{b64url(bytes(132))}"
    jws("ES512-zero", "signature_invalid", covers, zero, jwks(jwk("p521_a", kid="k")), without=lacks)
    for name, body in [("empty", b""), ("text", b"hello"), ("json", b'{"a":1,"a":2}'), ("binary", bytes(range(256)))]:
        jws(f"payload-{name}", "ok", ["op:verify_jws"], es256(body), payload=b64url(body))
    spaced = token('{ "alg": "ES256",\n "kid": "k1", "x": 1.50 }', BODY, "p256_a", "ES256")
    jws("header-spaced", "ok", ["op:verify_jws/header"], spaced, note="the header comes back without white space")


def forms():
    """Form and header."""
    twice = '{"alg":"ES256","alg":"ES256"}'
    head, body, end = es256().split(".")
    for name, text, reason, header in [
        ("no-dot", "abc", "token_not_jwt", None),
        ("empty", "", "token_not_jwt", None),
        ("one-dot", f"{head}.{body}", "jwt_malformed", None),
        ("three-dots", f"{head}.{body}.{end}.", "jwt_malformed", None),
        ("four-dots", f"{head}.{body}.{end}..", "jwe_given", None),
        ("space-before", f" {head}.{body}.{end}", "jwt_malformed", None),
        ("header-no-json", f"{part('hello')}.{body}.{end}", "jwt_malformed", None),
        ("header-array", f"{part('[]')}.{body}.{end}", "jwt_malformed", None),
        ("header-twice", f"{part(twice)}.{body}.{end}", "jwt_malformed", None),
        ("header-long", f"{part({'alg': 'ES256', 'x': 'y' * 4100})}.{body}.{end}", "jwt_malformed", None),
        ("header-deep", f"{part({'alg': 'ES256', 'x': Raw('[' * 16 + ']' * 16)})}.{body}.{end}", "jwt_malformed", None),
        ("alg-absent", f"{part({'kid': 'k1'})}.{body}.{end}", "jwt_malformed", {"kid": "k1"}),
        ("alg-null", f"{part({'alg': None})}.{body}.{end}", "jwt_malformed", {"alg": None}),
        ("kid-number", f"{part({'alg': 'ES256', 'kid': 1})}.{body}.{end}", "jwt_malformed", {"alg": "ES256", "kid": 1}),
        ("header-1-mod-4", f"{head}A.{body}.{end}", "jwt_malformed", None),
        ("payload-padded", f"{head}.{body}=.{end}", "jwt_malformed", {"alg": "ES256", "kid": "k1"}),
        ("signature-padded", f"{head}.{body}.{end}==", "jwt_malformed", {"alg": "ES256", "kid": "k1"}),
        ("line-break", f"{head}.{body}.{end}\n", "jwt_malformed", {"alg": "ES256", "kid": "k1"}),
        ("inner-break", f"{head}.{body[:4]}\r\n{body[4:]}.{end}", "jwt_malformed", {"alg": "ES256", "kid": "k1"}),
    ]:
        if len(head) % 4 == 0 or name != "header-1-mod-4":
            jws(f"form-{name}", reason, ["REQ-JWS-01", "REQ-JWS-02", "REQ-JWS-04"], text, header=header, key_id=None)
    flat = write({"protected": head, "payload": body, "signature": end})
    many = write({"payload": body, "signatures": [{"protected": head, "signature": end}]})
    for name, text in [("flat", flat), ("general", many), ("polyglot", '{"a":"' + f'{head}.{body}.{end}"}}')]:
        jws(f"form-json-{name}", "jws_json_given", ["REQ-JWS-27", "attack:25", "choice:json-form"], text, header=None)


def extensions():
    """`crit` and `b64`."""
    for name, extra in {
        "unknown": {"crit": ["x"], "x": 1},
        "empty": {"crit": []},
        "text": {"crit": "x", "x": 1},
        "base": {"crit": ["alg"]},
        "b64": {"crit": ["b64"], "b64": False},
        "b64-alone": {"b64": False},
    }.items():
        jws(f"crit-{name}", "crit_unsupported", ["REQ-JWS-10", "REQ-JWS-12", "attack:24"], es256(**extra))


def algorithms():
    """Names that are none of ours, and confusion of keys."""
    head, body, end = es256().split(".")
    for index, alg in enumerate(["none", "nOnE", "NONE"]):
        for tail in ("", end):
            text = f"{part({'alg': alg, 'kid': 'k1'})}.{body}.{tail}"
            covers = ["REQ-JWS-08", "attack:1", "attack:53"]
            jws(f"none-{index}-{len(tail)}", "alg_not_allowed", covers, text, header={"alg": alg, "kid": "k1"})
    for index, alg in enumerate(["none ", "", "es256", "ES256K", "Ed448", "ESP256", "RSA-OAEP", "HS128"]):
        text = f"{part({'alg': alg, 'kid': 'k1'})}.{body}.{end}"
        jws(f"unknown-{index}", "alg_unsupported", ["REQ-JWS-06", "REQ-JWK-16"], text, note=alg)
    for name, secret in [("empty", b""), ("key-text", write(jwk("rsa_a")).encode())]:
        for kid in ("k", None):
            head = {"alg": "HS256", **({"kid": kid} if kid else {})}
            text = token(head, BODY, secret, "HS256")
            reason = "key_mismatch" if kid else "kid_unknown"
            keys = jwks(jwk("rsa_a", kid="k"))
            jws(f"confusion-{name}-{kid}", reason, ["REQ-JWK-07", "attack:13", "attack:14"], text, keys)
    empty = jwks({"kty": "oct", "kid": "k", "k": ""})
    jws("empty-oct", "key_mismatch", ["attack:15"], token({"alg": "HS256", "kid": "k"}, BODY, b"", "HS256"), empty)
    rogue = token({"alg": "ES256", "jwk": jwk("p256_b")}, BODY, "p256_b")
    jws("embedded-jwk", "signature_invalid", ["REQ-JWS-14", "attack:18"], rogue)
    jws("embedded-jwk-empty-set", "kid_unknown", ["REQ-JWS-14", "attack:19"], rogue, {"keys": []})


def choice_of_key():
    """`kid`, fit, four tries."""
    names = ["p256_b", "p256_c", "p256_d", "p256_e", "p256_f"]
    plain = token({"alg": "ES256"}, BODY, "p256_a")
    for count in (3, 4, 5):
        keys = jwks(*[jwk(n, kid=n) for n in names[: count - 1]], jwk("p256_a", kid="last"))
        reason = "ok" if count < 5 else "kid_unknown"
        jws(f"tried-{count}", reason, ["REQ-JWS-17", f"limit:keys_tried/{count}"], plain, keys)
        reason = "signature_invalid" if count < 5 else "kid_unknown"
        jws(f"tried-{count}-none", reason, ["REQ-JWS-17"], plain, jwks(*names[:count]))
    jws("kid-unknown", "kid_unknown", ["REQ-JWS-15"], es256(kid="other"))
    jws("kid-none-fits", "kid_unknown", ["REQ-JWS-17"], plain, jwks("rsa_a"))
    jws("kid-null-in-answer", "ok", ["decision:6"], plain, jwks("p256_a"), key_id=None)
    shared = jwks(jwk("rsa_a", kid="k1"), jwk("p256_a", kid="k1"))
    jws("kid-shared", "ok", ["REQ-JWK-24"], es256(), shared, key_id="k1")
    for name, key in [
        ("type", jwk("rsa_a", kid="k1")),
        ("curve", jwk("p384_a", kid="k1")),
        ("alg", jwk("p256_a", kid="k1", alg="ES384")),
        ("use", jwk("p256_a", kid="k1", use="enc")),
        ("ops", jwk("p256_a", kid="k1", key_ops=["sign"])),
        ("private", jwk("p256_a", kid="k1", d=private_part("p256_a"))),
    ]:
        jws(f"unfit-{name}", "key_mismatch", ["REQ-JWK-05", "REQ-JWK-06"], es256(), jwks(key))
    for alg, own in (("EdDSA", "Ed25519"), ("Ed25519", "EdDSA")):
        text = token({"alg": alg, "kid": "k"}, BODY, "ed_a")
        jws(f"edwards-{alg}", "key_mismatch", ["REQ-JWK-15"], text, jwks(jwk("ed_a", kid="k", alg=own)))
    for name, value in [
        ("no-keys", {}),
        ("keys-object", {"keys": {}}),
        ("keys-null", {"keys": None}),
        ("one-key", jwk("p256_a")),
    ]:
        jws(f"set-{name}", "jwks_invalid", ["REQ-JWK-01"], es256(), value, header=None)
    line = f'{{"op":"verify_jws","id":"jws-set-twice","token":"{es256()}","jwks":{{"keys":[],"keys":[]}}}}'
    add("driver", None, {"valid": False, "reason": "jwks_invalid", "header": None}, line, ["REQ-JWK-01"])


def signatures():
    """Signatures that do not hold."""
    head, body, end = es256().split(".")
    raw = unb64url(end)
    for name, data in [
        ("empty", b""),
        ("zero", bytes(64)),
        ("short", raw[:-1]),
        ("long", raw + b"\0"),
        ("flipped", raw[:-1] + bytes([raw[-1] ^ 1])),
    ]:
        text = f"{head}.{body}.{b64url(data)}"
        jws(f"ecdsa-{name}", "signature_invalid", ["REQ-JWS-09", "REQ-JWS-20", "REQ-JWS-21", "attack:16"], text)
    for kid, name, alg in (("e", "ed_a", "EdDSA"), ("r", "rsa_a", "RS256")):
        head, body, end = token({"alg": alg, "kid": kid}, BODY, name).split(".")
        raw = unb64url(end)
        for label, data in [("short", raw[:-1]), ("long", raw + b"\0"), ("zero", bytes(len(raw))), ("empty", b"")]:
            keys = jwks(jwk(name, kid=kid))
            covers = ["REQ-JWS-22", "REQ-JWS-23"]
            jws(f"{alg}-{label}", "signature_invalid", covers, f"{head}.{body}.{b64url(data)}", keys)
    order = 2**252 + 27742317777372353535851937790883648493
    head, body, end = token({"alg": "EdDSA", "kid": "e"}, BODY, "ed_a").split(".")
    raw = unb64url(end)
    high = int.from_bytes(raw[32:], "little") + order
    text = f"{head}.{body}.{b64url(raw[:32] + high.to_bytes(32, 'little'))}"
    jws("EdDSA-high-s", "signature_invalid", ["REQ-JWS-23"], text, jwks(jwk("ed_a", kid="e")))
    for salt in (0, 31, 222):
        text = token({"alg": "PS256", "kid": "r"}, BODY, "rsa_a", salt=salt)
        jws(f"PS256-salt-{salt}", "signature_invalid", ["REQ-JWS-22"], text, jwks(jwk("rsa_a", kid="r")))
    wrong = sign("rsa_a", "RS512", f"{part({'alg': 'RS256', 'kid': 'r'})}.{part(BODY)}".encode())
    text = f"{part({'alg': 'RS256', 'kid': 'r'})}.{part(BODY)}.{b64url(wrong)}"
    jws("RS256-signed-as-RS512", "signature_invalid", ["REQ-JWS-22"], text, jwks(jwk("rsa_a", kid="r")))
    for bits in (4096, 8192):
        text = token({"alg": "RS256", "kid": "r"}, BODY, f"rsa_{bits}")
        jws(f"RS256-{bits}", "ok", [f"limit:rsa/{bits}"], text, jwks(jwk(f"rsa_{bits}", kid="r")))


good()
forms()
extensions()
algorithms()
choice_of_key()
signatures()
