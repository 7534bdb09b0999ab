"""`check`: algorithm, choice of key, signature, key sets from outside."""

from cryptography.hazmat.primitives import serialization

from model.jsontext import b64url, unb64url, write
from rows import ISSUER, JWKS_URI, check_token, claims, good, header, issuer, policy, says
from tokens import jwk, jwks, part, private, private_part, sign, token

HEAD, BODY, SIG = good().split(".")
ALL = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
KEY_OF = {"RS": "rsa_a", "PS": "rsa_a", "ES256": "p256_a", "ES384": "p384_a", "EdDSA": "ed_a", "Ed25519": "ed_a"}


def key_of(alg):
    """The key that signs for an algorithm."""
    return KEY_OF.get(alg) or KEY_OF[alg[:2]]


def with_keys(*keys, **extra):
    """A policy of one issuer with these keys."""
    return policy(issuer(jwks=jwks(*keys), **extra))


def good_algorithms():
    """Each supported algorithm, with the key's `alg` and without, listed and not."""
    for alg in ALL:
        name = key_of(alg)
        text = token({"alg": alg, "kid": "k"}, claims(), name)
        covers = ["REQ-JWS-07", f"alg:{alg}"]
        check_token(f"alg-{alg}", says("ok", key_id="k"), covers, text, doc=with_keys(jwk(name, kid="k", alg=alg)))
        bare = jwk(name, kid="k")
        plain = "ok" if alg in ("RS256", "ES256", "ES384", "EdDSA", "Ed25519") else "key_mismatch"
        covers = ["policy:algorithms/default", "attack:12", f"reason:{plain}"]
        check_token(f"alg-{alg}-bare-key", says(plain), covers, text, doc=with_keys(bare))
        check_token(f"alg-{alg}-listed", says("ok"), ["policy:algorithms"], text, doc=with_keys(bare, algorithms=ALL))
        rest = [other for other in ALL if other != alg]
        spare = jwk("rsa_b" if alg == "ES256" else "p256_b", kid="spare")
        expect = says("alg_not_allowed", need=None, issuer=None)
        covers = ["REQ-JWS-31", "reason:alg_not_allowed"]
        check_token(f"alg-{alg}-unlisted", expect, covers, text, doc=with_keys(bare, spare, algorithms=rest))
    for alg, size in (("HS256", 32), ("HS384", 48), ("HS512", 64)):
        name = f"oct_{size}"
        text = token({"alg": alg, "kid": "k"}, claims(), name)
        doc = with_keys(jwk(name, kid="k"), algorithms=[alg])
        check_token(f"alg-{alg}-listed", says("ok"), ["REQ-JWK-27", f"alg:{alg}"], text, doc=doc)
        doc = with_keys(jwk(name, kid="k"), jwk("p256_a", kid="k1"))
        covers = ["REQ-JWK-27", "reason:alg_not_allowed"]
        check_token(f"alg-{alg}-no-list", says("alg_not_allowed"), covers, text, doc=doc)


def p521():
    """ES512, where the backend has it."""
    covers = ["backend:aws-lc-rs", "alg:ES512"]
    text = token({"alg": "ES512", "kid": "k"}, claims(), "p521_a")
    doc = with_keys(jwk("p521_a", kid="k"), jwk("p256_a", kid="k1"))
    lacks = says("alg_unsupported")
    check_token("es512", says("ok", key_id="k"), covers, text, doc=doc, without=lacks)
    listed = with_keys(jwk("p521_a", kid="k"), jwk("p256_a", kid="k1"), algorithms=["ES256", "ES512"])
    pointer = {"reason": "policy_invalid", "pointer": "/bearer/issuers/0/algorithms/1"}
    check_token("es512-listed", says("ok"), covers, text, doc=listed, without=pointer)
    only = with_keys(jwk("p256_a", kid="k1"), algorithms=["ES256"])
    check_token("es512-unlisted", says("alg_not_allowed"), covers, text, doc=only, without=lacks)
    set_alone = policy(issuer(jwks=jwks(jwk("p521_a", kid="k"))))
    lone = {"reason": "policy_invalid", "pointer": "/bearer/issuers/0/jwks"}
    check_token("es512-only-key", says("ok"), covers, text, doc=set_alone, without=lone)


