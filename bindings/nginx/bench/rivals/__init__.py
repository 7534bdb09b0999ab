"""Other ways of checking a JWT that come as Debian packages: njs with WebCrypto, Perl with Crypt::JWT."""

from __future__ import annotations

import base64
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from support.tokens import AUDIENCE, ISSUER, Key

MODULES = Path("/usr/lib/nginx/modules")
HERE = Path(__file__).parent

MAIN = f"load_module {MODULES}/ngx_http_js_module.so; load_module {MODULES}/ngx_http_perl_module.so;"
HTTP = f"""
    js_import jwt from {HERE}/jwt.js;
    perl_modules {HERE};
    perl_require Jwt.pm;
"""


def public(key: Key) -> str:
    """The key as the rivals take it: base64 of the secret, or of the SubjectPublicKeyInfo."""
    if isinstance(key.private, bytes):
        return base64.b64encode(key.private).decode()
    der = key.private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def locations(keys: dict[str, Key]) -> list[str]:
    """A location for each rival and algorithm, and the two that auth_request asks."""
    out = [
        "location = /_njs { internal; js_content jwt.check; }",
        "location = /_perl { internal; perl Jwt::check; }",
    ]
    for alg, key in keys.items():
        what = (
            f'set $jwt_alg {alg}; set $jwt_key "{public(key)}"; set $jwt_issuer {ISSUER}; set $jwt_audience {AUDIENCE};'
        )
        out += [f"location /{way}-{alg}/ {{ {what} auth_request /_{way}; }}" for way in ("njs", "perl")]
    return out
