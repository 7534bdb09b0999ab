"""Keeps keys fresh in an event loop, with httpx."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

from countersign._core import KeyStore, Outcome, Verifier
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

    import httpx

    from countersign._core import Fetch

_LOOK_AGAIN = 0.25
"""Seconds after which the store is looked at again: a check cannot wake the task without a lock."""


class AsyncKeyRefresher:
    """Fetches keys in a task of the running event loop, by the tickets of the core.

    Takes a `Verifier` or a `KeyStore`, and the `httpx.AsyncClient` to use; one of its own, which needs the package
    `httpx`, if it is not given. Use it as an async context manager, or `start()` and `await close()`.

    >>> import asyncio, countersign
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "bearer": {"issuers": [{
    ...     "issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys",
    ... }]}}))
    >>> async def serve():
    ...     async with countersign.AsyncKeyRefresher(verifier) as refresher:
    ...         return refresher.closed
    >>> asyncio.run(serve())
    False
    """

    def __init__(self, store: KeyStore | Verifier, *, client: httpx.AsyncClient | None = None) -> None:
        self._store = store.store if isinstance(store, Verifier) else store
        self._client = client
        self._owns_client = client is None
        self._task: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether no task runs."""
        return self._task is None or self._task.done()

    def start(self) -> None:
        """Start the task, unless it runs."""
        if not self.closed:
            return
        if self._client is None:
            import httpx

            self._client = httpx.AsyncClient()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="countersign-keys")

    def wake(self) -> None:
        """Have the store looked at now, as after a check that asks for keys."""
        self._woken.set()

    async def close(self) -> None:
        """End the task; a fetch under way is abandoned."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        if self._owns_client and self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    async def __aenter__(self) -> AsyncKeyRefresher:
        """Start."""
        self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()

    async def _run(self) -> None:
        while True:
            fetch = self._store.next_fetch()
            if fetch is not None:
                await self._serve(fetch)
                continue
            wait = seconds_until_due(self._store, time.monotonic_ns())
            try:
                await asyncio.wait_for(self._woken.wait(), _LOOK_AGAIN if wait is None else min(wait, _LOOK_AGAIN))
            except (asyncio.TimeoutError, TimeoutError):
                continue
            self._woken.clear()

    async def _serve(self, fetch: Fetch) -> None:
        came = Outcome.abandoned()
        try:
            left = max(0.0, (fetch.deadline_ns - time.monotonic_ns()) / 1e9)
            came = await asyncio.wait_for(self._fetch(fetch), left)
        except FetchFailed as fault:
            came = Outcome.failed(str(fault))
        except (asyncio.TimeoutError, TimeoutError):
            came = Outcome.failed("timeout")
        except Exception as fault:  # noqa: BLE001 - any client's own faults; the loop goes on
            came = Outcome.failed(type(fault).__name__)
        finally:
            # The store's status tells; what was there stays.
            with contextlib.suppress(KeysRefused):
                self._store.fetch_done(fetch.ticket, came)

    async def _fetch(self, fetch: Fetch) -> Outcome:
        if self._client is None:
            return Outcome.abandoned()
        url = fetch.url
        for _ in range(REDIRECTS + 1):
            check_address(url)
            shaking = _Handshake()
            stream = self._client.stream(
                "GET",
                url,
                headers=request_headers(fetch),
                follow_redirects=False,
                timeout=5.0,
                extensions={"trace": shaking.trace},
            )
            try:
                async with stream as response:
                    if response.status_code not in {301, 302, 303, 307, 308}:
                        return await _read(response, fetch)
                    url = redirect_target(url, response.headers.get("Location"))
            except BaseException:
                await shaking.close()
                raise
        raise FetchFailed("too many redirects")


class _Handshake:
    """The connection of a request that is not in use yet.

    httpx leaves it open where it is given up, or cancelled, in the midst of a TLS handshake.
    """

    def __init__(self) -> None:
        self._opened: list[Any] = []

    async def trace(self, event: str, info: dict[str, Any]) -> None:
        """Take note of what httpx tells of its steps (its extension ``trace``)."""
        if event.endswith(".connect_tcp.complete"):
            self._opened.append(info.get("return_value"))
        elif event.endswith((".start_tls.complete", ".send_request_headers.started")):
            self._opened.clear()

    async def close(self) -> None:
        """Close it."""
        while self._opened:
            stream = self._opened.pop()
            if stream is not None:
                await stream.aclose()


async def _read(response: httpx.Response, fetch: Fetch) -> Outcome:
    body = bytearray()
    if response.status_code == 200:
        async for piece in response.aiter_bytes(65_536):
            body += piece
            if len(body) > fetch.max_bytes:
                raise FetchFailed("body too large")
    headers = response.headers
    return outcome(
        response.status_code,
        headers.get_list("Cache-Control"),
        headers.get("Age"),
        headers.get("ETag"),
        bytes(body),
    )
