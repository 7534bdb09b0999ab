"""The fixture itself: without credentials and without our directives everything is as nginx does it."""

import unittest

from support.http import Connection, fetch2
from support.site import Site


class Sanity(Site):
    server = "location /up { proxy_pass UPSTREAM; }"

    def test_a_file_is_served(self) -> None:
        answer = self.get("/index.html")
        self.assertEqual((answer.status, answer.body), (200, b"hello\n"))
        self.assertEqual(answer.challenges, [])

    def test_the_upstream_echoes(self) -> None:
        with Connection(self.nginx.port) as connection:
            for _ in range(2):
                answer = connection.request("POST", "/up?x=1", [("X-One", "a"), ("X-One", "b")], b"12345")
                echo = answer.json()
                self.assertEqual((echo["method"], echo["target"], echo["body"]), ("POST", "/up?x=1", 5))
                self.assertEqual([value for name, value in echo["fields"] if name == "x-one"], ["a", "b"])

    def test_http_2(self) -> None:
        answer = fetch2(self.nginx.port2, "/up", [("X-One", "a")])
        self.assertEqual((answer.status, answer.json()["target"]), (200, "/up"))

    def test_the_log_is_read(self) -> None:
        self.get("/nowhere")
        self.assertEqual(self.nginx.logged("/nowhere")["status"], 404)


if __name__ == "__main__":
    unittest.main()
