"""The metrics of keys, over workers that each have keys of their own: REQ-ROTATION-09's counts and what alerts need."""

import contextlib
import json
import os
import signal
import time
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path

from support.fetching import SERVER, Fetching
from support.http import Connection, bearer, fetch
from support.metrics import Metrics
from support.nginx import wait_until
from support.site import fetched_policy
from support.tokens import ISSUER, Key, es256

COUNTING = SERVER + "location = /metrics { countersign off; countersign_metrics; }"
URL = ISSUER + "/keys"
AGE, OVERDUE, USABLE, UNKNOWN, FETCHES, FAILURES = (
    "countersign_key_set_age_seconds",
    "countersign_key_set_overdue_seconds",
    "countersign_key_set_usable",
    "countersign_unknown_kids_total",
    "countersign_key_fetches_total",
    "countersign_key_fetch_failures_total",
)


class KeyMetrics(Fetching):
    workers = 3

    def metrics(self) -> Metrics:
        """One scrape."""
        answer = fetch(self.nginx.port, "/metrics")
        self.assertEqual(answer.status, 200)
        return Metrics(answer.body.decode())

    def told(self, name: str) -> int | None:
        """What is told of the one source."""
        return self.metrics().value(name, issuer=ISSUER, url=URL)

    def until(self, name: str, condition: Callable[[int], bool]) -> None:
        """Waits until a sample is there and the condition holds of it."""

        def holds() -> bool:
            value = self.told(name)
            return value is not None and condition(value)

        wait_until(holds, f"{name} is as expected", 20)

    @contextlib.contextmanager
    def stopped(self, *pids: int) -> Iterator[None]:
        """These workers stand still."""
        try:
            for pid in pids:
                os.kill(pid, signal.SIGSTOP)
            wait_until(lambda: all(state(pid) == "T" for pid in pids), "the workers stand still")
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def ask_each(self, key: Key, status: int, count: int) -> None:
        """This many requests to each worker."""
        workers = self.nginx.workers()
        self.assertEqual(len(workers), self.workers)
        for worker in workers:
            with self.stopped(*(other for other in workers if other != worker)):
                for _ in range(count):
                    self.assertEqual(self.get(key).status, status)

    def test_nothing_is_told_of_keys_that_nobody_asked_for(self) -> None:
        self.start(server=COUNTING)
        self.assertEqual((self.told(USABLE), self.told(AGE), self.told(FETCHES)), (None, None, None))
        self.assertEqual(self.get().status, 200)
        # The two workers that nobody asked have no keys, and need none.
        self.until(USABLE, bool)
        self.assertEqual((self.told(OVERDUE), self.told(FETCHES)), (0, 1))
        self.assertLess(self.told(AGE) or 0, 5)
        self.clean()

    def test_unknown_kids_are_the_sum_of_all_workers_and_outlive_reloads_and_crashes(self) -> None:
        self.start(server=COUNTING, cooldown=600, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1 and self.told(UNKNOWN) == 0, "the keys are there")
        made_up = es256("made-up")
        self.ask_each(made_up, 401, 4)
        self.until(UNKNOWN, lambda count: count == 12)
        self.nginx.reload_and_wait()
        self.assertEqual(self.told(UNKNOWN), 12)
        self.ask_each(made_up, 401, 2)
        self.until(UNKNOWN, lambda count: count == 18)
        before = self.nginx.workers()
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: len(set(self.nginx.workers()) - {before[0]}) == self.workers, "another worker")
        self.assertEqual(self.told(UNKNOWN), 18)
        self.ask_each(made_up, 401, 1)
        self.until(UNKNOWN, lambda count: count == 21)
        time.sleep(1.5)
        self.assertEqual(self.told(UNKNOWN), 21, "nothing is told twice")
        self.assertEqual(self.told(FETCHES), 1)
        self.clean("exited on signal 9")

    def test_what_a_worker_met_in_its_last_second_is_counted(self) -> None:
        self.start(server=COUNTING, cooldown=600, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1, "the keys are there")
        for _ in range(5):
            self.assertEqual(self.get(es256("made-up")).status, 401)
        self.nginx.reload_and_wait()
        self.assertEqual(self.told(UNKNOWN), 5)

    def test_an_outage_from_the_first_moment(self) -> None:
        self.start(server=COUNTING, mode="fail", wait="1s")
        self.assertEqual(self.get().status, 503)
        self.until(USABLE, lambda usable: usable == 0)
        self.assertEqual((self.told(AGE), self.told(OVERDUE)), (None, None))
        self.assertGreater(self.told(FAILURES) or 0, 0)
        self.keys.mode = "serve"
        wait_until(lambda: self.get().status == 200, "the keys are there once the server is well")
        self.until(USABLE, bool)

    def test_an_outage_of_keys_that_grow_old(self) -> None:
        self.start(server=COUNTING, ttl=2, stale=3, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1, "the keys are there")
        self.assertEqual(self.told(OVERDUE), 0)
        self.keys.mode = "fail"
        self.until(OVERDUE, lambda seconds: seconds >= 1)
        self.assertEqual(self.told(USABLE), 1, "the last good set serves on")
        self.assertGreaterEqual(self.told(AGE) or 0, 3)
        self.until(USABLE, lambda usable: usable == 0)
        self.assertEqual(self.get().status, 503)
        self.assertGreaterEqual(self.told(OVERDUE) or 0, 3)
        # A reload in the middle of it: the new workers start with what there is, and tell of it.
        self.nginx.reload_and_wait()
        self.assertEqual(self.told(USABLE), 0)
        self.keys.mode = "serve"
        self.until(USABLE, bool)
        self.until(OVERDUE, lambda seconds: seconds == 0)

    def test_a_worker_that_lags_behind_is_not_hidden(self) -> None:
        self.start(server=COUNTING, ttl=2, stale=5, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1, "the keys are there")
        time.sleep(1.2)
        behind = self.nginx.workers()[0]
        with self.stopped(behind):
            self.until(OVERDUE, lambda seconds: seconds >= 2)
            self.until(USABLE, lambda usable: usable == 0)
            self.assertGreaterEqual(self.told(AGE) or 0, 7)
            self.assertEqual(self.get().status, 200, "the others have keys")
        self.until(OVERDUE, lambda seconds: seconds == 0)
        self.until(USABLE, bool)
        # Dead is not behind.
        with self.stopped(behind):
            self.until(OVERDUE, lambda seconds: seconds >= 1)
            os.kill(behind, signal.SIGKILL)
            self.until(OVERDUE, lambda seconds: seconds == 0)
            self.assertEqual(self.told(USABLE), 1)
        self.clean("exited on signal 9")

    def test_workers_that_are_to_stop_tell_nothing(self) -> None:
        """They renew no keys any more, and no new request comes to them."""
        self.start(server=COUNTING, ttl=2, stale=3, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1, "the keys are there")
        before = self.nginx.workers()
        with Connection(self.nginx.port) as connection:
            connection.send("POST", "/", [*bearer(self.key.token()), ("Content-Length", "5")], b"abc")
            time.sleep(0.5)
            self.nginx.reload()
            wait_until(
                lambda: (
                    len(set(self.nginx.workers()) & set(before)) == 1 and len(self.nginx.workers()) == self.workers + 1
                ),
                "one old worker is left",
            )
            time.sleep(7)
            self.assertEqual(len(set(self.nginx.workers()) & set(before)), 1)
            self.assertEqual((self.told(USABLE), self.told(OVERDUE)), (1, 0))
            self.assertLess(self.told(AGE) or 0, 5)
            connection.socket.sendall(b"de")
            self.assertEqual(connection.receive().status, 200)

    def test_fewer_workers_after_a_reload(self) -> None:
        self.start(server=COUNTING, ttl=2, stale=1, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1, "the keys are there")
        self.nginx.configure(workers=1)
        self.nginx.reload_and_wait()
        wait_until(lambda: len(self.nginx.workers()) == 1, "one worker is left")
        time.sleep(4)
        self.assertEqual((self.told(USABLE), self.told(OVERDUE)), (1, 0))

    def test_an_issuer_that_is_gone_has_no_keys_any_more(self) -> None:
        self.start(server=COUNTING, prefetch=True)
        wait_until(lambda: self.told(USABLE) == 1, "the keys are there")
        self.nginx.configure(server="location = /metrics { countersign_metrics; } location / { return 204; }")
        self.nginx.reload_and_wait()
        told = self.metrics()
        self.assertIsNone(told.value(USABLE))
        self.assertEqual(told.value(FETCHES, issuer=ISSUER), 1, "counters stay")

    def test_two_zones_and_two_policies_are_one_source(self) -> None:
        self.start(
            server=COUNTING
            + """
            location /other { countersign other.json; countersign_zone other 1m; proxy_pass UPSTREAM; }
            location /third { countersign third.json; proxy_pass UPSTREAM; }
            """,
            policies={name: fetched_policy(prefetch=True, cooldown=600) for name in ("other.json", "third.json")},
            prefetch=True,
            cooldown=600,
        )
        wait_until(lambda: self.told(USABLE) == 1 and self.told(FETCHES) == 2, "the keys are there")
        for target in ("/", "/other", "/third"):
            self.assertEqual(self.get(es256("made-up"), target).status, 401)
        self.until(UNKNOWN, lambda count: count == 3)
        self.assertEqual(self.metrics().series(USABLE), [{"issuer": ISSUER, "url": URL}])
        self.assertEqual(self.metrics().lint(), "")

    def test_keys_from_files(self) -> None:
        server = COUNTING.replace("location /_keys", "file keys.json")
        self.key = es256("k1")
        self.start(server=server, files={"keys.json": json.dumps({"keys": [self.key.jwk()]})}, cooldown=600)
        self.assertEqual((self.told(USABLE), self.told(OVERDUE)), (1, 0))
        self.assertEqual(self.get(es256("made-up")).status, 401)
        self.until(UNKNOWN, lambda count: count == 1)

    def test_discovery_that_fails_tells_where(self) -> None:
        self.start(
            server=COUNTING,
            mode="fail",
            wait="1s",
            policies={"policy.json": {"realm": "r", "bearer": {"issuers": [{"issuer": ISSUER, "audience": "api"}]}}},
        )
        self.assertEqual(self.get(aud="api").status, 503)
        metadata = ISSUER + "/.well-known/openid-configuration"
        wait_until(lambda: self.metrics().value(USABLE, issuer=ISSUER, url=metadata) == 0, "the metrics tell")
        self.assertGreater(self.metrics().value(FETCHES, url=metadata) or 0, 0)

    def test_promtool_finds_nothing_to_say(self) -> None:
        self.start(server=COUNTING, ttl=600)
        self.assertEqual(self.metrics().lint(), "")
        self.get()
        self.get(es256("made-up"))
        fetch(self.nginx.port, "/")
        # Another worker than the one that fetched may answer, which hears of it within a second.
        self.until(AGE, lambda age: age >= 0)
        told = self.metrics()
        self.assertEqual(told.lint(), "")
        for name in (AGE, OVERDUE, USABLE, UNKNOWN, FETCHES, FAILURES, "countersign_decisions_total"):
            self.assertTrue(told.series(name), name)
        broken = Metrics(told.text)
        broken.text = told.text.replace("# HELP countersign_key_set_usable", "# HEPL countersign_key_set_usable")
        self.assertNotEqual(broken.lint(), "", "promtool would tell")


def state(pid: int) -> str:
    """How a process stands, as in T for stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


if __name__ == "__main__":
    unittest.main()
