"""A middleware for Django, with decorators for views.

.. code-block:: python

    MIDDLEWARE = [..., "countersign.django.CountersignMiddleware"]
    COUNTERSIGN = {"VERIFIER": "mysite.auth.verifier"}  # a Verifier or its dotted path

REFRESHER is one that fetches keys, ON_DECISION what is called with each decision before it is acted on, as
``"countersign.opentelemetry.record"``: things or dotted paths. What ON_DECISION raises lets nothing through; it cannot
be async, which is a TypeError. WAIT is how many seconds requests wait for keys.

.. code-block:: python

    @requires("read:reports")
    def reports(request): ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.utils.module_loading import import_string

from countersign._gate import BlockingGate, Route, answer_headers, environ_headers, environ_url
from countersign._loopback import environ_fields, when_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from countersign._core import Decision

__all__ = ["CountersignMiddleware", "DeniedResponse", "exempt", "requires"]

View = TypeVar("View", bound="Callable[..., Any]")


def requires(*scopes: str, profile: str | None = None) -> Callable[[View], View]:
    """Have a view ask for scopes, or be judged by a profile, in place of what the policy says.

    >>> @requires("read:reports")
    ... def reports(request): ...
    >>> reports.countersign_route
    Route(scopes=('read:reports',), profile=None)
    """

    def mark(view: View) -> View:
        view.countersign_route = Route(scopes or None, profile)  # type: ignore[attr-defined]
        return view

    return mark


def exempt(view: View) -> View:
    """Have a view not be checked.

    >>> @exempt
    ... def health(request): ...
    >>> health.countersign_route is None
    True
    """
    view.countersign_route = None  # type: ignore[attr-defined]
    return view


class DeniedResponse(HttpResponse):
    """The exact answer to a denied request; each challenge keeps its own line.

    >>> import countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> if not settings.configured:
    ...     settings.configure()
    >>> DeniedResponse(verifier.check({}), with_body=True).items()[0]
    ('WWW-Authenticate', 'Api-Key realm="api", header="X-API-Key"')
    """

    def __init__(self, decision: Decision, *, with_body: bool) -> None:
        super().__init__(decision.body.encode() if with_body else b"", status=decision.status)
        self.decision = decision

    def items(self) -> Iterable[tuple[str, str]]:
        """Give the fields, with several of one name."""
        own = [(name, value) for name, value in self.headers.items() if name not in {"Content-Type", "Content-Length"}]
        return [*answer_headers(self.decision), *own]


class CountersignMiddleware:
    """Judges every request that leads to a view; the decision is ``request.countersign``.

    Synchronous: under ASGI Django runs it in a thread, so slow hashes and waiting for keys block no event loop. With
    ``"EXPLAIN_TO_LOOPBACK": True``, which is for development and refused where ``DEBUG`` is not on, a denial says in a
    field ``Server-Timing`` what `explain` finds, if the client seems to be on this machine; one behind a proxy that
    hides itself does.

    >>> from django.http import HttpRequest
    >>> import countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> if not settings.configured:
    ...     settings.configure()
    >>> settings.COUNTERSIGN = {"VERIFIER": verifier}
    >>> middleware = CountersignMiddleware(lambda request: HttpResponse("hello"))
    >>> request = HttpRequest()
    >>> request.META = {"HTTP_X_API_KEY": "a-long-and-secret-key", "SERVER_NAME": "localhost"}
    >>> middleware.process_view(request, lambda request: None, (), {}), request.countersign.subject
    (None, 'billing')
    """

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response
        given = settings.COUNTERSIGN
        verifier, refresher, on_decision = (
            import_string(value) if isinstance(value, str) else value
            for value in (given["VERIFIER"], given.get("REFRESHER"), given.get("ON_DECISION"))
        )
        self._gate = BlockingGate(verifier, refresher=refresher, wait=given.get("WAIT", 2.0), on_decision=on_decision)
        self._wanted = verifier.policy.wanted_fields
        self._explain = when_on(given.get("EXPLAIN_TO_LOOPBACK", False), environ_fields)
        if self._explain is not None and not settings.DEBUG:
            wrong = "EXPLAIN_TO_LOOPBACK is for development, and DEBUG is not on"
            raise ImproperlyConfigured(wrong)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        response = self._get_response(request)
        decision: Decision | None = getattr(request, "countersign", None)
        if decision is not None:
            for name, value in decision.headers:
                response.headers[name] = f"{response.headers[name]}, {value}" if name in response.headers else value
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: Any,  # noqa: ARG002 - as Django calls it
        kwargs: Any,  # noqa: ARG002
    ) -> HttpResponse | None:
        """Judge a request before its view."""
        route: Route | None = getattr(view, "countersign_route", Route())
        if route is None:
            return None
        environ = {"wsgi.url_scheme": request.scheme, **request.META}
        method, url = request.method or "GET", environ_url(environ)
        decision = self._gate.decide(environ_headers(environ, self._wanted), route, method=method, url=url)
        if not decision.allowed:
            denied = DeniedResponse(decision, with_body=request.method != "HEAD")
            if self._explain is not None:
                # Under ASGI Django leaves the version of HTTP out of META.
                environ.setdefault("SERVER_PROTOCOL", getattr(request, "scope", {}).get("http_version"))
                for name, value in self._explain(decision, environ, method=method, url=url):
                    denied.headers[name] = value
            return denied
        request.countersign = decision  # type: ignore[attr-defined]
        return None
