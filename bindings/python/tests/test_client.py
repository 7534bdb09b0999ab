"""RefreshAuth of httpx and requests with real servers: ours, and those of other makers (REQ-CLIENT-04 to -28)."""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import countersign.httpx
import countersign.requests
import httpx
import pytest
import requests
from client_support import KINDS, SERVERS, Login, Scripted, scripted
from countersign import RefreshRefused, Tokens
from support import until
from test_frameworks import SIGNER

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 200
INVALID = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}


# Hundreds of requests in one process take long where others work too.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Any:
    return KINDS[request.param]


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted() as server:
        yield server


@pytest.fixture(scope="module", params=SERVERS)
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    with SERVERS[request.param]() as url:
        PLACES[url] = request.param
        yield url


PLACES: dict[str, str] = {}


def many(ask: Any, place: str) -> int:
    """How many requests are sent at once: httpx takes its time with hundreds of tasks, so one server gets them all."""
    return 50 if ask is KINDS["tasks"][0] and PLACES[place] != "asgi" else MANY


def only(token: str) -> Any:
    """Answer 200 to this token, and that every other is not good."""
    return lambda turn, request: (
        (200, {}) if request.headers.get("authorization") == f"Bearer {token}" else (401, INVALID)
    )


def test_many_requests_with_a_used_up_token_cause_one_refresh(place: str, kind: Any) -> None:
    # REQ-CLIENT-04, -11, -12, -14: against every maker's challenge.
    ask, auth_class = kind
    login = Login(takes=0.2)
    auth = login.auth(auth_class, place)
    count = many(ask, place)
    assert ask(auth, f"{place}/me", count) == [200] * count
    assert (login.calls, login.logouts) == (1, 0)
    assert [tokens.refresh_token for tokens in login.kept] == ["refresh-1"]
    assert auth.tokens == login.kept[0]


