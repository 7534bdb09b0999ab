"""`load_keys`: what is listed, what is usable, and why not."""

from model.jsontext import Raw, b64url, unb64url, write
from rows import add
from tokens import jwk, jwks, number, private_part

NULL = Raw("null")
# The key is malformed, yet the members of its thumbprint are well formed: it is given.
DISPUTED = ("kid-number", "kid-null", "alg-number", "off-curve", "all-zero-point")
RSA, EC, OKP = jwk("rsa_a"), jwk("p256_a"), jwk("ed_a")
RFC7638 = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhM"
    "stn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5"
    "hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)


def load(case_id, reasons, covers, members, note="", without=None, **more):
    """One row; `reasons` lists one reason for each key, or is the error's reason."""
    case = {"jwks_text" if isinstance(members, str) else "jwks": members}
    reasons = [reasons] if isinstance(reasons, str) and reasons != "jwks_invalid" else reasons
    marks = [f"reason:{r}" for r in ([reasons] if isinstance(reasons, str) else reasons)]
    without = without and {"reason": without}
    add("load_keys", f"keys-{case_id}", {"reason": reasons, **more}, case, [*covers, *marks], note, without)


def lone(case_id, reason, key, *covers, **more):
    """A set of one key, and the same key beside a good one."""
    load(case_id, reason, covers, {"keys": [key]}, **more)


def without(key, name):
    """The key without a member."""
    return {k: v for k, v in key.items() if k != name}


