"""The clients of the Python and the Node front against nginx: what its access log counts (REQ-CLIENT-04 to -18)."""

from __future__ import annotations

import json
import os
import subprocess
import time
import unittest
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from support.fetching import Fetching
from support.nginx import wait_until
from support.tokens import Key, es256

HERE = Path(__file__).parent
PYTHON = [os.environ["COUNTERSIGN_PYTHON"], str(HERE / "client.py")]
CLIENTS = {"httpx": PYTHON, "httpx-async": PYTHON, "requests": PYTHON, "fetch": ["node", str(HERE / "client.mjs")]}
"""By which program each client speaks."""
SERVER = """
    countersign policy.json;
    countersign_keys ISSUER location /_keys;
    countersign_wait WAIT;
    location / { proxy_pass UPSTREAM; }
    location /admin/ { countersign_scope admin; proxy_pass UPSTREAM; }
    location = /_keys { internal; countersign off; proxy_pass KEYS; proxy_read_timeout 10s; }
"""
MANY = 20


class Clients(Fetching):
    workers = 2

    def setUp(self) -> None:
        self.start(server=SERVER)

    def begin(self, client: str, target: str, token: str, fresh: list[str], count: int) -> subprocess.Popen[str]:
        """The client starts with this many requests at once; it has these tokens for its refreshes."""
        job = {
            "client": client,
            "origin": f"http://127.0.0.1:{self.nginx.port}",
            "target": target,
            "token": token,
            "fresh": fresh,
            "count": count,
            # So long that every request is on its way with the token of before.
            "takes": 1.0 if count > 1 else 0.0,
        }
        process = subprocess.Popen(CLIENTS[client], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdin is not None
        process.stdin.write(json.dumps(job))
        process.stdin.close()
        process.stdin = None
        return process

    def end(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        """What the client has to tell."""
        try:
            output, _ = process.communicate(timeout=100)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        self.assertEqual(process.returncode, 0, output)
        told: dict[str, Any] = json.loads(output)
        return told

    def ask(self, client: str, target: str, token: str, fresh: list[str], count: int = 1) -> dict[str, Any]:
        """What came of so many requests."""
        return self.end(self.begin(client, target, token, fresh, count))

    def seen(self, target: str) -> list[tuple[int, str]]:
        """Status and reason of each request that nginx had for this target, in their order."""
        return [(line["status"], line["reason"]) for line in self.nginx.log() if line["uri"] == target]

    def were_answered(self, target: str, count: int) -> bool:
        """Whether so many requests for this target were."""
        return len(self.seen(target)) >= count

    def told(self, statuses: list[int], refreshes: int, logouts: int = 0) -> dict[str, Any]:
        """What a client tells."""
        return {"statuses": statuses, "refreshes": refreshes, "logouts": logouts}

    def test_a_token_that_is_over_is_renewed_once(self) -> None:
        for client in CLIENTS:
            with self.subTest(client):
                target = f"/one?{client}"
                said = self.ask(client, target, self.key.token(lifetime=-60), [self.key.token()])
                self.assertEqual(said, self.told([200], 1))
                self.assertEqual(self.seen(target), [(401, "token_expired"), (200, "ok")])

    def test_many_requests_with_a_token_that_is_over_share_one_renewal(self) -> None:
        for client in CLIENTS:
            with self.subTest(client):
                target = f"/many?{client}"
                said = self.ask(client, target, self.key.token(lifetime=-60), [self.key.token()], MANY)
                self.assertEqual(said, self.told([200] * MANY, 1))
                seen = Counter(self.seen(target))
                self.assertEqual(seen[200, "ok"], MANY)
                self.assertTrue(1 <= seen[401, "token_expired"] <= MANY, seen)
                self.assertEqual(len(seen), 2, seen)

    def test_a_scope_that_is_missing_ends_it(self) -> None:
        for client in CLIENTS:
            for count in (1, MANY):
                with self.subTest(client, count=count):
                    target = f"/admin/?{client}{count}"
                    said = self.ask(client, target, self.key.token(), [self.key.token()], count)
                    self.assertEqual(said, self.told([403] * count, 0))
                    self.assertEqual(self.seen(target), [(403, "insufficient_scope")] * count)

    def refused_for_ever(self, client: str, stranger: Key, count: int) -> Counter[tuple[int, str]]:
        """Requests with tokens of which none is good."""
        target = f"/never?{client}{count}"
        said = self.ask(client, target, stranger.token(), [stranger.token() for _ in range(10)], count)
        self.assertEqual(said, self.told([401] * count, 1), "one token more, and then no other")
        return Counter(self.seen(target))

    def test_a_401_for_ever_is_bounded(self) -> None:
        """The bound of docs/CLIENT.md for invalid_token: two requests."""
        stranger = es256(self.key.kid)
        for client in CLIENTS:
            with self.subTest(client):
                self.assertEqual(self.refused_for_ever(client, stranger, 1), {(401, "signature_invalid"): 2})
            with self.subTest(client, count=MANY):
                seen = self.refused_for_ever(client, stranger, MANY)
                self.assertEqual(set(seen), {(401, "signature_invalid")})
                self.assertLessEqual(seen.total(), 2 * MANY)

    def test_keys_that_are_not_there_are_waited_for(self) -> None:
        for client in CLIENTS:
            with self.subTest(client):
                self.doCleanups()
                self.start(server=SERVER, mode="fail", cooldown=2)
                target = f"/wait?{client}"
                process = self.begin(client, target, self.key.token(), [self.key.token()], 3)
                try:
                    wait_until(partial(self.were_answered, target, 3), "three requests were answered", 30)
                    self.assertEqual(set(self.seen(target)), {(503, "keys_unavailable")})
                    self.keys.mode = "serve"
                    start = time.monotonic()
                finally:
                    said = self.end(process)
                self.assertEqual(said, self.told([200] * 3, 0))
                self.assertGreater(time.monotonic() - start, 1.0, "Retry-After was not waited for")
                seen = Counter(self.seen(target))
                self.assertEqual((seen[200, "ok"], len(seen)), (3, 2), seen)
                self.assertLessEqual(seen[503, "keys_unavailable"], 9, "two more tries each at most")


if __name__ == "__main__":
    unittest.main()
