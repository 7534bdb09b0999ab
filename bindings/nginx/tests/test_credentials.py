"""Passwords, API keys, session cookies, and a token from a variable."""

import base64
import contextlib
import hashlib
import threading
import time
import unittest

import bcrypt
from support.http import Connection, Response, bearer, fetch
from support.nginx import Nginx, wait_until
from support.servers import Upstream
from support.site import KEY, Site, policy

API_KEY = "acme_live_0123456789abcdef"
FAST = bcrypt.hashpw(b"secret", bcrypt.gensalt(10)).decode()
SLOW = bcrypt.hashpw(b"secret", bcrypt.gensalt(13)).decode()
BASIC = 'Basic realm="reports", charset="UTF-8"'


def basic(user: str, password: str) -> list[tuple[str, str]]:
    """The Authorization field of a user."""
    return [("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())]


class Credentials(Site):
    server = """
    countersign policy.json;
    location / { proxy_pass UPSTREAM; }
    location /scoped { countersign_scope "admin"; proxy_pass UPSTREAM; }
    location /file { countersign passwords.json; }
    location /from-variable { countersign bearer.json; countersign_token $arg_t; proxy_pass UPSTREAM; }
    location /from-cookie { countersign bearer.json; countersign_token $cookie_session; proxy_pass UPSTREAM; }
    location /from-header { countersign bearer.json; countersign_token $http_x_token; proxy_pass UPSTREAM; }
    """
    policies = {
        "policy.json": policy(
            basic={
                "users": {"alice": {"hash": FAST, "scopes": ["admin"]}, "bob": {"hash": FAST}, "slow": {"hash": SLOW}}
            },
            api_key={
                "keys": [
                    {"id": "billing", "sha256": hashlib.sha256(API_KEY.encode()).hexdigest(), "scopes": ["admin"]},
                    {"id": "gone", "sha256": hashlib.sha256(b"gone").hexdigest(), "revoked": True},
                ]
            },
            session={"origins": ["https://app.example.com"]},
        )
        | {"bearer": policy()["bearer"] | {"sources": ["header", {"cookie": "__Host-session"}]}},
        "passwords.json": {"realm": "reports", "basic": {"htpasswd": f"carol:{FAST}\n"}},
        "bearer.json": policy(),
    }

    def test_every_scheme_is_offered_on_a_line_of_its_own(self) -> None:
        answer = self.get("/")
        self.assertEqual(
            answer.challenges,
            ['Bearer realm="reports"', BASIC, 'Api-Key realm="reports", header="X-API-Key"'],
        )

    def test_passwords(self) -> None:
        for user, password, status in (
            ("alice", "secret", 200),
            ("alice", "wrong", 401),
            ("nobody", "secret", 401),
            ("bob", "secret", 200),
        ):
            for _ in range(2):
                answer = self.get_with("/", basic(user, password))
                self.assertEqual((answer.status, user), (status, user))
                self.assertEqual(BASIC in answer.challenges, status == 401)
        self.assertEqual(self.get_with("/scoped", basic("alice", "secret")).status, 200)
        self.assertEqual(self.get_with("/scoped", basic("bob", "secret")).status, 403)

    def test_passwords_of_an_htpasswd(self) -> None:
        self.assertEqual(self.get_with("/file", basic("carol", "secret")).status, 404)
        answer = self.get_with("/file", basic("carol", "no"))
        self.assertEqual((answer.status, answer.challenges), (401, [BASIC]))

    def test_a_password_with_a_body(self) -> None:
        for body in (b"a", b"x" * 100_000):
            answer = self.get_with("/", basic("alice", "secret"), method="POST", body=body)
            self.assertEqual((answer.status, answer.json()["body"]), (200, len(body)))

    def test_a_slow_hash_holds_up_nobody_else(self) -> None:
        """One worker: while it waits for a hash of half a second, it answers others."""
        answers: list[tuple[Response, float]] = []

        def slow() -> None:
            answer = self.get_with("/", basic("slow", "wrong"))
            answers.append((answer, time.monotonic()))

        thread = threading.Thread(target=slow)
        thread.start()
        time.sleep(0.05)
        token, ends = KEY.token(), []
        for _ in range(20):
            self.assertEqual(self.get("/", token).status, 200)
            ends.append(time.monotonic())
        self.assertEqual(answers, [], "the slow hash was done before others were answered")
        thread.join(30)
        self.assertEqual(answers[0][0].status, 401)
        self.assertLess(ends[-1], answers[0][1])

    def test_a_client_that_leaves_while_its_hash_is_made(self) -> None:
        for _ in range(3):
            connection = Connection(self.nginx.port)
            connection.send("GET", "/", basic("slow", "secret"))
            time.sleep(0.05)
            connection.close()
        self.assertEqual(self.get("/", KEY.token()).status, 200)
        self.assertEqual(self.get_with("/", basic("slow", "secret")).status, 200)

    def test_many_passwords_at_once(self) -> None:
        answers: list[int] = []
        threads = [
            threading.Thread(target=lambda n=n: answers.append(self.get_with("/", basic("alice", f"no{n}")).status))
            for n in range(30)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertEqual(len(answers), 30)
        self.assertEqual(set(answers) - {401, 503}, set())
        self.assertIn(401, answers)

    def test_api_keys(self) -> None:
        for fields, status in (
            ([("X-API-Key", API_KEY)], 200),
            ([("Authorization", f"Api-Key {API_KEY}")], 200),
            ([("X-API-Key", "no")], 401),
            ([("X-API-Key", "gone")], 401),
            ([("X-API-Key", API_KEY)] * 2, 401),
            ([("X-API-Key", API_KEY), *bearer(KEY.token())], 401),
        ):
            self.assertEqual(self.get_with("/", fields).status, status, fields)
        self.assertEqual(self.get_with("/scoped", [("X-API-Key", API_KEY)]).status, 200)
        self.get_with("/?who", [("X-API-Key", API_KEY)])
        line = self.nginx.logged("/?who")
        self.assertEqual((line["subject"], line["scheme"]), ("billing", "Api-Key"))

    def test_session_cookies(self) -> None:
        cookie = ("Cookie", f"a=b; __Host-session={KEY.token()}")
        answer = self.get_with("/", [cookie])
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.one("cache-control"), "private")
        for fields, status in (
            ([cookie], 403),
            ([cookie, ("Sec-Fetch-Site", "same-origin")], 200),
            ([cookie, ("Sec-Fetch-Site", "cross-site")], 403),
            ([cookie, ("Origin", "https://app.example.com")], 200),
            ([cookie, ("Origin", "https://evil.example")], 403),
        ):
            answer = self.get_with("/", fields, method="POST", body=b"x")
            self.assertEqual((answer.status, answer.challenges), (status, []), fields[1:])
        twice = [("Cookie", f"__Host-session={KEY.token()}")] * 2
        self.assertEqual(self.get_with("/?twice", twice).status, 401)
        self.assertEqual(self.nginx.logged("/?twice")["reason"], "session_invalid")

    def test_a_token_from_a_variable(self) -> None:
        self.assertEqual(self.get(f"/from-variable?t={KEY.token()}").status, 200)
        self.assertEqual(self.get("/from-variable?t=undefined").status, 401)
        self.assertEqual(self.get("/from-variable").status, 401)
        self.assertEqual(self.get_with("/from-header", [("X-Token", KEY.token())]).status, 200)
        self.assertEqual(self.get("/from-header").status, 401)

    def test_the_variable_stands_in_place_of_the_header(self) -> None:
        """Never the one that happens to be good: the header is not looked at."""
        for field, variable, status in ((KEY.token(), "undefined", 401), ("undefined", KEY.token(), 200)):
            answer = fetch(self.nginx.port, f"/from-variable?t={variable}", bearer(field))
            self.assertEqual(answer.status, status, (field[:9], variable[:9]))
        self.assertEqual(fetch(self.nginx.port, "/from-variable", bearer(KEY.token())).status, 401)

    def test_a_variable_that_holds_no_token(self) -> None:
        token = KEY.token()
        for text in (
            "a b",
            f"{token} ",
            f" {token}",
            f"{token},{token}",
            f"Bearer {token}",
            '"',
            "\t",
            "=",
            "a=b",
            "é",
        ):
            answer = self.get_with("/from-header", [("X-Token", text)])
            stripped = text.strip() == token
            self.assertEqual((answer.status, len(answer.challenges)), (200, 0) if stripped else (401, 1), repr(text))
        for text in ("", "%20", f"{token}%00", "&t=" + token):
            answer = self.get(f"/from-variable?t={text}")
            self.assertEqual((answer.status, len(answer.challenges)), (401, 1), repr(text))

    def test_a_variable_with_several_values(self) -> None:
        """nginx before 1.23 takes the first line of a field, later ones join them; the first argument counts always."""
        good, other = KEY.token(), KEY.token(lifetime=-100)
        self.assertEqual(self.get_with("/from-header", [("X-Token", other), ("X-Token", good)]).status, 401)
        self.assertEqual(self.get(f"/from-variable?t={other}&t={good}").status, 401)
        self.assertEqual(self.get(f"/from-variable?t={good}&t={other}").status, 200)

    def test_a_variable_that_is_a_cookie(self) -> None:
        """It stands in for Authorization: no proof of origin is asked for, and no shared cache may keep the answer."""
        answer = self.get_with("/from-cookie", [("Cookie", f"a=b; session={KEY.token()}; c=d")])
        self.assertEqual((answer.status, answer.one("cache-control")), (200, "private"))
        self.assertEqual(self.get_with("/from-cookie", [("Cookie", "session=")]).status, 401)
        self.assertEqual(self.get_with("/from-cookie", [("Cookie", f"other={KEY.token()}")]).status, 401)
        self.assertEqual(self.get(f"/from-variable?t={KEY.token()}").one("cache-control"), "private")
        self.assertIsNone(self.get("/", KEY.token()).one("cache-control"))


class GivenUp(unittest.TestCase):
    """A password whose hash takes longer than its request is held."""

    def test_a_hash_that_comes_too_late(self) -> None:
        """The body is still to come, so that the answered request is there when its hash is done: it must not go on."""
        users = {"slow": {"hash": SLOW}, "quick": {"hash": FAST}}
        with Upstream() as upstream:
            server = f"""
            countersign policy.json;
            countersign_test_hash_wait 600ms;
            lingering_timeout 30s;
            location / {{ proxy_request_buffering off; proxy_pass http://127.0.0.1:{upstream.port}; }}
            """
            policies = {"policy.json": {"realm": "reports", "basic": {"users": users}}}
            with Nginx(server, main="thread_pool default threads=1;", policies=policies) as nginx:
                with contextlib.ExitStack() as stack:
                    late = [stack.enter_context(Connection(nginx.port)) for _ in range(4)]
                    for connection, password in zip(late, ("no", "not", "nor", "secret"), strict=True):
                        fields = [*basic("slow", password), ("Content-Length", "1000")]
                        connection.send("POST", f"/{password}", fields)
                    self.assertEqual(late[-1].receive().status, 503)

                    def is_idle() -> bool:
                        """Whether the one thread has made the hashes before this one."""
                        return fetch(nginx.port, "/", basic("quick", "secret")).status == 200

                    wait_until(is_idle, "the thread has nothing to do", 90)
                    self.assertEqual([target for target, _ in upstream.seen], ["/"])
                self.assertEqual(nginx.logged("/secret")["status"], 503)
                self.assertEqual(len([line for line in nginx.log() if line["uri"] == "/secret"]), 1)
                self.assertEqual(nginx.faults(), [])


if __name__ == "__main__":
    unittest.main()
