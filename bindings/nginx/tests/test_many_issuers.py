"""Many issuers: what their metrics cost workers that have nothing to do, a scrape, and the memory of the zone."""

import json
import os
import signal
import time
import unittest
from pathlib import Path
from typing import Any

from support.http import fetch
from support.metrics import Metrics
from support.nginx import Nginx, wait_until
from support.tokens import es256, key_set

KEYS = key_set(es256("k1"))
USABLE, FETCHES = "countersign_key_set_usable", "countersign_key_fetches_total"
SITE = """
    countersign policy.json;
    location / { return 200; }
    location = /metrics { countersign off; countersign_metrics; }
    location = /ping { countersign off; return 200; }
"""
LOOK = 4.0
"""Seconds for which idle workers are watched."""
MORE = "".join(f"location /more{at}/ {{ countersign_scope s{at}; }}\n" for at in range(12))


def name(at: int) -> str:
    """One of the issuers."""
    return f"https://login{at}.example.com/tenant"


def policy(count: int, **members: Any) -> dict[str, Any]:
    """So many issuers; `members` are more of each."""
    issuers = [{"issuer": name(at), "audience": "x", "jwks_uri": name(at) + "/keys"} | members for at in range(count)]
    return {"realm": "r", "bearer": {"issuers": issuers}}


def sources(count: int, where: str) -> str:
    """Where the keys of each come from."""
    return "".join(f"countersign_keys {name(at)} {where};\n" for at in range(count))


def location(answer: str) -> str:
    """The location of keys, which answers so."""
    return f"location = /keys {{ internal; countersign off; {answer} }}"


