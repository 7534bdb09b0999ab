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
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any, TypeVar

from countersign._refusal import is_final
from countersign._renewal import Flight, Renewal
from countersign._tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

_T = TypeVar("_T")
_log = logging.getLogger("countersign")

_TRY_AGAIN_AFTER = 2.0
"""Seconds in which a renewal that came to nothing is not tried again: each of those that waited would begin another."""

_INSIDE: contextvars.ContextVar[frozenset[Flight]] = contextvars.ContextVar("countersign_inside", default=frozenset())
"""The flights that this context is part of, and those that it was: what a callback has started outlives them."""


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
        self._tokens, self._version = tokens and tokens.check(), 0
        self._flight: Flight | None = None
        self._resting: dict[Callable[..., Any], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_tokens, self._on_logout = on_tokens, on_logout
        self._patience, self._clock = patience, clock
        _KEEPERS.add(self)

    def present(self) -> tuple[Tokens | None, int]:
        """Give the tokens, and a number that no others have."""
        with self._lock:
            return self._tokens, self._version

    def put(self, tokens: Tokens | None) -> None:
        """Put tokens in place of the present ones, as after a login. Raises `ValueError` for such as cannot be sent."""
        if tokens is not None:
            tokens.check()
        with self._lock:
            self._put(tokens)

    def is_inside(self) -> bool:
        """Whether this is a callback's own request, which must not wait for the renewal that it is part of."""
        with self._lock:
            return self._flight is not None and self._flight in _INSIDE.get()

    def is_renewing(self) -> bool:
        """Whether a renewal is under way."""
        with self._lock:
            return self._flight is not None

    def renew(self, renewal: Renewal) -> bool:
        """Replace the tokens of its number, or wait until somebody has; whether there are newer ones."""
        joined = self._join(renewal, None)
        if isinstance(joined, bool):
            return joined
        flight, leads = joined
        if leads:
            self._fly(flight)
        try:
            return flight.came.result(self._patience)
        except (FutureTimeoutError, TimeoutError):
            return False

    async def renew_async(self, renewal: Renewal) -> bool:
        """As `renew`, in an event loop. A request that is cancelled does not cancel the renewal."""
        loop = asyncio.get_running_loop()
        joined = self._join(renewal, loop)
        if isinstance(joined, bool):
            return joined
        flight, leads = joined
        if leads:
            task = loop.create_task(self._fly_async(flight))
            self._tasks.add(task)
            task.add_done_callback(functools.partial(self._left, flight))
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(flight.came)), self._patience)
        except (asyncio.TimeoutError, TimeoutError):
            return False

    def _join(self, renewal: Renewal, loop: asyncio.AbstractEventLoop | None) -> bool | tuple[Flight, bool]:
        with self._lock:
            if self._version != renewal.version:
                return self._tokens is not None
            if self._flight is not None and not self._flight.is_lost():
                return self._flight, False
            if time.monotonic() < self._resting.get(renewal.callback, 0):
                return False
            self._flight = Flight(renewal, loop)
            return self._flight, True

    def _fly(self, flight: Flight) -> None:
        inside = _INSIDE.set(_INSIDE.get() | {flight})
        try:
            _tell(*self._call(flight))
            self._land(flight, tried=True)
        finally:
            _INSIDE.reset(inside)
            self._land(flight)

    async def _fly_async(self, flight: Flight) -> None:
        # Of this task's context alone.
        _INSIDE.set(_INSIDE.get() | {flight})
        if not any(map(is_async, (flight.renewal.callback, self._on_tokens, self._on_logout))):
            # All of it in that thread, which goes on when the loop ends: a refresh token that was used is not lost.
            job = _start_in_thread(self._fly, flight)
            flight.has_thread = True
            job.add_done_callback(lambda _: self._land(flight))
            await asyncio.shield(job)
            return
        try:
            if is_async(flight.renewal.callback):
                told, arguments = await self._call_async(flight)
            else:
                told, arguments = await asyncio.shield(_start_in_thread(self._call, flight))
            if is_async(told):
                await _tell_async(told, arguments)
            else:
                await asyncio.shield(_start_in_thread(_tell, told, arguments))
            self._land(flight, tried=True)
        finally:
            self._land(flight)

    def _left(self, flight: Flight, task: asyncio.Task[None]) -> None:
        """See that a flight lands whose task was cancelled before its first step, or found no thread."""
        self._tasks.discard(task)
        if not task.cancelled():
            fault = task.exception()
            if fault is not None:
                _log.warning("no renewal: %s", type(fault).__name__)
        if not flight.has_thread:
            self._land(flight)

    def _call(self, flight: Flight) -> _Told:
        try:
            return self._took(flight.renewal, flight.renewal.callback(self.present()[0], *flight.renewal.more))
        except Exception as fault:  # noqa: BLE001 - the host's own callback
            return self._failed(flight.renewal, fault)

    async def _call_async(self, flight: Flight) -> _Told:
        try:
            return self._took(flight.renewal, await flight.renewal.callback(self.present()[0], *flight.renewal.more))
        except Exception as fault:  # noqa: BLE001 - the host's own callback
            return self._failed(flight.renewal, fault)

    def _took(self, renewal: Renewal, answer: Any) -> _Told:
        if isinstance(answer, Mapping):
            code = answer.get("error") if answer.get("access_token") is None else None
            if code == "invalid_grant":
                answer = None
            elif code is not None:
                raise ValueError("the token endpoint gave an error that is not invalid_grant")
            else:
                answer = Tokens.from_response(answer, now=self._clock())
        if answer is None:
            return self._ended(renewal)
        if not isinstance(answer, Tokens):
            if inspect.iscoroutine(answer):
                answer.close()
            raise TypeError("a callback gives Tokens, the answer of a token endpoint as a mapping, or None")
        answer.check()
        with self._lock:
            if self._version != renewal.version:
                # A login came between; it counts.
                return None, ()
            tokens: Tokens = answer.after(self._tokens)
            self._put(tokens)
        return self._on_tokens, (tokens,)

    def _failed(self, renewal: Renewal, fault: Exception) -> _Told:
        _log.warning("no new access token: %s", type(fault).__name__)
        return self._ended(renewal) if is_final(fault) else (None, ())

    def _ended(self, renewal: Renewal) -> _Told:
        if not renewal.ends_session:
            return None, ()
        with self._lock:
            if self._version != renewal.version or self._tokens is None:
                return None, ()
            self._put(None)
        return self._on_logout, ()

    def _put(self, tokens: Tokens | None) -> None:
        self._tokens, self._version = tokens, self._version + 1
        self._resting.clear()

    def _land(self, flight: Flight, *, tried: bool = False) -> None:
        """End a flight, once; it rests if its callback was `tried` and brought nothing."""
        with self._lock:
            if flight.came.done():
                return
            if self._flight is flight:
                self._flight = None
            is_newer = self._version != flight.renewal.version
            if tried and not is_newer:
                self._resting[flight.renewal.callback] = time.monotonic() + _TRY_AGAIN_AFTER
            flight.came.set_result(is_newer and self._tokens is not None)


_KEEPERS: weakref.WeakSet[Keeper] = weakref.WeakSet()


def _after_fork_in_child() -> None:
    # The threads that held the locks, and those that renewed, are the parent's.
    for keeper in list(_KEEPERS):
        keeper._lock, keeper._flight = threading.Lock(), None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _start_in_thread(work: Callable[..., _T], *arguments: Any) -> asyncio.Future[_T]:
    """Run work in a thread; what is given is to be shielded, as the thread goes on without the task that waits."""
    run = contextvars.copy_context().run
    return asyncio.get_running_loop().run_in_executor(None, functools.partial(run, work, *arguments))


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
