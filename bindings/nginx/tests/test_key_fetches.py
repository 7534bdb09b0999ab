"""Keys from an internal location: waiting, rotation, outages, lies, clients that leave."""

import json
import subprocess
import time
import unittest

from support.fetching import SERVER, Fetching
from support.http import Connection, bearer, fetch
from support.nginx import wait_until
from support.tokens import es256, key_set

COUNTING = SERVER + "location = /metrics { countersign off; countersign_metrics; }"


class KeyFetches(Fetching):
    def test_the_first_request_waits_for_the_keys(self) -> None:
        self.start()
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_many_first_requests_share_one_fetch(self) -> None:
        self.start(wait="5s")
        self.assertEqual(self.at_once(40), [200] * 40)
        self.assertEqual(self.keys.fetches, 1)

    def test_prefetch(self) -> None:
        self.start(prefetch=True)
        wait_until(lambda: self.keys.fetches, "the keys were fetched ahead of the first token")
        time.sleep(0.2)
        self.keys.hang()
        self.assertEqual(self.get().status, 200)

    def test_nothing_of_the_client_goes_to_the_key_server(self) -> None:
        self.start()
        token = self.key.token()
        fields = [*bearer(token), ("Cookie", "a=b"), ("X-Evil", "1"), ("If-None-Match", '"x"'), ("Range", "bytes=0-1")]
        answer = fetch(self.nginx.port, "/?q=1", fields, method="POST", body=b"body")
        self.assertEqual(answer.status, 200)
        target, seen = self.keys.seen[0]
        self.assertEqual(target, "/jwks")
        for name in ("authorization", "cookie", "x-evil", "if-none-match", "range", "content-length"):
            self.assertNotIn(name, seen)

    def test_the_location_is_not_for_clients(self) -> None:
        self.start()
        self.assertEqual(fetch(self.nginx.port, "/_keys").status, 404)

    def test_a_rotation(self) -> None:
        self.start()
        self.assertEqual(self.get().status, 200)
        new = es256("k2")
        self.keys.publish(self.key, new)
        time.sleep(1.2)
        self.assertEqual((self.get(new).status, self.get().status), (200, 200))
        self.assertEqual(self.keys.fetches, 2)

    def test_an_unknown_kid_is_held_only_for_a_fetch(self) -> None:
        self.start(cooldown=60)
        self.get()
        answer, seconds = self.timed(es256("made-up"))
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertLess(seconds, 1.0)
        self.assertEqual(self.keys.fetches, 1)

    def test_a_key_server_that_hangs_holds_requests_no_longer_than_said(self) -> None:
        self.start(wait="1s", mode="hang")
        answer, seconds = self.timed()
        self.assertEqual((answer.status, answer.challenges), (503, []))
        self.assertGreater(int(answer.one("retry-after") or 0), 0)
        self.assertTrue(0.5 < seconds < 3.0, seconds)
        self.assertEqual(self.get(target="/open").status, 200)

    def test_others_are_answered_meanwhile(self) -> None:
        self.start(wait="3s", mode="hang")
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/", bearer(self.key.token()))
            self.assertTrue(self.keys.waiting.acquire(timeout=10))
            start = time.monotonic()
            for _ in range(20):
                self.assertEqual(self.get(target="/open").status, 200)
                self.assertEqual(fetch(self.nginx.port, "/").status, 401)
            self.assertLess(time.monotonic() - start, 2.0)
            self.keys.release()
            self.assertEqual(connection.receive().status, 200)

    def test_a_hang_in_a_rotation_harms_no_known_key(self) -> None:
        self.start(wait="1s")
        self.assertEqual(self.get().status, 200)
        self.keys.hang()
        time.sleep(1.2)
        answer, seconds = self.timed(es256("made-up"))
        self.assertEqual(answer.status, 401)
        self.assertLess(seconds, 3.0)
        answer, seconds = self.timed()
        self.assertEqual(answer.status, 200)
        self.assertLess(seconds, 0.5)

    def test_failures_and_lies(self) -> None:
        for mode in ("fail", "reset", "page", "empty", "huge", "short", "redirect", "longer", "chunks"):
            with self.subTest(mode):
                self.start(mode=mode)
                answer = self.get()
                self.assertEqual((answer.status, answer.challenges), (503, []))
                self.assertGreater(int(answer.one("retry-after") or 0), 0)
                self.assertEqual(answer.json()["status"], 503)
                self.keys.mode = "serve"
                wait_until(lambda: self.get().status == 200, "the keys are there once the server is well")
                self.keys.mode = mode
                time.sleep(1.2)
                self.assertEqual(self.get(es256("made-up")).status, 401)
                self.assertEqual(self.get().status, 200, "the last good keys serve on")
                self.doCleanups()

    def test_a_set_that_is_cut_short_without_buffers(self) -> None:
        """What came is a whole set, and still not all that was announced."""
        for mode in ("short", "longer", "chunks"):
            with self.subTest(mode):
                self.start(server=SERVER.replace("proxy_read_timeout", "proxy_buffering off; proxy_read_timeout"))
                self.assertEqual(self.get().status, 200)
                self.doCleanups()
                self.start(
                    server=SERVER.replace("proxy_read_timeout", "proxy_buffering off; proxy_read_timeout"), mode=mode
                )
                self.assertEqual(self.get().status, 503)
                self.doCleanups()

    def test_a_key_server_that_is_not_there(self) -> None:
        self.start()
        self.keys.server.socket.close()
        answer = self.get()
        self.assertEqual(answer.status, 503)
        self.assertEqual(self.get(target="/open").status, 200)

    def test_a_client_that_leaves_while_its_request_leads_a_fetch(self) -> None:
        self.start(wait="5s", mode="hang")
        leader = Connection(self.nginx.port)
        leader.send("GET", "/", bearer(self.key.token()))
        self.assertTrue(self.keys.waiting.acquire(timeout=10))
        with Connection(self.nginx.port) as follower:
            follower.send("GET", "/", bearer(self.key.token()))
            time.sleep(0.2)
            leader.close()
            time.sleep(0.2)
            self.keys.release()
            self.assertEqual(follower.receive().status, 200)
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.keys.fetches, 1, "the fetch went on without the client")
        self.clean()

    def test_an_http_2_client_that_leaves_while_its_request_leads_a_fetch(self) -> None:
        self.start(wait="5s", mode="hang")
        field = f"Authorization: Bearer {self.key.token()}"
        command = ["curl", "--silent", "--http2-prior-knowledge", "-H", field, f"http://127.0.0.1:{self.nginx.port2}/"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as client:
            self.assertTrue(self.keys.waiting.acquire(timeout=10))
            client.kill()
        time.sleep(0.2)
        self.keys.release()
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_every_waiting_client_leaves(self) -> None:
        self.start(wait="5s", mode="hang")
        gone = [Connection(self.nginx.port) for _ in range(20)]
        for connection in gone:
            connection.send("GET", "/", bearer(self.key.token()))
        self.assertTrue(self.keys.waiting.acquire(timeout=10))
        for connection in gone:
            connection.close()
        time.sleep(0.2)
        self.keys.release()
        self.assertEqual(self.get().status, 200)
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_a_request_that_waits_keeps_its_body(self) -> None:
        for length in (5, 200_000):
            self.start(wait="5s", mode="hang")
            with Connection(self.nginx.port) as connection:
                connection.send("POST", "/", bearer(self.key.token()), b"x" * length)
                self.assertTrue(self.keys.waiting.acquire(timeout=10))
                self.keys.release()
                answer = connection.receive()
                self.assertEqual((answer.status, answer.json()["body"]), (200, length))
                self.assertEqual(connection.request("GET", "/", bearer(self.key.token())).status, 200)
            self.doCleanups()

    def test_refreshes_go_on_while_requests_come(self) -> None:
        self.start(ttl=2)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            self.assertEqual(self.get().status, 200)
            time.sleep(0.05)
        self.assertTrue(2 <= self.keys.fetches <= 5, self.keys.fetches)

    def test_an_etag_is_sent_and_304_renews(self) -> None:
        self.start(ttl=2)
        self.keys.etag = '"v1"'
        self.assertEqual(self.get().status, 200)
        end = time.monotonic() + 4
        while time.monotonic() < end and self.keys.fetches < 2:
            self.assertEqual(self.get().status, 200)
            time.sleep(0.05)
        self.assertEqual(self.keys.seen[1][1].get("if-none-match"), '"v1"')
        self.assertEqual(self.get().status, 200)

    def test_a_304_that_the_store_refuses_is_a_failure_and_is_told(self) -> None:
        self.start(server=COUNTING, mode="unchanged", wait="1s")
        self.assertEqual(self.get().status, 503)
        wait_until(lambda: self.counted("key_fetch_failures") == 1, "the fetch counts as failed")
        self.assertEqual(self.counted("key_fetches"), 1)
        told = [line for line in self.nginx.errors().splitlines() if "no keys of" in line]
        self.assertEqual(len(told), 1, told)
        self.assertIn("304", told[0])
        self.keys.mode = "serve"
        wait_until(lambda: self.get().status == 200, "the next fetch brings the keys")

    def counted(self, name: str) -> int:
        """What the metrics count of the one source."""
        metrics = fetch(self.nginx.port, "/metrics").body.decode()
        lines = [line for line in metrics.splitlines() if line.startswith(f"countersign_{name}_total{{")]
        return sum(int(line.rpartition(" ")[2]) for line in lines)

    def test_the_location_may_be_a_file(self) -> None:
        self.start(
            server=SERVER.replace("proxy_pass KEYS; proxy_read_timeout 10s;", "root html; try_files /keys.json =404;")
        )
        self.nginx.write("html/keys.json", json.dumps(key_set(self.key)))
        self.assertEqual(self.get().status, 200)

    def test_the_location_may_be_a_cache(self) -> None:
        self.start(server=SERVER.replace("proxy_read_timeout 10s;", "proxy_buffering on; gzip on; sub_filter_types *;"))
        self.assertEqual(self.get().status, 200)


class Shutdown(Fetching):
    def test_a_stop_while_requests_wait(self) -> None:
        self.start(wait="30s", mode="hang")
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/", bearer(self.key.token()))
            self.assertTrue(self.keys.waiting.acquire(timeout=10))
            start = time.monotonic()
            self.nginx.stop()
            self.assertLess(time.monotonic() - start, 9.0)
        self.clean()


if __name__ == "__main__":
    unittest.main()
