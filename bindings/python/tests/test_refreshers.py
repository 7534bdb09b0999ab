"""KeyRefresher and AsyncKeyRefresher against real key servers on loopback (REQ-ROTATION-01, -07, -20)."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from countersign import AsyncKeyRefresher, KeyRefresher, Policy, Verifier
from countersign._fetching import FetchFailed, check_address
from support import AUDIENCE, ISSUER, KeyServer, Signer, client_context, jwks, key_server, policy_document, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler


@pytest.fixture
def server() -> Iterator[KeyServer]:
    with key_server() as server:
        yield server


def verifier_for(server: KeyServer, path: str = "/keys", **keys: Any) -> Verifier:
    issuer = {"jwks_uri": server.url + path, "keys": {"cooldown": 1, **keys}}
    return Verifier(Policy(policy_document(issuer=issuer)))


def last_failure(verifier: Verifier) -> str | None:
    failure = verifier.store.status()["sources"][0]["last_failure"]
    return None if failure is None else failure["text"]


class AsyncThread:
    """An AsyncKeyRefresher in a loop of its own, with the face of a KeyRefresher."""

    def __init__(self, verifier: Verifier) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.client = httpx.AsyncClient(verify=client_context(), trust_env=False)
        self.refresher = AsyncKeyRefresher(verifier, client=self.client)
        self.call(self.start())

    async def start(self) -> None:
        self.refresher.start()

    def call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    @property
    def closed(self) -> bool:
        return self.refresher.closed

    def close(self) -> None:
        self.call(self.refresher.close())
        self.call(self.client.aclose())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()


def with_thread(verifier: Verifier) -> KeyRefresher:
    return KeyRefresher(verifier, ssl_context=client_context(), proxies={})


KINDS: dict[str, Callable[[Verifier], Any]] = {"thread": with_thread, "async": AsyncThread}


@pytest.fixture(params=KINDS)
def start(request: pytest.FixtureRequest) -> Iterator[Callable[[Verifier], Any]]:
    started: list[Any] = []

    def start(verifier: Verifier) -> Any:
        started.append(KINDS[request.param](verifier))
        return started[-1]

    yield start
    for refresher in started:
        if not refresher.closed:
            refresher.close()


def test_keys_are_fetched_on_first_use_and_rotated(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    old, new = Signer("old"), Signer("new", "ES256")
    server.set_json("/keys", jwks(old), ETag='"1"', Cache_Control="max-age=600")
    verifier = verifier_for(server)
    start(verifier)
    assert verifier.check_bearer(old.bearer()).status == 503
    assert until(lambda: verifier.check_bearer(old.bearer()).allowed)
    server.set_json("/keys", jwks(old, new), ETag='"2"')
    assert until(lambda: verifier.check_bearer(new.bearer()).allowed)
    assert verifier.check_bearer(old.bearer()).allowed
    path, fields = server.requests[-1]
    assert (path, fields["If-None-Match"]) == ("/keys", '"1"')
    assert "Authorization" not in fields
    assert verifier.store.generation(ISSUER) == 2
    # A set that is there already is no reason to ask again.
    server.set_json("/keys", jwks(new), ETag='"3"')
    asked = len(server.requests)
    assert verifier.check_bearer(old.bearer()).allowed
    time.sleep(0.4)
    assert len(server.requests) == asked


def test_discovery_finds_the_keys_of_a_provider(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    signer = Signer("a", "RS256")
    server.set_json(
        "/realm/.well-known/openid-configuration", {"issuer": f"{server.url}/realm", "jwks_uri": f"{server.url}/keys"}
    )
    server.set_json("/keys", jwks(signer))
    issuer = {"issuer": f"{server.url}/realm", "audience": AUDIENCE, "keys": {"prefetch": True, "cooldown": 1}}
    verifier = Verifier(Policy({"realm": "api", "bearer": {"issuers": [issuer]}}))
    start(verifier)
    assert until(lambda: verifier.check_bearer(signer.bearer(iss=f"{server.url}/realm")).allowed)
    assert [path for path, _ in server.requests] == ["/realm/.well-known/openid-configuration", "/keys"]


def test_failures_are_named_and_tried_again(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    signer = Signer("a")
    server.set_status("/keys", 500)
    verifier = verifier_for(server, prefetch=True)
    start(verifier)
    assert until(lambda: last_failure(verifier) == "HTTP 500")
    denied = verifier.check_bearer(signer.bearer())
    assert denied.status == 503
    assert dict(denied.headers)["Retry-After"]
    server.set_json("/keys", jwks(signer))
    assert until(lambda: verifier.check_bearer(signer.bearer()).allowed)


def test_a_broken_set_never_replaces_a_good_one(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    signer = Signer("a")
    server.set_json("/keys", jwks(signer))
    verifier = verifier_for(server, prefetch=True)
    start(verifier)
    assert until(lambda: verifier.check_bearer(signer.bearer()).allowed)
    server.set_json("/keys", {"keys": []})
    verifier.check_bearer(Signer("b").bearer())
    assert until(lambda: last_failure(verifier) is not None)
    assert verifier.check_bearer(signer.bearer()).allowed


def big(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" " * 65_536)


def silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(7)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(35):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.2)


def dripping_fields(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _ in range(75):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.2)


ANSWERS = {"big": big, "silent": silent, "dripping": dripping, "dripping_fields": dripping_fields}


def test_a_fetch_is_bounded_in_size_and_time(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    server.answers.update({f"/{name}": answer for name, answer in ANSWERS.items()})
    verifiers = {name: verifier_for(server, f"/{name}", prefetch=True) for name in ANSWERS}
    for verifier in verifiers.values():
        start(verifier)
    # The deadline of the core is 5 seconds; an answer behind it is the same failure under the core's own name.
    assert until(lambda: all(last_failure(verifier) is not None for verifier in verifiers.values()), 12)
    words = {name: last_failure(verifier) for name, verifier in verifiers.items()}
    assert words.pop("big") == "body too large"
    assert set(words.values()) <= {"timeout", "no answer before the deadline"}


@pytest.fixture
def mute() -> Iterator[socket.socket]:
    """Give a server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener


