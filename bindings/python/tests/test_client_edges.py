"""RefreshAuth where things go wrong around a renewal: small pools, declined steps, tokens that no field can hold."""

from __future__ import annotations

import asyncio
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import countersign.httpx
import countersign.requests
import httpx
import pytest
import requests
import requests.adapters
from client_support import INVALID, Login, Scripted, get, only
from countersign import RefreshRefused, Tokens
from countersign._keeper import Keeper
from countersign._renewal import Renewal

pytestmark = pytest.mark.timeout(120)

ORIGIN = "https://api.example.com"


def only_new(request: httpx.Request) -> httpx.Response:
    """Answer for a transport without a network."""
    return httpx.Response(200 if request.headers.get("Authorization") == "Bearer new" else 401, headers=INVALID)


def token_or_only_new(turn: int, request: Any) -> Any:
    return (200, {}) if request.url.path == "/token" else only("new")(turn, request)


def test_a_401_gives_its_connection_back_before_the_renewal(server: Scripted) -> None:
    # REQ-CLIENT-11: the callback asks through the same client, whose one connection had the 401.
    server.answers = token_or_only_new
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(trust_env=False, timeout=10, limits=limits) as client:

        def refresh(tokens: Tokens) -> Tokens:
            client.get(f"{server.url}/token").raise_for_status()
            return Tokens("new")

        client.auth = countersign.httpx.RefreshAuth(server.url, Tokens("old"), refresh=refresh, http_loopback=True)
        assert client.get(server.url).status_code == 200

    async def run() -> list[int]:
        async with httpx.AsyncClient(trust_env=False, timeout=30, limits=limits) as client:

            async def refresh(tokens: Tokens) -> Tokens:
                (await client.get(f"{server.url}/token")).raise_for_status()
                return Tokens("new")

            client.auth = countersign.httpx.RefreshAuth(server.url, Tokens("old"), refresh=refresh, http_loopback=True)
            answers = await asyncio.gather(*(client.get(server.url) for _ in range(20)))
            return [answer.status_code for answer in answers]

    assert asyncio.run(run()) == [200] * 20


def test_requests_gives_the_connection_of_a_401_back_too(server: Scripted) -> None:
    server.answers = token_or_only_new
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=1, pool_block=True))

        def refresh(tokens: Tokens) -> Tokens:
            session.get(f"{server.url}/token", timeout=10).raise_for_status()
            return Tokens("new")

        auth = countersign.requests.RefreshAuth(
            server.url, Tokens("old"), refresh=refresh, http_loopback=True, patience=10
        )
        session.auth = auth
        # Without the connection it would wait for ever.
        pool = ThreadPoolExecutor(1)
        try:
            assert pool.submit(lambda: session.get(server.url, timeout=10).status_code).result(30) == 200
        finally:
            pool.shutdown(wait=False)


def test_a_401_that_is_handed_over_has_its_body(server: Scripted) -> None:
    # REQ-CLIENT-10
    server.answers = only("never")
    auth: Any = Login().auth(countersign.httpx.RefreshAuth, server.url, refresh=lambda tokens: None)
    with (
        httpx.Client(auth=auth, trust_env=False, timeout=30) as client,
        client.stream("GET", server.url) as response,
    ):
        assert (response.status_code, b"".join(response.iter_bytes())) == (401, b"answer 0")
    auth = Login().auth(countersign.requests.RefreshAuth, server.url, refresh=lambda tokens: None)
    answer = requests.get(server.url, auth=auth, timeout=30, stream=True)
    assert (answer.status_code, b"".join(answer.iter_content(4))) == (401, b"answer 1")


def decline(tokens: Tokens | None, step: Any) -> Any:
    return None


def decline_by_error(tokens: Tokens | None, step: Any) -> Any:
    raise RefreshRefused


def decline_by_json(tokens: Tokens | None, step: Any) -> Any:
    return {"error": "invalid_grant"}


