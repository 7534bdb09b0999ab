"""Which keys a worker starts with: those from the address that its policy names, and no others of the issuer."""

import json
import os
import signal
import time
import unittest
from typing import Any

from support.fetching import SERVER, Fetching
from support.http import bearer, fetch
from support.metrics import Metrics
from support.nginx import Nginx, wait_until
from support.servers import KeyServer, Upstream
from support.site import fetched_policy
from support.tokens import AUDIENCE, ISSUER, Key, es256

CONFIGURATION = "/.well-known/openid-configuration"


class KeyAddresses(unittest.TestCase):
    """An issuer with two sets, each at an address of its own, and a site whose workers share a zone."""

    def setUp(self) -> None:
        self.upstream = self.enterContext(Upstream())
        self.keys = self.enterContext(KeyServer())
        self.x, self.y = es256("k1"), es256("k1")
        for path, key in (("/x", self.x), ("/y", self.y)):
            self.keys.pages[path] = json.dumps({"keys": [key.jwk()]}).encode()

    def policy(self, path: str | None) -> dict[str, Any]:
        """A policy whose set is at this path; None: where the metadata say."""
        issuer: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "keys": {"cooldown": 1, "ttl": 600}}
        if path:
            issuer["jwks_uri"] = ISSUER + path
        return {"realm": "r", "bearer": {"issuers": [issuer]}}

    def tell(self, path: str, configuration: str = CONFIGURATION) -> None:
        """The metadata name this set from now on."""
        document = {"issuer": ISSUER, "jwks_uri": ISSUER + path}
        self.keys.pages[configuration] = json.dumps(document).encode()

    def start(self, first: str | None, second: str | None) -> None:
        """A location for each of two policies, whose sets are at these paths."""
        site = f"""
            countersign_wait 5s;
            countersign_keys {ISSUER} location /_keys;
            location / {{ countersign first.json; proxy_pass http://127.0.0.1:{self.upstream.port}; }}
            location /second {{ countersign second.json; proxy_pass http://127.0.0.1:{self.upstream.port}; }}
            location = /_keys {{ internal; countersign off; proxy_pass http://127.0.0.1:{self.keys.port}$path; }}
        """
        policies = {"first.json": self.policy(first), "second.json": self.policy(second)}
        http = 'countersign_zone keys 1m; map $countersign_fetch_url $path { "~^https://[^/]+(?<rest>/.*)$" $rest; }'
        self.nginx = self.enterContext(Nginx(site, http=http, policies=policies))

    def move(self, path: str | None) -> None:
        """The operator has the first policy's set fetched from here now, and reloads."""
        self.nginx.write("first.json", json.dumps(self.policy(path)))
        self.nginx.reload_and_wait()

    def respawn(self) -> None:
        """The worker dies, and another one comes."""
        (before,) = self.nginx.workers()
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: self.nginx.workers() not in ([], [before]), "another worker")

    def status(self, key: Key, target: str = "/") -> int:
        """What a token of this key gets."""
        return fetch(self.nginx.port, target, bearer(key.token())).status

    def asked(self) -> list[str]:
        """What the issuer was asked for since the last call."""
        with self.keys.lock:
            seen = [target for target, _ in self.keys.seen]
            self.keys.seen.clear()
        return seen

    def test_two_policies_with_one_issuer_and_two_addresses(self) -> None:
        for last in ("/", "/second"):
            with self.subTest(last):
                self.start("/x", "/y")
                order = [("/", self.x), ("/second", self.y)]
                for target, key in order if last == "/second" else order[::-1]:
                    self.assertEqual(self.status(key, target), 200)
                self.assertEqual(sorted(self.asked()), ["/x", "/y"])
                for renew in (self.nginx.reload_and_wait, self.respawn):
                    renew()
                    got = [self.status(key, target) for target in ("/", "/second") for key in (self.x, self.y)]
                    self.assertEqual(got, [200, 401, 401, 200])
                self.nginx.stop()
                self.asked()

    def test_the_keys_of_before_by_a_fixed_address(self) -> None:
        self.start("/x", "/x")
        self.assertEqual(self.status(self.x), 200)
        self.assertEqual(self.asked(), ["/x"])
        self.keys.mode = "fail"
        self.nginx.reload_and_wait()
        self.assertEqual([self.status(self.x, target) for target in ("/", "/second")], [200, 200])
        self.assertEqual(self.asked(), [])

    def test_an_operator_who_leaves_an_address(self) -> None:
        self.start("/x", "/x")
        self.assertEqual(self.status(self.x), 200)
        self.asked()
        self.move("/y")
        self.assertEqual([self.status(self.x), self.status(self.y)], [401, 200])
        self.assertEqual(self.asked(), ["/y"])
        # The way back: the set of before is this address's own.
        self.keys.mode = "fail"
        self.move("/x")
        self.assertEqual([self.status(self.x), self.status(self.y)], [200, 401])

    def test_an_operator_who_leaves_a_fixed_address_for_metadata(self) -> None:
        self.tell("/y")
        self.start("/x", "/x")
        self.assertEqual(self.status(self.x), 200)
        self.asked()
        self.move(None)
        self.assertEqual([self.status(self.x), self.status(self.y)], [401, 200])
        self.assertEqual(self.asked(), [CONFIGURATION, "/y"])

    def test_the_keys_of_before_by_discovery_are_those_that_the_metadata_named(self) -> None:
        for configuration in (CONFIGURATION, "/.well-known/oauth-authorization-server"):
            with self.subTest(configuration):
                self.keys.pages[CONFIGURATION] = b"{}"
                self.tell("/x", configuration)
                self.start(None, "/y")
                wait_until(lambda: self.status(self.x) == 200, "the keys that the metadata name", 20)
                # Fetched later, and the issuer's too.
                self.assertEqual(self.status(self.y, "/second"), 200)
                self.asked()
                self.keys.mode = "fail"
                self.nginx.reload_and_wait()
                got = [self.status(key, target) for target in ("/", "/second") for key in (self.x, self.y)]
                self.assertEqual(got, [200, 401, 401, 200])
                self.assertEqual([target for target in self.asked() if "known" in target], [])
                self.keys.mode = "serve"
                self.nginx.stop()


