"""More about keys that are fetched: discovery, several issuers, many who wait, the site's own 503."""

import threading
import unittest

from support.fetching import SERVER, Fetching
from support.http import Connection, bearer, fetch
from support.nginx import Nginx, wait_until
from support.servers import KeyServer, Upstream
from support.tokens import AUDIENCE, es256


class KeySources(Fetching):
    def test_no_waiting_at_all(self) -> None:
        self.start(wait="0", mode="hang")
        answer, seconds = self.timed()
        self.assertEqual(answer.status, 503)
        self.assertLess(seconds, 1.0)
        self.keys.release()
        wait_until(lambda: self.get().status == 200, "the fetch went on")
        self.assertLessEqual(self.keys.fetches, 2)

    def test_three_hundred_wait_for_one_fetch(self) -> None:
        self.start(wait="8s", mode="hang")
        waiting = [Connection(self.nginx.port) for _ in range(300)]
        token = self.key.token()
        for connection in waiting:
            connection.send("GET", "/", bearer(token))
        self.assertTrue(self.keys.waiting.acquire(timeout=10))
        self.keys.release()
        self.assertEqual({connection.receive().status for connection in waiting}, {200})
        for connection in waiting:
            connection.close()
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_requests_that_were_sent_behind_one_that_waits(self) -> None:
        self.start(wait="5s", mode="hang")
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/?first", bearer(self.key.token()))
            connection.send("GET", "/?second", [])
            connection.send("GET", "/open?third", [])
            self.assertTrue(self.keys.waiting.acquire(timeout=10))
            self.keys.release()
            answers = [connection.receive() for _ in range(3)]
        self.assertEqual([answer.status for answer in answers], [200, 401, 200])
        self.assertEqual(answers[0].json()["target"], "/?first")
        self.assertEqual(answers[2].json()["target"], "/open?third")

    def test_a_503_of_the_site(self) -> None:
        page = SERVER.replace(
            "location / {", "location = /later.html { countersign off; } location / { error_page 503 /later.html;"
        )
        self.start(server=page, mode="fail")
        self.nginx.write("html/later.html", "come back later\n")
        answer = self.get()
        self.assertEqual((answer.status, answer.body, answer.challenges), (503, b"come back later\n", []))
        self.assertGreater(int(answer.one("retry-after") or 0), 0)

    def test_one_issuer_that_hangs_holds_up_no_other(self) -> None:
        slow, quick = es256("slow"), es256("quick")
        first, second = self.enterContext(KeyServer(slow)), self.enterContext(KeyServer(quick))
        first.hang()
        self.upstream = self.enterContext(Upstream())
        names = ["https://slow.example", "https://quick.example"]
        issuers = [{"issuer": name, "audience": AUDIENCE, "jwks_uri": f"{name}/keys"} for name in names]
        self.nginx = self.enterContext(
            Nginx(
                f"""
                countersign policy.json;
                countersign_wait 3s;
                countersign_keys {names[0]} location /_slow;
                countersign_keys {names[1]} location /_quick;
                location / {{ proxy_pass http://127.0.0.1:{self.upstream.port}; }}
                location = /_slow {{ internal; countersign off; proxy_pass http://127.0.0.1:{first.port}; }}
                location = /_quick {{ internal; countersign off; proxy_pass http://127.0.0.1:{second.port}; }}
                """,
                http="countersign_zone keys 1m;",
                policies={"policy.json": {"realm": "r", "bearer": {"issuers": issuers}}},
            )
        )
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/", bearer(slow.token(issuer=names[0])))
            self.assertTrue(first.waiting.acquire(timeout=10))
            for _ in range(5):
                self.assertEqual(fetch(self.nginx.port, "/", bearer(quick.token(issuer=names[1]))).status, 200)
            first.release()
            self.assertEqual(connection.receive().status, 200)
        self.assertEqual((first.fetches, second.fetches), (1, 1))

    def test_the_address_is_nothing_to_clients(self) -> None:
        self.start(
            server=SERVER + 'location /told { countersign off; add_header X-Url "[$countersign_fetch_url]" always; }'
        )
        self.assertEqual(fetch(self.nginx.port, "/told").one("x-url"), "[]")

    def test_clients_that_come_and_go_all_the_time(self) -> None:
        """Held requests whose clients leave, over many fetches: nothing is left behind and nothing breaks."""
        self.start(wait="5s", mode="serve", ttl=1)
        stop = threading.Event()

        def come_and_go() -> None:
            while not stop.is_set():
                connection = Connection(self.nginx.port)
                connection.send("GET", "/", bearer(es256("made-up").token()))
                connection.close()

        threads = [threading.Thread(target=come_and_go) for _ in range(3)]
        for thread in threads:
            thread.start()
        try:
            statuses = {self.get().status for _ in range(200)}
        finally:
            stop.set()
            for thread in threads:
                thread.join(20)
        self.assertEqual(statuses, {200})
        self.clean()


if __name__ == "__main__":
    unittest.main()
