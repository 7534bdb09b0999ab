"""What a client does after a 401, for requests: refresh once for all, send again, or hand the response over.

.. code-block:: python

    session = requests.Session()
    session.auth = RefreshAuth("https://api.example.com", tokens, refresh=refresh, on_logout=show_login)
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any

import requests
from requests.auth import AuthBase
from requests.cookies import extract_cookies_to_jar
from requests.utils import rewind_body

from countersign._core import Step
from countersign._session import Exchange, Session, take_back
from countersign._tokens import RefreshRefused, Tokens

__all__ = ["RefreshAuth", "RefreshRefused", "Step", "Tokens"]


class RefreshAuth(Session, AuthBase):
    """Sends the access token to its `origins` alone, and renews it when the core says so.

    One object serves all threads and sessions, and any number of requests that meet a used-up token cause one call of
    `refresh`. It is given the present `Tokens` and gives new ones, or the JSON of the token endpoint as a mapping; a
    refresh token is kept if no other comes. A session is over if it gives None or JSON whose `error` is
    `invalid_grant`, raises `RefreshRefused`, or an error of requests for a 400, 401 or 403 that does not put the blame
    on the client (RFC 6749 section 5.2): the tokens are dropped, `on_logout` is called once, and every request that
    waited gets its 401. Any other exception or `error`, as of an outage or of a wrong client, gives them their 401 too
    and keeps the session. `on_tokens` is called with new tokens before those that wait go on. `authorize` is called
    with the present tokens and the `Step` where a person could help (login, step-up, more scopes), and gives what
    `refresh` gives; None or an exception declines, which hands the response over and keeps the session.

    A token within 30 seconds of its end is renewed beforehand. A request is sent again if its body is there once more:
    a file is wound back, a generator cannot be, though the token is renewed. So it is after a 429 or 503, behind as
    many seconds as the server says, or a few at random; one that asks for more than `longest_wait` is handed over.
    `strict` renews for no 401 that says nothing, unless the token is past its end. `http_loopback` lets tokens go over
    plain http to this machine. A request with an Authorization of its own, to another origin, or of a callback is sent
    as it is. Those that wait do so `patience` seconds at most. Raises `ValueError` for an origin that no token may be
    sent to, and for tokens that no field can hold.

    >>> auth = RefreshAuth("https://api.example.com", Tokens("a", "r"), refresh=lambda tokens: None)
    >>> requests.Request("GET", "https://api.example.com/v1", auth=auth).prepare().headers["Authorization"]
    'Bearer a'
    >>> requests.Request("GET", "https://elsewhere.example.com", auth=auth).prepare().headers
    {}
    >>> auth
    <RefreshAuth for https://api.example.com>
    """

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token into a request, and see to its response."""
        exchange = None
        if take_back(request):
            # It was prepared before: what watched it is done.
            hooks: list[Any] = request.hooks["response"]
            request.hooks = {**request.hooks, "response": [hook for hook in hooks if not isinstance(hook, _Watch)]}
        if "Authorization" not in request.headers:
            exchange = self._exchange(request.method or "GET", request.url or "")
        if exchange is None:
            return request
        self._refuse_async()
        early = exchange.early()
        if early is not None:
            self._keeper.renew(early)
        exchange.sign(request)
        request.register_hook("response", _Watch(self, exchange, request))  # type: ignore[no-untyped-call]
        return request


class _Watch:
    """The hook of one request, and of those that redirects make of it."""

    def __init__(self, session: RefreshAuth, exchange: Exchange, request: requests.PreparedRequest) -> None:
        self._session, self._exchange = session, exchange
        # A request may be sent more than once, and by several threads.
        self._answered: weakref.WeakSet[requests.PreparedRequest] = weakref.WeakSet()
        self._present = threading.local()
        self._body = request.body
        self._place = _place(self._body)

    def __call__(self, response: requests.Response, **options: Any) -> requests.Response:
        exchange = self._exchange_of(response.request)
        if exchange is None:
            return response
        while True:
            request = response.request
            self._answered.add(request)
            plan = exchange.next(
                response.status_code,
                getattr(response.raw, "headers", response.headers),
                request.url or "",
                had_token="Authorization" in request.headers,
                replay=self._is_there_once_more(request.body),
            )
            if plan.takes_time:
                # Reading it to its end gives the connection back, which the renewal may need.
                _ = response.content
                response.close()
            if plan.seconds:
                time.sleep(plan.seconds)
            came = plan.renewal is None or self._session._keeper.renew(plan.renewal)
            if not (came and plan.replay):
                return response
            response = self._again(exchange, response, **options)

    def _exchange_of(self, request: requests.PreparedRequest) -> Exchange | None:
        if request in self._answered:
            # It is sent once more. A redirect makes a request of its own.
            self._present.exchange = self._exchange.again(request)
        exchange: Exchange | None = getattr(self._present, "exchange", self._exchange)
        return exchange

    def _again(self, exchange: Exchange, response: requests.Response, **options: Any) -> requests.Response:
        _ = response.content
        response.close()
        request = response.request.copy()
        jar: Any = request._cookies  # type: ignore[attr-defined]
        extract_cookies_to_jar(jar, response.request, response.raw)  # type: ignore[no-untyped-call]
        request.prepare_cookies(jar)
        if self._place is not None and request.body is self._body:
            rewind_body(request)
        # A redirect may have led to another origin, where the token was taken out.
        if exchange.may_sign(request.url or ""):
            exchange.sign(request)
        answer: requests.Response = response.connection.send(request, **options)
        answer.history.append(response)
        answer.request = request
        return answer

    def _is_there_once_more(self, body: Any) -> bool:
        """Whether a body can be sent again (REQ-CLIENT-21)."""
        return body is None or isinstance(body, (bytes, str)) or (body is self._body and self._place is not None)


def _place(body: Any) -> int | None:
    """Give where a file is read from; None for what is none."""
    try:
        place: int = body.tell()
    except (AttributeError, OSError):
        return None
    return place if hasattr(body, "seek") else None
