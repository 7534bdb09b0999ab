"""Reading JWK Sets: which keys are listed, which are usable, and why not."""

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .jsontext import JsonError, b64url, parse, unb64url, write

CURVES = {
    "P-256": (ec.SECP256R1, 32, "ES256"),
    "P-384": (ec.SECP384R1, 48, "ES384"),
    "P-521": (ec.SECP521R1, 66, "ES512"),
}
RSA_ALGS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
OKP_ALGS = ["EdDSA", "Ed25519"]
HMAC_SIZES = {"HS256": 32, "HS384": 48, "HS512": 64}
# Curves of signatures that no build has.
FOREIGN_CURVES = ("secp256k1", "Ed448")
PRIVATE = {"RSA": ("d", "p", "q", "dp", "dq", "qi", "oth"), "EC": ("d",), "OKP": ("d",), "oct": ()}


@dataclass
class Key:
    """One member of `keys` after loading."""

    kid: object = None
    kty: object = None
    alg: object = None
    thumbprint: object = None
    reason: str = "ok"
    crv: object = None
    public: object = None
    size: int = 0
    types: list = field(default_factory=list)

    @property
    def usable(self):
        """Whether the key can verify anything."""
        return self.reason == "ok"


def all_algs(key):
    """Every algorithm that goes with the key's type and curve."""
    if key.kty == "RSA":
        return RSA_ALGS
    if key.kty == "EC":
        return [CURVES[key.crv][2]]
    if key.kty == "OKP":
        return OKP_ALGS
    return [name for name, size in HMAC_SIZES.items() if key.size >= size]


def load_set(text, p521=True):
    """List of keys, or None if the text is no JWK Set."""
    try:
        value, repeated = parse(text)
    except JsonError:
        return None
    return load_value(value, repeated, p521)


def load_value(value, repeated, p521=True):
    """The same for a parsed set; `repeated` holds pointers relative to it."""
    if not isinstance(value, dict) or not isinstance(value.get("keys"), list):
        return None
    if any(pointer.count("/") == 1 for pointer in repeated):
        return None
    out = []
    for index, member in enumerate(value["keys"]):
        prefix = f"/keys/{index}/"
        twice = {p[len(prefix) :] for p in repeated if p.startswith(prefix)}
        out.append(load_key(member, twice, p521))
    return out


def refuse_symmetric(loaded):
    """Symmetric keys belong into the policy: in a set from elsewhere they are listed and not used."""
    for key in loaded:
        if key.kty == "oct":
            key.reason = "key_symmetric_from_network"


def text_or_none(value):
    """The value if it is a string."""
    return value if isinstance(value, str) else None


def load_key(jwk, twice, p521):
    """One key: form, type, private part, members, size, use, alg; the first fault is its reason."""
    key = Key()
    if not isinstance(jwk, dict):
        key.reason = "key_malformed"
        return key
    for name in ("kid", "kty", "alg"):
        if name not in twice:
            setattr(key, name, text_or_none(jwk.get(name)))
    wrong = any(name in jwk and not isinstance(jwk[name], str) for name in ("kid", "kty", "alg", "use"))
    key.crv = jwk.get("crv")
    fault = type_fault(key)
    # The thumbprint does not wait for the verdict: it is there wherever the members it needs are base64url.
    needed = {"kty", "crv", "n", "e", "x", "y", "k"}
    if not twice & needed:
        key.thumbprint = thumbprint(jwk, key)
    if twice or wrong or "kty" not in jwk:
        key.reason = "key_malformed"
        return key
    if fault:
        key.reason = fault
        return key
    if any(name in jwk for name in PRIVATE[key.kty]):
        key.reason = "key_has_private_part"
    elif key.crv in FOREIGN_CURVES:
        key.reason = "key_type_unknown"
    elif not read_members(jwk, key):
        key.reason = "key_malformed"
    else:
        key.reason = size_fault(jwk, key) or use_fault(jwk) or alg_fault(key) or "ok"
        if key.reason == "ok" and key.crv == "P-521" and not p521:
            key.reason = "key_type_unknown"
    return key


