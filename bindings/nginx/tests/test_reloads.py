"""20,000 requests during 20 reloads: not one lost, not one wrong."""

import socket
import threading
import time
import unittest

from support.fetching import Fetching
from support.nginx import Nginx
from support.tokens import altered

REQUESTS, RELOADS, CLIENTS = 20_000, 20, 4
SERVER = """
    countersign policy.json;
    countersign_keys ISSUER location /_keys;
    countersign_wait WAIT;
    location / { }
    location /write { countersign_scope "write:reports"; }
    location = /_keys { internal; countersign off; proxy_pass KEYS; }
"""


def ask(port: int, request: bytes) -> bytes:
    """The status of one request on a connection of its own."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(request)
        answer = b""
        while data := connection.recv(4096):
            answer += data
    return answer[9:12]


def line(target: str, token: str | None) -> bytes:
    """A request whose connection ends with its answer."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{authorization}\r\n".encode()


class Reloads(Fetching):
    workers = 2

    def test_20000_requests_during_20_reloads(self) -> None:
        nginx = self.start(server=SERVER, wait="5s", cooldown=3600)
        good = self.key.token()
        kinds = [
            (line("/index.html", good), b"200"),
            (line("/index.html", altered(good)), b"401"),
            (line("/index.html", None), b"401"),
            (line("/write", good), b"403"),
        ]
        done, wrong, stop = [0] * CLIENTS, [], threading.Event()

        def client(number: int) -> None:
            while not stop.is_set():
                for request, expected in kinds:
                    try:
                        status = ask(nginx.port, request)
                    except OSError as fault:
                        status = repr(fault).encode()
                    if status != expected:
                        wrong.append((expected, status))
                    done[number] += 1

        self.assertEqual(ask(nginx.port, kinds[0][0]), b"200")
        threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            for _ in range(RELOADS):
                self.reload(nginx)
            end = time.monotonic() + 60
            while sum(done) < REQUESTS and time.monotonic() < end:
                time.sleep(0.05)
        finally:
            stop.set()
            for thread in threads:
                thread.join(30)
        self.assertGreaterEqual(sum(done), REQUESTS)
        self.assertEqual(wrong[:10], [], f"{len(wrong)} of {sum(done)}")
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def reload(self, nginx: Nginx) -> None:
        """A reload whose new workers have taken over."""
        before = set(nginx.workers())
        nginx.reload()
        end = time.monotonic() + 20
        while not set(nginx.workers()) - before and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.15)

    def test_memory_does_not_grow_with_reloads(self) -> None:
        """What the master and a worker hold after 40 reloads is what they held after 10."""
        nginx = self.start(server=SERVER, wait="5s", cooldown=3600)
        sizes = []
        for count in range(40):
            nginx.reload_and_wait()
            self.assertEqual(self.get(target="/index.html").status, 200)
            if count in (9, 39):
                sizes.append(self.master_kib(nginx))
        self.assertLess(sizes[1] - sizes[0], 1024, f"KiB of the master: {sizes}")

    def master_kib(self, nginx: Nginx) -> int:
        """The private memory of the master."""
        assert nginx.process is not None
        with open(f"/proc/{nginx.process.pid}/status") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines["RssAnon"].split()[0])


if __name__ == "__main__":
    unittest.main()
