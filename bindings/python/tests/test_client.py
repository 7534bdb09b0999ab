"""RefreshAuth of httpx and requests renews tokens, at servers of ours and of other makers (REQ-CLIENT-04 to -18)."""

from __future__ import annotations

import io
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import requests
from client_support import INVALID, KINDS, SERVERS, Login, Scripted, only
from countersign import RefreshRefused, Tokens
from countersign._refusal import is_final
from support import until
from test_frameworks import SIGNER

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 200

# Hundreds of requests in one process take long where others work too.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module", params=SERVERS)
def place(request: pytest.FixtureRequest) -> Iterator[str]:
    with SERVERS[request.param]() as url:
        PLACES[url] = request.param
        yield url


PLACES: dict[str, str] = {}


def many(ask: Any, place: str) -> int:
    """How many requests are sent at once: httpx takes its time with hundreds of tasks, so one server gets them all."""
    return 50 if ask is KINDS["tasks"][0] and PLACES[place] != "asgi" else MANY


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


def answered(of: str, status: int, body: bytes = b"") -> Exception:
    """Give what httpx or requests raises for an answer of the token endpoint."""
    if of == "httpx":
        request = httpx.Request("POST", "https://login.example.com/token")
        response = httpx.Response(status, content=body, request=request)
        return httpx.HTTPStatusError("", request=request, response=response)
    answer = requests.Response()
    answer.status_code, answer.raw = status, io.BytesIO(body)
    return requests.HTTPError(response=answer)


@pytest.mark.parametrize("of", ["httpx", "requests"])
def test_what_a_token_endpoint_says_counts(of: str) -> None:
    # REQ-CLIENT-13
    finals = [(400, b""), (401, b'{"message":"expired"}'), (403, b"[]"), (400, b'{"error":"invalid_grant"}')]
    finals += [(500, b'{"error":"invalid_grant"}'), (401, b'{"error":"Unauthorized"}'), (400, b'{"error":{"code":1}}')]
    for status, body in finals:
        assert is_final(answered(of, status, body)), (status, body)
    for status in (404, 405, 408, 413, 421, 429, 500, 502, 503):
        assert not is_final(answered(of, status, b"<html>"))
    for error in ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"):
        for status in (400, 401):
            assert not is_final(answered(of, status, b'{"error":"%s"}' % error.encode())), (status, error)


def test_a_revoked_refresh_token_ends_the_session_whatever_tells_of_it(server: Scripted, kind: Any) -> None:
    ask, auth_class = kind
    server.answers = lambda turn, request: (401, INVALID)
    for fault in (RefreshRefused(), answered("httpx", 400), answered("requests", 401)):
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
    faults = [httpx.ConnectError("refresh-0"), requests.ConnectionError(), OSError(), ValueError("refresh-0")]
    for fault in (*faults, answered("httpx", 401, b'{"error":"invalid_client"}'), answered("requests", 404)):
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
