"""Keys made for one run, and tokens signed with them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

ISSUER = "https://login.example.com"
AUDIENCE = "api://reports"

Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | bytes


def b64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value: int, width: int | None = None) -> str:
    """Base64url of a big-endian integer."""
    return b64url(value.to_bytes(width or (value.bit_length() + 7) // 8, "big"))


@dataclass(frozen=True)
class Key:
    """A private key with its kid and the one algorithm that it signs with."""

    kid: str
    alg: str
    private: Private

    def jwk(self) -> dict[str, str]:
        """The public JWK (RFC 7517); of a symmetric key, the secret itself."""
        out = {"kid": self.kid, "alg": self.alg}
        if isinstance(self.private, rsa.RSAPrivateKey):
            rsa_numbers = self.private.public_key().public_numbers()
            return {"kty": "RSA", "n": number(rsa_numbers.n), "e": number(rsa_numbers.e)} | out
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            point = self.private.public_key().public_numbers()
            return {"kty": "EC", "crv": "P-256", "x": number(point.x, 32), "y": number(point.y, 32)} | out
        return {"kty": "oct", "k": b64url(self.private)} | out

    def signature(self, data: bytes) -> bytes:
        """The signature over the first two parts of a compact JWS (RFC 7515 section 5.1)."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            r, s = utils.decode_dss_signature(self.private.sign(data, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return hmac.digest(self.private, data, hashlib.sha256)

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        """A compact JWS of these claims; header members given here win."""
        head = {"alg": self.alg, "kid": self.kid, "typ": "at+jwt"} | header
        head = {name: value for name, value in head.items() if value is not None}
        data = ".".join(b64url(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        return f"{data}.{b64url(self.signature(data.encode()))}"

    def token(self, *, issuer: str = ISSUER, lifetime: int = 3600, kid: str | None = None, **claims: Any) -> str:
        """An access token of ISSUER for AUDIENCE; a claim of None is left out."""
        now = int(time.time())
        members = {
            "iss": issuer,
            "aud": AUDIENCE,
            "sub": "alice",
            "iat": now - 60,
            "exp": now + lifetime,
            "scope": "read:reports",
            "jti": secrets.token_hex(8),
        } | claims
        return self.sign({k: v for k, v in members.items() if v is not None}, kid=kid or self.kid)


def es256(kid: str) -> Key:
    """A new P-256 key."""
    return Key(kid, "ES256", ec.generate_private_key(ec.SECP256R1()))


def rs256(kid: str) -> Key:
    """A new RSA key of 2048 bits."""
    return Key(kid, "RS256", rsa.generate_private_key(public_exponent=65537, key_size=2048))


def hs256(kid: str) -> Key:
    """A new secret of 32 bytes."""
    return Key(kid, "HS256", secrets.token_bytes(32))


def key_set(*keys: Key) -> dict[str, Any]:
    """The JWK Set of these keys."""
    return {"keys": [key.jwk() for key in keys]}


def altered(token: str) -> str:
    """The token with one character in the middle of its signature changed."""
    head, _, signature = token.rpartition(".")
    middle = len(signature) // 2
    other = "B" if signature[middle] == "A" else "A"
    return f"{head}.{signature[:middle]}{other}{signature[middle + 1 :]}"