def test_a_token_whose_end_is_known_is_renewed_before_it_is_sent(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-15, -16
    ask, auth_class = kind
    server.answers = lambda turn, request: (200, {})
    login = Login(takes=0.2, lifetime=600)
    auth = login.auth(auth_class, server.url, login.expired(known=True))
    assert ask(auth, f"{server.url}/me", MANY) == [200] * MANY
    assert login.calls == 1
    assert {value for _, value, _ in server.seen} == {f"Bearer {auth.tokens.access_token}"}
    assert auth.tokens.lifetime == 600
    assert abs(auth.tokens.expires - time.time() - 600) < 60


def test_a_refresh_that_fails_logs_out_once_and_all_get_the_401(place: str, kind: Any) -> None:
    # REQ-CLIENT-13
    ask, auth_class = kind
    login = Login(takes=0.1)
    login.fault = RefreshRefused()
    auth = login.auth(auth_class, place)
    count = many(ask, place)
    assert ask(auth, f"{place}/me", count) == [401] * count
    assert (login.calls, login.logouts) == (1, 1)
    assert auth.tokens is None
    assert ask(auth, f"{place}/me", 2) == [401] * 2
    assert (login.calls, login.logouts) == (1, 1)
    auth.tokens = Tokens(SIGNER.sign(), "after-login")
    assert ask(auth, f"{place}/me", 2) == [200] * 2


def revoked(server: Scripted) -> httpx.HTTPStatusError:
    request = httpx.Request("POST", f"{server.url}/token")
    return httpx.HTTPStatusError("", request=request, response=httpx.Response(400, request=request))


def test_a_revoked_refresh_token_ends_the_session_whatever_tells_of_it(server: Scripted, kind: Any) -> None:
    ask, auth_class = kind
    server.answers = lambda turn, request: (401, INVALID)
    answer = requests.Response()
    answer.status_code = 400
    faults: list[Any] = [RefreshRefused(), revoked(server), requests.HTTPError(response=answer)]
    for fault in faults:
        login = Login()
        login.fault = fault
        assert ask(login.auth(auth_class, server.url), server.url, 5) == [401] * 5
        assert (login.calls, login.logouts) == (1, 1)
    for given in (None, {"error": "invalid_grant"}):
        login = Login()
        auth = login.auth(auth_class, server.url, refresh=lambda tokens: given)  # noqa: B023
        assert ask(auth, server.url, 5) == [401] * 5
        assert login.logouts == 1


def test_an_outage_of_the_login_ends_no_session(server: Scripted, kind: Any, caplog: pytest.LogCaptureFixture) -> None:
    ask, auth_class = kind
    server.answers = only("new")
    for fault in (httpx.ConnectError("refresh-0"), requests.ConnectionError(), OSError(), ValueError("refresh-0")):
        login = Login()
        login.fault = fault
        auth = login.auth(auth_class, server.url)
        with caplog.at_level(logging.DEBUG, "countersign"):
            assert ask(auth, server.url, 20) == [401] * 20
        assert login.logouts == 0
        assert auth.tokens.refresh_token == "refresh-0"
        # Those that come right behind it do not try again.
        assert login.calls == 1
    assert "refresh-0" not in caplog.text
    assert "ConnectError" in caplog.text


@pytest.mark.parametrize(
    ("status", "challenge"),
    [
        (403, 'Bearer realm="api", error="insufficient_scope", scope="write"'),
        (403, 'Bearer error="invalid_token"'),
        (401, 'Bearer error="invalid_request"'),
        (400, 'Bearer error="invalid_request"'),
        (401, 'Basic realm="Bearer error=invalid_token"'),
        (407, 'Bearer error="invalid_token"'),
        (404, 'Bearer error="invalid_token"'),
    ],
)
def test_what_a_refresh_cannot_mend_causes_none(server: Scripted, kind: Any, status: int, challenge: str) -> None:
    # REQ-CLIENT-06, -07, -25
    ask, auth_class = kind
    server.answers = lambda turn, request: (status, {"WWW-Authenticate": challenge})
    login = Login()
    assert ask(login.auth(auth_class, server.url), server.url, 5) == [status] * 5
    assert (login.calls, login.logouts, len(server.seen)) == (0, 0, 5)


def test_a_403_of_ours_causes_no_refresh(place: str, kind: Any) -> None:
    ask, auth_class = kind
    login = Login()
    auth = login.auth(auth_class, place, Tokens(SIGNER.sign(), "refresh-0"))
    assert set(ask(auth, f"{place}/write", 5)) <= {403, 404}
    assert login.calls == 0


def test_a_server_that_refuses_for_ever_sees_a_handful_of_requests(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-10, -28
    ask, auth_class = kind
    server.answers = lambda turn, request: (401, INVALID)
    login = Login()
    assert ask(login.auth(auth_class, server.url), server.url, 1) == [401]
    assert (len(server.seen), login.calls, login.logouts) == (2, 1, 0)


def test_strict_asks_for_no_refresh_where_nothing_is_said(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-05
    ask, auth_class = kind
    server.answers = lambda turn, request: (401, {"WWW-Authenticate": "Bearer"})
    login = Login()
    assert ask(login.auth(auth_class, server.url, strict=True), server.url, 1) == [401]
    assert (len(server.seen), login.calls) == (1, 0)
    assert ask(login.auth(auth_class, server.url), server.url, 1) == [401]
    assert login.calls == 1


def test_while_a_refresh_is_slow_a_token_that_is_still_good_goes_on(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-15
    ask, auth_class = kind
    entered, leave = threading.Event(), threading.Event()

    def refresh(tokens: Tokens) -> Tokens:
        entered.set()
        assert leave.wait(30)
        return Tokens("new", "r2", expires=int(time.time()) + 600)

    auth = Login().auth(auth_class, server.url, Tokens("old", "r1", expires=int(time.time()) + 20), refresh=refresh)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, auth, server.url, 1)
        assert entered.wait(30)
        assert ask(auth, server.url, 3) == [200] * 3
        assert [value for _, value, _ in server.seen] == ["Bearer old"] * 3
        leave.set()
        assert first.result(30) == [200]
    assert server.seen[-1][1] == "Bearer new"


def test_a_refresh_that_takes_too_long_keeps_nobody(server: Scripted, kind: Any) -> None:
    ask, auth_class = kind
    server.answers = only("new")
    entered, leave = threading.Event(), threading.Event()

    def refresh(tokens: Tokens) -> Tokens:
        entered.set()
        assert leave.wait(30)
        return Tokens("new")

    auth = Login().auth(auth_class, server.url, refresh=refresh, patience=0.3)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, auth, server.url, 1)
        assert entered.wait(30)
        assert ask(auth, server.url, 3) == [401] * 3
        leave.set()
        first.result(30)
    assert until(lambda: auth.tokens.access_token == "new")
    assert ask(auth, server.url, 1) == [200]


def test_a_token_that_was_rotated_meanwhile_is_sent_without_a_refresh(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-12
    ask, auth_class = kind
    login = Login()
    auth = login.auth(auth_class, server.url)

    def answer(turn: int, request: Any) -> Any:
        if turn == 0:
            auth.tokens = Tokens("newer", "r")
        return only("newer")(turn, request)

    server.answers = answer
    assert ask(auth, server.url, 1) == [200]
    assert login.calls == 0


def test_a_login_during_a_refresh_counts(server: Scripted, kind: Any) -> None:
    ask, auth_class = kind
    server.answers = only("of-the-login")

    def refresh(tokens: Tokens) -> Tokens:
        auth.tokens = Tokens("of-the-login")
        return Tokens("of-the-refresh")

    login = Login()
    auth = login.auth(auth_class, server.url, refresh=refresh)
    assert ask(auth, server.url, 1) == [200]
    assert auth.tokens.access_token == "of-the-login"
    assert login.kept == []


@pytest.mark.parametrize("status", [302, 303, 307, 308])
def test_a_redirect_to_another_origin_takes_no_token_along(kind: Any, status: int) -> None:
    # REQ-CLIENT-19
    with scripted() as ours, scripted() as other:
        ours.answers = lambda turn, request: (status, {"location": f"{other.url}/there"})
        for code, fields in ((200, {}), (401, INVALID), (503, {"Retry-After": "0"}), (403, {})):
            other.answers = lambda turn, request, code=code, fields=fields: (code, fields)  # type: ignore[misc]
            login = Login()
            auth = login.auth(kind[1], ours.url, Tokens("secret", "r"))
            assert get(kind, auth, f"{ours.url}/here") == code
            assert login.calls == 0
        assert {value for _, value, _ in ours.seen} == {"Bearer secret"}
        assert other.seen
        assert {value for _, value, _ in other.seen} == {None}


def test_a_redirect_within_the_origin_keeps_the_token(server: Scripted, kind: Any) -> None:
    def answer(turn: int, request: Any) -> Any:
        return (307, {"location": "/there"}) if request.url.path == "/here" else only("new")(turn, request)

    server.answers = answer
    login = Login()
    auth = login.auth(kind[1], server.url, refresh=lambda tokens: Tokens("new"))
    assert get(kind, auth, f"{server.url}/here") == 200
    assert server.seen[-1][:2] == ("/there", "Bearer new")


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


def test_a_token_goes_to_its_origins_alone(kind: Any) -> None:
    # REQ-CLIENT-19, -20
    auth_class = kind[1]
    with scripted() as ours, scripted() as other:
        login = Login()
        auth = login.auth(auth_class, [f"{ours.url}/v1", "https://api.example.com"])
        other.answers = lambda turn, request: (401, INVALID)
        assert get(kind, auth, other.url) == 401
        assert other.seen == [("/", None, b"")]
        assert login.calls == 0
        assert get(kind, auth, f"{ours.url}/v2") == 200
        assert ours.seen[0][1] is not None
        # An Authorization of the request's own stays.
        assert get(kind, auth, ours.url, headers={"Authorization": "Basic eDp5"}) == 200
        assert ours.seen[-1][1] == "Basic eDp5"
    for origin in ("http://api.example.com", "http://127.0.0.1:80", "api.example.com", ""):
        with pytest.raises(ValueError, match="https"):
            auth_class(origin, Tokens("a"))


def test_a_storm_of_503_is_waited_for_and_bounded(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-17, -18
    ask, auth_class = kind
    login = Login()
    auth = login.auth(auth_class, server.url)
    server.answers = lambda turn, request: (503, {"Retry-After": "0"}) if turn < 5 else (200, {})
    assert ask(auth, server.url, 30) == [200] * 30
    server.seen.clear()
    server.answers = lambda turn, request: (503, {"Retry-After": "0"})
    assert ask(auth, server.url, 3) == [503] * 3
    assert len(server.seen) == 3 * 6
    # One second is waited, an hour is not; a body goes along if it is there once more.
    server.seen.clear()
    server.answers = lambda turn, request: (503, {"Retry-After": "1"}) if turn == 0 else (200, {})
    began = time.monotonic()
    assert ask(auth, server.url, 1) == [200]
    assert time.monotonic() - began >= 1
    for retry_after in ("3600", "31"):
        server.seen.clear()
        server.answers = lambda turn, request, after=retry_after: (503, {"Retry-After": after})  # type: ignore[misc]
        assert ask(auth, server.url, 1) == [503]
        assert len(server.seen) == 1
    field = "data" if kind[1] is countersign.requests.RefreshAuth else "content"
    server.answers = lambda turn, request: (503, {"Retry-After": "0"}) if turn < 2 else (200, {})
    for body, status, turns in ((b"all of it", 200, 3), (stream(kind), 503, 1)):
        server.seen.clear()
        assert get(kind, auth, server.url, "POST", **{field: body}) == status
        assert [body for _, _, body in server.seen] == [b"all of it"] * turns
    assert login.calls == 0


def test_a_body_is_sent_again_if_it_is_there(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-21, -22
    server.answers = only("new")
    field = "data" if kind[1] is countersign.requests.RefreshAuth else "content"
    for body in (b"all of it", "all of it"):
        auth = Login().auth(kind[1], server.url, refresh=lambda tokens: Tokens("new"))
        server.seen.clear()
        assert get(kind, auth, server.url, "POST", **{field: body}) == 200
        assert [body for _, _, body in server.seen] == [b"all of it"] * 2
    auth = Login().auth(kind[1], server.url, refresh=lambda tokens: Tokens("new"))
    server.seen.clear()
    assert get(kind, auth, server.url, "POST", **{field: stream(kind)}) == 401
    assert [body for _, _, body in server.seen] == [b"all of it"]
    # The token is new for the next one.
    assert auth.tokens.access_token == "new"


def stream(kind: Any) -> Any:
    if kind[0] is KINDS["tasks"][0]:

        async def pieces() -> Any:
            yield b"all "
            yield b"of it"

        return pieces()
    return iter([b"all ", b"of it"])


def test_a_file_is_wound_back_by_requests(server: Scripted) -> None:
    server.answers = only("new")
    auth = Login().auth(countersign.requests.RefreshAuth, server.url, refresh=lambda tokens: Tokens("new"))
    file = io.BytesIO(b"skipped, all of it")
    file.seek(9)
    assert requests.post(server.url, data=file, auth=auth, timeout=60).status_code == 200
    assert [body for _, _, body in server.seen] == [b"all of it"] * 2
    assert requests.post(server.url, files={"file": io.BytesIO(b"form")}, auth=auth, timeout=60).status_code == 200


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


def test_a_person_is_asked_for_more(server: Scripted, kind: Any) -> None:
    # REQ-CLIENT-07, -08
    ask, auth_class = kind
    asked: list[Any] = []

    def authorize(tokens: Tokens | None, step: Any) -> Tokens:
        asked.append((step.kind.value, step.scope, step.acr_values, step.max_age))
        return Tokens("more")

    good = only("more")
    for challenge, status in (
        ('Bearer error="insufficient_scope", scope="write"', 403),
        ('Bearer error="insufficient_user_authentication", acr_values="gold", max_age=60', 401),
    ):
        server.answers = lambda turn, request, challenge=challenge, status=status: (  # type: ignore[misc]
            good(turn, request) if good(turn, request)[0] == 200 else (status, {"WWW-Authenticate": challenge})
        )
        login = Login()
        assert ask(login.auth(auth_class, server.url, authorize=authorize), server.url, 10) == [200] * 10
        assert login.calls == 0
    server.answers = only("more")
    auth = auth_class(server.url, None, authorize=authorize, http_loopback=True)
    assert ask(auth, server.url, 10) == [200] * 10
    assert asked == [
        ("step_up", "write", None, None),
        ("step_up", None, "gold", 60),
        ("authorize", None, None, None),
    ]


def test_no_token_is_shown(kind: Any) -> None:
    tokens = Tokens("the-access-token", "the-refresh-token", expires=5)
    auth = kind[1]("https://api.example.com", tokens)
    for text in (repr(tokens), str(tokens), f"{tokens}", repr(auth), str(auth)):
        assert "the-access-token" not in text
        assert "the-refresh-token" not in text
    for answer in ({}, {"access_token": 5}, {"access_token": ""}, {"access_token": "a", "refresh_token": 1}):
        with pytest.raises(ValueError, match="no access_token"):
            Tokens.from_response(answer, now=0)
    for lifetime, expires in (
        (60, 160),
        ("60", 160),
        (-5, 100),
        *((odd, None) for odd in ("x", None, float("inf"), 1e30, 2**63)),
    ):
        assert Tokens.from_response({"access_token": "a", "expires_in": lifetime}, now=100).expires == expires
