"""Whether a renewal that failed says that the session is over."""

from __future__ import annotations

from typing import Any

from countersign._tokens import RefreshRefused

_FAULTS_OF_CLIENTS = frozenset(
    {"invalid_request", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"}
)
"""What a token endpoint says of a client that asks wrongly (RFC 6749 section 5.2); the refresh token may be good."""

_REFUSALS = frozenset({400, 401, 403})
"""What servers say no with. Other statuses are of the way there, as a deployment's 404, a limit's 429."""


def is_final(fault: Exception) -> bool:
    """Whether the session is over: the token endpoint said no, while an outage says nothing (REQ-CLIENT-13)."""
    if isinstance(fault, RefreshRefused):
        return True
    # The errors of httpx and requests for a status have the response.
    response = getattr(fault, "response", None)
    error = _error_of(response)
    if error == "invalid_grant":
        return True
    return error not in _FAULTS_OF_CLIENTS and getattr(response, "status_code", None) in _REFUSALS


def _error_of(response: Any) -> str | None:
    """Give the error that a token endpoint's answer names (RFC 6749 section 5.2), if it can be read."""
    try:
        error = response.json()["error"]
    except Exception:  # noqa: BLE001 - whatever a body that is not there, no JSON or no object raises
        return None
    return error if isinstance(error, str) else None
