"""Keys from a file that is watched."""

import json
import os
import time
import unittest
from functools import partial

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

    def test_5_a_corrupt_file_is_told_of_once(self) -> None:
        """Once a worker, not once a second."""
        before = self.nginx.errors().count("is refused, the keys of before stay")
        self.put('{"keys":1}')
        time.sleep(3.3)
        self.assertEqual(self.nginx.errors().count("is refused, the keys of before stay") - before, self.workers)
        self.assertTrue(self.holds(NEW, 200))

    def test_6_a_file_that_is_written_over_and_over(self) -> None:
        """In place, twice in a second, as long as before: nothing but the time within the second tells."""
        path = self.nginx.folder / "keys.json"
        keys = [es256("a"), es256("b"), es256("c")]
        for key in keys:
            path.write_text(json.dumps(key_set(key)))
            wait_until(partial(self.holds, key, 200), "the file as it is now counts", NOTICED)
        for first, second in ((keys[0], keys[1]), (keys[2], keys[0])):
            path.write_text(json.dumps(key_set(first)))
            time.sleep(0.1)
            path.write_text(json.dumps(key_set(second)))
            wait_until(partial(self.holds, second, 200), "the last write counts", NOTICED)

    def test_7_a_file_whose_time_is_set_back(self) -> None:
        """In place, as long as before, with the time of before: nothing but the time of its status tells."""
        path = self.nginx.folder / "keys.json"
        first, second = es256("a"), es256("b")
        for key in (first, second):
            path.write_text(json.dumps(key_set(key)))
            os.utime(path, (1_700_000_000, 1_700_000_000))
            if key is first:
                wait_until(partial(self.holds, first, 200), "the first key counts", NOTICED)
                time.sleep(2.2)  # every worker has looked at the file as it is
        wait_until(partial(self.holds, first, 401), "the key that was taken out is gone", NOTICED)
        self.assertTrue(self.holds(second, 200))


class UnreadFiles(Site):
    """A file that cannot be read is tried until it can be: a key that was taken out of it must not stay trusted."""

    workers = 2
    server = KeyFiles.server
    policies = KeyFiles.policies
    files = KeyFiles.files

    @classmethod
    def tearDownClass(cls) -> None:
        """The file is told of once a worker and change, and there is nothing else to tell."""
        faults = cls.nginx.faults()
        assert all('keys.json" failed (13: Permission denied)' in line for line in faults), faults
        assert len(faults) == cls.workers, faults

    def holds(self, key: Key, status: int) -> bool:
        """Whether ten connections in a row, so every worker, answer a token of this key like that."""
        return all(self.get("/", key.token()).status == status for _ in range(10))

    def test_a_file_that_nobody_may_read_for_a_while(self) -> None:
        self.assertTrue(self.holds(OLD, 200))
        path = self.nginx.folder / "keys.json"
        beside = path.with_name("keys.json.new")
        beside.write_text(json.dumps(key_set(NEW)))
        beside.chmod(0)
        beside.rename(path)
        wait_until(lambda: len(self.nginx.faults()) == self.workers, "every worker has tried", NOTICED)
        time.sleep(2.2)
        self.assertTrue(self.holds(OLD, 200), "the keys of before stay")
        path.chmod(0o644)
        wait_until(lambda: self.holds(OLD, 401), "the old key is gone", NOTICED)
        self.assertTrue(self.holds(NEW, 200))


if __name__ == "__main__":
    unittest.main()