def bad_algorithms():
    """`none` and other names."""
    for index, alg in enumerate(["none", "None", "NONE", "nOnE"]):
        for end in ("", SIG):
            text = f"{part({'alg': alg})}.{BODY}.{end}"
            covers = ["REQ-JWS-08", "attack:1", "attack:53", "reason:alg_not_allowed"]
            check_token(f"alg-none-{index}-{'signed' if end else 'bare'}", says("alg_not_allowed"), covers, text)
    names = [
        "none ",
        " none",
        "",
        "rs256",
        "es256",
        "RS1",
        "HS1",
        "ES256K",
        "ESP256",
        "Ed448",
        "RSA1_5",
        "RSA-OAEP",
        "dir",
    ]
    names += ["ML-DSA-44", "PBES2-HS256+A128KW", "A128GCM", "ES256\x00", "\u0130S256", "eddsa", "RS256,ES256"]
    for index, alg in enumerate(names):
        covers = ["REQ-BCP-02", "REQ-BCP-03", "REQ-JWK-16", "attack:41", "reason:alg_unsupported"]
        text = f"{part(header(alg=alg))}.{BODY}.{SIG}"
        check_token(f"alg-unknown-{index}", says("alg_unsupported", key_id=None), covers, text, note=ascii(alg))
    broken = f"{part(header(alg='rs256', kid='zz'))}.{BODY}.{SIG}"
    check_token("alg-before-key", says("alg_unsupported"), ["rule:1/order"], broken)


def listed():
    """What a policy lists decides, and nothing but the policy has to change for it."""
    for name, algorithms, reason in [("taken-away", ["RS256"], "alg_not_allowed"), ("added", ["RS256", "ES256"], "ok")]:
        doc = with_keys(jwk("p256_a", kid="k1"), algorithms=algorithms)
        check_token(f"algorithm-{name}", says(reason), ["REQ-BCP-03", "policy:algorithms"], good(), doc=doc)


def confusion():
    """Public keys as HMAC secrets, empty secrets, keys from the header."""
    key = private("rsa_a").public_key()
    pem = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    pkcs1 = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)
    ssh = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    text = write(jwk("rsa_a")).encode()
    secrets = {
        "pem": (pem, [1, 2]),
        "pkcs1": (pkcs1, [3]),
        "ssh": (ssh, [4, 9]),
        "pem-crlf": (pem.replace(b"\n", b"\r\n"), [5]),
        "pem-stripped": (pem.strip(), [5]),
        "pem-leading-space": (b" " + pem, [7]),
        "pem-prefixed": (b"x" + pem, [7]),
        "der": (der, [10, 11]),
        "jwk": (text, [6, 8]),
        "jwks": (b'{"keys":[' + text + b"]}", [6, 8]),
        "modulus": (unb64url(jwk("rsa_a")["n"]), [10]),
        "empty": (b"", [13, 14, 15]),
    }
    for name, (secret, rows) in secrets.items():
        forged = token({"alg": "HS256", "kid": "k"}, claims(), secret, "HS256")
        covers = ["REQ-JWK-07", *[f"attack:{row}" for row in rows]]
        doc = with_keys(jwk("rsa_a", kid="k"))
        check_token(f"confusion-{name}", says("alg_not_allowed"), [*covers, "reason:alg_not_allowed"], forged, doc=doc)
        doc = with_keys(jwk("rsa_a", kid="k"), jwk("oct_32", kid="h"), algorithms=["HS256"])
        check_token(
            f"confusion-{name}-hs-listed", says("key_mismatch"), [*covers, "reason:key_mismatch"], forged, doc=doc
        )
    for name, kid, reason in [("no-kid", None, "signature_invalid"), ("kid", "h", "signature_invalid")]:
        head = {"alg": "HS256", **({"kid": kid} if kid else {})}
        doc = with_keys(jwk("oct_32", kid="h"), algorithms=["HS256"])
        forged = token(head, claims(), b"", "HS256")
        check_token(f"empty-secret-{name}", says(reason), ["attack:15", "attack:44"], forged, doc=doc)
    empty = {"kty": "oct", "kid": "e", "k": ""}
    doc = with_keys(empty, jwk("oct_32", kid="h"), algorithms=["HS256"])
    forged = token({"alg": "HS256", "kid": "e"}, claims(), b"", "HS256")
    check_token("empty-oct-key", says("key_mismatch"), ["attack:15", "REQ-JWK-10"], forged, doc=doc)
    own = jwk("p256_b")
    for name, extra in {
        "jwk": {"jwk": own},
        "jku": {"jku": "https://evil.example/jwks"},
        "x5u": {"x5u": "https://evil.example/cert"},
        "x5c": {"x5c": ["MIIB"]},
        "x5t": {"x5t": "abc", "x5t#S256": "abc"},
    }.items():
        forged = token({**header(), **extra}, claims(), "p256_b", "ES256")
        covers = ["REQ-JWS-14", "REQ-BCP-14", "attack:18", "attack:19", "attack:20", "reason:signature_invalid"]
        check_token(f"embedded-{name}", says("signature_invalid", need=None), covers, forged)
        rogue = token({"alg": "ES256", "kid": "evil", **extra}, claims(), "p256_b")
        check_token(f"embedded-{name}-own-kid", says("kid_unknown"), ["REQ-JWS-14", "attack:18"], rogue)
        check_token(f"embedded-{name}-ignored", says("ok"), ["REQ-JWS-14"], good(**extra))


