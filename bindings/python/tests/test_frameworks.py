"""The middlewares under real servers: uvicorn (FastAPI, Starlette), waitress (Flask) and Django."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import bcrypt
import django
import fastapi
import httpx
import pytest
import uvicorn
import waitress
import websockets.asyncio.client
from countersign import Decision, KeyRefresher, Policy, Verifier
from countersign import asgi as countersign_asgi
from countersign import fastapi as countersign_fastapi
from countersign import wsgi as countersign_wsgi
from django.conf import settings
from flask import Flask, request
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route as StarletteRoute
from starlette.routing import WebSocketRoute
from support import Signer, client_context, jwks, key_server, policy_document

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNER = Signer("a")
PASSWORD = "Basic YWxpY2U6c2VjcmV0"
DOCUMENT = policy_document(
    SIGNER,
    basic={"users": {"alice": bcrypt.hashpw(b"secret", bcrypt.gensalt(12)).decode()}},
    profiles={"open": {"optional": True}},
)
VERIFIER = Verifier(Policy(DOCUMENT))

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="of the test",
    MIDDLEWARE=["countersign.django.CountersignMiddleware"],
    COUNTERSIGN={"VERIFIER": VERIFIER},
)
django.setup()

from countersign.django import exempt, requires  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


def told(decision: Decision | None) -> dict[str, Any]:
    return {"subject": None if decision is None else decision.subject}


# The three routes that every application here has: /me, /write (a scope) and /open (optional).


def starlette_app(verifier: Verifier = VERIFIER, **options: Any) -> Any:
    async def me(request: Any) -> JSONResponse:
        return JSONResponse(told(getattr(request.state, "countersign", None)))

    async def socket(websocket: Any) -> None:
        await websocket.accept()
        await websocket.send_json(told(websocket.state.countersign))
        await websocket.close()

    def route(scope: Any) -> countersign_asgi.Route | None:
        if scope["path"] == "/health":
            return None
        return {
            "/write": countersign_asgi.Route(scopes="write"),
            "/open": countersign_asgi.Route(profile="open"),
        }.get(scope["path"], countersign_asgi.Route())

    routes: list[Any] = [StarletteRoute(place, me) for place in ("/me", "/write", "/open", "/health")]
    middleware = Middleware(countersign_asgi.CountersignMiddleware, verifier=verifier, route=route, **options)
    return Starlette(routes=[*routes, WebSocketRoute("/socket", socket)], middleware=[middleware])


def fastapi_app() -> Any:
    app = fastapi.FastAPI()
    auth.install(app)

    @app.get("/me")
    async def me(decision: Annotated[Decision, fastapi.Security(auth)]) -> dict[str, Any]:
        return told(decision)

    @app.get("/write")
    async def write(decision: Annotated[Decision, fastapi.Security(auth, scopes=["write"])]) -> dict[str, Any]:
        return told(decision)

    @app.get("/open")
    async def open_(decision: Annotated[Decision, fastapi.Security(optional)]) -> dict[str, Any]:
        return told(decision)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return told(None)

    return app


# FastAPI finds the annotations of the functions above among the module's names.
auth = countersign_fastapi.Countersign(VERIFIER)
optional = countersign_fastapi.Countersign(VERIFIER, profile="open")


def flask_app() -> Any:
    app = Flask("tests")

    @app.get("/me")
    @app.get("/write", endpoint="write")
    @app.get("/open", endpoint="open")
    @app.get("/health", endpoint="health")
    def me() -> dict[str, Any]:
        return told(countersign_wsgi.decision_of(request.environ))

    routes = {
        "/write": countersign_wsgi.Route(scopes="write"),
        "/open": countersign_wsgi.Route(profile="open"),
        "/health": None,
    }
    app.wsgi_app = countersign_wsgi.CountersignMiddleware(  # type: ignore[method-assign]
        app.wsgi_app, VERIFIER, route=lambda environ: routes.get(environ["PATH_INFO"], countersign_wsgi.Route())
    )
    return app


def view(request: HttpRequest) -> JsonResponse:
    return JsonResponse(told(getattr(request, "countersign", None)))


def another() -> Any:
    return lambda request: view(request)


urlpatterns = [
    path("me", view),
    path("write", requires("write")(another())),
    path("open", requires(profile="open")(another())),
    path("health", exempt(another())),
]


@contextlib.contextmanager
def uvicorn_at(app: Any, **options: Any) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Connections that rest are not closed while a client on a busy machine is about to use them again.
        config = uvicorn.Config(app, log_level="warning", lifespan="off", timeout_keep_alive=120, **options)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


@contextlib.contextmanager
def waitress_at(app: Any) -> Iterator[str]:
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=8, connection_limit=1000)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.close()
        thread.join(10)


HOSTS = {
    "starlette": lambda: uvicorn_at(starlette_app()),
    "fastapi": lambda: uvicorn_at(fastapi_app()),
    "flask": lambda: waitress_at(flask_app()),
    "django-wsgi": lambda: waitress_at(get_wsgi_application()),
    "django-asgi": lambda: uvicorn_at(get_asgi_application()),
}


@pytest.fixture(scope="module", params=HOSTS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with HOSTS[request.param]() as url:
        yield url


def get(url: str, authorization: str | None = None, method: str = "GET", **headers: str) -> httpx.Response:
    if authorization is not None:
        headers["Authorization"] = authorization
    return httpx.request(method, url, headers=headers, timeout=20, trust_env=False)


def test_who_is_known_gets_in(url: str) -> None:
    answer = get(f"{url}/me", SIGNER.bearer())
    assert (answer.status_code, answer.json()) == (200, {"subject": "alice"})
    assert get(f"{url}/me", SIGNER.bearer(), X_Other="1").status_code == 200


def test_denials_are_exact(url: str) -> None:
    cases: list[tuple[str, str | None, dict[str, Any]]] = [
        ("/me", None, {}),
        ("/me", SIGNER.bearer(exp=1), {}),
        ("/me", "Bearer undefined", {}),
        ("/me", "Basic !", {}),
        ("/write", SIGNER.bearer(), {"scopes": "write"}),
        ("/open", "Bearer undefined", {"profile": "open"}),
    ]
    for place, value, call in cases:
        decision = VERIFIER.check({} if value is None else {"Authorization": value}, **call)
        answer = get(url + place, value)
        assert answer.status_code == decision.status
        assert answer.text == decision.body
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-length"] == str(len(decision.body))
        # Servers may sort fields by name; the lines of one name keep their order.
        sent = [(name.title(), text) for name, text in answer.headers.multi_items()]
        sent.sort(key=lambda pair: pair[0])
        expected = sorted(((name.title(), text) for name, text in decision.headers), key=lambda pair: pair[0])
        assert [pair for pair in sent if pair[0] in {name for name, _ in expected}] == expected
        assert sum(name == "Www-Authenticate" for name, _ in sent) == 2


def test_head_has_no_body(url: str) -> None:
    answer = get(f"{url}/me", method="HEAD")
    assert answer.status_code in {401, 405}
    assert answer.content == b""


def test_scopes_and_options_go_by_route(url: str) -> None:
    assert get(f"{url}/write", SIGNER.bearer(scope="read write")).status_code == 200
    answer = get(f"{url}/open")
    assert (answer.status_code, answer.json()) == (200, {"subject": None})
    assert get(f"{url}/open", SIGNER.bearer()).json() == {"subject": "alice"}
    assert get(f"{url}/health", "Bearer undefined").json() == {"subject": None}


def test_a_preflight_is_no_denial(url: str) -> None:
    fields = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    assert get(f"{url}/me", None, "OPTIONS", **fields).status_code not in {401, 403, 503}


def test_a_password_is_hashed(url: str) -> None:
    assert get(f"{url}/me", PASSWORD).json() == {"subject": "alice"}
    assert get(f"{url}/me", "Basic YWxpY2U6d3Jvbmc=").status_code == 401


def test_fifty_clients_get_their_own_answers(url: str) -> None:
    def client(number: int) -> bool:
        with httpx.Client(trust_env=False, timeout=30) as http:
            for turn in range(4):
                name = f"user-{number}-{turn}"
                good = http.get(f"{url}/me", headers={"Authorization": SIGNER.bearer(sub=name)})
                bad = http.get(f"{url}/me", headers={"Authorization": Signer("a").bearer(sub=name)})
                if good.json() != {"subject": name} or bad.status_code != 401:
                    return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert all(pool.map(client, range(50)))


def test_a_slow_hash_blocks_no_event_loop() -> None:
    stored = bcrypt.hashpw(b"secret", bcrypt.gensalt(13)).decode()
    document = {**DOCUMENT, "basic": {"users": {"alice": stored}}}
    app = starlette_app(Verifier(Policy(document)))
    longest = 0.0

    async def run() -> None:
        nonlocal longest
        ended = asyncio.Event()

        async def watch() -> None:
            nonlocal longest
            while not ended.is_set():
                before = time.perf_counter()
                await asyncio.sleep(0.005)
                longest = max(longest, time.perf_counter() - before)

        watcher = asyncio.create_task(watch())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            began = time.perf_counter()
            answer = await http.get("/me", headers={"Authorization": PASSWORD}, timeout=30)
            took = time.perf_counter() - began
        ended.set()
        await watcher
        assert answer.status_code == 200
        # A hash of half a second, while the loop went on.
        assert took > 0.15
        assert longest < took / 2, (longest, took)

    asyncio.run(run())


def test_websockets_are_let_in_or_answered() -> None:
    async def run(url: str) -> None:
        place = url.replace("http", "ws", 1) + "/socket"
        fields = {"Authorization": SIGNER.bearer()}
        async with websockets.asyncio.client.connect(place, additional_headers=fields, proxy=None) as connection:
            assert json.loads(await connection.recv()) == {"subject": "alice"}
        with pytest.raises(websockets.exceptions.InvalidStatus) as caught:
            async with websockets.asyncio.client.connect(place, proxy=None):
                pass
        response = caught.value.response
        assert response.status_code == 401
        expected = [text for name, text in VERIFIER.check({}).headers if name == "WWW-Authenticate"]
        assert response.headers.get_all("WWW-Authenticate") == expected

    with uvicorn_at(starlette_app(), ws="websockets-sansio") as url:
        asyncio.run(run(url))


def test_a_websocket_is_closed_where_no_answer_can_be_sent() -> None:
    sent: list[Any] = []

    async def run() -> None:
        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "websocket", "path": "/socket", "headers": [], "scheme": "ws"}
        await countersign_asgi.CountersignMiddleware(starlette_app(), VERIFIER)(scope, receive, send)

    asyncio.run(run())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_openapi_names_the_scheme_and_the_scopes() -> None:
    document = fastapi_app().openapi()
    assert document["components"]["securitySchemes"]["Bearer"] == {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    assert document["paths"]["/write"]["get"]["security"] == [{"Bearer": ["write"]}]
    assert "security" not in document["paths"]["/health"]["get"]


def test_fastapi_without_install_answers_with_joined_challenges() -> None:
    app = fastapi.FastAPI()

    @app.get("/me")
    async def me(decision: Annotated[Decision, fastapi.Security(auth)]) -> dict[str, Any]:
        return told(decision)

    async def run() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
            return await http.get("/me")

    answer = asyncio.run(run())
    challenges = [text for name, text in VERIFIER.check({}).headers if name == "WWW-Authenticate"]
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, ", ".join(challenges))


def test_a_request_waits_for_keys_on_their_way() -> None:
    with key_server() as server:
        server.set_json("/keys", jwks(SIGNER))
        verifier = Verifier(Policy(policy_document(issuer={"jwks_uri": f"{server.url}/keys"}, profiles={"open": {}})))
        with KeyRefresher(verifier, ssl_context=client_context(), proxies={}) as refresher:
            with uvicorn_at(starlette_app(verifier, refresher=refresher)) as url:
                assert get(f"{url}/me", SIGNER.bearer()).status_code == 200


def test_an_outage_is_503_with_retry_after() -> None:
    verifier = Verifier(Policy(policy_document(issuer={"jwks_uri": "https://127.0.0.1:9/keys"})))
    with uvicorn_at(starlette_app(verifier)) as url:
        answer = get(f"{url}/me", SIGNER.bearer())
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "www-authenticate" not in answer.headers


def test_a_client_cannot_hand_in_a_decision() -> None:
    seen: list[Any] = []

    def app(environ: Any, start_response: Any) -> list[bytes]:
        seen.append(countersign_wsgi.decision_of(environ))
        start_response("200 OK", [])
        return []

    guarded: Any = countersign_wsgi.CountersignMiddleware(app, VERIFIER, route=lambda environ: None)
    guarded({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "countersign.decision": "forged"}, lambda *_: None)
    assert seen == [None]
