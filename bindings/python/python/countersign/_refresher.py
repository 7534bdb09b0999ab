"""Keeps keys fresh with a thread and the standard library."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import threading
import time
import weakref
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from countersign._core import KeyStore, Outcome, Verifier
from countersign._deadline import Deadline
from countersign._errors import KeysRefused
from countersign._fetching import (
    REDIRECTS,
    FetchFailed,
    check_address,
    outcome,
    redirect_target,
    request_headers,
    seconds_until_due,
)

if TYPE_CHECKING:
    from types import TracebackType
    from urllib.response import addinfourl

    from countersign._core import Fetch

_LOOK_AGAIN = 0.25
"""Seconds after which the store is looked at again: a check cannot wake the thread without a lock."""

_LIVE: weakref.WeakSet[KeyRefresher]
_LIVE_LOCK: threading.Lock


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        """Leave redirects to the refresher, which holds them to one origin."""


class KeyRefresher:
    """Fetches keys in a thread, by the tickets of the core: discovery, rotation, backoff, conditional requests.

    Takes a `Verifier` or a `KeyStore`. Starts at once; ends with `close()`, as a context manager, or with the process.
    After a fork the child goes on with a thread of its own. `ssl_context` is the standard one if it is not given;
    `proxies` is as of `urllib.request.ProxyHandler`, and the environment's if it is not given.

    >>> import countersign
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "bearer": {"issuers": [{
    ...     "issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys",
    ... }]}}))
    >>> with countersign.KeyRefresher(verifier) as refresher:
    ...     refresher.closed
    False
    """

    def __init__(
        self,
        store: KeyStore | Verifier,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxies: dict[str, str] | None = None,
    ) -> None:
        self._store = store.store if isinstance(store, Verifier) else store
        self._deadline = Deadline()
        self._opener: OpenerDirector = build_opener(
            ProxyHandler(proxies), *self._deadline.handlers(ssl_context or ssl.create_default_context()), _NoRedirects
        )
        # Held around every call that takes the store's own locks, so that no fork finds one of them taken.
        self._lock = threading.Lock()
        self._closed = False
        self._start()
        with _LIVE_LOCK:
            _LIVE.add(self)

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def wake(self) -> None:
        """Have the store looked at now, as after a check that asks for keys."""
        self._woken.set()

    def close(self, timeout: float | None = 10.0) -> None:
        """End the thread; a fetch under way is given up at its deadline at the latest.

        Waits for it so many seconds; for ever with None.
        """
        self._closed = True
        self._woken.set()
        self._deadline.cut()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def __enter__(self) -> KeyRefresher:
        """Give the refresher itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()

    def _start(self) -> None:
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name="countersign-keys", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._closed:
            with self._lock:
                fetch = self._store.next_fetch()
            if fetch is not None:
                self._close_ticket(fetch, self._fetch(fetch))
                continue
            wait = seconds_until_due(self._store, time.monotonic_ns())
            self._woken.wait(_LOOK_AGAIN if wait is None else min(wait, _LOOK_AGAIN))
            self._woken.clear()

    def _close_ticket(self, fetch: Fetch, came: Outcome) -> None:
        with self._lock:
            try:
                self._store.fetch_done(fetch.ticket, came)
            except KeysRefused:
                # The store's status tells; what was there stays.
                return

    def _fetch(self, fetch: Fetch) -> Outcome:
        try:
            url = fetch.url
            for _ in range(REDIRECTS + 1):
                check_address(url)
                response = self._open(url, fetch)
                with response:
                    if response.status not in {301, 302, 303, 307, 308}:
                        return _read(response, fetch)
                    url = redirect_target(url, response.headers.get("Location"))
        except FetchFailed as fault:
            return self._given_up(str(fault))
        except (TimeoutError, socket.timeout):  # noqa: UP041 - another class before 3.11's alias in some builds
            return self._given_up("timeout")
        except URLError as fault:
            return self._given_up("timeout" if isinstance(fault.reason, TimeoutError) else _word(fault.reason))
        except (OSError, http.client.HTTPException, ValueError) as fault:
            return self._given_up(_word(fault))
        finally:
            self._deadline.end()
        return Outcome.failed("too many redirects")

    def _given_up(self, word: str) -> Outcome:
        # What `close` cut says nothing about the issuer.
        return Outcome.abandoned() if self._closed else Outcome.failed(word)

    def _open(self, url: str, fetch: Fetch) -> addinfourl:
        request = Request(url, headers=request_headers(fetch))  # noqa: S310 - the scheme was checked
        try:
            response: addinfourl = self._opener.open(request, timeout=_seconds_left(fetch))
        except HTTPError as fault:
            return fault
        return response


def _read(response: addinfourl, fetch: Fetch) -> Outcome:
    body = bytearray()
    while response.status == 200:
        _seconds_left(fetch)
        piece = response.read1(65_536) if hasattr(response, "read1") else response.read(65_536)
        if not piece:
            break
        body += piece
        if len(body) > fetch.max_bytes:
            raise FetchFailed("body too large")
    headers = response.headers
    return outcome(
        response.status or 0,
        headers.get_all("Cache-Control") or (),
        headers.get("Age"),
        headers.get("ETag"),
        bytes(body),
    )


def _seconds_left(fetch: Fetch) -> float:
    left = (fetch.deadline_ns - time.monotonic_ns()) / 1e9
    if left <= 0:
        raise FetchFailed("timeout")
    return left


def _word(fault: object) -> str:
    """Name a fault by its class: messages hold addresses at times."""
    return type(fault).__name__


_LIVE = weakref.WeakSet()
_LIVE_LOCK = threading.Lock()
_HELD: list[KeyRefresher] = []


def _before_fork() -> None:
    _LIVE_LOCK.acquire()
    for refresher in list(_LIVE):
        refresher._lock.acquire()  # noqa: SLF001, RUF100
        _HELD.append(refresher)


def _after_fork_in_parent() -> None:
    while _HELD:
        _HELD.pop()._lock.release()  # noqa: SLF001, RUF100
    _LIVE_LOCK.release()


def _after_fork_in_child() -> None:
    global _LIVE_LOCK  # noqa: PLW0603, RUF100 - the lock of the parent is nobody's here
    _LIVE_LOCK = threading.Lock()
    while _HELD:
        refresher = _HELD.pop()
        refresher._lock = threading.Lock()  # noqa: SLF001, RUF100
        if not refresher.closed:
            refresher._start()  # noqa: SLF001, RUF100


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