def kids():
    """`kid`: chosen by bytes, never interpreted."""
    for index, kid in enumerate(["../k1", "K1", "k1 ", "' OR 1=1", "k1\x00", "", "file:///etc/passwd", "*", "k.*"]):
        covers = ["REQ-JWS-15", "REQ-BCP-14", "attack:21", "attack:22", "reason:kid_unknown"]
        check_token(f"kid-{index}", says("kid_unknown", need=None), covers, good(kid=kid), note=ascii(kid))
    odd = "../k\u00e9y' OR \U0001f511"
    doc = with_keys(jwk("p256_a", kid=odd))
    check_token("kid-odd-but-equal", says("ok", key_id=odd), ["REQ-JWS-15"], good(kid=odd), doc=doc)
    doc = with_keys(jwk("p256_a"))
    check_token("kid-absent-both", says("ok", key_id=None), ["REQ-JWS-17"], good(kid=None), doc=doc)
    check_token("kid-absent-token", says("ok", key_id="k1"), ["REQ-JWS-17"], good(kid=None))
    check_token("kid-absent-key", says("kid_unknown"), ["REQ-JWS-15"], good(), doc=doc)
    names = ["p256_b", "p256_c", "p256_d", "p256_e", "p256_f"]
    for count in (1, 2, 3, 4, 5):
        keys = [jwk(n, kid=n) for n in names[: count - 1]] + [jwk("p256_a", kid="k1")]
        reason = "ok" if count < 5 else "kid_unknown"
        covers = ["REQ-JWS-17", "REQ-JWS-30", f"limit:keys_tried/{count}"]
        check_token(f"tried-holds-{count}", says(reason, need=None), covers, good(kid=None), doc=with_keys(*keys))
        keys = [jwk(n, kid=n) for n in names[:count]]
        reason = "signature_invalid" if count < 5 else "kid_unknown"
        check_token(f"tried-fails-{count}", says(reason), covers, good(kid=None), doc=with_keys(*keys))
    mixed = [jwk("rsa_a"), jwk("p384_a"), jwk("ed_a"), jwk("rsa_b"), jwk("p256_b", alg="ES256"), jwk("p256_a")]
    check_token("tried-only-fitting", says("ok"), ["REQ-JWS-17"], good(kid=None), doc=with_keys(*mixed))
    check_token("tried-none-fits", says("kid_unknown"), ["REQ-JWS-17"], good(kid=None), doc=with_keys("rsa_a", "ed_a"))
    same = with_keys(jwk("rsa_a", kid="k1"), jwk("p256_b", kid="k1"), jwk("p256_a", kid="k1"))
    check_token("kid-shared", says("ok", key_id="k1"), ["REQ-JWK-24"], good(), doc=same)
    same = with_keys(jwk("p256_b", kid="k1"), jwk("p256_c", kid="k1"), jwk("p256_a", kid="k2"))
    check_token("kid-shared-fails", says("signature_invalid"), ["REQ-JWK-24"], good(), doc=same)


