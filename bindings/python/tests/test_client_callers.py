"""Who uses RefreshAuth: threads, tasks, loops, forks and its own callbacks (REQ-CLIENT-13, -14)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import countersign.httpx
import countersign.requests
import httpx
import pytest
import requests
from client_support import INVALID, KINDS, Login, Scripted, only
from countersign import RefreshRefused, Tokens
from support import until

# Hundreds of requests in one process take long where others work too.
pytestmark = pytest.mark.timeout(300)


def test_threads_and_tasks_share_one_refresh(server: Scripted) -> None:
    login = Login(takes=0.3)
    auth = login.auth(countersign.httpx.RefreshAuth, server.url)
    server.answers = lambda turn, request: (
        (401, INVALID) if request.headers["authorization"] == f"Bearer {old}" else (200, {})
    )
    old = auth.tokens.access_token
    with ThreadPoolExecutor(3) as pool:
        kinds = [KINDS["threads"], KINDS["tasks"], KINDS["tasks"]]
        answers = [pool.submit(ask, auth, server.url, 50) for ask, _ in kinds]
        assert [answer.result(60) for answer in answers] == [[200] * 50] * 3
    assert login.calls == 1


def test_async_callbacks_serve_an_async_client(server: Scripted) -> None:
    login = Login(takes=0.1)
    server.answers = only("never")
    told: list[str] = []

    async def on_tokens(tokens: Tokens) -> None:
        told.append("tokens")

    async def on_logout() -> None:
        told.append("logout")

    more: dict[str, Any] = {"refresh": login.refresh_async, "on_tokens": on_tokens, "on_logout": on_logout}
    auth = login.auth(countersign.httpx.RefreshAuth, server.url, **more)
    assert KINDS["tasks"][0](auth, server.url, 20) == [401] * 20
    assert (login.calls, told) == (1, ["tokens"])
    login.fault = RefreshRefused()
    assert KINDS["tasks"][0](auth, server.url, 20) == [401] * 20
    assert (login.calls, told) == (2, ["tokens", "logout"])
    for ask, auth_class in (KINDS["threads"], KINDS["requests"]):
        auth = login.auth(auth_class, server.url, **more)
        with pytest.raises(TypeError, match="async client"):
            ask(auth, server.url, 1)


def test_a_request_that_is_cancelled_cancels_no_refresh(server: Scripted) -> None:
    # REQ-CLIENT-14: a refresh token that was used is not lost.
    login = Login(takes=0.3)
    auth = login.auth(countersign.httpx.RefreshAuth, server.url)
    server.answers = lambda turn, request: (
        (401, INVALID) if request.headers["authorization"] == f"Bearer {old}" else (200, {})
    )
    old = auth.tokens.access_token

    async def run() -> None:
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60) as client:
            first = asyncio.create_task(client.get(server.url))
            assert await asyncio.to_thread(until, lambda: login.calls == 1)
            second = asyncio.create_task(client.get(server.url))
            await asyncio.sleep(0.05)
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
            assert (await second).status_code == 200

    asyncio.run(run())
    assert login.calls == 1
    assert auth.tokens.refresh_token == "refresh-1"


def test_a_loop_that_ends_loses_no_refresh_token(server: Scripted) -> None:
    login = Login(takes=0.5)
    auth = login.auth(countersign.httpx.RefreshAuth, server.url)
    server.answers = only("never")

    async def run() -> None:
        async with httpx.AsyncClient(auth=auth, trust_env=False, timeout=60) as client:
            task = asyncio.create_task(client.get(server.url))
            assert await asyncio.to_thread(until, lambda: login.calls == 1)
            task.cancel()

    asyncio.run(run())
    assert until(lambda: auth.tokens.refresh_token == "refresh-1")
    assert KINDS["threads"][0](auth, server.url, 1) == [401]
    assert login.calls == 2


def test_a_forked_child_renews_by_itself(server: Scripted) -> None:
    server.answers = only("new")
    entered, leave = threading.Event(), threading.Event()

    def refresh(tokens: Tokens) -> Tokens:
        if os.getpid() == parent:
            entered.set()
            assert leave.wait(30)
        return Tokens("new")

    parent = os.getpid()
    auth = Login().auth(countersign.requests.RefreshAuth, server.url, refresh=refresh)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(KINDS["requests"][0], auth, server.url, 1)
        assert entered.wait(30)
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = 0 if requests.get(server.url, auth=auth, timeout=30).status_code == 200 else 1
            os._exit(status)
        leave.set()
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert first.result(30) == [200]


def test_a_callback_may_use_the_client_that_it_serves(server: Scripted) -> None:
    def answer(turn: int, request: Any) -> Any:
        return (200, {}) if request.url.path == "/token" else only("new")(turn, request)

    server.answers = answer
    with httpx.Client(trust_env=False, timeout=60) as client:

        def refresh(tokens: Tokens) -> Tokens:
            assert client.post(f"{server.url}/token").status_code == 200
            return Tokens("new")

        client.auth = Login().auth(countersign.httpx.RefreshAuth, server.url, refresh=refresh)
        assert client.get(server.url).status_code == 200
    assert [(path, value) for path, value, _ in server.seen][1:] == [("/token", None), ("/", "Bearer new")]
