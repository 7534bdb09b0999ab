"""Variables that are asked for before the access phase: as keys of limits, by set, if and map."""

import time
import unittest

from support.fetching import Fetching
from support.http import Connection, bearer, fetch, fetch2
from support.site import KEY, STRANGER, Site, policy

METRICS = 'countersign_decisions_total{server="api.example.com",location="LOCATION",'
COUNTED = "location = /metrics { countersign off; countersign_metrics; }"


def counted(port: int, location: str) -> int:
    """How many decisions the counters tell of a location."""
    text = fetch(port, "/metrics").body.decode()
    lines = [line for line in text.splitlines() if line.startswith(METRICS.replace("LOCATION", location))]
    return sum(int(line.split()[-1]) for line in lines)


class Early(Site):
    http = """
    countersign_zone keys 1m;
    limit_req_zone $countersign_subject zone=subjects:1m rate=1r/m;
    limit_req_zone $countersign_subject zone=slowly:1m rate=30r/m;
    limit_req_zone $countersign_reason zone=reasons:1m rate=1r/m;
    limit_req_zone $binary_remote_addr zone=addresses:1m rate=1r/m;
    limit_conn_zone $countersign_subject zone=connections:1m;
    map $countersign_subject $who { default other; alice "the alice"; "" nobody; }
    map $countersign_subject $needed { default ""; alice "write:reports"; }
    """
    server = f"""
    countersign policy.json;
    add_header X-Subject "$countersign_subject" always;
    location /limited {{ limit_req zone=subjects; proxy_pass UPSTREAM; }}
    location /delayed {{ limit_req zone=slowly burst=5; proxy_pass UPSTREAM; }}
    location /reasons {{ limit_req zone=reasons; proxy_pass UPSTREAM; }}
    location /addresses {{ limit_req zone=addresses; proxy_pass UPSTREAM; }}
    location /connections {{ limit_conn connections 1; limit_rate 2k; }}
    location /any {{
        satisfy any; allow 127.0.0.1; deny all;
        limit_req zone=subjects burst=100 nodelay;
        proxy_pass UPSTREAM;
    }}
    location /cycle {{ countersign_scope $needed; limit_req zone=subjects burst=100 nodelay; proxy_pass UPSTREAM; }}
    location /rewritten {{
        set $then $countersign_subject;
        set $mapped $who;
        if ($countersign_reason = ok) {{ set $good yes; }}
        add_header X-Then "$then|$mapped|$good|$countersign_claim_plan" always;
        proxy_pass UPSTREAM;
    }}
    location /returned {{ return 200 "[$countersign_subject]"; }}
    location /moved {{ set $then $countersign_subject; rewrite ^ /stricter last; }}
    location /stricter {{
        countersign_scope "write:reports";
        add_header X-Then "$then|$countersign_reason" always;
        proxy_pass UPSTREAM;
    }}
    location /off {{ countersign off; add_header X-Subject "[$countersign_subject]" always; proxy_pass UPSTREAM; }}
    location /left {{ set $then $countersign_subject; rewrite ^ /off last; }}
    location /from-variable {{ countersign_token $arg_t; limit_req zone=subjects; proxy_pass UPSTREAM; }}
    {COUNTED}
    """
    policies = {"policy.json": policy(scopes="read:reports", leeway=0)}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.nginx.write("html/connections", "x" * 20_000)

    def test_limit_req_by_subject(self) -> None:
        before = counted(self.nginx.port, "/limited")
        first = self.get("/limited", KEY.token(sub="carol"))
        self.assertEqual((first.status, first.one("x-subject")), (200, "carol"))
        second = self.get("/limited?second", KEY.token(sub="carol"))
        self.assertEqual((second.status, second.challenges), (503, []))
        self.assertEqual(second.one("content-type"), "text/html", "the limit's own page, not a verdict's")
        self.assertEqual(self.get("/limited", KEY.token(sub="dave")).status, 200)
        self.assertEqual(fetch2(self.nginx.port2, "/limited", bearer(KEY.token(sub="carol"))).status, 503)
        self.assertEqual(counted(self.nginx.port, "/limited") - before, 2, "who was limited was not judged")
        self.assertEqual(self.nginx.logged("/limited?second")["subject"], "carol")

    def test_a_token_that_does_not_hold_has_no_subject(self) -> None:
        """So nobody can use up the share of somebody else."""
        for _ in range(3):
            answer = self.get("/limited", STRANGER.token(sub="erin"))
            self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertEqual(self.get("/limited", KEY.token(sub="erin")).status, 200)

    def test_limit_req_by_reason(self) -> None:
        self.assertEqual(self.get("/reasons", STRANGER.token()).status, 401)
        self.assertEqual(self.get("/reasons", STRANGER.token()).status, 503)
        self.assertEqual(self.get("/reasons", KEY.token()).status, 200)

    def test_limit_conn_by_subject(self) -> None:
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/connections", bearer(KEY.token(sub="frank")))
            time.sleep(0.2)
            self.assertEqual(self.get("/connections", KEY.token(sub="frank"), method="HEAD").status, 503)
            self.assertEqual(self.get("/connections", KEY.token(sub="grace"), method="HEAD").status, 200)

    def test_a_token_that_is_over_when_its_turn_comes(self) -> None:
        """limit_req holds the second request for two seconds: the look of before is no verdict any more."""
        self.assertEqual(self.get("/delayed", KEY.token(sub="heidi")).status, 200)
        start = time.monotonic()
        answer = self.get("/delayed?over", KEY.token(sub="heidi", lifetime=1))
        self.assertGreater(time.monotonic() - start, 1.5)
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertEqual(self.nginx.logged("/delayed?over")["reason"], "token_expired")
        self.assertEqual(self.get("/delayed", KEY.token(sub="heidi", lifetime=30)).status, 200)

    def test_a_request_is_counted_and_logged_once(self) -> None:
        for target, token, status in (
            ("/rewritten", KEY.token(), 200),
            ("/rewritten", KEY.token(scope="other"), 403),
            ("/rewritten", None, 401),
            ("/cycle", KEY.token(sub="ivan"), 200),
            ("/cycle", STRANGER.token(), 401),
        ):
            before, lines = counted(self.nginx.port, target), self.nginx.errors().count("countersign: denied")
            self.assertEqual(self.get(target, token).status, status)
            self.assertEqual(counted(self.nginx.port, target) - before, 1, target)
            self.assertEqual(self.nginx.errors().count("countersign: denied") - lines, status != 200)

    def test_a_request_that_something_else_limits_is_not_judged(self) -> None:
        self.assertEqual(self.get("/addresses", KEY.token()).status, 200)
        before = counted(self.nginx.port, "/addresses")
        answer = self.get("/addresses?limited", KEY.token())
        self.assertEqual((answer.status, answer.one("x-subject")), (503, None))
        self.assertEqual(counted(self.nginx.port, "/addresses"), before)
        self.assertEqual(self.nginx.logged("/addresses?limited")["subject"], "")

    def test_by_set_if_and_map(self) -> None:
        answer = self.get("/rewritten", KEY.token(plan="free"))
        self.assertEqual((answer.status, answer.one("x-then")), (200, "alice|the alice|yes|free"))
        answer = self.get("/rewritten", KEY.token(plan="free", scope="other"))
        self.assertEqual((answer.status, answer.one("x-then")), (403, "alice|the alice||"))
        for token in (STRANGER.token(plan="free"), None):
            answer = self.get("/rewritten", token)
            self.assertEqual((answer.status, answer.one("x-then")), (401, "|nobody||"))

    def test_another_location_asks_anew(self) -> None:
        answer = self.get("/moved", KEY.token())
        self.assertEqual((answer.status, answer.one("x-then")), (403, "alice|insufficient_scope"))
        answer = self.get("/moved", KEY.token(scope="write:reports"))
        self.assertEqual((answer.status, answer.one("x-then")), (200, "alice|ok"), "denied there, allowed here")

    def test_where_nothing_is_asked_nothing_is_shown(self) -> None:
        self.assertEqual(self.get("/left?x", KEY.token()).one("x-subject"), "[]")
        self.assertEqual(self.nginx.logged("/left?x")["subject"], "")

    def test_what_never_comes_to_the_access_phase_is_not_looked_at(self) -> None:
        self.assertEqual(self.get("/returned", KEY.token()).body, b"[]")
        with Connection(self.nginx.port) as connection:
            connection.send("GET", "/?bad", [("Host", "a b"), *bearer(KEY.token())])
            self.assertEqual(connection.receive().status, 400)

    def test_something_else_lets_it_through(self) -> None:
        for token, who in ((None, None), (KEY.token(sub="judy"), "judy")):
            answer = self.get("/any", token)
            self.assertEqual((answer.status, answer.challenges), (200, []))
            self.assertIn(answer.one("x-subject"), (who, ""))

    def test_scopes_that_depend_on_the_verdict_itself(self) -> None:
        """There is no verdict while its question is put together: the map sees nobody."""
        for _ in range(2):
            self.assertEqual(self.get("/cycle", KEY.token()).status, 200)

    def test_the_token_of_a_variable(self) -> None:
        token = KEY.token(sub="kate")
        self.assertEqual(self.get(f"/from-variable?t={token}").one("x-subject"), "kate")
        self.assertEqual(self.get(f"/from-variable?t={token}").status, 503)


