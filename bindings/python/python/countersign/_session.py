"""What the clients' parts share: a session with tokens for some origins, and one request's way through it. No I/O.

What to do after a response is the core's answer, every time (`next_step`).
"""

from __future__ import annotations

import time
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple

from countersign._catalogue import StepKind
from countersign._core import Abilities, Sent, Step, may_send_to, next_step, token_fresh
from countersign._keeper import Keeper, is_async
from countersign._renewal import Renewal
from countersign._tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})
"""The methods of RFC 9110 section 9.2.2."""


class Session:
    """Tokens for some origins, and what renews them."""

    def __init__(
        self,
        origins: str | Iterable[str],
        tokens: Tokens | None = None,
        *,
        refresh: Callable[[Tokens], Any] | None = None,
        authorize: Callable[[Tokens | None, Step], Any] | None = None,
        on_tokens: Callable[[Tokens], Any] | None = None,
        on_logout: Callable[[], Any] | None = None,
        strict: bool = False,
        http_loopback: bool = False,
        longest_wait: float = 30.0,
        patience: float = 60.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._origins = (origins,) if isinstance(origins, str) else tuple(origins)
        for origin in self._origins:
            if not may_send_to(origin, origin, http_loopback=http_loopback):
                raise ValueError("an origin is an https URL, or one of loopback with http_loopback")
        self._refresh, self._authorize = refresh, authorize
        self._strict, self._http_loopback = strict, http_loopback
        self._longest_wait, self._clock = longest_wait, clock
        self._keeper = Keeper(tokens, on_tokens=on_tokens, on_logout=on_logout, patience=patience, clock=clock)
        self._needs_loop = any(is_async(callback) for callback in (refresh, authorize, on_tokens, on_logout))

    @property
    def tokens(self) -> Tokens | None:
        """The present tokens; None before a login and behind a logout."""
        return self._keeper.present()[0]

    @tokens.setter
    def tokens(self, tokens: Tokens | None) -> None:
        self._keeper.put(tokens)

    def __repr__(self) -> str:
        """Give no token."""
        return f"<{type(self).__name__} for {', '.join(self._origins)}>"

    def _exchange(self, method: str, url: str) -> Exchange | None:
        """Begin with a request; None for one that gets no credential of this session."""
        if self._keeper.is_inside() or not self._may_send_to(url):
            return None
        return Exchange(self, method, url)

    def _may_send_to(self, url: str) -> bool:
        return any(may_send_to(origin, url, http_loopback=self._http_loopback) for origin in self._origins)

    def _refuse_async(self) -> None:
        if self._needs_loop:
            raise TypeError("callbacks that are async need an async client")


class Exchange:
    """One request, until a response is the caller's."""

    def __init__(self, session: Session, method: str, url: str) -> None:
        self._session, self._url = session, url
        self._is_idempotent = method.upper() in _IDEMPOTENT
        self._state = 0
        self._tokens: Tokens | None = None
        self._version = 0

    def early(self) -> Renewal | None:
        """Give what renews a token that is near its end, for `Keeper.renew`; None if none is due (REQ-CLIENT-15)."""
        session = self._session
        tokens, version = session._keeper.present()
        if tokens is None or tokens.expires is None or session._refresh is None:
            return None
        now = int(session._clock())
        if token_fresh(tokens.expires, lifetime=tokens.lifetime, now=now):
            return None
        if now < tokens.expires and session._keeper.is_renewing():
            return None
        return Renewal(version, session._refresh)

    def sign(self, request: Any) -> None:
        """Put the present token into the fields of a request."""
        self._tokens, self._version = self._session._keeper.present()
        value = None if self._tokens is None else f"Bearer {self._tokens.access_token}"
        fields: MutableMapping[str, str] = request.headers
        if value is None:
            fields.pop("Authorization", None)
        else:
            fields["Authorization"] = value
        _SIGNED[request] = _Signed(value, self._tokens, self._version)

    def again(self, request: Any) -> Exchange | None:
        """Begin anew for a request that was signed here and is sent once more; None if its field is another by now."""
        signed = _SIGNED.get(request)
        if signed is None or request.headers.get("Authorization") != signed.value:
            return None
        anew = self._session._exchange(request.method, request.url)
        if anew is not None:
            anew._tokens, anew._version = signed.tokens, signed.version
        return anew

    def may_sign(self, url: str) -> bool:
        """Whether the token may go to `url`: to the origin of the request alone (REQ-CLIENT-19)."""
        return may_send_to(self._url, url, http_loopback=self._session._http_loopback)

    def next(self, status: int, fields: Any, url: str, *, had_token: bool, replay: bool) -> Plan:
        """Give what is to be done after a response from `url`, which had the token or had lost it on the way."""
        session = self._session
        present, version = session._keeper.present()
        had_token = had_token and self._tokens is not None
        sent = Sent(
            scheme="Bearer" if had_token else None,
            expires=self._tokens.expires if had_token and self._tokens is not None else None,
            superseded=had_token and present is not None and version != self._version,
            url=self._url,
        )
        can = Abilities(
            refresh=session._refresh is not None and present is not None,
            interactive=session._authorize is not None,
            schemes=["Bearer"],
            replay=replay,
            idempotent=self._is_idempotent,
            strict=session._strict,
        )
        now = int(session._clock())
        step = next_step(status, fields, url=url, sent=sent, can=can, state=self._state, now=now)
        self._state = step.state
        return self._plan(step)

    def _plan(self, step: Step) -> Plan:
        session = self._session
        if step.kind == StepKind.WAIT:
            seconds = step.seconds or 0
            is_worth_it = step.replay and seconds <= session._longest_wait
            return Plan(step, replay=is_worth_it, seconds=seconds if is_worth_it else 0)
        if step.kind == StepKind.RETRY and step.nonce is None:
            return Plan(step, replay=step.replay)
        if step.kind == StepKind.REFRESH and session._refresh is not None:
            return Plan(step, replay=step.replay, renewal=Renewal(self._version, session._refresh))
        asks = step.kind in {StepKind.STEP_UP, StepKind.AUTHORIZE, StepKind.REAUTHENTICATE}
        if asks and session._authorize is not None:
            renewal = Renewal(self._version, session._authorize, (step,), ends_session=False)
            return Plan(step, replay=step.replay, renewal=renewal)
        return Plan(step, replay=False)


class _Signed(NamedTuple):
    """What was put into a request."""

    value: str | None
    tokens: Tokens | None
    version: int


_SIGNED: weakref.WeakKeyDictionary[Any, _Signed] = weakref.WeakKeyDictionary()


def take_back(request: Any) -> bool:
    """Take out of a request the field that was put there when it was sent before; whether it was signed at all."""
    signed = _SIGNED.pop(request, None)
    if signed is None:
        return False
    if signed.value is not None and request.headers.get("Authorization") == signed.value:
        del request.headers["Authorization"]
    return True


class Plan:
    """What a step comes to here: wait, renew, send again, in this order; or nothing of them."""

    def __init__(self, step: Step, *, replay: bool, seconds: int = 0, renewal: Renewal | None = None) -> None:
        self.step = step
        self.replay = replay
        """Whether the request is sent again, if the renewal came to something."""
        self.seconds = seconds
        """How long to wait."""
        self.renewal = renewal
        """What is done next, for `Keeper.renew`."""

    @property
    def takes_time(self) -> bool:
        """Whether the response's connection is to be given back first: the renewal may need it."""
        return self.seconds > 0 or self.renewal is not None
