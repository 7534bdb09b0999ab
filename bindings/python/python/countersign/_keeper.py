"""The present tokens of a client, and one renewal at a time for all its threads and tasks."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import inspect
import logging
import os
import threading
import time
import weakref
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any, TypeVar

from countersign._tokens import RefreshRefused, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_log = logging.getLogger("countersign")

_TRY_AGAIN_AFTER = 2.0
"""Seconds in which a renewal that came to nothing is not tried again: each of those that waited would begin another."""

_INSIDE: contextvars.ContextVar[bool] = contextvars.ContextVar("countersign_renewing", default=False)


def is_renewing() -> bool:
    """Whether this is a callback's own request, which must not wait for the renewal that it is part of."""
    return _INSIDE.get()


class Keeper:
    """Keeps tokens, and replaces them by what a callback gives: for all who ask at once by one call of it.

    `on_tokens` and `on_logout` are called before those that wait go on, which is `patience` seconds at most.
    """

    def __init__(
        self,
        tokens: Tokens | None,
        *,
        on_tokens: Callable[[Tokens], Any] | None,
        on_logout: Callable[[], Any] | None,
        patience: float,
        clock: Callable[[], float],
    ) -> None:
        self._lock = threading.Lock()
        self._tokens, self._version = tokens, 0
        self._flight: Future[bool] | None = None
        self._resting: tuple[int, float] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_tokens, self._on_logout = on_tokens, on_logout
        self._patience, self._clock = patience, clock
        _KEEPERS.add(self)

    def present(self) -> tuple[Tokens | None, int]:
        """Give the tokens, and a number that no others have."""
        with self._lock:
            return self._tokens, self._version

    def put(self, tokens: Tokens | None) -> None:
        """Put tokens in place of the present ones, as after a login."""
        with self._lock:
            self._put(tokens)

    def is_renewing(self) -> bool:
        """Whether a renewal is under way."""
        with self._lock:
            return self._flight is not None

    def renew(self, version: int, callback: Callable[..., Any], *more: Any) -> bool:
        """Replace the tokens of this number, or wait until somebody has; whether there are newer ones."""
        joined = self._join(version)
        if isinstance(joined, bool):
            return joined
        flight, leads = joined
        if leads:
            self._fly(flight, version, callback, more)
        try:
            return flight.result(self._patience)
        except (FutureTimeoutError, TimeoutError):
            return False

    async def renew_async(self, version: int, callback: Callable[..., Any], *more: Any) -> bool:
        """As `renew`, in an event loop. A request that is cancelled does not cancel the renewal."""
        joined = self._join(version)
        if isinstance(joined, bool):
            return joined
        flight, leads = joined
        if leads:
            task = asyncio.get_running_loop().create_task(self._fly_async(flight, version, callback, more))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(flight)), self._patience)
        except (asyncio.TimeoutError, TimeoutError):
            return False

    def _join(self, version: int) -> bool | tuple[Future[bool], bool]:
        with self._lock:
            if self._version != version:
                return self._tokens is not None
            if self._flight is not None:
                return self._flight, False
            if self._resting is not None and self._resting[0] == version and time.monotonic() < self._resting[1]:
                return False
            self._flight = Future()
            return self._flight, True

    def _fly(self, flight: Future[bool], version: int, callback: Callable[..., Any], more: tuple[Any, ...]) -> None:
        inside = _INSIDE.set(True)
        try:
            told, arguments = self._call(version, callback, more)
            _tell(told, arguments)
        finally:
            _INSIDE.reset(inside)
            self._land(flight, version)

    async def _fly_async(
        self, flight: Future[bool], version: int, callback: Callable[..., Any], more: tuple[Any, ...]
    ) -> None:
        # Of this task's context alone.
        _INSIDE.set(True)
        if not any(map(is_async, (callback, self._on_tokens, self._on_logout))):
            # All of it in that thread, which goes on when the loop ends: a refresh token that was used is not lost.
            await _in_thread(self._fly, flight, version, callback, more)
            return
        try:
            if is_async(callback):
                told, arguments = await self._call_async(version, callback, more)
            else:
                told, arguments = await _in_thread(self._call, version, callback, more)
            if is_async(told):
                await _tell_async(told, arguments)
            else:
                await _in_thread(_tell, told, arguments)
        finally:
            self._land(flight, version)

    def _call(self, version: int, callback: Callable[..., Any], more: tuple[Any, ...]) -> _Told:
        try:
            return self._took(version, callback(self.present()[0], *more))
        except Exception as fault:  # noqa: BLE001 - the host's own callback
            return self._failed(version, fault)

    async def _call_async(self, version: int, callback: Callable[..., Any], more: tuple[Any, ...]) -> _Told:
        try:
            return self._took(version, await callback(self.present()[0], *more))
        except Exception as fault:  # noqa: BLE001 - the host's own callback
            return self._failed(version, fault)

    def _took(self, version: int, answer: Any) -> _Told:
        if answer is None or (isinstance(answer, Mapping) and "access_token" not in answer and "error" in answer):
            return self._ended(version)
        if isinstance(answer, Mapping):
            answer = Tokens.from_response(answer, now=self._clock())
        if not isinstance(answer, Tokens):
            if inspect.iscoroutine(answer):
                answer.close()
            raise TypeError("a callback gives Tokens, the answer of a token endpoint as a mapping, or None")
        with self._lock:
            if self._version != version:
                # A login came between; it counts.
                return None, ()
            tokens: Tokens = answer.after(self._tokens)
            self._put(tokens)
        return self._on_tokens, (tokens,)

    def _failed(self, version: int, fault: Exception) -> _Told:
        _log.warning("no new access token: %s", type(fault).__name__)
        return self._ended(version) if _is_final(fault) else (None, ())

    def _ended(self, version: int) -> _Told:
        with self._lock:
            if self._version != version or self._tokens is None:
                return None, ()
            self._put(None)
        return self._on_logout, ()

    def _put(self, tokens: Tokens | None) -> None:
        self._tokens, self._version, self._resting = tokens, self._version + 1, None

    def _land(self, flight: Future[bool], version: int) -> None:
        with self._lock:
            self._flight = None
            is_newer = self._version != version
            if not is_newer:
                self._resting = version, time.monotonic() + _TRY_AGAIN_AFTER
            came = is_newer and self._tokens is not None
        flight.set_result(came)


