"""Clients of three kinds, and the servers that they meet, for the tests of `RefreshAuth`."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any

import countersign.httpx
import countersign.requests
import fastapi
import fastapi.security
import httpx
import requests
from countersign import RefreshRefused, Tokens
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from test_frameworks import HOSTS, SIGNER, uvicorn_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Ask = "Callable[[Any, str, int], list[int]]"


def by_threads(auth: Any, url: str, count: int) -> list[int]:
    """Ask with one httpx client in so many threads."""
    limits = httpx.Limits(max_connections=count)
    with httpx.Client(auth=auth, trust_env=False, timeout=60, limits=limits) as client:
        return _in_threads(lambda: client.get(url).status_code, count)


def by_tasks(auth: Any, url: str, count: int) -> list[int]:
    """Ask with one async httpx client in so many tasks."""

    async def run() -> list[int]:
        limits = httpx.Limits(max_connections=count)
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60, limits=limits) as client:
            answers = await asyncio.gather(*(client.get(url) for _ in range(count)))
            return [answer.status_code for answer in answers]

    return asyncio.run(run())


def by_requests(auth: Any, url: str, count: int) -> list[int]:
    """Ask with a session of requests for each of so many threads."""

    def ask() -> int:
        with requests.Session() as session:
            session.trust_env = False
            session.auth = auth
            return session.get(url, timeout=60).status_code

    return _in_threads(ask, count)


def _in_threads(ask: Callable[[], int], count: int) -> list[int]:
    together = threading.Barrier(count)

    def work(_: int) -> int:
        together.wait(60)
        return ask()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


INVALID = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}

KINDS: dict[str, tuple[Any, Any]] = {
    "threads": (by_threads, countersign.httpx.RefreshAuth),
    "tasks": (by_tasks, countersign.httpx.RefreshAuth),
    "requests": (by_requests, countersign.requests.RefreshAuth),
}


class Login:
    """The provider's side of a session: one refresh token at a time, and each of them works once."""

    def __init__(self, *, takes: float = 0.0, lifetime: int | None = None) -> None:
        self.calls = 0
        self.logouts = 0
        self.kept: list[Tokens] = []
        self.takes, self.lifetime = takes, lifetime
        self.fault: Exception | None = None
        self._lock = threading.Lock()
        self._good = "refresh-0"

    def expired(self, *, known: bool = False) -> Tokens:
        return Tokens(SIGNER.sign(exp=1), "refresh-0", expires=1 if known else None)

    def refresh(self, tokens: Tokens) -> dict[str, Any]:
        with self._lock:
            self.calls += 1
            if self.fault is not None:
                raise self.fault
            if tokens.refresh_token != self._good:
                raise RefreshRefused
            self._good = f"refresh-{self.calls}"
            answer: dict[str, Any] = {"access_token": SIGNER.sign(), "refresh_token": self._good}
        time.sleep(self.takes)
        if self.lifetime is not None:
            answer["expires_in"] = self.lifetime
        return answer

    async def refresh_async(self, tokens: Tokens) -> dict[str, Any]:
        return await asyncio.to_thread(self.refresh, tokens)

    def logout(self) -> None:
        self.logouts += 1

    def auth(self, kind: Any, url: Any, tokens: Tokens | None = None, **more: Any) -> Any:
        options: dict[str, Any] = {
            "refresh": self.refresh,
            "on_tokens": self.kept.append,
            "on_logout": self.logout,
            "http_loopback": True,
            **more,
        }
        return kind(url, tokens or self.expired(), **options)


def own_classes_app() -> Any:
    """Give an application with FastAPI's own security class, which says no more than Bearer."""
    app = fastapi.FastAPI()

    @app.get("/me")
    async def me(token: Annotated[str, fastapi.Security(password_bearer)]) -> dict[str, str]:
        if not VERIFIER_OF_OTHERS(f"Bearer {token}"):
            raise fastapi.HTTPException(401, "Could not validate credentials", {"WWW-Authenticate": "Bearer"})
        return {"token": "good"}

    return app


password_bearer = fastapi.security.OAuth2PasswordBearer(tokenUrl="token")


def VERIFIER_OF_OTHERS(value: str) -> bool:  # noqa: N802 - a stand-in for the library of somebody else
    from test_frameworks import VERIFIER

    return VERIFIER.check_bearer(value).allowed


SERVERS: dict[str, Any] = {
    "asgi": HOSTS["starlette"],
    "wsgi": HOSTS["flask"],
    "fastapi": HOSTS["fastapi"],
    "own-classes": lambda: uvicorn_at(own_classes_app()),
}


class Scripted:
    """A server that answers by a script, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: Callable[[int, Any], Any] = lambda turn, request: (200, {})
        self.seen: list[tuple[str, str | None, bytes]] = []
        self.url = ""
        self._lock = threading.Lock()

    async def answer(self, request: Any) -> Response:
        body = await request.body()
        with self._lock:
            turn = len(self.seen)
            self.seen.append((request.url.path, request.headers.get("authorization"), body))
        status, headers = await asyncio.to_thread(self.answers, turn, request)
        if "location" in headers:
            return RedirectResponse(headers["location"], status)
        return PlainTextResponse(f"answer {turn}", status, headers)


@contextlib.contextmanager
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    methods = ["GET", "POST", "PUT"]
    app = Starlette(routes=[Route("/{place:path}", server.answer, methods=methods)])
    with uvicorn_at(app) as url:
        server.url = url
        yield server


def get(kind: Any, auth: Any, url: str, method: str = "GET", **more: Any) -> int:
    """One request that follows redirects."""
    ask, auth_class = kind
    if auth_class is countersign.requests.RefreshAuth:
        return requests.request(method, url, auth=auth, timeout=60, **more).status_code
    if ask is KINDS["threads"][0]:
        with httpx.Client(auth=auth, trust_env=False, timeout=60, follow_redirects=True) as client:
            return client.request(method, url, **more).status_code

    async def run() -> int:
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60, follow_redirects=True) as client:
            return (await client.request(method, url, **more)).status_code

    return asyncio.run(run())


def only(token: str) -> Any:
    """Answer 200 to this token, and that every other is not good."""
    return lambda turn, request: (
        (200, {}) if request.headers.get("authorization") == f"Bearer {token}" else (401, INVALID)
    )
