"""The development switch: who hears why, under real servers on loopback, and ones that pretend to be behind a proxy."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import http.server
import re
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import fastapi
import httpx
import pytest
import uvicorn
import websockets.asyncio.client
import werkzeug.serving
from countersign import _loopback, asgi, explain, wsgi
from countersign import fastapi as countersign_fastapi
from django.core.asgi import get_asgi_application
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from test_frameworks import SIGNER, VERIFIER, starlette_app, uvicorn_at, waitress_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

METRIC = re.compile(r'countersign-([a-z_0-9]+);desc="\1, (?:proved|observed|said|suspected)"')


def metric(name: object, certainty: object = "proved") -> str:
    return f'countersign-{name};desc="{name}, {certainty}"'


def ids_of(timing: str) -> list[str]:
    """Give the ids in a field, each of which stands there once."""
    found = [METRIC.fullmatch(one) for one in re.split(", (?=countersign-)", timing)]
    ids = [one[1] for one in found if one is not None]
    assert len(found) == len(ids) == len(set(ids)) <= 8, timing
    return ids


def wsgi_app(**options: Any) -> Any:
    def hello(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"hello"]

    def route(environ: Any) -> wsgi.Route:
        return wsgi.Route(scopes="write" if environ["PATH_INFO"] == "/write" else None)

    return wsgi.CountersignMiddleware(hello, VERIFIER, route=route, **options)


def fastapi_app(*, install: bool = True, **options: Any) -> Any:
    judge = countersign_fastapi.Countersign(VERIFIER, **options)
    app = fastapi.FastAPI()
    if install:
        judge.install(app)

    @app.api_route("/me", methods=["GET", "HEAD"], dependencies=[fastapi.Security(judge)])
    async def me() -> str:
        return "hello"

    @app.get("/write", dependencies=[fastapi.Security(judge, scopes=["write"])])
    async def write() -> str:
        return "hello"

    return app


@contextlib.contextmanager
def django_at(make: Callable[[], Any], serve: Any, **options: Any) -> Iterator[str]:
    named = {name.upper(): value for name, value in options.items()}
    with override_settings(DEBUG=True, COUNTERSIGN={"VERIFIER": VERIFIER, **named}):
        app = make()
    with serve(app) as url:
        yield url


@contextlib.contextmanager
def werkzeug_at(app: Any) -> Iterator[str]:
    """Serve as Flask is developed with; waitress takes out the fields that proxies add."""
    server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


HOSTS: dict[str, Callable[..., Any]] = {
    "asgi": lambda **options: uvicorn_at(starlette_app(**options)),
    "wsgi": lambda **options: werkzeug_at(wsgi_app(**options)),
    "fastapi": lambda **options: uvicorn_at(fastapi_app(**options)),
    "django-wsgi": lambda **options: django_at(get_wsgi_application, werkzeug_at, **options),
    "django-asgi": lambda **options: django_at(get_asgi_application, uvicorn_at, **options),
}


@pytest.fixture(scope="module", params=HOSTS)
def urls(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """Serve the same application with the switch on, and off."""
    make = HOSTS[request.param]
    with make(explain_to_loopback=True) as explaining, make() as silent:
        yield explaining, silent


def ask(url: str, authorization: str | None = None, method: str = "GET", **fields: str) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in fields.items()}
    if authorization is not None:
        headers["Authorization"] = authorization
    return httpx.request(method, url, headers=headers, timeout=20, trust_env=False)


def but_timing(answer: httpx.Response) -> list[tuple[str, str]]:
    return [pair for pair in answer.headers.multi_items() if pair[0] not in {"server-timing", "date"}]


CASES = [
    ("/me", None, "header_missing"),
    ("/me", SIGNER.bearer(iat=1, exp=2), "token_expired"),
    ("/me", 'Bearer "quoted"', "bearer_quoted"),
    ("/me", SIGNER.bearer(aud="api://billing/"), "audience_mismatch"),
    ("/write", SIGNER.bearer(), "scope_missing"),
]


def test_a_denial_says_why_and_is_otherwise_the_same(urls: tuple[str, str]) -> None:
    explaining, silent = urls
    for place, authorization, first in CASES:
        told, untold = ask(explaining + place, authorization), ask(silent + place, authorization)
        assert told.status_code in {400, 401, 403}
        assert (told.status_code, told.content, but_timing(told)) == (
            untold.status_code,
            untold.content,
            but_timing(untold),
        )
        assert "server-timing" not in untold.headers
        metrics = told.headers["server-timing"]
        assert ids_of(metrics)[0] == first
        assert metrics.startswith(metric(first)), metrics
    head = ask(f"{explaining}/me", method="HEAD")
    assert (head.status_code, head.content) == (401, b"")
    assert head.headers["server-timing"].startswith(metric("header_missing"))


def test_who_is_let_in_hears_nothing(urls: tuple[str, str]) -> None:
    answer = ask(f"{urls[0]}/me", SIGNER.bearer())
    assert answer.status_code == 200
    assert "server-timing" not in answer.headers


PROXY_FIELDS = [
    "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "x-forwarded", "X_Forwarded_For",
    "X-Real-IP", "Via", "True-Client-IP", "CF-Connecting-IP", "CF-Ray", "CDN-Loop", "X-Client-IP", "Client-IP",
    "X-Cluster-Client-IP", "Fastly-Client-IP", "X-Envoy-External-Address", "X-Original-Forwarded-For",
    "X-Azure-ClientIP", "X-Amzn-Trace-Id", "Proxy-Connection", "WL-Proxy-Client-IP", "Fly-Client-IP", "X-ProxyUser-Ip",
    "X-Real-Host", "X-Real-Port", "X-Varnish", "X-Remote-Addr", "Remote-Addr", "X-Originating-IP", "X-Forward-For",
    "X-Cluster-IP", "Incap-Client-IP", "Ali-Cdn-Real-Ip", "l5d-dst-override", "X-Amzn-Mtls-Clientcert",
    "X-SSL-Client-Verify",
]  # fmt: skip


def test_behind_a_proxy_nobody_hears_anything(urls: tuple[str, str]) -> None:
    for name in PROXY_FIELDS:
        # Servers drop names with an underscore: those are for the function alone.
        if "_" in name:
            continue
        for value in ("127.0.0.1", "203.0.113.7", ""):
            answer = ask(f"{urls[0]}/me", **{name: value})
            assert answer.status_code == 401
            assert "server-timing" not in answer.headers, name


class Proxy(http.server.BaseHTTPRequestHandler):
    """A reverse proxy on this machine that says so, as most do."""

    upstream = ""

    def do_GET(self) -> None:
        upstream = http.client.HTTPConnection(urlsplit(self.upstream).netloc, timeout=20)
        upstream.request("GET", self.path, headers={**self.headers, "X-Forwarded-For": self.client_address[0]})
        answer = upstream.getresponse()
        body = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        upstream.close()

    def log_message(self, *_: Any) -> None:
        """Nothing."""


def test_a_real_proxy_gets_nothing(urls: tuple[str, str]) -> None:
    handler = type("Handler", (Proxy,), {"upstream": urls[0]})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, daemon=True)
        thread.start()
        answer = ask(f"http://localhost:{proxy.server_address[1]}/me")
        proxy.shutdown()
        thread.join(10)
    assert answer.status_code == 401
    assert "server-timing" not in answer.headers
    assert "www-authenticate" in answer.headers


def test_another_name_or_an_older_http_hears_nothing(urls: tuple[str, str]) -> None:
    address = urlsplit(urls[0])
    for name in ("api.example.com", "localhost.example.com", "127.0.0.1.nip.io", "0.0.0.0", "[::]"):
        answer = ask(f"{urls[0]}/me", Host=f"{name}:{address.port}")
        assert answer.status_code in {400, 401}
        assert "server-timing" not in answer.headers, name
    for name in ("localhost", "app.localhost", f"LOCALHOST:{address.port}"):
        assert "server-timing" in ask(f"{urls[0]}/me", Host=name).headers, name
    # What a proxy for development passes on, of a page that a phone shows.
    for field in ("Origin", "Referer"):
        for value, hears in (("http://192.168.1.5:5173", False), ("null", False), (urls[0], True)):
            answer = ask(f"{urls[0]}/me", **{field: value})
            assert ("server-timing" in answer.headers) == hears, f"{field}: {value}"
    # Old proxies speak so, and name themselves nowhere.
    for version, hears in (("1.0", False), ("1.1", True)):
        with socket.create_connection(("127.0.0.1", address.port or 0), timeout=20) as raw:
            raw.sendall(f"GET /me HTTP/{version}\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
            text = b"".join(iter(lambda: raw.recv(65536), b"")).lower()
        assert b" 401 " in text.split(b"\r\n", 1)[0]
        assert (b"\r\nserver-timing: " in text) == hears, version


def test_a_server_that_hides_the_proxy_hears_nothing() -> None:
    with waitress_at(wsgi_app(explain_to_loopback=True)) as url:
        for fields in ({}, {"X_Forwarded_For": "203.0.113.7"}):
            answer = ask(f"{url}/me", **fields)
            assert answer.status_code == 401
            assert "server-timing" not in answer.headers


def test_a_unix_socket_tells_of_nobody(tmp_path: Path) -> None:
    place = str(tmp_path / "s")
    server = uvicorn.Server(
        uvicorn.Config(starlette_app(explain_to_loopback=True), log_level="warning", lifespan="off", uds=place)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    with httpx.Client(transport=httpx.HTTPTransport(uds=place)) as client:
        answer = client.get("http://localhost/me")
    server.should_exit = True
    thread.join(10)
    assert answer.status_code == 401
    assert "server-timing" not in answer.headers


def test_a_fault_in_explaining_leaves_the_denial(urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    called = []

    def fail(**exchange: Any) -> Any:
        called.append(exchange["reason"])
        raise RuntimeError

    monkeypatch.setattr(_loopback, "explain", fail)
    explaining, silent = urls
    told, untold = ask(f"{explaining}/me"), ask(f"{silent}/me")
    # Off is off: nothing was explained there.
    assert called == ["credentials_missing"]
    assert (told.status_code, told.content, but_timing(told)) == (
        untold.status_code,
        untold.content,
        but_timing(untold),
    )
    assert "server-timing" not in told.headers


def test_the_field_names_what_explain_finds() -> None:
    token = SIGNER.bearer(iat=1, exp=2)
    with HOSTS["asgi"](explain_to_loopback=True) as url:
        answer = ask(f"{url}/me", token)
    sent = {"Authorization": token, "Host": urlsplit(url).netloc}
    got = [pair for pair in but_timing(answer) if pair[0] != "server"]
    found = explain(
        url=f"{url}/me", headers=sent, status=401, response_headers=got,
        response_body=answer.content, reason="token_expired", now=time.time(),
    )  # fmt: skip
    first: dict[str, str] = {}
    for one in found:
        first.setdefault(one.id, metric(one.id, one.certainty))
    # Here one id is found twice: by the check, and in what the answer says.
    assert len(first) < len(found)
    assert answer.headers["server-timing"] == ", ".join(first.values())


class Found(NamedTuple):
    id: str
    certainty: str = "proved"


def test_at_most_eight_findings_are_named_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Found(f"finding_{at}") for at in (0, 0, 1, 2, 1, *range(20))]
    monkeypatch.setattr(_loopback, "explain", lambda **_: [*many, Found("finding_0", "said")])
    with HOSTS["wsgi"](explain_to_loopback=True) as url:
        assert ask(f"{url}/me").headers["server-timing"] == ", ".join(metric(f"finding_{at}") for at in range(8))


class PanicException(BaseException):
    """What the extension raises is called so, and is no Exception either."""


def test_a_panic_in_explaining_leaves_the_denial_and_an_interrupt_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError("it was denied")

    guarded = wsgi.CountersignMiddleware(app, VERIFIER, explain_to_loopback=True)
    environ = {"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost", "PATH_INFO": "/"}
    answers: list[Any] = []

    def start_response(*answer: Any) -> Any:
        answers.append(answer)

    for fault in (None, PanicException, KeyboardInterrupt):

        def explain_or_fail(fault: type[BaseException] | None = fault, **_: Any) -> list[Found]:
            if fault is not None:
                raise fault
            return [Found("header_missing")]

        monkeypatch.setattr(_loopback, "explain", explain_or_fail)
        with pytest.raises(KeyboardInterrupt) if fault is KeyboardInterrupt else contextlib.nullcontext():
            guarded(dict(environ), start_response)
    told = [(status, "Server-Timing" in dict(fields)) for status, fields in answers]
    assert told == [("401 Unauthorized", True), ("401 Unauthorized", False)]


MAKERS: dict[str, Callable[[Any], Any]] = {
    "asgi": lambda on: asgi.CountersignMiddleware(starlette_app(), VERIFIER, explain_to_loopback=on),
    "wsgi": lambda on: wsgi_app(explain_to_loopback=on),
    "fastapi": lambda on: fastapi_app(explain_to_loopback=on),
    "django": lambda on: override_settings(COUNTERSIGN={"VERIFIER": VERIFIER, "EXPLAIN_TO_LOOPBACK": on}, DEBUG=True),
}


@pytest.mark.parametrize("host", MAKERS)
@pytest.mark.parametrize("switch", ["False", "0", "no", "", "True", 0, 1, None])
def test_the_switch_is_a_bool(host: str, switch: Any) -> None:
    with pytest.raises(TypeError, match="explain_to_loopback is True or False"):
        made = MAKERS[host](switch)
        if host == "django":
            with made:
                get_wsgi_application()


@pytest.mark.parametrize("make", [get_wsgi_application, get_asgi_application])
def test_django_refuses_the_switch_where_debug_is_not_on(make: Callable[[], Any]) -> None:
    for debug, on in ((False, True), (True, True), (False, False)):
        given = {"VERIFIER": VERIFIER, "EXPLAIN_TO_LOOPBACK": on}
        refused = pytest.raises(ImproperlyConfigured, match="for development")
        with override_settings(DEBUG=debug, COUNTERSIGN=given), refused if on > debug else contextlib.nullcontext():
            make()


def test_fastapi_without_install_tells_as_well() -> None:
    with uvicorn_at(fastapi_app(install=False, explain_to_loopback=True)) as url:
        answer = ask(f"{url}/me")
    assert answer.status_code == 401
    assert answer.headers["server-timing"].startswith(metric("header_missing"))


def test_a_websocket_is_told_in_the_answer_to_its_upgrade() -> None:
    async def connect(url: str) -> Any:
        with pytest.raises(websockets.exceptions.InvalidStatus) as fault:
            await websockets.asyncio.client.connect(url, proxy=None)
        return fault.value.response

    with uvicorn_at(starlette_app(explain_to_loopback=True), ws="websockets-sansio") as url:
        response = asyncio.run(connect(f"{url.replace('http', 'ws', 1)}/socket"))
    assert response.status_code == 401
    assert response.headers["Server-Timing"].startswith(metric("header_missing"))
