"""The operations ``parse_challenges``, ``parse_authorization`` and ``build_challenge``."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from countersign import (
    Challenge,
    ChallengeError,
    CredentialsError,
    Reason,
    build_challenge,
    parse_challenges,
    parse_credentials,
)
from countersign.conform._answer import array, error, members, text, text_or_null
from countersign.conform._case import Case, CaseFault, base64_bytes

if TYPE_CHECKING:
    from countersign.conform._case import Node


def parse_values(case: Case) -> str:
    """Answer ``parse_challenges``."""
    case.only("op", "id", "values", "values_b64")
    case_id, values, encoded = case.text("id"), case.texts("values"), case.texts("values_b64")
    if values is not None and encoded is None:
        lines = [value.encode() for value in values]
    elif encoded is not None and values is None:
        lines = [base64_bytes(value) for value in encoded]
    else:
        raise case.fault("values", "is needed, or values_b64, and not both")
    fault = "null"
    try:
        challenges = parse_challenges(lines)
    except ChallengeError as found:
        challenges = found.challenges
        place = (("value", str(found.value)), ("offset", str(found.offset)))
        fault = members(("reason", text("challenge_malformed")), *place)
    written = (_challenge(challenge, raw=encoded is not None) for challenge in challenges)
    return members(("id", text(case_id)), ("challenges", array(written)), ("error", fault))


def _challenge(challenge: Challenge, *, raw: bool) -> str:
    params = challenge.params
    pairs = (
        array([text(name), members(("b64", text(base64.b64encode(value).decode())))])
        if raw and not value.isascii()
        else array([text(name), text(params[name])])
        for name, value in challenge.raw_params.items()
    )
    return members(
        ("scheme", text(challenge.scheme)), ("token68", text_or_null(challenge.token68)), ("params", array(pairs))
    )


def parse_authorization(case: Case) -> str:
    """Answer ``parse_authorization``."""
    case.only("op", "id", "value")
    case_id, value = case.text("id"), case.text("value")
    try:
        credentials = parse_credentials(value.encode())
    except CredentialsError as fault:
        return _credentials(case_id, None, None, {}, fault.reason)
    return _credentials(case_id, credentials.scheme, credentials.token68, credentials.params, Reason.OK)


def _credentials(case_id: str, scheme: str | None, token68: str | None, params: dict[str, str], reason: Reason) -> str:
    return members(
        ("id", text(case_id)),
        ("scheme", text_or_null(scheme)),
        ("token68", text_or_null(token68)),
        ("params", array(array([text(name), text(value)]) for name, value in params.items())),
        ("reason", text(reason.value)),
    )


def build(case: Case) -> str:
    """Answer ``build_challenge``."""
    case.only("op", "id", "scheme", "params")
    case_id, scheme = case.text("id"), case.text("scheme")
    params = [_read_param(node) for node in case.items("params")]
    try:
        value = build_challenge(scheme, params)
    except ChallengeError as fault:
        return members(("id", text(case_id)), ("value", "null"), ("error", error("challenge_invalid", str(fault))))
    return members(("id", text(case_id)), ("value", text(value)), ("error", "null"))


def _read_param(node: Node) -> tuple[str, str]:
    pair = node.items
    if pair is None or len(pair) != 2 or pair[0].text is None or pair[1].text is None:
        raise CaseFault("a param is no pair of strings")
    return pair[0].text, pair[1].text