@pytest.mark.parametrize("how", ["deadline", "close"])
def test_a_handshake_that_is_given_up_leaves_no_socket(mute: socket.socket, how: str) -> None:
    url = f"https://127.0.0.1:{mute.getsockname()[1]}/keys"
    issuer = {"jwks_uri": url, "keys": {"cooldown": 1, "prefetch": True}}
    verifier = Verifier(Policy(policy_document(issuer=issuer)))

    async def run() -> None:
        async with httpx.AsyncClient(verify=client_context(), trust_env=False) as client:
            async with AsyncKeyRefresher(verifier, client=client):
                connection, _ = await asyncio.to_thread(mute.accept)
                connection.settimeout(20)
                # A handshake (RFC 8446 section 5.1), of which no more than the greeting comes.
                assert await asyncio.to_thread(connection.recv, 1) == b"\x16"
                if how == "deadline":
                    await asyncio.to_thread(read_to_the_end, connection)
            with connection:
                await asyncio.to_thread(read_to_the_end, connection)

    def read_to_the_end(connection: socket.socket) -> None:
        while connection.recv(65_536):
            pass

    # What is left open must not be closed by chance.
    gc.collect()
    gc.disable()
    try:
        asyncio.run(run())
    finally:
        gc.enable()


def test_close_does_not_wait_for_a_handshake_without_end(mute: socket.socket) -> None:
    url = f"https://127.0.0.1:{mute.getsockname()[1]}/keys"
    verifier = Verifier(Policy(policy_document(issuer={"jwks_uri": url, "keys": {"prefetch": True}})))
    refresher = with_thread(verifier)
    connection, _ = mute.accept()
    with connection:
        assert connection.recv(1) == b"\x16"
        refresher.close()
        assert not refresher._thread.is_alive()