_KEEPERS: weakref.WeakSet[Keeper] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    # The threads that held the locks, and those that renewed, are the parent's.
    for keeper in list(_KEEPERS):
        keeper._lock, keeper._flight = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


async def _in_thread(work: Callable[..., _T], *arguments: Any) -> _T:
    """Run work in a thread, which is not given up with the task that waits for it."""
    run = contextvars.copy_context().run
    job = asyncio.get_running_loop().run_in_executor(None, functools.partial(run, work, *arguments))
    return await asyncio.shield(job)


_Told = tuple["Callable[..., Any] | None", tuple[Any, ...]]
"""The callback that is to be told of a change, and with what."""


def is_async(callback: Callable[..., Any] | None) -> bool:
    """Whether what a callback gives is to be awaited."""
    return inspect.iscoroutinefunction(callback) or inspect.iscoroutinefunction(getattr(callback, "__call__", None))  # noqa: B004


def _tell(callback: Callable[..., Any] | None, arguments: tuple[Any, ...]) -> None:
    if callback is None:
        return
    try:
        callback(*arguments)
    except Exception as fault:  # noqa: BLE001 - the tokens are there whatever becomes of the host's note of them
        _log.warning("a callback failed: %s", type(fault).__name__)


async def _tell_async(callback: Any, arguments: tuple[Any, ...]) -> None:
    try:
        await callback(*arguments)
    except Exception as fault:  # noqa: BLE001 - as above
        _log.warning("a callback failed: %s", type(fault).__name__)


def _is_final(fault: Exception) -> bool:
    """Whether the session is over: the token endpoint said no, while an outage says nothing (REQ-CLIENT-13)."""
    if isinstance(fault, RefreshRefused):
        return True
    # The errors of httpx and requests for a status have the response.
    status = getattr(getattr(fault, "response", None), "status_code", None)
    return isinstance(status, int) and 400 <= status < 500 and status not in {408, 429}
