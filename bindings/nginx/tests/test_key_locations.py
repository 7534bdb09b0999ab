"""What the location of countersign_keys may be: one for discovery and several issuers, a cache of nginx's."""

import json
import time
import unittest
from typing import Any

from support.http import Connection, bearer, fetch
from support.nginx import Nginx, wait_until
from support.servers import KeyServer, Upstream
from support.site import fetched_policy
from support.tokens import AUDIENCE, ISSUER, Key, es256

WORKERS = 3
CONFIGURATION = "/.well-known/openid-configuration"


class Discovery(unittest.TestCase):
    """The location is told each address that the core wants: metadata first, then the set that they name."""

    def start(self, **metadata: Any) -> None:
        """An issuer with these metadata, and a site with three workers that trusts it."""
        self.key = es256("k1")
        self.keys = self.enterContext(KeyServer(self.key))
        self.issuer = f"http://127.0.0.1:{self.keys.port}"
        self.tell(**metadata)
        upstream = self.enterContext(Upstream())
        issuer = {
            "issuer": self.issuer,
            "audience": AUDIENCE,
            "discovery": {"http_loopback": True},
            "keys": {"cooldown": 2},
        }
        self.nginx = self.enterContext(
            Nginx(
                f"""
                countersign policy.json;
                countersign_wait 5s;
                countersign_keys {self.issuer} location /_keys;
                location / {{ proxy_pass http://127.0.0.1:{upstream.port}; }}
                location = /_keys {{ internal; countersign off; proxy_pass $countersign_fetch_url; }}
                """,
                http="countersign_zone keys 1m;",
                policies={"policy.json": {"realm": "r", "bearer": {"issuers": [issuer]}}},
                workers=3,
            )
        )

    def tell(self, **metadata: Any) -> None:
        """Publishes metadata: right ones, with these changes."""
        document = {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/found"} | metadata
        self.keys.pages[CONFIGURATION] = json.dumps(document).encode()

    def statuses(self, count: int, key: Key | None = None) -> list[int]:
        """The statuses of this many requests, each on a connection of its own."""
        token = (key or self.key).token(issuer=self.issuer)
        return [fetch(self.nginx.port, "/", bearer(token)).status for _ in range(count)]

    def asked(self) -> list[str]:
        """What the issuer was asked for."""
        return [target for target, _ in self.keys.seen]

    def test_one_fetch_of_each_for_all_workers(self) -> None:
        self.start()
        self.assertEqual(self.statuses(1), [200])
        self.assertEqual(self.asked(), [CONFIGURATION, "/found"])
        self.assertEqual(set(self.statuses(60)), {200})
        self.assertEqual(len(self.asked()), 2)
        self.keys.mode = "fail"
        self.nginx.reload_and_wait()
        self.assertEqual(set(self.statuses(60)), {200})
        self.assertEqual(len(self.asked()), 2, "the keys of before, without asking")

    def test_a_rotation(self) -> None:
        self.start()
        self.assertEqual(set(self.statuses(40)), {200})
        new = es256("k2")
        self.keys.publish(self.key, new)
        time.sleep(2.2)
        self.assertEqual(self.statuses(1, new), [200])
        wait_until(lambda: set(self.statuses(20, new)) == {200}, "the new key is everywhere")
        self.assertEqual(set(self.asked()), {CONFIGURATION, "/found"})

    def test_metadata_that_lie(self) -> None:
        self.start(issuer="https://elsewhere.example")
        self.assertEqual(self.statuses(1), [503])
        self.assertNotIn("/found", self.asked())
        self.tell()
        wait_until(lambda: self.statuses(1) == [200], "the issuer tells the truth")


class Cache(unittest.TestCase):
    """proxy_cache in the location: without a zone of ours, nginx's cache fetches once for all workers."""

    def start(self, valid: str, more: str = "") -> None:
        """A site with three workers and a cache before the key server, whose answers are good for so long."""
        self.key = es256("k1")
        self.keys = self.enterContext(KeyServer(self.key))
        self.upstream = self.enterContext(Upstream())
        self.nginx = self.enterContext(
            Nginx(
                f"""
                countersign policy.json;
                countersign_keys {ISSUER} location /_keys;
                countersign_wait 5s;
                location / {{ proxy_pass http://127.0.0.1:{self.upstream.port}; }}
                location = /_keys {{
                    internal;
                    countersign off;
                    proxy_pass http://127.0.0.1:{self.keys.port}/jwks;
                    proxy_cache sets;
                    proxy_cache_valid 200 {valid};
                    proxy_cache_lock on;
                    {more}
                }}
                """,
                http="proxy_cache_path cache keys_zone=sets:1m;",
                policies={"policy.json": fetched_policy(cooldown=1)},
                workers=WORKERS,
            )
        )

    def every_worker(self) -> None:
        """Asks until each worker has answered with 200."""
        for count in range(100):
            at_once = [Connection(self.nginx.port) for _ in range(20)]
            for connection in at_once:
                connection.send("GET", f"/?{count}", bearer(self.key.token()))
            for connection in at_once:
                self.assertEqual(connection.receive().status, 200)
                connection.close()
            # The master's children are its workers and the cache's manager, which answers nobody.
            if len(set(self.nginx.workers()) & {line["pid"] for line in self.nginx.log()}) == WORKERS:
                return
        self.fail("not every worker answered")

    def test_one_fetch_for_all_workers(self) -> None:
        self.start("1m")
        self.every_worker()
        self.assertEqual(self.keys.fetches, 1)
        self.nginx.reload_and_wait()
        self.every_worker()
        self.assertEqual(self.keys.fetches, 1)
        self.assertEqual(self.nginx.faults(), [])

    def test_a_tag_and_a_stale_set(self) -> None:
        """The cache asks with the tag of its own, and goes on with what it has while the key server is down."""
        self.start("1s", "proxy_cache_revalidate on; proxy_cache_use_stale error timeout http_500;")
        self.keys.etag = '"v1"'
        self.every_worker()
        time.sleep(2.1)
        self.nginx.reload_and_wait()
        self.every_worker()
        self.assertEqual(self.keys.seen[-1][1].get("if-none-match"), '"v1"')
        self.keys.mode = "fail"
        time.sleep(2.1)
        self.nginx.reload_and_wait()
        self.every_worker()
        self.assertEqual(self.nginx.faults(), [])


if __name__ == "__main__":
    unittest.main()
