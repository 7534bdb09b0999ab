"""Compact JWS: form, header members, algorithm, choice of key, signature."""

import hashlib
import hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

from .jsontext import JsonError, Raw, b64url, compact, parse, unb64url
from .keys import CURVES, all_algs

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
SYMMETRIC = ["HS256", "HS384", "HS512"]
ASYMMETRIC = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
HEADER_CAP = 4096
TRIES = 4


class Refused(Exception):
    """A check failed; carries the reason."""

    def __init__(self, reason):
        """Keep the reason's name."""
        super().__init__(reason)
        self.reason = reason


def supported(p521):
    """The asymmetric names that this backend has."""
    return [*ASYMMETRIC, "ES512"] if p521 else ASYMMETRIC


def strict_object(data):
    """The bytes as a strict JSON object within the limits, or None."""
    try:
        value, repeated = parse(data, max_depth=16, max_members=256)
    except JsonError:
        return None
    return value if isinstance(value, dict) and not repeated else None


class Token:
    """A token split in its three parts; the parts that cannot be read are None."""

    def __init__(self, text):
        """Split and decode, remembering the first fault of form."""
        self.form_fault = None
        self.header = self.payload = self.header_text = None
        dots = text.count(".")
        if text.startswith("{"):
            self.form_fault = "jws_json_given"
            return
        if dots != 2:
            self.form_fault = {0: "token_not_jwt", 4: "jwe_given"}.get(dots, "jwt_malformed")
            return
        head, body, tail = text.split(".")
        self.signed = f"{head}.{body}".encode()
        raw, self.payload, self.signature = unb64url(head), unb64url(body), unb64url(tail)
        if raw is not None and len(raw) <= HEADER_CAP:
            self.header = strict_object(raw)
        if self.header is not None:
            self.header_text = Raw(compact(raw.decode()))
        if None in (self.header, self.payload, self.signature):
            self.form_fault = "jwt_malformed"


def header_members(header):
    """Faults of `alg` and `kid`, then of `crit` and `b64`."""
    if not isinstance(header.get("alg"), str):
        raise Refused("jwt_malformed")
    if "kid" in header and not isinstance(header["kid"], str):
        raise Refused("jwt_malformed")
    # No extension is processed here, so every list of critical names is broken or holds an unknown one.
    if "crit" in header or header.get("b64", True) is not True:
        raise Refused("crit_unsupported")


def check_algorithm(alg, listed, default):
    """`listed` is the configured list or None; `default` what counts without one."""
    if alg.lower() == "none":
        raise Refused("alg_not_allowed")
    known = supported(check_algorithm.p521) + SYMMETRIC
    if alg not in known:
        raise Refused("alg_unsupported")
    if alg not in (default if listed is None else listed):
        raise Refused("alg_not_allowed")


check_algorithm.p521 = True


def served(key, listed, strict):
    """Algorithms that a usable key serves; `strict` is the policy's rule for a key without `alg`."""
    if key.alg is not None:
        pair = {"EdDSA", "Ed25519"}
        if listed is not None and key.alg in pair and pair <= set(listed):
            return sorted(pair)
        return [key.alg]
    names = all_algs(key)
    if listed is not None:
        return [name for name in names if name in listed]
    if strict and key.kty == "RSA":
        return ["RS256"]
    return names


def choose_and_verify(token, keys, listed, strict):
    """The key that holds; raises the reason otherwise."""
    alg, kid = token.header["alg"], token.header.get("kid")
    pool = keys
    if kid is not None:
        pool = [key for key in keys if key.kid == kid]
        if not pool:
            raise Refused("kid_unknown")
    fitting = [key for key in pool if key.usable and alg in served(key, listed, strict)]
    if not fitting:
        raise Refused("kid_unknown" if kid is None else "key_mismatch")
    if not token.signature:
        raise Refused("signature_invalid")
    for key in fitting[:TRIES]:
        if holds(alg, key, token.signed, token.signature):
            return key
    raise Refused("kid_unknown" if len(fitting) > TRIES else "signature_invalid")


def holds(alg, key, signed, signature):
    """Whether the signature verifies."""
    try:
        if alg in ("EdDSA", "Ed25519"):
            key.public.verify(signature, signed)
            return True
        hash_of = HASHES[alg[2:]]
        if alg.startswith("HS"):
            return hmac.compare_digest(hmac.digest(key.public, signed, f"sha{alg[2:]}"), signature)
        if alg.startswith("ES"):
            return ecdsa_holds(key, signed, signature, hash_of)
        if len(signature) != (key.public.key_size + 7) // 8:
            return False
        pad = padding.PKCS1v15()
        if alg.startswith("PS"):
            pad = padding.PSS(padding.MGF1(hash_of()), hashlib.new(f"sha{alg[2:]}").digest_size)
        key.public.verify(signature, signed, pad, hash_of())
        return True
    except InvalidSignature:
        return False


def ecdsa_holds(key, signed, signature, hash_of):
    """ECDSA over the fixed-width r and s."""
    width = CURVES[key.crv][1]
    if len(signature) != 2 * width:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:width], signature[width:]))
    key.public.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hash_of()))
    return True


def verify_jws(case_id, text, keys, listed):
    """The answer of `verify_jws`."""
    out = {"id": case_id, "valid": False, "reason": "jwks_invalid", "key_id": None, "header": None, "payload": None}
    if keys is None:
        return out
    token = Token(text)
    out["header"] = token.header_text
    try:
        if token.form_fault:
            raise Refused(token.form_fault)
        header_members(token.header)
        check_algorithm(token.header["alg"], listed, supported(check_algorithm.p521) + SYMMETRIC)
        key = choose_and_verify(token, keys, listed, strict=False)
    except Refused as refusal:
        out["reason"] = refusal.reason
        return out
    out.update(valid=True, reason="ok", key_id=key.kid, payload=b64url(token.payload))
    return out


def decode(case_id, text):
    """The answer of `decode`."""
    token = Token(text)
    claims = None
    if token.form_fault and not hasattr(token, "signed"):
        return {"id": case_id, "header": None, "claims": None, "reason": token.form_fault}
    if token.payload is not None and strict_object(token.payload) is not None:
        claims = Raw(compact(token.payload.decode()))
    fault = token.form_fault or ("jwt_malformed" if claims is None else "ok")
    return {"id": case_id, "header": token.header_text, "claims": claims, "reason": fault}
