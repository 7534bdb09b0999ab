"""Who seems to be on this machine: addresses, versions, names and fields, one by one."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from countersign import _loopback, asgi
from countersign._loopback import is_loopback
from test_frameworks import VERIFIER
from test_loopback import PROXY_FIELDS

LOCAL = [("Host", "localhost:8000")]


@pytest.mark.parametrize(
    "peer",
    ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "0:0:0:0:0:0:0:1"],
)
def test_loopback_addresses_are_these(peer: str) -> None:
    for version in ("1.1", "2", "2.0", "3"):
        assert is_loopback(peer, version, LOCAL)
    # granian says "1" for HTTP/1.0.
    for other in (None, "", "1.0", "1", "HTTP/1", "HTTP/1.1", "0.9", " 1.1", 1.1):
        assert not is_loopback(peer, other, LOCAL)


@pytest.mark.parametrize(
    "peer",
    [None, "", "localhost", "203.0.113.7", "128.0.0.1", "0.0.0.0", "::", "::2", "::ffff:203.0.113.7", "::127.0.0.1",
     "64:ff9b::7f00:1", "fe80::1", "127.1", "0177.0.0.1", "0x7f.0.0.1", "127.0.0.1 ", "127.0.0.1\n", " ::1", "[::1]",
     "127.0.0.1,203.0.113.7", "127.0.0.1:80", "unix:/run/app", 2130706433, b"127.0.0.1", ("127.0.0.1", 80)],
)  # fmt: skip
def test_no_other_address_is(peer: Any) -> None:
    assert not is_loopback(peer, "1.1", LOCAL)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LocalHost:8000",
        "app.localhost",
        "a.b.localhost:1",
        "127.0.0.1",
        "127.8.9.10:65535",
        "[::1]",
        "[::1]:3000",
    ],
)
def test_names_of_this_machine_are_these(host: str) -> None:
    assert is_loopback("127.0.0.1", "1.1", [("host", host)])


@pytest.mark.parametrize(
    "host",
    ["", " ", "example.com", "localhost.example.com", "127.0.0.1.nip.io", "notlocalhost", "localhost.", ".localhost",
     "example.com:localhost", "localhost@example.com", "example.com@localhost", "localhost#example.com",
     "127.0.0.1:80@e.com", "localhost:", "localhost:123456", "localhost\n", "localhost ", "127.1", "2130706433", "::1",
     "[::1", "[::ffff:127.0.0.1]", "[::]", "0.0.0.0", "localhost, example.com", "localhost/..", "loc\u0430lhost",
     "127.0.0.\u0661", "\u24db\u24de.localhost"],
)  # fmt: skip
def test_no_other_name_is(host: str) -> None:
    assert not is_loopback("127.0.0.1", "1.1", [("host", host)])


def test_there_is_one_host() -> None:
    assert not is_loopback("127.0.0.1", "1.1", [])
    assert not is_loopback("127.0.0.1", "1.1", [("Host", "localhost"), ("host", "localhost")])
    assert not is_loopback("127.0.0.1", "1.0", LOCAL)


@pytest.mark.parametrize("name", PROXY_FIELDS)
def test_every_mark_of_a_proxy_counts(name: str) -> None:
    for spelling in (name, name.lower(), name.upper(), name.replace("-", "_"), f" {name}"):
        for value in ("127.0.0.1", "for=127.0.0.1", ""):
            assert not is_loopback("127.0.0.1", "1.1", [*LOCAL, (spelling, value)]), spelling
    assert is_loopback("127.0.0.1", "1.1", [*LOCAL, ("Viable", "1"), ("X-Real", "1"), ("Confirm", "1")])


@pytest.mark.parametrize("name", ["Origin", "origin", "REFERER", "Referer"])
def test_origin_and_referer_name_this_machine_or_nothing_is_told(name: str) -> None:
    for value in ("http://localhost", "https://localhost:5173", "http://app.localhost/a?b#c", "http://[::1]:3000/"):
        assert is_loopback("127.0.0.1", "1.1", [*LOCAL, (name, value)]), value
    for value in (
        "null", "", "https://evil.example", "http://192.168.1.5:5173/", "http://localhost.evil.example/", "localhost",
        "http://localhost@evil.example/", "http://evil.example/localhost", "http://localhost:80@evil.example/",
        "http://localhost, https://evil.example", "http://localhost\\@evil.example", "chrome-extension://localhost",
    ):  # fmt: skip
        assert not is_loopback("127.0.0.1", "1.1", [*LOCAL, (name, value)]), value
    both = [*LOCAL, ("Origin", "http://localhost"), ("Origin", "http://evil.example")]
    assert not is_loopback("127.0.0.1", "1.1", both)


def test_the_fields_of_proxies_are_those_of_the_node_front() -> None:
    source = (Path(__file__).parents[2] / "node" / "ts" / "loopback.ts").read_text()
    [listed] = re.findall(r"^const PROXY_FIELDS = \[\n(.*?)^\];$", source, re.MULTILINE | re.DOTALL)
    assert re.findall(r'"([^"]+)"', listed) == list(_loopback._PROXY_FIELDS)


@pytest.mark.parametrize("client", [5, {"a": 1}, [], "127.0.0.1", ("127.0.0.1",)])
def test_an_odd_client_leaves_the_denial(client: Any) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("it was denied")

    guarded = asgi.CountersignMiddleware(app, VERIFIER, explain_to_loopback=True)
    scope = {"type": "http", "path": "/", "headers": [(b"host", b"localhost")], "client": client, "http_version": "1.1"}
    asyncio.run(guarded(scope, None, send))  # type: ignore[arg-type]
    told = b"server-timing" in [name.lower() for name, _ in sent[0]["headers"]]
    assert (sent[0]["status"], told) == (401, client == ("127.0.0.1",))


def test_under_mod_wsgi_nothing_is_told() -> None:
    # It can be told to take out what proxies add.
    environ = {"REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "localhost"}
    decision = VERIFIER.check({})
    for more, count in (({}, 1), ({"mod_wsgi.version": (5, 0, 0)}, 0)):
        fields = _loopback.environ_fields(decision, {**environ, **more}, method="GET", url=b"http://localhost/")
        assert len(fields) == count