def seconds_of(pid: int) -> float:
    """How long a process has kept a processor busy."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy(nginx: Nginx) -> float:
    """For how much of LOOK the busiest worker works, once all of them rest."""
    workers = nginx.workers()
    time.sleep(2)
    before = [seconds_of(pid) for pid in workers]
    time.sleep(LOOK)
    return max(seconds_of(pid) - start for pid, start in zip(workers, before, strict=True))


class ManyIssuers(unittest.TestCase):
    def start(self, count: int, where: str, more: str = "", *, zone: str, workers: int = 2, **members: Any) -> Nginx:
        """An nginx with so many issuers; its location of keys is in `more`."""
        nginx = Nginx(
            SITE + more,
            http=f"countersign_zone z {zone};\n{sources(count, where)}",
            policies={"policy.json": policy(count, **members)},
            files={"keys.json": json.dumps(KEYS)},
            workers=workers,
        )
        nginx.patience = 60.0
        return self.enterContext(nginx)

    def scrape(self, nginx: Nginx) -> Metrics:
        """The metrics, and not much later."""
        start = time.monotonic()
        answer = fetch(nginx.port, "/metrics")
        self.assertEqual(answer.status, 200)
        self.assertLess(time.monotonic() - start, 3)
        return Metrics(answer.body.decode())

    def replace_worker(self, nginx: Nginx) -> None:
        """Kills the only worker; returns once there is another one."""
        before = nginx.workers()
        os.kill(before[0], signal.SIGKILL)
        wait_until(lambda: set(nginx.workers()) - set(before), "another worker")

    def has_another(self, nginx: Nginx, seen: set[str]) -> bool:
        """Whether the metrics name an address that was not seen yet; notes it."""
        named = {series["url"] for series in self.scrape(nginx).series(FETCHES)}
        is_new = not named <= seen
        seen |= named
        return is_new

    def test_ten_thousand_that_nobody_asks_cost_idle_workers_nothing(self) -> None:
        with Nginx(SITE.replace("countersign policy.json;", ""), http="countersign_zone z 64m;", workers=2) as other:
            without = busy(other)
        nginx = self.start(10_000, "location /keys", location("return 404;"), zone="64m")
        self.assertLess(busy(nginx), 2 * without + LOOK / 20)
        start = time.monotonic()
        self.assertEqual(fetch(nginx.port, "/ping").status, 200)
        self.assertLess(time.monotonic() - start, 0.5)
        self.assertEqual(self.scrape(nginx).series(FETCHES), [])
        self.assertEqual(nginx.faults(), [])

    def test_many_that_have_keys_cost_idle_workers_little(self) -> None:
        count = 4000
        answer = f"default_type application/json; return 200 '{json.dumps(KEYS)}';"
        nginx = self.start(count, "location /keys", location(answer), zone="64m", keys={"prefetch": True})
        wait_until(lambda: self.scrape(nginx).value(USABLE) == count, "all keys are there", 60)
        self.assertLess(busy(nginx), LOOK / 8)
        told = self.scrape(nginx)
        self.assertEqual(told.value(FETCHES), count, "one worker fetched for both")
        self.assertEqual(len(told.series(USABLE)), count)
        nginx.reload_and_wait()
        self.assertEqual(self.scrape(nginx).value(USABLE), count)
        self.assertEqual(nginx.faults(), [])

    def test_metrics_give_way_to_the_counters_of_a_reload(self) -> None:
        for count, zone in ((60, "32k"), (150, "64k")):
            with self.subTest(zone):
                nginx = self.start(count, "file keys.json", zone=zone)
                shown = self.scrape(nginx).value(USABLE) or 0
                self.assertTrue(0 < shown < count, shown)
                self.assertEqual(nginx.errors().count("is full"), 1, "one line a zone")
                nginx.configure(server=SITE + MORE)
                nginx.reload_and_wait()
                for at in range(12):
                    self.assertEqual(fetch(nginx.port, f"/more{at}/").status, 401)
                told = self.scrape(nginx)
                self.assertEqual(len(told.series("countersign_decisions_total")), 12)
                self.assertLessEqual(nginx.errors().count("is full"), 2)
                self.assertEqual(nginx.faults(), [])

    def discovering(self, path: str, keys: str) -> Nginx:
        """An nginx with an issuer whose metadata tell this path; `keys` answers there."""
        issuer = name(0)
        metadata = json.dumps({"issuer": issuer, "jwks_uri": issuer + path})
        answer = f"""
            default_type application/json;
            if ($countersign_fetch_url ~ well-known) {{ return 200 '{metadata}'; }}
            {keys}
        """
        member = {"issuer": issuer, "audience": "x", "keys": {"prefetch": True, "cooldown": 1}}
        nginx = Nginx(
            SITE + location(answer),
            http=f"countersign_zone z 1m;\n{sources(1, 'location /keys')}",
            policies={"policy.json": {"realm": "r", "bearer": {"issuers": [member]}}},
        )
        return self.enterContext(nginx)

    def test_keys_stay_under_their_address_behind_a_reload(self) -> None:
        """The new workers have the keys of before, and did not read the metadata."""
        nginx = self.discovering("/set", f"return 200 '{json.dumps(KEYS)}';")
        wait_until(lambda: self.scrape(nginx).value(USABLE) == 1, "the keys are there")
        before = self.scrape(nginx)
        self.assertEqual(before.series(USABLE), [{"issuer": name(0), "url": name(0) + "/set"}])
        nginx.reload_and_wait()
        after = self.scrape(nginx)
        self.assertEqual(after.series(USABLE), before.series(USABLE))
        self.assertEqual(after.value(FETCHES), before.value(FETCHES), "nothing was read again")
        self.assertEqual(nginx.faults(), [])

    def test_an_issuer_whose_addresses_change_keeps_a_few(self) -> None:
        nginx = self.discovering("/keys/$msec", "return 404;")
        seen: set[str] = set()
        for _ in range(12):
            wait_until(lambda: self.has_another(nginx, seen), "another address", 20)
            time.sleep(1.1)
            self.replace_worker(nginx)
        self.assertGreater(len(seen), 10)
        self.assertLessEqual(len(self.scrape(nginx).series(FETCHES)), 8)
        self.assertEqual([line for line in nginx.faults() if "exited on signal 9" not in line], [])


if __name__ == "__main__":
    unittest.main()
