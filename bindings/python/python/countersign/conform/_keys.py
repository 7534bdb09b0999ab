"""The operations ``verify_jws``, ``load_keys`` and ``decode``."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from countersign import KeySet, KeysRefused, Reason, decode_unverified
from countersign.conform._answer import array, error_answer, members, text, text_or_null

if TYPE_CHECKING:
    from countersign.conform._case import Case


def verify(case: Case) -> str:
    """Answer ``verify_jws``."""
    case.only("op", "id", "token", "jwks", "jwks_text", "algorithms")
    case_id, token = case.text("id"), case.text("token")
    jwks, algorithms = case.document("jwks", "jwks_text"), case.texts("algorithms")
    try:
        verdict = KeySet(jwks).verify_jws(token, algorithms)
    except KeysRefused:
        return _verdict(case_id, Reason.JWKS_INVALID, None, None, None)
    return _verdict(case_id, verdict.reason, verdict.key_id, verdict.header_json, verdict.payload)


def _verdict(case_id: str, reason: Reason, key_id: str | None, header: str | None, payload: bytes | None) -> str:
    encoded = None if payload is None else base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    return members(
        ("id", text(case_id)),
        ("valid", "true" if reason is Reason.OK else "false"),
        ("reason", text(reason.value)),
        ("key_id", text_or_null(key_id)),
        ("header", "null" if header is None else header),
        ("payload", text_or_null(encoded)),
    )


def load_keys(case: Case) -> str:
    """Answer ``load_keys``."""
    case.only("op", "id", "jwks", "jwks_text")
    case_id, jwks = case.text("id"), case.document("jwks", "jwks_text")
    try:
        keys = KeySet(jwks)
    except KeysRefused as fault:
        return error_answer(case_id, "jwks_invalid", str(fault))
    listed = (
        members(
            ("kid", text_or_null(key.kid)),
            ("kty", text_or_null(key.kty)),
            ("alg", text_or_null(key.alg)),
            ("thumbprint", text_or_null(key.thumbprint)),
            ("usable", "true" if key.usable else "false"),
            ("reason", text(key.reason.value)),
        )
        for key in keys.keys
    )
    return members(("id", text(case_id)), ("keys", array(listed)))


def decode(case: Case) -> str:
    """Answer ``decode``."""
    case.only("op", "id", "token")
    case_id, token = case.text("id"), decode_unverified(case.text("token"))
    return members(
        ("id", text(case_id)),
        ("header", "null" if token.header_json is None else token.header_json),
        ("claims", "null" if token.claims_json is None else token.claims_json),
        ("reason", text(token.reason.value)),
    )
