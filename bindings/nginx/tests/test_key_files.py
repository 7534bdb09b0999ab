"""Keys from a file that is watched."""

import json
import time
import unittest

from support.nginx import wait_until
from support.site import Site, fetched_policy
from support.tokens import ISSUER, Key, es256, key_set

OLD, NEW = es256("old"), es256("new")
NOTICED = 20.0
"""Seconds within which a changed file has to count."""


class KeyFiles(Site):
    workers = 2
    http = "countersign_zone keys 1m;"
    server = f"countersign policy.json; countersign_keys {ISSUER} file keys.json; location / {{ proxy_pass UPSTREAM; }}"
    policies = {"policy.json": fetched_policy()}
    files = {"keys.json": json.dumps(key_set(OLD))}

    def holds(self, key: Key, status: int) -> bool:
        """Whether ten connections in a row, so every worker, answer a token of this key like that."""
        return all(self.get("/", key.token()).status == status for _ in range(10))

    def put(self, text: str) -> None:
        """Another content of the file."""
        self.nginx.write("keys.json", text)

    def test_1_the_first_request_has_keys(self) -> None:
        self.assertTrue(self.holds(OLD, 200))
        self.assertTrue(self.holds(NEW, 401))

    def test_2_a_rotation_needs_no_reload(self) -> None:
        workers = self.nginx.workers()
        self.put(json.dumps(key_set(OLD, NEW)))
        wait_until(lambda: self.holds(NEW, 200), "the new key counts", NOTICED)
        self.assertTrue(self.holds(OLD, 200))
        self.put(json.dumps(key_set(NEW)))
        wait_until(lambda: self.holds(OLD, 401), "the old key is gone", NOTICED)
        self.assertTrue(self.holds(NEW, 200))
        self.assertEqual(self.nginx.workers(), workers)

    def test_3_what_is_no_set_replaces_nothing(self) -> None:
        for text in (
            "{",
            "",
            "<html></html>",
            '{"keys":[]}',
            json.dumps({"keys": [{"kty": "RSA", "n": "AA", "e": "AA"}]}),
        ):
            self.put(text)
            time.sleep(1.5)
            self.assertTrue(self.holds(NEW, 200), text)
        (self.nginx.folder / "keys.json").unlink()
        time.sleep(1.5)
        self.assertTrue(self.holds(NEW, 200), "the file is gone")
        self.put(json.dumps(key_set(OLD, NEW)))
        wait_until(lambda: self.holds(OLD, 200), "a good file counts again", NOTICED)

    def test_4_a_reload_keeps_them(self) -> None:
        self.nginx.reload_and_wait()
        self.assertTrue(self.holds(NEW, 200))


if __name__ == "__main__":
    unittest.main()