def good():
    """Usable keys of every type, with thumbprints."""
    for name in ("rsa_a", "rsa_3072", "rsa_4096", "rsa_8192", "rsa_e3", "p256_a", "p384_a", "ed_a"):
        lone(f"good-{name}", "ok", jwk(name, kid=name), "REQ-JWK-21", "op:load_keys")
    for size in (32, 48, 64):
        lone(f"good-oct-{size}", "ok", jwk(f"oct_{size}", kid="s", alg=f"HS{size * 8}"), "REQ-JWK-10", "limit:hmac/at")
    lone("p521", "ok", jwk("p521_a", kid="k"), "backend:aws-lc-rs", without=["key_type_unknown"])
    lone("p521-alg", "ok", jwk("p521_a", alg="ES512"), "backend:aws-lc-rs", without=["key_type_unknown"])
    short = jwk("p521_a", x=jwk("p384_a")["x"])
    lone("p521-short", "key_malformed", short, "backend:aws-lc-rs", without=["key_malformed"])
    key = {"kty": "RSA", "n": RFC7638, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}
    print_one = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    one = [{"kid": "2011-04-29", "kty": "RSA", "alg": "RS256", "thumbprint": print_one, "usable": True, "reason": "ok"}]
    load("rfc7638", ["ok"], ["REQ-JWK-21"], {"keys": [key]}, keys=one)
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    print_two = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    two = [{"kid": None, "kty": "OKP", "alg": None, "thumbprint": print_two, "usable": True, "reason": "ok"}]
    load("rfc8037", ["ok"], ["REQ-JWK-22"], {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": x}]}, keys=two)
    other = {
        "use": "sig",
        "x5c": ["MIIB"],
        "e": RSA["e"],
        "kid": "x",
        "n": RSA["n"],
        "key_ops": ["verify"],
        "kty": "RSA",
    }
    lone("order-and-extras", "ok", other, "REQ-JWK-23", "REQ-JWK-26")
    zeros = jwk("rsa_a", n=b64url(b"\0" + unb64url(RSA["n"])), e="AAEAAQ")
    lone("leading-zeros", "ok", zeros, "REQ-JWK-25")
    for alg in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"):
        lone(f"alg-{alg}", "ok", jwk("rsa_a", alg=alg), "REQ-JWK-06")
    for alg in ("EdDSA", "Ed25519"):
        lone(f"alg-{alg}", "ok", jwk("ed_a", alg=alg), "REQ-JWK-14", "REQ-JWK-15")
    text = ' { "keys" : [ ' + write(EC) + ' ] , "next" : null } '
    load("text-spaced", ["ok"], ["REQ-JWK-23"], text)
    load("other-members", ["ok"], ["REQ-JWK-01"], {"kid": "x", "keys": [EC], "issuer": "y"})
    load("empty", [], ["REQ-JWK-01"], {"keys": []})
    load("same-kid", ["ok", "ok"], ["REQ-JWK-24"], jwks(jwk("p256_a", kid="k"), jwk("rsa_a", kid="k")))


def sets():
    """Sets that are none."""
    for name, text in {
        "empty-text": "",
        "html": "<html></html>",
        "array": write([EC]),
        "string": '"keys"',
        "null": "null",
        "no-keys": '{"error":"not_found"}',
        "keys-object": '{"keys":{}}',
        "keys-null": '{"keys":null}',
        "keys-upper": '{"Keys":[]}',
        "one-key": write(EC),
        "cut": '{"keys":[',
        "trailing": '{"keys":[]}x',
        "keys-twice": '{"keys":[],"keys":[]}',
        "other-twice": '{"a":1,"keys":[],"a":1}',
        "twice-escaped": '{"keys":[],"\\u006beys":[]}',
        "pem": "-----BEGIN PUBLIC KEY-----\n",
    }.items():
        load(f"set-{name}", "jwks_invalid", ["REQ-JWK-01"], text)
    load("set-jwks-array", "jwks_invalid", ["REQ-JWK-01"], {"keys": "x"})


def malformed():
    """Form and members."""
    load("no-objects", ["key_malformed"] * 4 + ["ok"], ["REQ-JWK-02"], {"keys": [1, "x", NULL, [], EC]})
    for name, key in {
        "kty-absent": without(EC, "kty"),
        "kty-number": {**EC, "kty": 1},
        "kid-number": {**EC, "kid": 1},
        "kid-null": {**EC, "kid": NULL},
        "alg-number": {**EC, "alg": 256},
        "empty-object": {},
        "n-absent": without(RSA, "n"),
        "e-absent": without(RSA, "e"),
        "n-number": {**RSA, "n": 12345},
        "n-empty": {**RSA, "n": ""},
        "n-padded": {**RSA, "n": RSA["n"] + "=="},
        "n-plus": {**RSA, "n": "+" + RSA["n"][1:]},
        "n-space": {**RSA, "n": " " + RSA["n"]},
        "n-break": {**RSA, "n": RSA["n"] + "\n"},
        "e-empty": {**RSA, "e": ""},
        "e-number": {**RSA, "e": 65537},
        "only-x5c": {"kty": "RSA", "x5c": ["MIIB"]},
        "crv-absent": without(EC, "crv"),
        "crv-number": {**EC, "crv": 256},
        "x-absent": without(EC, "x"),
        "y-absent": without(EC, "y"),
        "y-null": {**EC, "y": NULL},
        "x-short": {**EC, "x": b64url(unb64url(EC["x"])[1:])},
        "x-long": {**EC, "x": b64url(b"\0" + unb64url(EC["x"]))},
        "off-curve": {**EC, "y": b64url(unb64url(EC["y"])[:-1] + bytes([unb64url(EC["y"])[-1] ^ 1]))},
        "all-zero-point": {**EC, "x": b64url(bytes(32)), "y": b64url(bytes(32))},
        "p384-point-in-p256": {**EC, "x": jwk("p384_a")["x"], "y": jwk("p384_a")["y"]},
        "p256-point-in-p384": {**EC, "crv": "P-384"},
        "okp-x-absent": without(OKP, "x"),
        "okp-x-short": {**OKP, "x": b64url(unb64url(OKP["x"])[1:])},
        "okp-x-long": {**OKP, "x": b64url(unb64url(OKP["x"]) + b"\0")},
        "oct-k-absent": {"kty": "oct", "kid": "s"},
        "oct-k-number": {"kty": "oct", "k": 1},
        "oct-k-padded": {"kty": "oct", "k": jwk("oct_32")["k"] + "="},
    }.items():
        covers = ["REQ-JWK-02", "REQ-JWK-12", "REQ-JWK-13"]
        covers += ["choice:thumbprint"] if name in DISPUTED else []
        load(f"bad-{name}", ["key_malformed", "ok"], covers, {"keys": [key, jwk("ed_b", kid="good")]})
    whole = write(jwk("p256_a", kid="k", alg="ES256"))
    for name, extra in [
        ("kid", '"kid":"k"'),
        ("alg", '"alg":"ES256"'),
        ("kty", '"kty":"EC"'),
        ("x", f'"x":"{EC["x"]}"'),
        ("use", '"use":"sig","use":"sig"'),
    ]:
        text = f'{{"keys":[{whole[:-1]},{extra}}},{write(OKP)}]}}'
        covers = ["REQ-JWK-03"] + ([] if name in ("x", "kty") else ["choice:thumbprint"])
        load(f"twice-{name}", ["key_malformed", "ok"], covers, text)


def unknown_types():
    """`kty` and `crv` that are not known here."""
    for name, key in {
        "kty-lower": {**RSA, "kty": "rsa"},
        "kty-lower-ec": {**EC, "kty": "ec"},
        "kty-oct-upper": {"kty": "OCT", "k": jwk("oct_32")["k"]},
        "kty-akp": {"kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA"},
        "kty-empty": {**RSA, "kty": ""},
        "crv-secp256k1": jwk("secp256k1"),
        "crv-lower": {**EC, "crv": "p-256"},
        "crv-x25519": {**OKP, "crv": "X25519"},
        "crv-ed448": {"kty": "OKP", "crv": "Ed448", "x": b64url(bytes(57))},
        "crv-crossed": {**EC, "crv": "Ed25519"},
        "crv-crossed-okp": {**OKP, "crv": "P-256"},
    }.items():
        load(f"type-{name}", ["key_type_unknown", "ok"], ["REQ-JWK-04", "REQ-JWK-28"], {"keys": [key, EC]})


def private_parts():
    """Asymmetric keys with their private part."""
    for name in ("rsa_a", "p256_a", "ed_a"):
        key = jwk(name, kid="p", d=private_part(name))
        load(
            f"private-{name}",
            ["key_has_private_part", "ok"],
            ["REQ-JWK-20", "attack:46"],
            {"keys": [key, jwk("p384_a")]},
        )
    lone("private-d-of-another", "key_has_private_part", jwk("ed_a", d=private_part("ed_b")), "attack:46")
    lone("private-prime", "key_has_private_part", {**RSA, "p": "AQAB"}, "REQ-JWK-20")
    lone("private-before-members", "key_has_private_part", {**without(EC, "y"), "d": "AQAB"}, "op:load_keys/order")
    weak = jwk("rsa_1024", d=private_part("rsa_1024"), use="enc")
    lone("private-before-weak", "key_has_private_part", weak, "op:load_keys/order")
    lone("crv-in-rsa", "ok", {**jwk("rsa_a"), "crv": 256}, "REQ-JWK-02")
    lone("type-before-private", "key_type_unknown", {**OKP, "crv": "X25519", "d": "AQAB"}, "op:load_keys/order")
    lone("private-before-curve", "key_has_private_part", jwk("secp256k1", d="AQAB"), "op:load_keys/order")


def sizes():
    """RSA and HMAC sizes, exponents."""
    top = number((1 << 8191) | 1)
    for name, key, reason in [
        ("rsa-1024", jwk("rsa_1024"), "key_too_weak"),
        ("rsa-2047", jwk("modulus_2047"), "key_too_weak"),
        (
            "rsa-2048-minus-leading-zero",
            {**jwk("modulus_2047"), "n": b64url(b"\0" + unb64url(jwk("modulus_2047")["n"]))},
            "key_too_weak",
        ),
        ("rsa-8192", {**RSA, "n": top}, "ok"),
        ("rsa-8193", jwk("modulus_8193"), "key_too_large"),
        ("e-3", {**RSA, "e": "Aw"}, "ok"),
        ("e-33-bits", {**RSA, "e": number(2**32 + 1)}, "ok"),
        ("e-34-bits", {**RSA, "e": number(2**33 + 1)}, "key_too_large"),
        ("e-huge", {**RSA, "e": RSA["n"]}, "key_too_large"),
        ("oct-31", jwk("oct_31"), "key_too_weak"),
        ("oct-31-hs256", jwk("oct_31", alg="HS256"), "key_too_weak"),
        ("oct-47-hs384", jwk("oct_47", alg="HS384"), "key_too_weak"),
        ("oct-63-hs512", jwk("oct_63", alg="HS512"), "key_too_weak"),
        ("oct-32-hs512", jwk("oct_32", alg="HS512"), "key_too_weak"),
        ("oct-64-hs256", jwk("oct_64", alg="HS256"), "ok"),
    ]:
        lone(f"size-{name}", reason, key, "REQ-JWK-08", "REQ-JWK-09", "REQ-JWK-10", f"limit:{name}")
    for name, e in [("1", 1), ("2", 2), ("even", 65536)]:
        lone(f"size-e-{name}", "key_malformed", {**RSA, "e": number(e)}, "REQ-JWK-09", "choice:rsa-exponent")
    lone("size-oct-empty", "key_too_weak", {"kty": "oct", "k": ""}, "attack:15", "choice:empty-secret")
    lone("weak-before-use", "key_too_weak", jwk("rsa_1024", use="enc", alg="RSA-OAEP"), "op:load_keys/order")


def uses():
    """`use`, `key_ops`, `alg`."""
    for name, extra, reason in [
        ("use-enc", {"use": "enc"}, "key_not_for_signatures"),
        ("use-other", {"use": "SIG"}, "key_not_for_signatures"),
        ("use-empty", {"use": ""}, "key_not_for_signatures"),
        ("ops-sign", {"key_ops": ["sign"]}, "key_not_for_signatures"),
        ("ops-empty", {"key_ops": []}, "key_not_for_signatures"),
        ("ops-encrypt", {"use": "sig", "key_ops": ["encrypt"]}, "key_not_for_signatures"),
        ("ops-both", {"key_ops": ["sign", "verify"]}, "ok"),
        ("use-before-alg", {"use": "enc", "alg": "RSA-OAEP"}, "key_not_for_signatures"),
        ("alg-oaep", {"alg": "RSA-OAEP"}, "key_alg_unusable"),
        ("alg-none", {"alg": "none"}, "key_alg_unusable"),
        ("alg-hs", {"alg": "HS256"}, "key_alg_unusable"),
        ("alg-es", {"alg": "ES256"}, "key_alg_unusable"),
        ("alg-lower", {"alg": "rs256"}, "key_alg_unusable"),
        ("alg-empty", {"alg": ""}, "key_alg_unusable"),
    ]:
        lone(f"use-{name}", reason, jwk("rsa_a", **extra), "REQ-JWK-05", "REQ-JWK-06", "REQ-JWK-28")
    for name, key in [
        ("curve", jwk("p256_a", alg="ES384")),
        ("rs-on-ec", jwk("p256_a", alg="RS256")),
        ("es-on-okp", jwk("ed_a", alg="ES256")),
        ("ed448-on-ed25519", jwk("ed_a", alg="Ed448")),
        ("rs-on-oct", jwk("oct_32", alg="RS256")),
        ("es256k", jwk("p256_a", alg="ES256K")),
        ("esp256", jwk("p256_a", alg="ESP256")),
    ]:
        lone(f"alg-unfit-{name}", "key_alg_unusable", key, "REQ-JWK-11", "REQ-JWK-14", "REQ-JWK-16")


good()
sets()
malformed()
unknown_types()
private_parts()
sizes()
uses()