def unfit_keys():
    """A key with that `kid`, but unfit for `alg`."""
    other = jwk("p256_b", kid="z")
    d = private_part("p256_a")
    for name, key, head, signer, reason in [
        ("rsa-for-es", jwk("rsa_a", kid="k"), "ES256", "p256_a", "key_mismatch"),
        ("ec-for-rs", jwk("p256_a", kid="k"), "RS256", "rsa_a", "key_mismatch"),
        ("p384-for-es256", jwk("p384_a", kid="k"), "ES256", "p256_a", "key_mismatch"),
        ("p256-for-es384", jwk("p256_a", kid="k"), "ES384", "p384_a", "key_mismatch"),
        ("okp-for-es", jwk("ed_a", kid="k"), "ES256", "p256_a", "key_mismatch"),
        ("alg-other", jwk("rsa_a", kid="k", alg="RS512"), "RS256", "rsa_a", "key_mismatch"),
        ("alg-ps-for-rs", jwk("rsa_a", kid="k", alg="PS256"), "RS256", "rsa_a", "key_mismatch"),
        ("alg-rs-for-ps", jwk("rsa_a", kid="k", alg="RS256"), "PS256", "rsa_a", "key_mismatch"),
        ("use-enc", jwk("p256_a", kid="k", use="enc"), "ES256", "p256_a", "key_mismatch"),
        ("ops-sign", jwk("p256_a", kid="k", key_ops=["sign"]), "ES256", "p256_a", "key_mismatch"),
        ("weak", jwk("rsa_1024", kid="k"), "RS256", "rsa_1024", "key_mismatch"),
        ("private", jwk("p256_a", kid="k", d=d), "ES256", "p256_a", "key_mismatch"),
        ("eddsa-for-ed25519", jwk("ed_a", kid="k", alg="EdDSA"), "Ed25519", "ed_a", "key_mismatch"),
        ("ed25519-for-eddsa", jwk("ed_a", kid="k", alg="Ed25519"), "EdDSA", "ed_a", "key_mismatch"),
        ("use-sig", jwk("p256_a", kid="k", use="sig"), "ES256", "p256_a", "ok"),
        ("ops-verify", jwk("p256_a", kid="k", key_ops=["verify"]), "ES256", "p256_a", "ok"),
        ("rsa-3072", jwk("rsa_3072", kid="k"), "RS256", "rsa_3072", "ok"),
        ("rsa-8192", jwk("rsa_8192", kid="k"), "RS256", "rsa_8192", "ok"),
        ("rsa-e3", jwk("rsa_e3", kid="k"), "RS256", "rsa_e3", "ok"),
    ]:
        text = token({"alg": head, "kid": "k"}, claims(), signer)
        covers = ["REQ-JWK-05", "REQ-JWK-06", "REQ-JWK-08", "REQ-JWK-11", f"reason:{reason}"]
        check_token(f"unfit-{name}", says(reason), covers, text, doc=with_keys(key, other))
    both = ["EdDSA", "Ed25519"]
    for alg, own in (both, both[::-1]):
        text = token({"alg": alg, "kid": "k"}, claims(), "ed_a")
        doc = with_keys(jwk("ed_a", kid="k", alg=own), algorithms=both)
        check_token(f"edwards-{alg}-both-listed", says("ok"), ["REQ-JWK-15", "D-12"], text, doc=doc)
        doc = with_keys(jwk("ed_a", kid="k", alg=own), jwk("ed_b", kid="spare"), algorithms=[alg])
        check_token(f"edwards-{alg}-one-listed", says("key_mismatch"), ["REQ-JWK-15"], text, doc=doc)
        doc = with_keys(jwk("ed_a", kid="k"), algorithms=[own])
        check_token(f"edwards-{alg}-left-out", says("alg_not_allowed"), ["REQ-JWK-15"], text, doc=doc)


