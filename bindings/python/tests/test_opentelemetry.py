"""Decisions on the spans that OpenTelemetry's own instrumentations begin, under real servers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The stable conventions; read when the first instrumentation is made.
os.environ["OTEL_SEMCONV_STABILITY_OPT_IN"] = "http"

import countersign
import fastapi
import httpx
import pytest
import test_frameworks
from countersign import Decision, Policy, Verifier
from countersign import asgi as countersign_asgi
from countersign import fastapi as countersign_fastapi
from countersign import wsgi as countersign_wsgi
from countersign.opentelemetry import Attribute, attributes, record
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from flask import Flask
from opentelemetry import trace
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware as AsgiInstrumentation
from opentelemetry.instrumentation.django import DjangoInstrumentor
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.instrumentation.flask import FlaskInstrumentor
from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware as WsgiInstrumentation
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route as StarletteRoute
from support import AUDIENCE, ISSUER, Signer, policy_document, until
from test_frameworks import PASSWORD, uvicorn_at, waitress_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIGNER, FORGER = Signer("kid-canary"), Signer("kid-canary")
LATER = "https://later.example.com"
DOCUMENT = policy_document(SIGNER, basic=test_frameworks.DOCUMENT["basic"])
DOCUMENT["bearer"]["issuers"].append({"issuer": LATER, "audience": AUDIENCE, "jwks_uri": f"{LATER}/jwks"})
VERIFIER = Verifier(Policy(DOCUMENT))
CANARIES = ["subject-canary", "client-canary", "kid-canary", "alice"]

EXPORTER = InMemorySpanExporter()
PROVIDER = TracerProvider()
PROVIDER.add_span_processor(SimpleSpanProcessor(EXPORTER))


def token(signer: Signer = SIGNER, **changes: Any) -> str:
    return signer.bearer(sub="subject-canary", client_id="client-canary", **changes)


def told(span: ReadableSpan) -> dict[str, Any]:
    """Give what countersign says on a span."""
    return {name: value for name, value in (span.attributes or {}).items() if name.startswith("countersign.")}


@contextlib.contextmanager
def starlette_at(hook: Callable[[Decision], object]) -> Iterator[str]:
    async def me(request: Any) -> PlainTextResponse:
        return PlainTextResponse("in")

    app = Starlette(routes=[StarletteRoute("/me", me)])
    guarded = countersign_asgi.CountersignMiddleware(app, VERIFIER, on_decision=hook)
    with uvicorn_at(AsgiInstrumentation(guarded, tracer_provider=PROVIDER)) as url:
        yield url


@contextlib.contextmanager
def fastapi_at(hook: Callable[[Decision], object]) -> Iterator[str]:
    auth = countersign_fastapi.Countersign(VERIFIER, on_decision=hook)
    app = fastapi.FastAPI()
    auth.install(app)

    @app.get("/me", dependencies=[fastapi.Security(auth)])
    async def me() -> str:
        return "in"

    FastAPIInstrumentor.instrument_app(app, tracer_provider=PROVIDER)
    with uvicorn_at(app) as url:
        yield url


def flask_app() -> Flask:
    app = Flask("tests")
    app.add_url_rule("/me", view_func=lambda: "in")
    return app


@contextlib.contextmanager
def flask_at(hook: Callable[[Decision], object]) -> Iterator[str]:
    guarded = countersign_wsgi.CountersignMiddleware(flask_app().wsgi_app, VERIFIER, on_decision=hook)
    with waitress_at(WsgiInstrumentation(guarded, tracer_provider=PROVIDER)) as url:
        yield url


@contextlib.contextmanager
def django_at(
    hook: Callable[[Decision], object], serve: Callable[[], contextlib.AbstractContextManager[str]]
) -> Iterator[str]:
    # By its dotted path, as a settings file has it, where it is the one of the package.
    named = "countersign.opentelemetry.record" if hook is record else hook
    with override_settings(COUNTERSIGN={"VERIFIER": VERIFIER, "ON_DECISION": named}):
        DjangoInstrumentor().instrument(tracer_provider=PROVIDER)
        try:
            with serve() as url:
                yield url
        finally:
            DjangoInstrumentor().uninstrument()


HOSTS: dict[str, Callable[[Callable[[Decision], object]], contextlib.AbstractContextManager[str]]] = {
    "starlette": starlette_at,
    "fastapi": fastapi_at,
    "flask": flask_at,
    "django-wsgi": lambda hook: django_at(hook, lambda: waitress_at(get_wsgi_application())),
    "django-asgi": lambda hook: django_at(hook, lambda: uvicorn_at(get_asgi_application())),
}
CASES: list[tuple[str | None, dict[str, Any]]] = [
    (token(), {"status": 200, "reason": "ok", "scheme": "Bearer", "issuer": ISSUER}),
    (None, {"status": 401, "reason": "credentials_missing"}),
    ("Bearer undefined", {"status": 401, "reason": "bearer_placeholder", "scheme": "Bearer"}),
    (token(exp=1000), {"status": 401, "reason": "token_expired", "scheme": "Bearer", "issuer": ISSUER}),
    (token(FORGER), {"status": 401, "reason": "signature_invalid", "scheme": "Bearer"}),
    (token(FORGER, iss="https://evil.example"), {"status": 401, "reason": "issuer_mismatch", "scheme": "Bearer"}),
    (token(FORGER, iss=LATER), {"status": 503, "reason": "keys_unavailable", "scheme": "Bearer"}),
    (PASSWORD, {"status": 200, "reason": "ok", "scheme": "Basic"}),
]


def get(url: str, authorization: str | None) -> int:
    fields = {} if authorization is None else {"Authorization": authorization}
    return httpx.get(f"{url}/me", headers=fields, timeout=20, trust_env=False).status_code


def server_spans() -> list[ReadableSpan]:
    return [span for span in EXPORTER.get_finished_spans() if span.kind is SpanKind.SERVER]


@pytest.mark.parametrize("host", HOSTS)
def test_the_servers_span_says_what_was_decided_and_nothing_of_the_user(host: str) -> None:
    with HOSTS[host](record) as url:
        for authorization, expected in CASES:
            EXPORTER.clear()
            assert get(url, authorization) == expected["status"]
            assert until(lambda: len(server_spans()) == 1)
            [span] = server_spans()
            allowed = expected["status"] == 200
            whole = {"allowed": allowed, "authenticated": allowed, **expected}
            assert told(span) == {f"countersign.{name}": value for name, value in whole.items()}
            # Whether a status is an error of the server is the instrumentation's to say.
            failed = expected["status"] >= 500
            assert (span.status.status_code is StatusCode.ERROR) == failed
            assert (span.attributes or {}).get("error.type") == (str(expected["status"]) if failed else None)
            text = "".join(span.to_json() for span in EXPORTER.get_finished_spans())
            for canary in [*CANARIES, *([authorization] if authorization else [])]:
                assert canary not in text


@pytest.mark.parametrize("host", HOSTS)
def test_the_hook_is_called_once_and_what_it_raises_lets_nothing_through(host: str) -> None:
    seen: list[str] = []

    def hook(decision: Decision) -> None:
        seen.append(decision.reason.value)
        raise RuntimeError("of the hook")

    with HOSTS[host](hook) as url:
        for authorization, expected in CASES:
            assert get(url, authorization) == 500
            assert seen == [expected["reason"]]
            seen.clear()


@pytest.mark.parametrize("host", ["starlette", "fastapi"])
def test_an_async_hook_is_awaited_and_what_it_raises_lets_nothing_through(host: str) -> None:
    seen: list[str] = []

    async def hook(decision: Decision) -> None:
        await asyncio.sleep(0)
        seen.append(decision.reason.value)
        if len(seen) > len(CASES):
            raise RuntimeError("of the hook")

    with HOSTS[host](hook) as url:
        assert [get(url, authorization) for authorization, _ in CASES] == [case["status"] for _, case in CASES]
        assert [get(url, authorization) for authorization, _ in CASES] == [500 for _ in CASES]
    assert seen == [case["reason"] for _, case in CASES] * 2


class AsyncHook:
    async def __call__(self, decision: Decision) -> None:
        raise RuntimeError("of the hook")


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("host", ["flask", "django-wsgi", "django-asgi"])
def test_a_middleware_that_is_not_async_refuses_an_async_hook(host: str) -> None:
    hook = AsyncHook()
    for given in (hook, hook.__call__, functools.partial(hook.__call__)):
        with pytest.raises(TypeError, match="on_decision cannot be"), HOSTS[host](given):
            pass
    coroutines: list[Any] = []

    # What it gives can be told only when it is called.
    def hidden(decision: Decision) -> Any:
        coroutines.append(hook(decision))
        return coroutines[-1]

    with HOSTS[host](hidden) as url:
        for authorization, _ in CASES:
            assert get(url, authorization) == 500
    assert [coroutine.cr_frame for coroutine in coroutines] == [None for _ in CASES]


def test_flasks_own_span_begins_too_late_for_a_denial() -> None:
    app = flask_app()
    FlaskInstrumentor().instrument_app(app, tracer_provider=PROVIDER)  # type: ignore[no-untyped-call]
    guarded = countersign_wsgi.CountersignMiddleware(app.wsgi_app, VERIFIER, on_decision=record)
    EXPORTER.clear()
    with waitress_at(guarded) as url:
        assert get(url, None) == 401
        assert get(url, token()) == 200
        assert until(lambda: len(server_spans()) == 1)
        assert told(server_spans()[0]) == {}


def test_a_websocket_that_is_denied_is_told_too() -> None:
    seen: list[Decision] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it was denied")

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        assert message["type"] == "websocket.close"

    guarded = countersign_asgi.CountersignMiddleware(app, VERIFIER, on_decision=seen.append)
    asyncio.run(guarded({"type": "websocket", "path": "/", "headers": []}, receive, send))
    assert [decision.status for decision in seen] == [401]


def test_without_a_span_or_with_one_that_is_not_recorded_nothing_happens() -> None:
    decision = VERIFIER.check({})
    record(decision)
    with trace.use_span(trace.NonRecordingSpan(trace.INVALID_SPAN_CONTEXT)):
        record(decision)
    span = PROVIDER.get_tracer("test").start_span("ended")
    span.end()
    with trace.use_span(span):
        record(decision)
    assert isinstance(span, ReadableSpan)
    assert told(span) == {}


def test_the_attributes_are_plain_values_of_the_types_in_the_table() -> None:
    kinds: dict[str, type] = {"boolean": bool, "int": int, "string": str}
    found = attributes(VERIFIER.check({"Authorization": token()}))
    # No enum: what an exporter makes of a subclass of str is its own affair.
    assert {name: type(value) for name, value in found.items()} == {row.value: kinds[row.kind] for row in Attribute}
    page = (Path(__file__).parents[3] / "docs" / "MONITORING.md").read_text()
    rows = re.findall(r"^\| `(countersign\.\w+)` \| (\w+) \| (.*) \|$", page, re.MULTILINE)
    assert rows == [(row.value, row.kind, row.text) for row in Attribute]


BARE = """
import sys
import countersign, countersign.asgi, countersign.wsgi
assert not any(name.partition(".")[0] == "opentelemetry" for name in sys.modules)
try:
    import countersign.opentelemetry
except ImportError as fault:
    print(fault)
"""


def test_without_opentelemetry_the_package_works_and_the_module_says_what_it_needs(tmp_path: Path) -> None:
    # The package alone: -S leaves site-packages out, and with them what this environment has.
    (tmp_path / "countersign").symlink_to(Path(countersign.__file__).parent)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-S", "-c", BARE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == (
        "countersign.opentelemetry needs opentelemetry-api: pip install 'countersign[opentelemetry]'"
    )


def test_the_package_does_not_import_opentelemetry_where_it_is_installed() -> None:
    program = BARE.split("try:")[0] + "import opentelemetry"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)
    assert done.returncode == 0, done.stderr
