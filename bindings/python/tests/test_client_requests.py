"""What RefreshAuth does with a request: where its token goes, and when it is sent again (REQ-CLIENT-17 to -22)."""

from __future__ import annotations

import io
import time
from typing import Any

import countersign.requests
import pytest
import requests
from client_support import INVALID, KINDS, Login, Scripted, get, only, scripted
from countersign import Tokens

# Hundreds of requests in one process take long where others work too.
pytestmark = pytest.mark.timeout(300)


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