def thumbprint(jwk, key):
    """RFC 7638, SHA-256; None where a required member is absent or no base64url."""
    names = {"RSA": "ne", "EC": "xy", "OKP": "x", "oct": "k"}.get(key.kty, "")
    values = {name: octets(jwk, name) for name in names}
    if not names or None in values.values():
        return None
    if key.kty == "RSA":
        values = {name: value.lstrip(b"\0") for name, value in values.items()}
        if b"" in values.values():
            return None
    if key.kty in ("EC", "OKP"):
        if not isinstance(key.crv, str):
            return None
        return thumb({"crv": key.crv, "kty": key.kty, **{name: b64url(value) for name, value in values.items()}})
    return thumb({"kty": key.kty, **{name: b64url(value) for name, value in values.items()}})


def type_fault(key):
    """`kty` and `crv` must be known here."""
    if key.kty not in PRIVATE:
        return "key_type_unknown"
    if key.kty in ("EC", "OKP"):
        if not isinstance(key.crv, str):
            return "key_malformed"
        known = ["P-256", "P-384", "P-521", "secp256k1"] if key.kty == "EC" else ["Ed25519", "Ed448"]
        if key.crv not in known:
            return "key_type_unknown"
    return None


def octets(jwk, name):
    """The bytes of a base64url member, or None."""
    value = jwk.get(name)
    return unb64url(value) if isinstance(value, str) else None


def thumb(members):
    """RFC 7638 over the required members."""
    text = write(dict(sorted(members.items())))
    return b64url(hashlib.sha256(text.encode()).digest())


def read_members(jwk, key):
    """Read the required members; sets the public key. False if they are not well formed."""
    if key.kty == "RSA":
        n, e = octets(jwk, "n"), octets(jwk, "e")
        if not n or not e or not n.strip(b"\0") or not e.strip(b"\0"):
            return False
        n, e = n.lstrip(b"\0"), e.lstrip(b"\0")
        key.public = (int.from_bytes(n, "big"), int.from_bytes(e, "big"))
        return True
    if key.kty == "EC":
        curve, width, _ = CURVES[key.crv]
        x, y = octets(jwk, "x"), octets(jwk, "y")
        if x is None or y is None or len(x) != width or len(y) != width:
            return False
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve())
        try:
            key.public = numbers.public_key()
        except ValueError:
            return False
        return True
    if key.kty == "OKP":
        x = octets(jwk, "x")
        if x is None or len(x) != 32:
            return False
        key.public = ed25519.Ed25519PublicKey.from_public_bytes(x)
        return True
    k = octets(jwk, "k")
    if k is None:
        return False
    key.public, key.size = k, len(k)
    return True


def size_fault(jwk, key):
    """Sizes of RSA moduli and exponents and of HMAC secrets."""
    if key.kty == "RSA":
        n, e = key.public
        if n.bit_length() > 8192 or e.bit_length() > 33:
            return "key_too_large"
        if n.bit_length() < 2048:
            return "key_too_weak"
        if e < 3 or e % 2 == 0:
            return "key_malformed"
        key.public = rsa.RSAPublicNumbers(e, n).public_key()
    if key.kty == "oct" and key.size < HMAC_SIZES.get(key.alg, 32):
        return "key_too_weak"
    return None


def use_fault(jwk):
    """`use` and `key_ops`."""
    if "use" in jwk and jwk["use"] != "sig":
        return "key_not_for_signatures"
    if "key_ops" in jwk and "verify" not in jwk["key_ops"]:
        return "key_not_for_signatures"
    return None


def alg_fault(key):
    """`alg` must be a signature algorithm that goes with the key."""
    if key.alg is not None and key.alg not in all_algs(key):
        return "key_alg_unusable"
    return None


def answer(case_id, keys):
    """The answer of `load_keys`."""
    if keys is None:
        return {"id": case_id, "error": {"reason": "jwks_invalid", "message": "*"}}
    listed = [
        {
            "kid": k.kid,
            "kty": k.kty,
            "alg": k.alg,
            "thumbprint": k.thumbprint,
            "usable": k.usable,
            "reason": k.reason,
        }
        for k in keys
    ]
    return {"id": case_id, "keys": listed}