@pytest.mark.parametrize("authorize", [decline, decline_by_error, decline_by_json])
def test_a_step_up_that_is_declined_ends_no_session(server: Scripted, kind: Any, authorize: Any) -> None:
    # REQ-CLIENT-07, -13
    more = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="write"'}
    server.answers = lambda turn, request: (
        (403, more) if request.url.path == "/write" else token_or_only_new(turn, request)
    )
    login = Login()
    auth = login.auth(
        kind[1], server.url, Tokens("old", "r"), refresh=lambda tokens: Tokens("new"), authorize=authorize
    )
    assert get(kind, auth, f"{server.url}/write") == 403
    assert (login.logouts, auth.tokens) == (0, Tokens("old", "r"))
    # A person's no is none of the token endpoint's: the refresh rests for nothing.
    assert get(kind, auth, server.url) == 200


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "temporarily_unavailable"},
        {"error": "invalid_client"},
        {"timestamp": 1, "status": 503, "error": "Service Unavailable"},
    ],
)
def test_an_error_that_is_not_of_the_grant_ends_no_session(server: Scripted, kind: Any, answer: Any) -> None:
    # REQ-CLIENT-13
    server.answers = only("new")
    login = Login()
    auth = login.auth(kind[1], server.url, Tokens("old", "r"), refresh=lambda tokens: answer)
    assert get(kind, auth, server.url) == 401
    assert (login.logouts, auth.tokens) == (0, Tokens("old", "r"))


@pytest.mark.parametrize("token", ["canary\n", "canary\r\nX: y", "canaryé", "canary…", "canary two", "", "canary\0"])
def test_a_token_that_no_field_can_hold_is_refused_unseen(
    server: Scripted, kind: Any, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    # REQ-PRIVACY-01
    auth = Login().auth(kind[1], server.url, Tokens("old", "r"), refresh=lambda tokens: Tokens(token))
    with pytest.raises(ValueError, match="visible characters") as put:
        auth.tokens = Tokens(token)
    with pytest.raises(ValueError, match="visible characters") as made:
        kind[1](ORIGIN, Tokens(token))
    assert "canary" not in f"{put.value}{made.value}"
    server.answers = only("new")
    for given in (Tokens(token), {"access_token": token}):
        auth = Login().auth(kind[1], server.url, Tokens("old", "r"), refresh=lambda tokens: given)  # noqa: B023
        with caplog.at_level(logging.DEBUG, "countersign"):
            assert get(kind, auth, server.url) == 401
        assert auth.tokens == Tokens("old", "r")
    assert "canary" not in caplog.text


def test_times_beyond_the_core_are_refused(kind: Any) -> None:
    odd: list[Any] = [2**63, -(2**63), 1.5]
    for end in odd:
        with pytest.raises(ValueError, match="range"):
            kind[1](ORIGIN, Tokens("a", expires=end))


def test_a_callback_may_use_another_session(server: Scripted, kind: Any) -> None:
    server.answers = lambda turn, request: (
        only("inner")(turn, request) if request.url.path == "/vault" else only("new")(turn, request)
    )
    inner = Login().auth(kind[1], server.url, Tokens("used-up"), refresh=lambda tokens: Tokens("inner"))

    def refresh(tokens: Tokens) -> Tokens:
        # In a thread of its own for the asynchronous kind, where a loop may run.
        return Tokens("new" if get(kind, inner, f"{server.url}/vault") == 200 else "bad")

    auth = Login().auth(kind[1], server.url, Tokens("old"), refresh=refresh)
    assert get(kind, auth, server.url) == 200


def test_a_task_that_a_callback_started_is_not_part_of_the_renewal_for_ever() -> None:
    go: list[asyncio.Event] = []
    later: list[asyncio.Task[int]] = []

    async def run() -> tuple[int, int]:
        go.append(asyncio.Event())
        async with httpx.AsyncClient(transport=httpx.MockTransport(only_new)) as client:

            async def afterwards() -> int:
                await go[0].wait()
                return (await client.get(ORIGIN)).status_code

            async def on_tokens(tokens: Tokens) -> None:
                later.append(asyncio.create_task(afterwards()))

            client.auth = countersign.httpx.RefreshAuth(
                ORIGIN, Tokens("old"), refresh=lambda tokens: Tokens("new"), on_tokens=on_tokens
            )
            first = (await client.get(ORIGIN)).status_code
            go[0].set()
            return first, await later[0]

    assert asyncio.run(run()) == (200, 200)


def test_a_request_of_httpx_that_is_sent_twice_has_the_present_token() -> None:
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("Authorization"))
        return only_new(request)

    auth = countersign.httpx.RefreshAuth(ORIGIN, Tokens("old"), refresh=lambda tokens: Tokens("new"))
    with httpx.Client(auth=auth, transport=httpx.MockTransport(answer)) as client:
        request = client.build_request("GET", ORIGIN)
        assert client.send(request).status_code == 200
        auth.tokens = Tokens("older")
        assert client.send(request).status_code == 200
        assert seen == ["Bearer old", "Bearer new", "Bearer older", "Bearer new"]
        # What was left from before goes to no other origin, and the caller's own field stays.
        seen.clear()
        request.url = httpx.URL("https://elsewhere.example.com")
        assert client.send(request).status_code == 401
        request.headers["Authorization"] = "Basic eDp5"
        assert client.send(request).status_code == 401
        assert seen == [None, "Basic eDp5"]


