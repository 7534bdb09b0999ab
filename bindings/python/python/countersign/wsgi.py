"""A middleware for WSGI (PEP 3333): Flask, Bottle, Falcon and any other.

WSGI servers join the lines of a repeated field, so two Authorization lines arrive as one that is malformed and denied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countersign._gate import BlockingGate, Route, answer_headers, environ_headers, environ_url, phrase
from countersign._loopback import environ_fields, when_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from countersign._core import Decision, Verifier
    from countersign._refresher import KeyRefresher

__all__ = ["CountersignMiddleware", "Route", "decision_of"]

_KEY = "countersign.decision"


class CountersignMiddleware:
    """Lets through what the policy lets through, and answers the rest itself.

    `route` tells what a request (its environ) asks for: a `Route`, or None for one that is not checked. Without it,
    every request is judged by the unnamed profile and the policy's scopes. The decision is in the environ: see
    `decision_of`. With a `refresher`, requests wait up to `wait` seconds for keys that are on their way.
    `on_decision` is called with each decision before the answer is sent or the app is called, as
    ``countersign.opentelemetry.record``. What it raises lets nothing through; it cannot be async, which is a TypeError.

    `explain_to_loopback` is for development: a denial then says in a field ``Server-Timing`` what `explain` finds, if
    the client seems to be on this machine; one behind a proxy that hides itself does.

    >>> import countersign
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "bearer": {"issuers": [{
    ...     "issuer": "https://login.example.com", "audience": "api", "jwks_uri": "https://login.example.com/keys",
    ... }]}}))
    >>> app = CountersignMiddleware(lambda environ, start_response: [b"hello"], verifier)
    >>> environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "SERVER_NAME": "localhost"}
    >>> app(environ, lambda status, headers: print(status, headers[0]))
    401 Unauthorized ('WWW-Authenticate', 'Bearer realm="api"')
    [b'{"type":"about:blank","title":"Unauthorized","status":401,"detail":"No credentials were sent"}']
    """

    def __init__(
        self,
        app: WSGIApplication,
        verifier: Verifier,
        *,
        route: Callable[[WSGIEnvironment], Route | None] | None = None,
        refresher: KeyRefresher | None = None,
        wait: float = 2.0,
        on_decision: Callable[[Decision], object] | None = None,
        explain_to_loopback: bool = False,
    ) -> None:
        self._app = app
        self._gate = BlockingGate(verifier, refresher=refresher, wait=wait, on_decision=on_decision)
        self._wanted = verifier.policy.wanted_fields
        self._route = route
        self._explain = when_on(explain_to_loopback, environ_fields)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        # What a client could have sent is no decision.
        environ.pop(_KEY, None)
        route = Route() if self._route is None else self._route(environ)
        if route is None:
            return self._app(environ, start_response)
        method, url = environ.get("REQUEST_METHOD", "GET"), environ_url(environ)
        decision = self._gate.decide(environ_headers(environ, self._wanted), route, method=method, url=url)
        if not decision.allowed:
            headers = answer_headers(decision)
            if self._explain is not None:
                headers += self._explain(decision, environ, method=method, url=url)
            start_response(phrase(decision.status), headers)
            return [] if environ.get("REQUEST_METHOD") == "HEAD" else [decision.body.encode()]
        environ[_KEY] = decision
        added = decision.headers
        if not added:
            return self._app(environ, start_response)

        def start_with_fields(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, *added], *rest)

        return self._app(environ, start_with_fields)


def decision_of(environ: WSGIEnvironment) -> Decision | None:
    """Give the decision about a request; None for one that was not checked.

    >>> decision_of({"REQUEST_METHOD": "GET", "PATH_INFO": "/health"}) is None
    True
    """
    decision: Decision | None = environ.get(_KEY)
    return decision