def signatures():
    """Signatures that do not hold."""
    signed = f"{HEAD}.{BODY}".encode()
    raw = sign("p256_a", "ES256", signed)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    wide = lambda a, b: a.to_bytes(32, "big") + b.to_bytes(32, "big")  # noqa: E731
    for name, data, attack in [
        ("zero", bytes(64), 16),
        ("r-zero", bytes(32) + raw[32:], 16),
        ("s-zero", raw[:32] + bytes(32), 16),
        ("r-order", wide(order, s), 16),
        ("s-order", wide(r, order), 16),
        ("ones", b"\xff" * 64, 16),
        ("r-one-s-one", wide(1, 1), 16),
        ("der", encode_dss_signature(r, s), 16),
        ("short", raw[:63], 17),
        ("long", raw + b"\0", 17),
        ("front-zero", b"\0" + raw, 17),
        ("one-byte", b"\0", 17),
        ("flipped", bytes([raw[0] ^ 1]) + raw[1:], 1),
        ("halves-swapped", raw[32:] + raw[:32], 1),
    ]:
        covers = ["REQ-JWS-20", "REQ-JWS-21", f"attack:{attack}", "reason:signature_invalid"]
        expect = says("signature_invalid", issuer=None, subject=None, key_id=None, need=None)
        check_token(f"ecdsa-{name}", expect, covers, f"{HEAD}.{BODY}.{b64url(data)}")
    changed = part(claims(sub="admin"))
    check_token("payload-changed", says("signature_invalid", subject=None), ["REQ-JWS-25"], f"{HEAD}.{changed}.{SIG}")
    check_token("header-changed", says("signature_invalid"), ["REQ-JWS-25"], f"{part(header(x=1))}.{BODY}.{SIG}")
    check_token(
        "expired-and-forged",
        says("signature_invalid"),
        ["REQ-JWS-26", "rule:1/order"],
        f"{HEAD}.{part(claims(exp=1))}.{SIG}",
    )
    rs = token({"alg": "RS256", "kid": "k"}, claims(), "rsa_a")
    head, body, end = rs.split(".")
    raw = unb64url(end)
    doc = with_keys(jwk("rsa_a", kid="k"))
    for name, data in [("short", raw[1:]), ("long", b"\0" + raw), ("zero", bytes(256)), ("one", bytes(255) + b"\1")]:
        check_token(f"rsa-{name}", says("signature_invalid"), ["REQ-JWS-22"], f"{head}.{body}.{b64url(data)}", doc=doc)
    check_token("rsa-other-key", says("signature_invalid"), ["REQ-JWS-22"], rs, doc=with_keys(jwk("rsa_b", kid="k")))
    ps = with_keys(jwk("rsa_a", kid="k", alg="PS256"))
    for salt in (0, 20, 48):
        text = token({"alg": "PS256", "kid": "k"}, claims(), "rsa_a", salt=salt)
        check_token(f"pss-salt-{salt}", says("signature_invalid"), ["REQ-JWS-22"], text, doc=ps)
    hs = with_keys(jwk("oct_32", kid="k"), algorithms=["HS256"])
    head, body, end = token({"alg": "HS256", "kid": "k"}, claims(), "oct_32").split(".")
    for name, data in [("cut", unb64url(end)[:16]), ("one", unb64url(end)[:1]), ("long", unb64url(end) + b"\0")]:
        check_token(
            f"hmac-{name}",
            says("signature_invalid"),
            ["REQ-JWS-24", "attack:28"],
            f"{head}.{body}.{b64url(data)}",
            doc=hs,
        )


def several_issuers():
    """Keys are kept apart by issuer."""
    one, two = "https://one.example", "https://two.example"
    doc = policy(issuer(issuer=one), issuer(issuer=two, jwks=jwks(jwk("p256_b", kid="k1"))))
    for name, iss, signer, reason in [
        ("own-one", one, "p256_a", "ok"),
        ("own-two", two, "p256_b", "ok"),
        ("crossed-one", one, "p256_b", "signature_invalid"),
        ("crossed-two", two, "p256_a", "signature_invalid"),
    ]:
        text = token(header(), claims(iss=iss), signer)
        check_token(f"issuers-{name}", says(reason), ["REQ-BCP-11", "REQ-JWS-16", "REQ-ROTATION-23"], text, doc=doc)


