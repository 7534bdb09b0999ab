"""A site whose keys come from a key server, by an internal location."""

from __future__ import annotations

import threading
import time
import unittest
from typing import Any

from support.http import Response, bearer, fetch
from support.nginx import Nginx
from support.servers import KeyServer, Upstream
from support.site import fetched_policy
from support.tokens import ISSUER, Key, es256

SERVER = """
    countersign policy.json;
    countersign_keys ISSUER location /_keys;
    countersign_wait WAIT;
    location / { proxy_pass UPSTREAM; }
    location /open { countersign off; proxy_pass UPSTREAM; }
    location = /_keys { internal; countersign off; proxy_pass KEYS; proxy_read_timeout 10s; }
"""


class Fetching(unittest.TestCase):
    """Each test has an nginx, an upstream and a key server with one key of its own."""

    workers = 1

    def start(
        self,
        *,
        wait: str = "2s",
        server: str = SERVER,
        http: str = "",
        policies: dict[str, Any] | None = None,
        files: dict[str, str] | None = None,
        mode: str = "serve",
        **keys: Any,
    ) -> Nginx:
        """Starts all three; `keys` are members of the issuer's `keys`."""
        self.key: Key = es256("k1")
        self.keys = self.enterContext(KeyServer(self.key))
        if mode == "hang":
            self.keys.hang()
        else:
            self.keys.mode = mode
        self.upstream = self.enterContext(Upstream())
        for name, value in (
            ("ISSUER", ISSUER),
            ("UPSTREAM", f"http://127.0.0.1:{self.upstream.port}"),
            ("KEYS", f"http://127.0.0.1:{self.keys.port}/jwks"),
            ("PORT", str(self.keys.port)),
            ("WAIT", wait),
        ):
            server = server.replace(name, value)
        self.nginx = Nginx(
            server,
            http=f"countersign_zone keys 1m; {http}",
            policies={"policy.json": fetched_policy(**({"cooldown": 1} | keys))} | (policies or {}),
            files=files,
            workers=self.workers,
        )
        self.enterContext(self.nginx)
        return self.nginx

    def get(self, key: Key | None = None, target: str = "/", **claims: Any) -> Response:
        """One request with a token of this key."""
        token = (key or self.key).token(**claims)
        return fetch(self.nginx.port, target, bearer(token))

    def timed(self, key: Key | None = None) -> tuple[Response, float]:
        """One request, and how many seconds its answer took."""
        start = time.monotonic()
        return self.get(key), time.monotonic() - start

    def at_once(self, count: int, key: Key | None = None) -> list[int]:
        """The statuses of this many requests at once."""
        statuses: list[int] = []
        threads = [threading.Thread(target=lambda: statuses.append(self.get(key).status)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        return statuses

    def clean(self, *allowed: str) -> None:
        """No line of the error log that tells of a fault, but for those with these words."""
        lines = [line for line in self.nginx.faults() if not any(word in line for word in allowed)]
        self.assertEqual(lines, [])
