"""Several workers are one server: one fetch, one set of keys, kept over reloads and the death of a worker."""

import contextlib
import os
import secrets
import signal
import time
import unittest
from pathlib import Path

from support.fetching import Fetching
from support.http import Connection, bearer
from support.nginx import wait_until
from support.tokens import es256

KILLED = "exited on signal 9"


class WholeServer(Fetching):
    workers = 3

    def answered_by(self) -> set[int]:
        """The workers that have answered."""
        return {line["pid"] for line in self.nginx.log()}

    def every_worker(self, status: int = 200) -> None:
        """Asks until every worker has answered, and holds each answer against this status."""
        present, seen = set(self.nginx.workers()), set()
        for count in range(2000):
            answer = self.get(target=f"/?every={count}")
            self.assertEqual(answer.status, status, f"request {count}")
            if count % 20 == 19:
                seen = {line["pid"] for line in self.nginx.log()}
                if present <= seen:
                    return
        self.fail(f"only {seen} of {present} answered")

    def test_one_fetch_for_all_workers(self) -> None:
        self.start(wait="5s")
        self.assertEqual(self.at_once(60), [200] * 60)
        self.every_worker()
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_made_up_kids_cause_one_fetch_a_cooldown(self) -> None:
        self.start(wait="100ms", cooldown=2)
        self.every_worker()
        start, made_up = time.monotonic(), 0
        stranger = es256("x")
        while time.monotonic() - start < 5:
            self.assertEqual(self.get(stranger, kid=secrets.token_hex(8)).status, 401)
            made_up += 1
        self.assertGreater(made_up, 100)
        self.assertGreaterEqual(len(self.answered_by()), 2)
        self.assertTrue(2 <= self.keys.fetches <= 4, f"{self.keys.fetches} fetches for {made_up} kids in 5 s")
        self.assertEqual(self.get().status, 200)

    def test_a_rotation_reaches_every_worker(self) -> None:
        self.start()
        self.every_worker()
        old, self.key = self.key, es256("k2")
        self.keys.publish(self.key)
        time.sleep(1.2)
        self.every_worker()
        self.assertEqual(self.keys.fetches, 2)
        wait_until(lambda: all(self.get(old).status == 401 for _ in range(20)), "the old key is gone everywhere")

    def test_a_reload_keeps_the_keys(self) -> None:
        self.start(cooldown=60)
        self.every_worker()
        self.keys.mode = "fail"
        for _ in range(3):
            self.nginx.reload_and_wait()
            self.every_worker()
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_a_new_worker_has_the_keys(self) -> None:
        self.start(cooldown=60)
        self.every_worker()
        self.keys.mode = "fail"
        before = set(self.nginx.workers())
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: len(set(self.nginx.workers()) - before) == self.workers, "new workers")
        self.every_worker()
        self.assertEqual(self.keys.fetches, 1)
        self.clean(KILLED)

    def test_a_worker_that_dies_leaves_no_lease(self) -> None:
        self.start(wait="8s", mode="hang")
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/", bearer(self.key.token()))
            self.assertTrue(self.keys.waiting.acquire(timeout=10))
            before = set(self.nginx.workers())
            for pid in before:
                os.kill(pid, signal.SIGKILL)
        self.keys.release()
        wait_until(lambda: len(set(self.nginx.workers()) - before) == self.workers, "new workers")
        start = time.monotonic()
        wait_until(lambda: self.get().status == 200, "keys after the death of the worker that fetched", 12)
        self.assertLess(time.monotonic() - start, 12)
        self.every_worker()
        self.assertLessEqual(self.keys.fetches, 3)
        self.clean(KILLED)

    def connected(self, place: int, port: int) -> set[int]:
        """The workers with a connection whose local (1) or remote (2) end is this port of loopback."""
        address = f"0100007F:{port:04X}"
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        inodes = {fields[9] for fields in map(str.split, lines) if fields[place] == address and fields[3] == "01"}
        found = set()
        for pid in self.nginx.workers():
            sockets = {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
            if any(f"socket:[{inode}]" in sockets for inode in inodes):
                found.add(pid)
        return found

    def test_another_worker_takes_over_from_one_that_dies(self) -> None:
        """The lease of a worker that is killed while it fetches goes to one that waits, at once."""
        self.start(wait="20s", mode="hang")
        waiting: list[Connection] = []
        end = time.monotonic() + 3
        while len(self.connected(1, self.nginx.port)) < 2:
            self.assertLess(time.monotonic(), end, "every connection went to one worker")
            waiting += [Connection(self.nginx.port) for _ in range(20)]
            for connection in waiting[-20:]:
                self.addCleanup(connection.close)
                connection.send("GET", "/", bearer(self.key.token()))
        self.assertTrue(self.keys.waiting.acquire(timeout=10))
        (holder,) = self.connected(2, self.keys.port)
        self.assertEqual(self.keys.fetches, 1)
        os.kill(holder, signal.SIGKILL)
        self.assertTrue(self.keys.waiting.acquire(timeout=4), "nobody took over before the lease was over")
        self.keys.release()
        statuses = []
        for connection in waiting:
            with contextlib.suppress(ConnectionError):
                statuses.append(connection.receive().status)
        self.assertEqual(set(statuses), {200})
        self.assertLess(len(statuses), len(waiting), "nobody was at the worker that died")
        self.assertEqual(self.keys.fetches, 2)
        self.every_worker()
        self.assertEqual(self.keys.fetches, 2)
        self.clean(KILLED)

    def test_a_new_worker_keeps_the_cooldown(self) -> None:
        """What the zone has is younger than the cooldown: a key id that nobody knows causes no fetch."""
        self.start(cooldown=60)
        self.every_worker()
        for _ in range(2):
            self.nginx.reload_and_wait()
            for _ in range(20):
                self.assertEqual(self.get(es256("made-up"), kid=secrets.token_hex(8)).status, 401)
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_a_new_worker_fetches_when_the_cooldown_is_over(self) -> None:
        self.start(cooldown=2)
        self.every_worker()
        self.key = es256("k2")
        self.keys.publish(self.key)
        time.sleep(2.2)
        self.nginx.reload_and_wait()
        self.assertEqual(self.get().status, 200, "a new key, at the first request of a new worker")
        self.every_worker()
        self.assertEqual(self.keys.fetches, 2)
        self.clean()

    def test_a_reload_while_requests_wait(self) -> None:
        self.start(wait="8s", mode="hang")
        waiting = [Connection(self.nginx.port) for _ in range(6)]
        for connection in waiting:
            connection.send("GET", "/", bearer(self.key.token()))
        self.assertTrue(self.keys.waiting.acquire(timeout=10))
        self.nginx.reload()
        time.sleep(0.5)
        self.keys.release()
        for connection in waiting:
            self.assertEqual(connection.receive().status, 200)
            connection.close()
        self.every_worker()
        self.clean()

    def test_a_reload_with_a_broken_policy_changes_nothing(self) -> None:
        self.start()
        self.every_worker()
        workers = self.nginx.workers()
        good = (self.nginx.folder / "policy.json").read_text()
        self.nginx.write("policy.json", "{")
        self.nginx.reload()
        wait_until(lambda: "[emerg]" in self.nginx.errors(), "the refusal is logged")
        self.assertEqual(self.nginx.workers(), workers)
        self.every_worker()
        self.nginx.write("policy.json", good)
        self.nginx.reload_and_wait()
        self.every_worker()
        self.assertEqual(self.keys.fetches, 1)


if __name__ == "__main__":
    unittest.main()
