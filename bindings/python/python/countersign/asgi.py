"""A middleware for ASGI 3: Starlette, FastAPI, Litestar, Quart, Django and any other; HTTP and WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countersign._gate import AsyncGate, Route, answer_headers
from countersign._loopback import scope_fields, when_on

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from countersign._async_refresher import AsyncKeyRefresher
    from countersign._core import Decision, Verifier
    from countersign._refresher import KeyRefresher

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Application = Callable[[Scope, Receive, Send], Awaitable[None]]

__all__ = ["CountersignMiddleware", "Route", "call_of", "decision_of"]

_POLICY_VIOLATION = 1008
"""The close code of a WebSocket that was not let in (RFC 6455 section 7.4.1)."""


class CountersignMiddleware:
    """Lets through what the policy lets through, and answers the rest itself.

    `route` tells what a request (its scope) asks for: a `Route`, or None for one that is not checked. Without it,
    every request is judged by the unnamed profile and the policy's scopes. The decision is in
    ``scope["state"]["countersign"]``, which is ``request.state.countersign`` in Starlette: see `decision_of`. A
    WebSocket that is denied gets the whole answer where the server can send one, else it is closed before it is
    accepted, which is a 403. Slow hashes of passwords run in the event loop's executor. With a `refresher`, requests
    wait up to `wait` seconds for keys that are on their way. `on_decision` is called with each decision before the
    answer is sent or the app is called, as ``countersign.opentelemetry.record``, and awaited if it is async; it must
    not block. What it raises lets nothing through.

    `explain_to_loopback` is for development: a denial then says in a field ``Server-Timing`` what `explain` finds, if
    the client seems to be on this machine; one behind a proxy that hides itself does.

    >>> import asyncio, countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> async def hello(scope, receive, send):
    ...     print("hello", decision_of(scope).subject)
    >>> async def send(message):
    ...     print(message.get("status"), message.get("headers", [(b"", b"")])[0][1])
    >>> app = CountersignMiddleware(hello, verifier)
    >>> fields = [(b"x-api-key", b"a-long-and-secret-key")]
    >>> asyncio.run(app({"type": "http", "path": "/", "headers": fields}, None, send))
    hello billing
    >>> asyncio.run(app({"type": "http", "path": "/", "headers": []}, None, send))
    401 b'Api-Key realm="api", header="X-API-Key"'
    None b''
    """

    def __init__(
        self,
        app: Application,
        verifier: Verifier,
        *,
        route: Callable[[Scope], Route | None] | None = None,
        refresher: KeyRefresher | AsyncKeyRefresher | None = None,
        wait: float = 2.0,
        on_decision: Callable[[Decision], object] | None = None,
        explain_to_loopback: bool = False,
    ) -> None:
        self._app = app
        self._gate = AsyncGate(verifier, refresher=refresher, wait=wait, on_decision=on_decision)
        self._route = route
        self._explain = when_on(explain_to_loopback, scope_fields)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        route = None
        if scope["type"] in {"http", "websocket"}:
            route = Route() if self._route is None else self._route(scope)
        if route is None:
            await self._app(scope, receive, send)
            return
        call = call_of(scope)
        decision = await self._gate.decide(scope["headers"], route, **call)
        if not decision.allowed:
            await self._deny(scope, receive, send, decision, call)
            return
        scope.setdefault("state", {})["countersign"] = decision
        fields = encoded(decision.headers)
        if not fields or scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_fields(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *fields]}
            await send(message)

        await self._app(scope, receive, send_with_fields)

    async def _deny(self, scope: Scope, receive: Receive, send: Send, decision: Decision, call: dict[str, Any]) -> None:
        kind = "http.response"
        if scope["type"] == "websocket":
            await receive()
            if "websocket.http.response" not in scope.get("extensions", {}):
                await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
                return
            kind = "websocket.http.response"
        headers = answer_headers(decision)
        if self._explain is not None:
            headers += self._explain(decision, scope, call)
        await send({"type": f"{kind}.start", "status": decision.status, "headers": encoded(headers)})
        body = b"" if scope.get("method") == "HEAD" else decision.body.encode()
        await send({"type": f"{kind}.body", "body": body})


def call_of(scope: Scope) -> dict[str, Any]:
    """Give the arguments of a check that stand in a scope, but the fields.

    >>> call_of({"type": "http", "method": "GET", "path": "/a", "headers": [(b"host", b"api.example.com")]})
    {'method': 'GET', 'url': b'http://api.example.com/a'}
    """
    scheme: str = scope.get("scheme") or "http"
    scheme = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    host = next((value for name, value in scope["headers"] if name == b"host"), b"localhost")
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string") or b""
    url = scheme.encode() + b"://" + host + path + (b"?" + query if query else b"")
    return {"method": scope.get("method", "GET"), "url": url}


def decision_of(scope: Scope) -> Decision | None:
    """Give the decision about a connection; None for one that was not checked.

    >>> decision_of({"type": "http", "path": "/health", "headers": []}) is None
    True
    """
    decision: Decision | None = scope.get("state", {}).get("countersign")
    return decision


def encoded(headers: list[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    """Give fields as ASGI takes them."""
    return [(name.lower().encode(), value.encode()) for name, value in headers]
