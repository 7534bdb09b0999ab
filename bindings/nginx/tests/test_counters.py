"""The locations that count: Prometheus text and JSON, over all workers and reloads."""

import base64
import re
import time
import unittest

import bcrypt
from support.fetching import SERVER, Fetching
from support.http import Connection, bearer, fetch
from support.nginx import wait_until
from support.site import policy
from support.tokens import es256

COUNTING = (
    SERVER
    + """
    location = /metrics { countersign off; countersign_metrics; }
    location = /status { countersign off; countersign_status; }
    location /write { countersign_scope "write:reports"; }
"""
)
SAMPLE = re.compile(r'^[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-zA-Z_][a-zA-Z0-9_]*="(\\.|[^"\\])*",?)*\})? -?[0-9.e+]+$')


class Counters(Fetching):
    workers = 2

    def metrics(self) -> list[str]:
        """The lines of the metrics."""
        answer = fetch(self.nginx.port, "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue((answer.one("content-type") or "").startswith("text/plain"))
        return answer.body.decode().splitlines()

    def count(self, reason: str, *words: str) -> int:
        """The sum of the samples with this reason and these words."""
        lines = [
            line for line in self.metrics() if f'reason="{reason}"' in line and all(word in line for word in words)
        ]
        return sum(int(line.rpartition(" ")[2]) for line in lines)

    def ask(self) -> None:
        """Thirty requests of three outcomes."""
        for _ in range(10):
            self.assertEqual(self.get().status, 200)
            self.assertEqual(fetch(self.nginx.port, "/").status, 401)
            self.assertEqual(self.get(target="/write").status, 403)

    def test_metrics_are_prometheus_text(self) -> None:
        self.start(server=COUNTING)
        self.ask()
        lines = self.metrics()
        for line in lines:
            if line and not line.startswith("#"):
                self.assertRegex(line, SAMPLE)
        helps = [line.split()[2] for line in lines if line.startswith("# TYPE")]
        self.assertEqual(len(helps), len(set(helps)), "a family is announced twice")
        self.assertTrue(helps and all(name.startswith("countersign_") for name in helps))

    def test_metrics_count_over_all_workers_by_location(self) -> None:
        self.start(server=COUNTING)
        self.ask()
        self.assertEqual(self.count("ok"), 10)
        self.assertEqual(self.count("credentials_missing"), 10)
        self.assertEqual(self.count("insufficient_scope"), 10)
        self.assertEqual(self.count("insufficient_scope", "/write"), 10)
        self.assertEqual(self.count("ok", "/write"), 0)

    def test_counters_outlive_a_reload(self) -> None:
        self.start(server=COUNTING)
        self.ask()
        self.nginx.reload_and_wait()
        self.ask()
        self.assertEqual(self.count("ok"), 20)
        self.assertEqual(self.count("insufficient_scope", "/write"), 20)

    def test_status_is_json(self) -> None:
        self.start(server=COUNTING)
        self.ask()
        answer = fetch(self.nginx.port, "/status")
        self.assertEqual((answer.status, answer.one("content-type")), (200, "application/json"))
        text = str(answer.json())
        self.assertIn("https://login.example.com", text)
        for word in (self.key.jwk()["x"], "Bearer ey"):
            self.assertNotIn(word, text)

    def test_a_waiting_request_counts_once(self) -> None:
        self.start(server=COUNTING)
        self.assertEqual(self.at_once(5), [200] * 5)
        self.assertEqual(self.count("ok"), 5)
        self.assertEqual(self.count("keys_unavailable"), 0)
        self.get(es256("made-up"))
        self.assertEqual(self.count("kid_unknown"), 1)

    def test_who_gives_up_waiting_for_a_hash_is_counted_as_pending(self) -> None:
        """CountersignSlowHashesPending lives on it: who waits to the end counts by the verdict alone."""
        slow = {"hash": bcrypt.hashpw(b"secret", bcrypt.gensalt(14)).decode()}
        self.start(
            server=COUNTING + "location /login { countersign login.json; }",
            policies={"login.json": policy(basic={"users": {"slow": slow}}, transport="any")},
        )
        credentials = [("Authorization", "Basic " + base64.b64encode(b"slow:wrong").decode())]
        self.assertEqual(fetch(self.nginx.port, "/login", credentials).status, 401)
        self.assertEqual((self.count("password_rejected"), self.count("check_pending")), (1, 0))
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/login", credentials)
            time.sleep(0.3)
        wait_until(lambda: self.count("check_pending", 'location="/login"') == 1, "it is counted")
        time.sleep(2.0)
        self.assertEqual((self.count("password_rejected"), self.count("check_pending")), (1, 1))
        self.clean()

    def test_who_leaves_while_held_for_keys_is_counted_by_what_it_was_held_for(self) -> None:
        """CountersignUnavailable lives on it: in an outage clients leave before the wait is over."""
        self.start(server=COUNTING, wait="5s", mode="hang")
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/", bearer(self.key.token()))
            self.assertTrue(self.keys.waiting.acquire(timeout=10))
            self.assertEqual(self.count("keys_unavailable"), 0, "as long as it waits")
        wait_until(lambda: self.count("keys_unavailable") == 1, "it is counted")
        self.keys.release()
        self.assertEqual(self.get().status, 200)
        self.assertEqual((self.count("keys_unavailable"), self.count("ok")), (1, 1))
        self.clean()

    def test_head_and_other_methods(self) -> None:
        self.start(server=COUNTING)
        for target in ("/metrics", "/status"):
            answer = fetch(self.nginx.port, target, method="HEAD")
            self.assertEqual((answer.status, answer.body), (200, b""))
            self.assertEqual(fetch(self.nginx.port, target, method="POST", body=b"x").status, 405)

    def test_they_can_be_guarded(self) -> None:
        self.start(server=COUNTING.replace("location = /metrics { countersign off;", "location = /metrics {"))
        self.assertEqual(fetch(self.nginx.port, "/metrics").status, 401)
        self.assertEqual(self.get(target="/metrics").status, 200)


if __name__ == "__main__":
    unittest.main()
