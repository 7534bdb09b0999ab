"""What a client does after a 401, for httpx: refresh once for all, send again, or hand the response over.

.. code-block:: python

    def refresh(tokens):
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, "client_id": "app"}
        return httpx.post(f"{LOGIN}/token", data=form).raise_for_status().json()

    auth = RefreshAuth("https://api.example.com", tokens, refresh=refresh, on_logout=show_login)
    client = httpx.Client(auth=auth)
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx

from countersign._core import Step
from countersign._session import Exchange, Plan, Session, take_back
from countersign._tokens import RefreshRefused, Tokens

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

__all__ = ["RefreshAuth", "RefreshRefused", "Step", "Tokens"]


class RefreshAuth(Session, httpx.Auth):
    """Sends the access token to its `origins` alone, and renews it when the core says so; sync and async.

    One object serves all threads and tasks, and any number of requests that meet a used-up token cause one call of
    `refresh`. It is given the present `Tokens` and gives new ones, or the JSON of the token endpoint as a mapping; a
    refresh token is kept if no other comes. A session is over if it gives None or JSON whose `error` is
    `invalid_grant`, raises `RefreshRefused`, or an error of httpx for a 400, 401 or 403 that does not put the blame on
    the client (RFC 6749 section 5.2): the tokens are dropped, `on_logout` is called once, and every request that waited
    gets its 401. Any other exception or `error`, as of an outage or of a wrong client, gives them their 401 too and
    keeps the session. `on_tokens` is called with new tokens before those that wait go on. `authorize` is called with
    the present tokens and the `Step` where a person could help (login, step-up, more scopes), and gives what `refresh`
    gives; None or an exception declines, which hands the response over and keeps the session. An async client takes
    callbacks that are async and such that are not, which run in a thread; a sync client takes the latter alone.

    A token within 30 seconds of its end is renewed beforehand. A request is sent again if its body is there once more:
    not if it is a stream, though the token is renewed. So it is after a 429 or 503, behind as many seconds as the
    server says, or a few at random; one that asks for more than `longest_wait` is handed over. `strict` renews for no
    401 that says nothing, unless the token is past its end. `http_loopback` lets tokens go over plain http to this
    machine. A request with an Authorization of its own, to another origin, or of a callback is sent as it is. Those
    that wait do so `patience` seconds at most. Raises `ValueError` for an origin that no token may be sent to, and for
    tokens that no field can hold.

    >>> import time
    >>> def server(request):
    ...     is_new = request.headers.get("Authorization") == "Bearer new"
    ...     return httpx.Response(200 if is_new else 401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    >>> def refresh(tokens):
    ...     print("refresh", tokens)
    ...     return {"access_token": "new", "expires_in": 600}
    >>> auth = RefreshAuth("https://api.example.com", Tokens("old", "r"), refresh=refresh)
    >>> with httpx.Client(auth=auth, transport=httpx.MockTransport(server)) as client:
    ...     client.get("https://api.example.com/v1"), client.get("https://elsewhere.example.com")
    refresh <Tokens, renewable>
    (<Response [200 OK]>, <Response [401 Unauthorized]>)
    """

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send a request of a `httpx.Client`."""
        exchange = self._begin(request)
        if exchange is None:
            yield request
            return
        self._refuse_async()
        early = exchange.early()
        if early is not None:
            self._keeper.renew(early)
        while True:
            exchange.sign(request)
            response = yield request
            plan = _plan(exchange, request, response)
            if plan.takes_time:
                response.read()
            if plan.seconds:
                time.sleep(plan.seconds)
            came = plan.renewal is None or self._keeper.renew(plan.renewal)
            if not (came and plan.replay):
                return

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send a request of a `httpx.AsyncClient` over asyncio."""
        exchange = self._begin(request)
        if exchange is None:
            yield request
            return
        early = exchange.early()
        if early is not None:
            await self._keeper.renew_async(early)
        while True:
            exchange.sign(request)
            response = yield request
            plan = _plan(exchange, request, response)
            if plan.takes_time:
                await response.aread()
            if plan.seconds:
                await asyncio.sleep(plan.seconds)
            came = plan.renewal is None or await self._keeper.renew_async(plan.renewal)
            if not (came and plan.replay):
                return

    def _begin(self, request: httpx.Request) -> Exchange | None:
        # One that was sent before has our field still.
        take_back(request)
        if "Authorization" in request.headers:
            return None
        return self._exchange(request.method, str(request.url))


def _plan(exchange: Exchange, request: httpx.Request, response: httpx.Response) -> Plan:
    # httpx has followed redirects by now, and dropped the token where they left the origin.
    had_token = "Authorization" in response.request.headers
    return exchange.next(
        response.status_code,
        response.headers.raw,
        str(response.request.url),
        had_token=had_token,
        replay=_is_there_once_more(request),
    )


def _is_there_once_more(request: httpx.Request) -> bool:
    """Whether the body can be sent again (REQ-CLIENT-21): httpx holds it unless it is a stream or files."""
    try:
        return request.content is not None
    except httpx.RequestNotRead:
        return False
