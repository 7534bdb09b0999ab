"""Keys and tokens for the cases: fixed keys from keys.json, deterministic or stored signatures."""

import hashlib
import hmac
import json
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from model.jsontext import Raw, b64url, unb64url, write

HERE = Path(__file__).parent
KEYS = json.loads((HERE / "keys.json").read_text())
STORE = HERE / "stored_signatures.json"
STORED = json.loads(STORE.read_text()) if STORE.exists() else {}
USED = {}
HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
CURVES = {
    "secp256r1": ("P-256", 32),
    "secp384r1": ("P-384", 48),
    "secp521r1": ("P-521", 66),
    "secp256k1": ("secp256k1", 32),
}


@cache
def private(name):
    """The private key (or secret bytes) of a name in keys.json."""
    entry = KEYS[name]
    if entry["kind"] == "oct":
        return unb64url(entry["k"])
    return serialization.load_pem_private_key(entry["pem"].encode(), None)


def number(value, width=None):
    """Base64url of a big-endian integer."""
    return b64url(value.to_bytes(width or (value.bit_length() + 7) // 8, "big"))


def jwk(name, **extra):
    """The public JWK of a name, `extra` members in front; an extra of None leaves a member out."""
    out = {k: v for k, v in extra.items() if v is not None}
    entry = KEYS[name]
    if entry["kind"] == "oct":
        members = {"kty": "oct", "k": entry["k"]}
    elif entry["kind"] == "modulus":
        members = {"kty": "RSA", "n": number(int(entry["hex"], 16)), "e": "AQAB"}
    elif entry["kind"] == "RSA":
        public = private(name).public_key().public_numbers()
        members = {"kty": "RSA", "n": number(public.n), "e": number(public.e)}
    elif entry["kind"] == "EC":
        public = private(name).public_key().public_numbers()
        crv, width = CURVES[public.curve.name]
        members = {"kty": "EC", "crv": crv, "x": number(public.x, width), "y": number(public.y, width)}
    else:
        members = {"kty": "OKP", "crv": "Ed25519", "x": b64url(private(name).public_key().public_bytes_raw())}
    return {**{k: v for k, v in members.items() if k not in extra}, **out}


def private_part(name):
    """The private member `d` of a key."""
    key = private(name)
    if KEYS[name]["kind"] == "OKP":
        return b64url(key.private_bytes_raw())
    numbers = key.private_numbers()
    return number(numbers.d) if KEYS[name]["kind"] == "RSA" else number(numbers.private_value)


def jwks(*keys):
    """A JWK Set; names stand for their plain public key."""
    return {"keys": [jwk(key) if isinstance(key, str) else key for key in keys]}


def pss(name, alg, data, salt):
    """A PSS signature, made once and stored: it is randomized."""
    mark = hashlib.sha256(f"{name} {alg} {salt} ".encode() + data).hexdigest()
    if mark not in STORED:
        digest = HASHES[alg[2:]]
        signed = private(name).sign(data, padding.PSS(padding.MGF1(digest()), salt), digest())
        STORED[mark] = b64url(signed)
    USED[mark] = STORED[mark]
    return unb64url(STORED[mark])


def sign(name, alg, data, salt=None):
    """Signature bytes; HS* takes a key name or the secret's bytes."""
    if alg.startswith("HS"):
        secret = name if isinstance(name, bytes) else private(name)
        return hmac.digest(secret, data, f"sha{alg[2:]}")
    key = private(name)
    if alg in ("EdDSA", "Ed25519"):
        return key.sign(data)
    digest = HASHES[alg[2:]]()
    if alg.startswith("RS"):
        return key.sign(data, padding.PKCS1v15(), digest)
    if alg.startswith("PS"):
        return pss(name, alg, data, digest.digest_size if salt is None else salt)
    der = key.sign(data, ec.ECDSA(digest, deterministic_signing=True))
    r, s = utils.decode_dss_signature(der)
    width = (key.key_size + 7) // 8
    return r.to_bytes(width, "big") + s.to_bytes(width, "big")


def part(value):
    """One segment: JSON of a value, or bytes or text as they are."""
    if isinstance(value, bytes):
        return b64url(value)
    return b64url((value if isinstance(value, str) and not isinstance(value, Raw) else write(value)).encode())


def token(header, payload, name, alg=None, **options):
    """A compact token; `header` and `payload` as values, text or bytes; `alg` is how it is really signed."""
    signed = f"{part(header)}.{part(payload)}"
    alg = alg or (header["alg"] if isinstance(header, dict) else None)
    return f"{signed}.{b64url(sign(name, alg, signed.encode(), **options))}"


def save():
    """Keep the stored signatures that are in use."""
    STORE.write_text(json.dumps(USED, indent=1, sort_keys=True) + "\n")