def fetched_sets():
    """`jwks_uri`, `keys` of the case, `need`."""
    far = policy(issuer(jwks=None, jwks_uri=JWKS_URI))
    need = {"keys": {"issuer": ISSUER, "jwks_uri": JWKS_URI}}
    face = [["Cache-Control", "no-store"], ["Retry-After", "30"]]
    expect = says("keys_unavailable", 503, need=need, headers=face, key_id=None, scheme="Bearer")
    check_token("fetch-never", expect, ["reason:keys_unavailable", "REQ-ROTATION-14", "D-11"], good(), doc=far)
    slow = policy(issuer(jwks=None, jwks_uri=JWKS_URI, keys={"cooldown": 75, "ttl": 300, "prefetch": True}), cors=True)
    face = [["Cache-Control", "no-store"], ["Retry-After", "75"], ["Access-Control-Expose-Headers", "WWW-Authenticate"]]
    check_token(
        "fetch-never-cooldown", {**expect, "headers": face}, ["policy:keys/cooldown", "REQ-CORS-07"], good(), doc=slow
    )
    check_token("fetch-never-no-kid", expect, ["reason:keys_unavailable"], good(kid=None), doc=far)
    found = {**expect, "need": None}
    check_token("fetch-discovery", found, ["policy:discovery", "choice:need"], good(), doc=policy(issuer(jwks=None)))
    for name, text, reason in [
        ("malformed", "a.b.c", "jwt_malformed"),
        ("issuer", good(claims(iss="https://x.example")), "issuer_mismatch"),
        ("alg", good(alg="none"), "alg_not_allowed"),
        ("hs", token({"alg": "HS256"}, claims(), b"x", "HS256"), "alg_not_allowed"),
        ("unknown-alg", good(alg="ES256K"), "alg_unsupported"),
    ]:
        check_token(f"fetch-not-for-{name}", says(reason, need=None), ["REQ-ROTATION-17"], text, doc=far)
    keys = [{"issuer": ISSUER, "jwks": jwks(jwk("p256_a", kid="k1"))}]
    other = [{"issuer": ISSUER, "jwks": jwks(jwk("p256_b", kid="k1"))}]
    unknown = [{"issuer": "https://x.example", "jwks": jwks(jwk("p256_a", kid="k1"))}]
    ruined = [{"issuer": ISSUER, "jwks_text": "<html>"}]
    unusable = [{"issuer": ISSUER, "jwks": jwks(jwk("rsa_1024", kid="k1"))}]
    symmetric = [{"issuer": ISSUER, "jwks": jwks(jwk("oct_32", kid="h"), jwk("p256_a", kid="k1"))}]
    only_oct = [{"issuer": ISSUER, "jwks": jwks(jwk("oct_32", kid="h"))}]
    for name, sets, reason in [
        ("good", keys, "ok"),
        ("text", [{"issuer": ISSUER, "jwks_text": ' {"keys": []} '}, *keys], "ok"),
        ("last-counts", [*keys, *other], "signature_invalid"),
        ("last-counts-again", [*other, *keys], "ok"),
        ("bad-last-ignored", [*keys, *ruined], "ok"),
        ("unusable-last-ignored", [*keys, *unusable], "ok"),
        ("beside-symmetric", symmetric, "ok"),
        ("unknown-issuer", unknown, "keys_unavailable"),
        ("no-set", ruined, "keys_unavailable"),
        ("empty-set", [{"issuer": ISSUER, "jwks": {"keys": []}}], "keys_unavailable"),
        ("unusable", unusable, "keys_unavailable"),
        ("none", [], "keys_unavailable"),
    ]:
        status = 503 if reason == "keys_unavailable" else None
        covers = ["op:check/keys", "REQ-ROTATION-12", f"reason:{reason}"]
        check_token(f"fetched-{name}", says(reason, status), covers, good(), doc=far, keys=sets)
    for name, kid, want in [("kid", "new", need), ("no-kid", None, None)]:
        text = token(header(kid=kid, alg="RS256"), claims(), "rsa_a")
        covers = ["reason:kid_unknown", "REQ-ROTATION-07"]
        check_token(f"fetched-unknown-{name}", says("kid_unknown", need=want), covers, text, doc=far, keys=keys)
    hs = policy(issuer(jwks=jwks(jwk("oct_64", kid="l")), algorithms=["HS256"]))
    text = token({"alg": "HS256", "kid": "h"}, claims(), "oct_32")
    check_token("fetched-oct-set-ignored", says("kid_unknown"), ["REQ-JWK-19"], text, doc=hs, keys=only_oct)
    check_token("inline-replaced", says("signature_invalid"), ["op:check/keys"], good(), keys=other)
    check_token("inline-kept", says("ok"), ["op:check/keys"], good(), keys=ruined)
    repeated = '{"keys":[],"keys":[]}'
    check_token(
        "fetched-name-twice", says("ok"), ["op:check/keys"], good(), keys=[{"issuer": ISSUER, "jwks_text": repeated}]
    )


good_algorithms()
p521()
bad_algorithms()
listed()
confusion()
kids()
unfit_keys()
signatures()
several_issuers()
fetched_sets()