class Renewals(Fetching):
    """How old the keys are that a worker starts with."""

    def begin(self) -> None:
        """Beside the policy of all, whose keys last, one whose keys are renewed every six seconds."""
        self.start(
            server=SERVER
            + "location = /metrics { countersign off; countersign_metrics; }"
            + "location /other { countersign other.json; proxy_pass UPSTREAM; }",
            policies={"other.json": fetched_policy(cooldown=1, ttl=6)},
            ttl=600,
        )
        self.keys.etag = '"one"'
        self.assertEqual([self.get(target=target).status for target in ("/", "/other")], [200, 200])

    def until_renewed(self) -> None:
        """The other policy's set is renewed by a 304."""
        count = self.keys.fetches

        def is_renewed() -> bool:
            self.get(target="/other")
            return any(fields.get("if-none-match") == '"one"' for _, fields in self.keys.seen[count:])

        wait_until(is_renewed, "a 304", 20)
        time.sleep(0.2)

    def age_behind_a_crash(self) -> int:
        """How old the oldest keys are that a new worker takes from the zone."""
        (before,) = self.nginx.workers()
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: self.nginx.workers() not in ([], [before]), "another worker")
        self.assertEqual(fetch(self.nginx.port, "/").status, 401)
        metrics = Metrics(fetch(self.nginx.port, "/metrics").body.decode())
        return metrics.value("countersign_key_set_age_seconds", issuer=ISSUER) or 0

    def test_a_304_renews_the_set_in_the_zone(self) -> None:
        self.begin()
        time.sleep(3)
        self.until_renewed()
        self.assertLess(self.age_behind_a_crash(), 2)

    def test_a_304_about_an_older_set_renews_no_newer_one(self) -> None:
        self.begin()
        newer = es256("k2")
        time.sleep(1.2)
        self.keys.publish(newer)
        self.keys.etag = '"two"'
        self.assertEqual(self.get(newer).status, 200)
        # From now on the issuer answers whoever asks by the older set, and nobody else. The last that the zone heard is
        # a failure, so the other policy asks for itself.
        self.keys.mode = "fail"
        self.keys.etag = '"one"'
        time.sleep(1.2)
        self.assertEqual(self.get(es256("made-up")).status, 401)
        self.assertIn("HTTP 500", self.nginx.errors())
        self.until_renewed()
        time.sleep(1)
        self.assertGreaterEqual(self.age_behind_a_crash(), 3)
        self.assertEqual(self.get(newer).status, 200, "the newer set is what the zone has")


class FullZones(unittest.TestCase):
    def test_an_answer_that_finds_no_room_leaves_no_set_of_before(self) -> None:
        """Else the set of before looked like the new one, to workers that start."""
        old, new = es256("k1"), es256("k2")
        keys = self.enterContext(KeyServer(old))
        server = f"""
            countersign policy.json;
            countersign_keys {ISSUER} location /_keys;
            location = /_keys {{
                internal;
                countersign off;
                proxy_buffer_size 64k;
                proxy_buffers 8 64k;
                proxy_pass http://127.0.0.1:{keys.port};
            }}
        """
        policies = {"policy.json": fetched_policy(cooldown=1)}
        nginx = self.enterContext(Nginx(server, http="countersign_zone keys 32k;", policies=policies))

        def status(key: Key) -> int:
            return fetch(nginx.port, "/index.html", bearer(key.token())).status

        self.assertEqual(status(old), 200)
        time.sleep(1.2)
        keys.publish(new)
        keys.cache_control = "max-age=600, x=" + "a" * 30_000
        self.assertEqual([status(new), status(old)], [200, 401])
        self.assertIn("too small for the keys", nginx.errors())
        nginx.reload_and_wait()
        self.assertEqual([status(old), status(new)], [401, 200])


if __name__ == "__main__":
    unittest.main()
