"""An upstream that echoes what it was sent, and a key server that can be told to misbehave."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from support.tokens import Key, key_set


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    owner: Any

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that has gone is no news; anything else is."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Running:
    """A server on a free port of loopback, for as long as the `with` lasts."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        self.server = _Server(("127.0.0.1", 0), handler)
        self.server.owner = self
        self.port: int = self.server.server_address[1]
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Any:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self.server.shutdown()
        self.server.server_close()

    def release(self) -> None:
        """Lets go of whoever is kept waiting."""


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        received = 0
        while received < length and (data := self.rfile.read(min(65536, length - received))):
            received += len(data)
        fields = [[name.lower(), value] for name, value in self.headers.items()]
        upstream: Upstream = self.server.owner  # type: ignore[attr-defined]
        with upstream.lock:
            upstream.requests += 1
            upstream.seen.append((self.path, fields))
        body = json.dumps({"method": self.command, "target": self.path, "fields": fields, "body": received}).encode()
        self.send_response(upstream.status)
        for name, value in upstream.fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_PATCH = answer

    def log_message(self, format: str, *args: object) -> None:
        pass


class Upstream(_Running):
    """Answers every request with its own line, fields and length of body, as JSON; `seen` has the last targets and
    fields."""

    def __init__(self, status: int = 200, fields: list[tuple[str, str]] | None = None) -> None:
        super().__init__(_Echo)
        self.requests = 0
        self.seen: deque[tuple[str, list[list[str]]]] = deque(maxlen=100)
        self.status = status
        self.fields = fields or []


class _Keys(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        owner: KeyServer = self.server.owner  # type: ignore[attr-defined]
        with owner.lock:
            owner.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            mode, cache = owner.mode, owner.cache_control
            document = owner.pages.get(self.path, owner.document)
        self.close_connection = True
        if mode == "hang":
            owner.waiting.release()
            owner.gate.wait(60)
            mode = owner.mode if owner.mode != "hang" else "reset"
        if mode == "reset":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, kind = 200, "application/json"
        if mode == "fail":
            status, document = 500, b'{"error":"no"}'
        elif mode == "page":
            document, kind = b"<html>Please try again</html>", "text/html"
        elif mode == "empty":
            document = b'{"keys":[]}'
        elif mode == "huge":
            document = b'{"keys":[' + b" " * (4 << 20) + b"]}"
        elif mode == "redirect":
            status = 302
        etag = owner.etag
        if etag and self.headers.get("If-None-Match") == etag:
            status, document = 304, b""
        if mode == "unchanged":
            status, document = 304, b""
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/elsewhere")
        if mode == "chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(document), document))
            return
        self.send_header("Content-Type", kind)
        if cache:
            self.send_header("Cache-Control", cache)
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Length", str(len(document) + (10 if mode == "longer" else 0)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(document[: len(document) // 2] if mode == "short" else document)

    def log_message(self, format: str, *args: object) -> None:
        pass


class KeyServer(_Running):
    """Serves a JWK Set and counts who asks.

    `mode` tells how: serve, hang, fail, reset, page, empty, huge, short, redirect; longer and chunks send a whole set
    and close before the end that they announced; unchanged answers 304 to whatever is asked.
    """

    def __init__(self, *keys: Key) -> None:
        super().__init__(_Keys)
        self.mode = "serve"
        self.cache_control = ""
        self.etag = ""
        self.pages: dict[str, bytes] = {}
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.gate = threading.Event()
        self.waiting = threading.Semaphore(0)
        self.publish(*keys)

    @property
    def fetches(self) -> int:
        """How often the set was asked for."""
        return len(self.seen)

    def over_tls(self, chain: Path, key: Path) -> None:
        """Takes TLS alone from now on. Hands are shaken in the connection's own thread."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)

    def publish(self, *keys: Key) -> None:
        """Serves these keys from now on."""
        self.document = json.dumps(key_set(*keys)).encode()

    def hang(self) -> None:
        """Takes requests from now on and answers none until `release`."""
        self.gate.clear()
        self.mode = "hang"

    def release(self, mode: str = "serve") -> None:
        """Answers those who hang, and everybody from now on, in this mode."""
        self.mode = mode
        self.gate.set()
