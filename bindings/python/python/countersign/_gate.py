"""What every middleware does: check, wait for keys or a slow hash where that helps, and answer. No framework."""

from __future__ import annotations

import asyncio
import inspect
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from countersign._async_refresher import AsyncKeyRefresher
    from countersign._core import Decision, Need, Verifier
    from countersign._refresher import KeyRefresher

_LOOK_AGAIN = 0.01
_ASYNC_HOOK = "this middleware is not async, so on_decision cannot be"


class Route(NamedTuple):
    """What a route asks for, in place of what the policy says.

    >>> Route(scopes="read:reports")
    Route(scopes='read:reports', profile=None)
    """

    scopes: str | tuple[str, ...] | None = None
    """The scopes; None for the policy's."""
    profile: str | None = None
    """The policy's profile; None for the unnamed one."""


class Gate:
    """A verifier as a middleware asks it.

    With a refresher, a request whose keys are not there yet waits for them, at most `wait` seconds, before it is
    answered with 503 or 401. `on_decision` hears of each decision, once, before it is acted on. What it raises goes on
    to the framework: no request passes whose decision did not come back from a gate.
    """

    def __init__(
        self,
        verifier: Verifier,
        *,
        refresher: KeyRefresher | AsyncKeyRefresher | None = None,
        wait: float = 2.0,
        on_decision: Callable[[Decision], object] | None = None,
    ) -> None:
        self.verifier = verifier
        self._on_decision = on_decision
        self._refresher = refresher
        self._wait = wait

    def _pauses(self, need: Need | None) -> Iterator[float]:
        """Give pauses while a set that would help is under way."""
        if self._refresher is None or need is None or need.issuer is None:
            return
        self._refresher.wake()
        store, end = self.verifier.store, time.monotonic() + self._wait
        started = False
        while time.monotonic() < end and (store.generation(need.issuer) or 0) <= need.generation:
            fetching = store.is_fetching(need.issuer)
            if started and not fetching:
                return
            started = started or fetching
            yield _LOOK_AGAIN


class BlockingGate(Gate):
    """A gate of a middleware that is not async; `on_decision` cannot be async either."""

    def __init__(
        self,
        verifier: Verifier,
        *,
        refresher: KeyRefresher | None = None,
        wait: float = 2.0,
        on_decision: Callable[[Decision], object] | None = None,
    ) -> None:
        # Of an object that is called, its __call__ is what is async.
        if any(map(inspect.iscoroutinefunction, (on_decision, getattr(on_decision, "__call__", None)))):  # noqa: B004
            raise TypeError(_ASYNC_HOOK)
        super().__init__(verifier, refresher=refresher, wait=wait, on_decision=on_decision)

    def decide(self, headers: Any, route: Route, **call: Any) -> Decision:
        """Judge a request; blocks for slow hashes and for keys."""
        call.update(scopes=route.scopes, profile=route.profile)
        decision = self.verifier.check_blocking(headers, **call)
        waited = False
        for pause in self._pauses(decision.need):
            waited = True
            time.sleep(pause)
        if waited:
            decision = self.verifier.check_blocking(headers, **call)
        if self._on_decision is not None:
            given = self._on_decision(decision)
            if inspect.isawaitable(given):
                # Nobody would await it, and what it raises would let the request pass.
                if inspect.iscoroutine(given):
                    given.close()
                raise TypeError(_ASYNC_HOOK)
        return decision


class AsyncGate(Gate):
    """A gate of an async middleware; what `on_decision` gives is awaited if it can be."""

    async def decide(self, headers: Any, route: Route, **call: Any) -> Decision:
        """Judge a request; slow hashes run in the event loop's executor."""
        call.update(scopes=route.scopes, profile=route.profile)
        decision = await self._check(headers, call)
        waited = False
        for pause in self._pauses(decision.need):
            waited = True
            await asyncio.sleep(pause)
        if waited:
            decision = await self._check(headers, call)
        if self._on_decision is not None:
            given = self._on_decision(decision)
            if inspect.isawaitable(given):
                await given
        return decision

    async def _check(self, headers: Any, call: dict[str, Any]) -> Decision:
        decision = self.verifier.check(headers, **call)
        work = self.verifier.slow_hash(decision)
        if work is None:
            return decision
        answer = await asyncio.get_running_loop().run_in_executor(None, work.run)
        return self.verifier.resume(headers, answer, **call)


def phrase(status: int) -> str:
    """Give the status line's text."""
    return f"{status} {HTTPStatus(status).phrase}"


def answer_headers(decision: Decision) -> list[tuple[str, str]]:
    """Give every field of the answer to a denied request."""
    length = len(decision.body.encode())
    return [*decision.headers, ("Content-Type", "application/problem+json"), ("Content-Length", str(length))]


def environ_headers(environ: dict[str, Any], wanted: Iterable[str]) -> list[tuple[str, str]]:
    """Give the wanted fields of a CGI-like environment, which has joined the lines of each."""
    names = ((name, "HTTP_" + name.upper().replace("-", "_")) for name in wanted)
    return [(name, environ[key]) for name, key in names if key in environ]


def environ_url(environ: dict[str, Any]) -> bytes:
    """Give the absolute URI of a request of a CGI-like environment."""
    scheme = environ.get("wsgi.url_scheme", "http")
    host = environ.get("HTTP_HOST") or environ.get("SERVER_NAME", "localhost")
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    query = environ.get("QUERY_STRING", "")
    return f"{scheme}://{host}{path or '/'}{'?' + query if query else ''}".encode("latin-1", "replace")
