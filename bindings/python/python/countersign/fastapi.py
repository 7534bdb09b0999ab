"""A dependency for FastAPI that documents itself in OpenAPI as a security scheme.

.. code-block:: python

    auth = Countersign(verifier)
    app = FastAPI()
    auth.install(app)

    @app.get("/reports")
    async def reports(decision: Annotated[Decision, Security(auth, scopes=["read:reports"])]):
        return {"subject": decision.subject}
"""

# FastAPI reads annotations of a callable object as they stand, so they are not put off here.
from typing import TYPE_CHECKING, Any

from fastapi.openapi.models import HTTPBearer as HTTPBearerModel
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from countersign._errors import AuthenticationError
from countersign._gate import AsyncGate, Route, answer_headers
from countersign._loopback import scope_fields, when_on
from countersign.asgi import call_of, encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastapi import FastAPI
    from starlette.requests import Request

    from countersign._async_refresher import AsyncKeyRefresher
    from countersign._core import Decision, Verifier
    from countersign._refresher import KeyRefresher

__all__ = ["Countersign", "DeniedError", "denied_response"]


class DeniedError(HTTPException):
    """A denial as FastAPI knows one. Without `Countersign.install` its challenges come as one joined field.

    >>> import countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> fault = DeniedError(verifier.check({}))
    >>> fault.status_code, fault.detail, str(fault)
    (401, 'No credentials were sent', '401 credentials_missing')
    """

    def __init__(self, decision: "Decision", *, added: "Sequence[tuple[str, str]]" = ()) -> None:
        joined: dict[str, str] = {}
        for name, value in [*decision.headers, *added]:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        super().__init__(decision.status, decision.reason.text or None, joined)
        self.decision = decision
        """The decision that denied."""
        self.added = tuple(added)
        """Fields of the answer that are not the decision's."""

    def __str__(self) -> str:
        """Give status and reason, which may stand in a log."""
        return f"{self.decision.status} {self.decision.reason.value}"


class Countersign(SecurityBase):
    """Judges a request; gives its `Decision`, or raises `DeniedError`.

    `profile` is the policy's; the scopes are those of ``Security(..., scopes=[...])``, and the policy's where there
    are none. A profile with optional access lets requests without credentials through: ask
    ``decision.authenticated``. The decision is also ``request.state.countersign``. `scheme_name`, `bearer_format` and
    `description` stand in OpenAPI. With a `refresher`, requests wait up to `wait` seconds for keys on their way.
    `on_decision` is called with each decision before it is acted on, as ``countersign.opentelemetry.record``, and
    awaited if it is async; it must not block. What it raises lets nothing through. Each dependency calls it.

    `explain_to_loopback` is for development: a denial then says in a field ``Server-Timing`` what `explain` finds, if
    the client seems to be on this machine; one behind a proxy that hides itself does.

    >>> from fastapi import FastAPI, Security
    >>> import countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> auth = Countersign(verifier)
    >>> app = FastAPI()
    >>> auth.install(app)
    >>> @app.get("/reports")
    ... async def reports(decision=Security(auth, scopes=["read:reports"])):
    ...     return {"subject": decision.subject}
    >>> app.openapi()["paths"]["/reports"]["get"]["security"]
    [{'Bearer': ['read:reports']}]
    """

    def __init__(
        self,
        verifier: "Verifier",
        *,
        profile: str | None = None,
        scheme_name: str = "Bearer",
        bearer_format: str | None = "JWT",
        description: str | None = None,
        refresher: "KeyRefresher | AsyncKeyRefresher | None" = None,
        wait: float = 2.0,
        on_decision: "Callable[[Decision], object] | None" = None,
        explain_to_loopback: bool = False,
    ) -> None:
        self.model = HTTPBearerModel(bearerFormat=bearer_format, description=description)
        self.scheme_name = scheme_name
        self._gate = AsyncGate(verifier, refresher=refresher, wait=wait, on_decision=on_decision)
        self._profile = profile
        self._explain = when_on(explain_to_loopback, scope_fields)

    async def __call__(
        self,
        connection: HTTPConnection,
        security_scopes: SecurityScopes,
        response: Response,
    ) -> "Decision":
        """Judge one connection."""
        route = Route(tuple(security_scopes.scopes) or None, self._profile)
        call = call_of(connection.scope)
        decision = await self._gate.decide(connection.scope["headers"], route, **call)
        if not decision.allowed:
            raise DeniedError(
                decision, added=() if self._explain is None else self._explain(decision, connection.scope, call)
            )
        connection.state.countersign = decision
        for name, value in decision.headers:
            response.headers.append(name, value)
        return decision

    def install(self, app: "FastAPI") -> None:
        """Have the app answer denials to the byte."""
        app.add_exception_handler(AuthenticationError, denied_response)
        app.add_exception_handler(DeniedError, denied_response)


async def denied_response(request: "Request", fault: Any) -> Response:
    """Give the exact answer to an `AuthenticationError`.

    >>> import asyncio
    >>> from starlette.requests import Request
    >>> import countersign, hashlib
    >>> keys = [{"id": "billing", "sha256": hashlib.sha256(b"a-long-and-secret-key").hexdigest()}]
    >>> verifier = countersign.Verifier(countersign.Policy({"realm": "api", "api_key": {"keys": keys}}))
    >>> request = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
    >>> response = asyncio.run(denied_response(request, DeniedError(verifier.check({}))))
    >>> response.status_code, response.headers["www-authenticate"]
    (401, 'Api-Key realm="api", header="X-API-Key"')
    """
    decision: Decision = fault.decision
    response = Response(b"" if request.method == "HEAD" else decision.body.encode(), decision.status)
    response.raw_headers = encoded([*answer_headers(decision), *getattr(fault, "added", ())])
    return response