class EarlyWithoutKeys(Fetching):
    def test_keys_that_are_not_there_yet(self) -> None:
        """The look waits for nothing; the access phase does, and then the variables are there."""
        self.start(
            http="limit_req_zone $countersign_subject zone=subjects:1m rate=1r/m;",
            server="""
            countersign policy.json;
            countersign_keys ISSUER location /_keys;
            countersign_wait WAIT;
            add_header X-Subject "$countersign_subject" always;
            location / { limit_req zone=subjects; proxy_pass UPSTREAM; }
            location = /_keys { internal; countersign off; proxy_pass KEYS; }
            """,
        )
        answer = self.get()
        self.assertEqual((answer.status, answer.one("x-subject")), (200, "alice"))
        self.assertEqual([self.get().status for _ in range(3)], [200, 503, 503], "the first had no key yet")
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_a_server_that_looks_for_every_location(self) -> None:
        """At the level of the server another policy may be in force than in the location."""
        self.start(
            server="""
            countersign policy.json;
            countersign_keys ISSUER location /_keys;
            set $then $countersign_subject;
            location / { add_header X-Then "$then" always; proxy_pass UPSTREAM; }
            location /other { countersign other.json; add_header X-Then "$then|$countersign_subject" always; }
            location = /_keys { internal; countersign off; proxy_pass KEYS; }
            """,
            policies={"other.json": policy()},
        )
        self.assertEqual([self.get().one("x-then") for _ in range(2)], [None, "alice"])
        answer = self.get(target="/other")
        self.assertEqual((answer.status, answer.one("x-then")), (401, "alice|"))
        answer = fetch(self.nginx.port, "/other", bearer(KEY.token(sub="bob")))
        self.assertEqual((answer.status, answer.one("x-then")), (404, "|bob"))


if __name__ == "__main__":
    unittest.main()
