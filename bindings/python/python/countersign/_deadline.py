"""Connections of the standard library that end at a deadline, whatever the other side does."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.request import HTTPHandler, HTTPSHandler

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from urllib.request import Request


class Deadline:
    """Cuts the connections of one fetch once the timeout that they were opened with is over.

    A socket's own timeout begins anew with every byte, so a server that drips its header fields would never be given
    up.
    """

    def __init__(self) -> None:
        self._watched: list[tuple[socket.socket, threading.Timer]] = []
        self._is_cut = False

    def handlers(self, context: ssl.SSLContext) -> tuple[HTTPHandler, HTTPSHandler]:
        """Give what opens connections for `urllib`."""
        return _Http(self), _Https(self, context)

    def watch(self, sock: socket.socket, seconds: float) -> None:
        """Cut a connection in so many seconds."""
        timer = threading.Timer(seconds, _cut, (sock,))
        timer.daemon = True
        timer.start()
        self._watched.append((sock, timer))
        if self._is_cut:
            _cut(sock)

    def cut(self) -> None:
        """Cut every connection at once, and those to come; from any thread."""
        self._is_cut = True
        for sock, _ in list(self._watched):
            _cut(sock)

    def end(self) -> None:
        """Have the connections go on as they like."""
        while self._watched:
            _, timer = self._watched.pop()
            timer.cancel()


def _cut(sock: socket.socket) -> None:
    # Not the method of a TLS socket, which takes its state away from the thread that reads.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _connecting(deadline: Deadline, kind: type[http.client.HTTPConnection]) -> Callable[..., Any]:
    def make(host: str, *, timeout: float, **options: Any) -> http.client.HTTPConnection:
        connection = kind(host, timeout=timeout, **options)
        connect = connection.connect

        def connect_and_watch() -> None:
            connect()
            deadline.watch(connection.sock, timeout)

        connection.connect = connect_and_watch  # type: ignore[method-assign]
        return connection

    return make


class _Http(HTTPHandler):
    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._make = _connecting(deadline, http.client.HTTPConnection)

    def http_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(self._make, req)


class _Https(HTTPSHandler):
    def __init__(self, deadline: Deadline, context: ssl.SSLContext) -> None:
        super().__init__(context=context)
        self._make = _connecting(deadline, http.client.HTTPSConnection)
        self._of_connections = context

    def https_open(self, req: Request) -> http.client.HTTPResponse:
        return self.do_open(self._make, req, context=self._of_connections)