def test_close_cuts_a_fetch_short_and_gives_its_ticket_back(server: KeyServer) -> None:
    ended = threading.Event()

    def wait(handler: BaseHTTPRequestHandler) -> None:
        ended.wait(20)

    server.answers["/keys"] = wait
    verifier = verifier_for(server, prefetch=True)
    refresher = with_thread(verifier)
    assert until(lambda: server.requests != [])
    # No more than the time that a thread takes to end: the deadline is seconds away.
    refresher.close(timeout=2.5)
    assert not refresher._thread.is_alive()
    ended.set()
    again = verifier.store.next_fetch()
    assert again is not None
    assert again.reason == "abandoned"


def test_redirects_stay_on_their_origin(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    signer = Signer("a")
    server.set_json("/there", jwks(signer))
    server.set_status("/keys", 302, Location="/there")
    verifier = verifier_for(server, prefetch=True)
    start(verifier)
    assert until(lambda: verifier.check_bearer(signer.bearer()).allowed)
    with key_server() as other:
        other.set_json("/there", jwks(signer))
        server.set_status("/away", 302, Location=f"{other.url}/there")
        server.set_status("/around", 302, Location="/around")
        for path, word in (("/away", "redirect to another origin"), ("/around", "too many redirects")):
            lost = verifier_for(server, path, prefetch=True)
            start(lost)
            assert until(lambda: last_failure(lost) == word), last_failure(lost)  # noqa: B023
        assert other.requests == []


def test_plain_http_goes_to_loopback_alone() -> None:
    for url in ("https://login.example.com/keys", "http://127.0.0.1:1/", "http://[::1]/", "http://localhost:8080/"):
        check_address(url)
    for url in ("http://login.example.com/", "http://127.0.0.1.example.com/", "http://10.0.0.1/", "file:///etc/passwd"):
        with pytest.raises(FetchFailed):
            check_address(url)


def test_a_server_that_is_not_there_is_a_failure(start: Callable[[Verifier], Any]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = {"jwks_uri": f"https://127.0.0.1:{port}/keys", "keys": {"prefetch": True}}
    verifier = Verifier(Policy(policy_document(issuer=issuer)))
    start(verifier)
    assert until(lambda: last_failure(verifier) is not None)
    assert str(port) not in (last_failure(verifier) or "")


def test_close_ends_it(server: KeyServer, start: Callable[[Verifier], Any]) -> None:
    verifier = verifier_for(server)
    refresher = start(verifier)
    assert not refresher.closed
    refresher.close()
    assert refresher.closed
    verifier.check_bearer(Signer("a").bearer())
    time.sleep(0.4)
    assert server.requests == []


def test_a_stranger_is_no_key_server(server: KeyServer) -> None:
    signer = Signer("a")
    server.set_json("/keys", jwks(signer))
    verifier = verifier_for(server, prefetch=True)
    with KeyRefresher(verifier, proxies={}):
        assert until(lambda: last_failure(verifier) == "SSLCertVerificationError"), last_failure(verifier)
    assert verifier.check_bearer(signer.bearer()).status == 503


def test_a_task_that_ends_gives_its_ticket_back(server: KeyServer) -> None:
    server.answers["/keys"] = silent
    verifier = verifier_for(server, prefetch=True)

    async def cut() -> None:
        async with httpx.AsyncClient(verify=client_context()) as client, AsyncKeyRefresher(verifier, client=client):
            await asyncio.sleep(0.3)

    asyncio.run(cut())
    again = verifier.store.next_fetch()
    assert again is not None
    assert again.reason == "abandoned"


def test_a_forked_child_goes_on_fetching(server: KeyServer) -> None:
    signer = Signer("a")
    server.set_json("/keys", jwks(signer))
    verifier = verifier_for(server)
    with with_thread(verifier):
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                status = 0 if until(lambda: verifier.check_bearer(signer.bearer()).allowed) else 1
            os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert until(lambda: verifier.check_bearer(signer.bearer()).allowed)