def test_a_request_of_requests_that_is_sent_twice_begins_anew(server: Scripted) -> None:
    server.answers = only("new")
    login = Login()
    auth = login.auth(countersign.requests.RefreshAuth, server.url, Tokens("old"), refresh=lambda tokens: Tokens("new"))
    with requests.Session() as session:
        session.trust_env = False
        request = session.prepare_request(requests.Request("GET", server.url, auth=auth))
        answers = [session.send(request, timeout=30) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200] * 3
        assert len(login.kept) == 1
        # So does the one that was made of it, once its token is the old one.
        server.answers = only("newer")
        auth.tokens = Tokens("newer")
        assert session.send(answers[0].request, timeout=30).status_code == 200
        # Prepared anew it has the present token at once, and is watched once.
        server.seen.clear()
        request.prepare_auth(auth)
        assert session.send(request, timeout=30).status_code == 200
        assert [value for _, value, _ in server.seen] == ["Bearer newer"]
        assert len(request.hooks["response"]) == 1
        # A field that the caller has put in its place is the caller's.
        server.seen.clear()
        request.headers["Authorization"] = "Basic eDp5"
        assert session.send(request, timeout=30).status_code == 401
        assert [value for _, value, _ in server.seen] == ["Basic eDp5"]


@pytest.mark.parametrize("is_async", [False, True])
def test_a_loop_that_ends_at_any_step_leaves_no_renewal_behind(is_async: bool) -> None:
    # REQ-CLIENT-13: nobody waits for a task that never ran.
    async def refresh_async(tokens: Tokens) -> Tokens:
        await asyncio.sleep(0)
        return Tokens("new")

    refresh: Any = refresh_async if is_async else lambda tokens: Tokens("new")
    tasks: list[asyncio.Task[httpx.Response]] = []
    for steps in range(40):
        auth = countersign.httpx.RefreshAuth(ORIGIN, Tokens("old"), refresh=refresh, patience=5)

        def client(auth: Any = auth) -> httpx.AsyncClient:
            return httpx.AsyncClient(auth=auth, transport=httpx.MockTransport(only_new))

        async def leave(steps: int = steps, client: Any = client) -> None:
            # Ended with the loop.
            tasks.append(asyncio.create_task(client().get(ORIGIN)))
            for _ in range(steps):
                await asyncio.sleep(0)

        async def ask(client: Any = client) -> int:
            async with client() as one:
                status: int = (await one.get(ORIGIN)).status_code
                return status

        asyncio.run(leave())
        assert asyncio.run(ask()) == 200, steps


def test_a_renewal_whose_loop_was_closed_over_it_is_given_up() -> None:
    keeper = Keeper(Tokens("old"), on_tokens=None, on_logout=None, patience=5, clock=time.time)
    renewal = Renewal(0, lambda tokens: Tokens("new"))
    loop = asyncio.new_event_loop()
    # As `renew_async` begins; its task is never run.
    assert keeper._join(renewal, loop) is not True
    assert keeper.is_renewing()
    loop.close()
    assert keeper.renew(renewal)
    assert keeper.present() == (Tokens("new"), 1)


def test_an_executor_that_takes_nothing_lets_the_next_request_try() -> None:
    auth = countersign.httpx.RefreshAuth(ORIGIN, Tokens("old"), refresh=lambda tokens: Tokens("new"), patience=5)

    async def run() -> list[int]:
        loop = asyncio.get_running_loop()
        closed = ThreadPoolExecutor(1)
        loop.set_default_executor(closed)
        closed.shutdown()
        async with httpx.AsyncClient(auth=auth, transport=httpx.MockTransport(only_new)) as client:
            first = (await client.get(ORIGIN)).status_code
            loop.set_default_executor(ThreadPoolExecutor(1))
            return [first, (await client.get(ORIGIN)).status_code]

    assert asyncio.run(asyncio.wait_for(run(), 4)) == [401, 200]
