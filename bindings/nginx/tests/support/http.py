"""An HTTP/1.1 client that shows every field line as it came, and curl for HTTP/2."""

from __future__ import annotations

import json
import socket
import subprocess
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass
class Response:
    """A response: the field lines in their order, with names in lower case."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes = b""
    interim: list[int] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        """The values of every line of a field."""
        return [value for key, value in self.fields if key == name.lower()]

    def one(self, name: str) -> str | None:
        """The value of a field that stands at most once."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} stands {len(values)} times: {values}"
        return values[0] if values else None

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def challenges(self) -> list[str]:
        """The WWW-Authenticate lines."""
        return self.all("www-authenticate")


class Connection:
    """A connection that is kept over requests."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection, whatever is under way on it."""
        self.socket.close()

    def send(self, method: str, target: str, fields: list[tuple[str, str]], body: bytes | None = None) -> None:
        """Sends a request and does not wait."""
        lines = [f"{method} {target} HTTP/1.1"]
        if not any(name.lower() == "host" for name, _ in fields):
            lines.append("Host: api.example.com")
        lines += [f"{name}: {value}" for name, value in fields]
        if body is not None and not any(name.lower() == "content-length" for name, _ in fields):
            lines.append(f"Content-Length: {len(body)}")
        head = "\r\n".join(lines).encode("utf-8", "surrogateescape")
        self.socket.sendall(head + b"\r\n\r\n" + (body or b""))

    def receive(self, method: str = "GET") -> Response:
        """Reads the next response; interim ones are only noted."""
        interim = []
        while True:
            status, fields = self._head()
            if status >= 200:
                break
            interim.append(status)
        response = Response(status, fields, interim=interim)
        if method == "HEAD" or status in (204, 304):
            return response
        if response.one("transfer-encoding") == "chunked":
            response.body = self._chunks()
        elif (length := response.one("content-length")) is not None:
            response.body = self._bytes(int(length))
        else:
            response.body = self._rest()
        return response

    def request(self, method: str, target: str, fields: list[tuple[str, str]], body: bytes | None = None) -> Response:
        """Sends a request and reads its response."""
        self.send(method, target, fields, body)
        return self.receive(method)

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the connection was closed in the middle of a response")
        self.buffer += data

    def _line(self) -> bytes:
        while b"\r\n" not in self.buffer:
            self._more()
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def _bytes(self, length: int) -> bytes:
        while len(self.buffer) < length:
            self._more()
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def _head(self) -> tuple[int, list[tuple[str, str]]]:
        status = int(self._line().split(b" ")[1])
        fields = []
        while line := self._line():
            name, _, value = line.decode("utf-8", "surrogateescape").partition(":")
            fields.append((name.lower(), value.strip(" \t")))
        return status, fields

    def _chunks(self) -> bytes:
        body = b""
        while length := int(self._line().split(b";")[0], 16):
            body += self._bytes(length)
            self._line()
        while self._line():
            pass
        return body

    def _rest(self) -> bytes:
        while data := self.socket.recv(65536):
            self.buffer += data
        data, self.buffer = self.buffer, b""
        return data


def bearer(token: str) -> list[tuple[str, str]]:
    """The Authorization field for a token."""
    return [("Authorization", f"Bearer {token}")]


def fetch(
    port: int,
    target: str,
    fields: list[tuple[str, str]] | None = None,
    *,
    method: str = "GET",
    body: bytes | None = None,
    timeout: float = 30.0,
) -> Response:
    """One request on a connection of its own."""
    with Connection(port, timeout) as connection:
        return connection.request(method, target, fields or [], body)


def fetch2(port: int, target: str, fields: list[tuple[str, str]] | None = None, *, method: str = "GET") -> Response:
    """One request over cleartext HTTP/2, by curl."""
    how = ["--head"] if method == "HEAD" else ["--request", method]
    command = ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--max-time", "30", "--include", *how]
    for name, value in fields or []:
        command += ["--header", f"{name}: {value}"]
    done = subprocess.run([*command, f"http://127.0.0.1:{port}{target}"], capture_output=True, timeout=40, check=True)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    start, *lines = head.decode().split("\r\n")
    assert start.startswith("HTTP/2 "), start
    split = [line.partition(":") for line in lines]
    return Response(int(start.split()[1]), [(name.lower(), value.strip()) for name, _, value in split], body)
