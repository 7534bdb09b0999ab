"""What a client holds to ask with, and how long it is good."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_SENDABLE = re.compile(r"[!-~]+")
_LATEST = 2**62
"""The core counts seconds in 64 bits; what is beyond this is no time."""


class Tokens(NamedTuple):
    """An access token, and what renews it. Immutable; its repr holds neither token.

    >>> Tokens.from_response({"access_token": "a", "refresh_token": "r", "expires_in": 600}, now=1_700_000_000)
    <Tokens until 1700000600, renewable>
    """

    access_token: str
    """What is sent."""
    refresh_token: str | None = None
    """What gets the next one (RFC 6749 section 6)."""
    expires: int | None = None
    """When the access token ends, in seconds since 1970; None if that is not known."""
    lifetime: int | None = None
    """How many seconds it lives in all; None if that is not known."""

    @classmethod
    def from_response(cls, answer: Mapping[str, Any], *, now: float) -> Tokens:
        """Read the JSON of a token endpoint (RFC 6749 section 5.1) that arrived at `now`, in seconds since 1970.

        Raises `ValueError` for what is no such answer; its text holds nothing of it.
        """
        access, refresh, lifetime = answer.get("access_token"), answer.get("refresh_token"), answer.get("expires_in")
        if not isinstance(access, str) or not access or not isinstance(refresh, (str, type(None))):
            raise ValueError("the answer of the token endpoint has no access_token")
        seconds: int | None = None
        # Some endpoints send the number as a text.
        if isinstance(lifetime, (int, float, str)):
            try:
                seconds = max(0, int(lifetime))
            except (ValueError, OverflowError):
                seconds = None
        if seconds is not None and seconds > _LATEST - int(now):
            seconds = None
        return cls(access, refresh, None if seconds is None else int(now) + seconds, seconds)

    def after(self, before: Tokens | None) -> Tokens:
        """Keep the refresh token of `before` if this answer brought none (RFC 6749 section 6)."""
        if self.refresh_token is not None or before is None:
            return self
        return self._replace(refresh_token=before.refresh_token)

    def check(self) -> Tokens:
        """Give these tokens, if a field can hold the access token and the core the times.

        Raises `ValueError` otherwise: a client library would repeat in its own error what it cannot send.
        """
        access: Any = self.access_token
        if not isinstance(access, str) or _SENDABLE.fullmatch(access) is None:
            raise ValueError("an access token is one or more visible characters of ASCII (RFC 6750 section 2.1)")
        times: tuple[Any, ...] = (self.expires, self.lifetime)
        if any(time is not None and not (isinstance(time, int) and abs(time) <= _LATEST) for time in times):
            raise ValueError("the times of a token are whole seconds within the range of the core")
        return self

    def __repr__(self) -> str:
        """Give no token."""
        end = "" if self.expires is None else f" until {self.expires}"
        return f"<Tokens{end}{', renewable' if self.refresh_token else ''}>"


class RefreshRefused(Exception):  # noqa: N818 - an answer of the token endpoint, no bug
    """Raise it in a refresh callback when the token endpoint says that the session is over (``invalid_grant``).

    >>> raise RefreshRefused
    Traceback (most recent call last):
        ...
    countersign._tokens.RefreshRefused
    """
