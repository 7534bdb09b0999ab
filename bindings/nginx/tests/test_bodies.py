"""Requests with bodies: small, large, chunked, announced and never sent; allowed and denied."""

import socket
import unittest

from support.http import Connection, bearer
from support.site import KEY, Site, policy

LARGE = b"x" * (3 << 20)


class Bodies(Site):
    server = """
    client_max_body_size 8m;
    countersign policy.json;
    location / { proxy_pass UPSTREAM; }
    location /streamed { proxy_pass UPSTREAM; proxy_request_buffering off; proxy_http_version 1.1; }
    location /small { client_max_body_size 1k; proxy_pass UPSTREAM; }
    """
    policies = {"policy.json": policy()}

    def test_bodies_arrive(self) -> None:
        for target in ("/", "/streamed"):
            for body in (b"", b"a", b"x" * 20000, LARGE):
                with Connection(self.nginx.port) as connection:
                    answer = connection.request("POST", target, bearer(KEY.token()), body)
                    self.assertEqual((answer.status, answer.json()["body"]), (200, len(body)), target)

    def test_a_denied_body_leaves_the_connection_usable(self) -> None:
        before = self.upstream.requests
        for body in (b"a", b"x" * 20000, LARGE):
            with Connection(self.nginx.port) as connection:
                for _ in range(3):
                    denied = connection.request("POST", "/", [], body)
                    self.assertEqual((denied.status, len(denied.challenges)), (401, 1))
                    if denied.one("connection") == "close":
                        break
                else:
                    allowed = connection.request("GET", "/", bearer(KEY.token()))
                    self.assertEqual(allowed.status, 200)
                    before += 1
        self.assertEqual(self.upstream.requests, before)

    def test_a_denied_body_looks_like_no_request(self) -> None:
        """What stands in a denied body is never read as the next request."""
        inner = (
            b"GET /smuggled HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer "
            + KEY.token().encode()
            + b"\r\n\r\n"
        )
        before = self.upstream.requests
        with Connection(self.nginx.port) as connection:
            self.assertEqual(connection.request("POST", "/", [], inner).status, 401)
            answer = connection.request("GET", "/", [])
            self.assertEqual(answer.status, 401)
        self.assertEqual(self.upstream.requests, before)

    def test_expect_continue(self) -> None:
        with Connection(self.nginx.port) as connection:
            connection.send("POST", "/", [("Expect", "100-continue"), ("Content-Length", "5")])
            denied = connection.receive()
            self.assertEqual(denied.status, 401)
        with Connection(self.nginx.port) as connection:
            connection.send("POST", "/", [*bearer(KEY.token()), ("Expect", "100-continue"), ("Content-Length", "5")])
            connection.socket.sendall(b"12345")
            answer = connection.receive()
            self.assertEqual((answer.status, answer.interim, answer.json()["body"]), (200, [100], 5))

    def test_a_chunked_body(self) -> None:
        for fields, status in ((bearer(KEY.token()), 200), ([], 401)):
            with Connection(self.nginx.port) as connection:
                connection.send("POST", "/", [*fields, ("Transfer-Encoding", "chunked")])
                connection.socket.sendall(b"5\r\nhello\r\n0\r\n\r\n")
                self.assertEqual(connection.receive().status, status)
                self.assertEqual(connection.request("GET", "/", bearer(KEY.token())).status, 200)

    def test_a_denied_body_that_never_comes(self) -> None:
        with Connection(self.nginx.port) as connection:
            connection.send("POST", "/", [("Content-Length", "1000000")])
            self.assertEqual(connection.receive().status, 401)
            connection.socket.shutdown(socket.SHUT_WR)
        self.assertEqual(self.get("/", KEY.token()).status, 200)

    def test_a_body_over_the_limit(self) -> None:
        answer = self.get_with("/small", bearer(KEY.token()), method="POST", body=b"x" * 2000)
        self.assertEqual((answer.status, answer.challenges), (413, []))


if __name__ == "__main__":
    unittest.main()
