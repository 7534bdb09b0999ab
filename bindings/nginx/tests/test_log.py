"""What is written down: at most one line a denial, at info, and not more than so many a second; no secret anywhere."""

import base64
import hashlib
import re
import time
import unittest
from pathlib import Path

import bcrypt
from support.http import Connection, bearer
from support.nginx import wait_until
from support.site import KEY, STRANGER, Site, policy
from support.tokens import ISSUER

API_KEY = "acme_live_0123456789abcdef"
PASSWORD = "correct horse battery staple"
HASH = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(10)).decode()
LINES_A_SECOND = 20
SOURCE = Path(__file__).resolve().parents[1] / "src/ngx_http_countersign_variables.c"
VARIABLES = re.findall(r'ngx_string\("(countersign_\w+)"\)', SOURCE.read_text())


class Log(Site):
    http = "countersign_zone keys 1m;"
    server = """
    countersign policy.json;
    countersign_wait 200ms;
    location / { proxy_pass UPSTREAM; }
    location /page { error_page 401 /index.html; proxy_pass UPSTREAM; }
    location = /index.html { countersign off; }
    location /any { satisfy any; deny all; proxy_pass UPSTREAM; }
    location /asked { countersign off; auth_request /verdict; proxy_pass UPSTREAM; }
    location = /verdict { internal; proxy_pass UPSTREAM; }
    location /early { limit_req zone=subjects burst=100 nodelay; proxy_pass UPSTREAM; }
    location /fetched {
        countersign fetched.json;
        countersign_keys https://login.example.com location /_none;
        proxy_pass UPSTREAM;
    }
    location = /_none { internal; countersign off; return 500; }
    """
    policies = {
        "policy.json": policy(basic={"users": {"alice": {"hash": HASH}}}),
        "fetched.json": {
            "realm": "reports",
            "bearer": {"issuers": [{"issuer": ISSUER, "audience": "a", "jwks_uri": ISSUER + "/keys"}]},
        },
    }

    @classmethod
    def setUpClass(cls) -> None:
        cls.http += "limit_req_zone $countersign_subject zone=subjects:1m rate=100r/s;"
        super().setUpClass()

    def lines(self) -> list[str]:
        """The lines about denials."""
        return [line for line in self.nginx.errors().splitlines() if "countersign: denied" in line]

    def test_1_one_line_a_denial_at_info(self) -> None:
        wrong = base64.b64encode(b"alice:wrong").decode()
        for target, fields, status in (
            ("/", [], 401),
            ("/", bearer(STRANGER.token()), 401),
            ("/", [("Authorization", f"Basic {wrong}")], 401),
            ("/page", [], 401),
            ("/any", bearer(STRANGER.token()), 401),
            ("/early", bearer(STRANGER.token()), 401),
            ("/asked", bearer(STRANGER.token()), 401),
            ("/fetched", bearer(KEY.token()), 503),
        ):
            time.sleep(0.1)
            before = len(self.lines())
            self.assertEqual(self.get_with(target, fields).status, status, target)
            written = self.lines()[before:]
            self.assertLessEqual(len(written), 1, target)
            self.assertEqual(len(written), target != "/asked", target)
            for line in written:
                self.assertIn("[info]", line)
        before = len(self.lines())
        self.assertEqual(self.get("/", KEY.token()).status, 200)
        self.assertEqual(len(self.lines()), before)

    def test_2_a_flood_fills_no_disk(self) -> None:
        """One worker: twenty lines a second, and then how many were left out."""
        time.sleep(1.1)
        before, token = len(self.lines()), STRANGER.token()
        start = time.time()
        with Connection(self.nginx.port) as connection:
            for _ in range(500):
                self.assertEqual(connection.request("GET", "/", bearer(token)).status, 401)
        seconds = int(time.time()) - int(start) + 1
        written = len(self.lines()) - before
        self.assertTrue(0 < written <= LINES_A_SECOND * seconds, (written, seconds))
        time.sleep(1.1)
        self.get("/")
        wait_until(lambda: "more denials were not logged" in self.nginx.errors(), "what was left out is told")
        told = sum(int(n) for n in re.findall(r"countersign: (\d+) more denials were not logged", self.nginx.errors()))
        self.assertEqual(told + written, 500)

    def test_3_nothing_above_info(self) -> None:
        self.nginx.configure(error_level="notice")
        self.nginx.reload_and_wait()
        before = len(self.lines())
        self.assertEqual(self.get("/").status, 401)
        self.assertEqual(len(self.lines()), before)


class Secrets(Site):
    http = "countersign_zone keys 1m;"
    server = (
        "countersign policy.json; countersign_set $everything '';"
        + "".join(f'add_header X-{n} "[${name}]" always;' for n, name in enumerate(VARIABLES) if name[-1] != "_")
        + """
    add_header X-Claim "[$countersign_claim_authorization$countersign_claim_password$countersign_claim_]" always;
    location / { proxy_pass UPSTREAM; }
    location /from-variable { countersign bearer.json; countersign_token $http_x_token; proxy_pass UPSTREAM; }
    location = /metrics { countersign off; countersign_metrics; }
    location = /status { countersign off; countersign_status; }
    """
    )
    policies = {
        "policy.json": policy(
            basic={"users": {"alice": {"hash": HASH}}},
            api_key={"keys": [{"id": "billing", "sha256": hashlib.sha256(API_KEY.encode()).hexdigest()}]},
        ),
        "bearer.json": policy(),
    }

    def test_nothing_secret_in_variables_logs_and_locations(self) -> None:
        self.assertGreaterEqual(len(VARIABLES), 7)
        good, bad = KEY.token(), STRANGER.token()
        basic = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
        secrets = [good.rpartition(".")[2], bad.rpartition(".")[2], basic, PASSWORD, API_KEY, "wrong-password"]
        secrets += [HASH, hashlib.sha256(API_KEY.encode()).hexdigest()]
        wrong = base64.b64encode(b"alice:wrong-password").decode()
        for target, fields, status in (
            ("/", bearer(good), 200),
            ("/", bearer(bad), 401),
            ("/", [("Authorization", f"Basic {basic}")], 200),
            ("/", [("Authorization", f"Basic {wrong}")], 401),
            ("/", [("X-API-Key", API_KEY)], 200),
            ("/", [("X-API-Key", API_KEY + "x")], 401),
            ("/from-variable", [("X-Token", good)], 200),
            ("/from-variable", [("X-Token", bad)], 401),
        ):
            answer = self.get_with(target, fields)
            self.assertEqual(answer.status, status)
            shown = " ".join(value for name, value in answer.fields if name.startswith("x-"))
            self.assertNotEqual(shown, "")
            for secret in [*secrets, wrong]:
                self.assertNotIn(secret, shown)
        written = self.nginx.errors() + (self.nginx.folder / "access.log").read_text()
        for target in ("/metrics", "/status"):
            written += self.get(target).body.decode()
        for secret in [*secrets, wrong]:
            self.assertNotIn(secret, written)


if __name__ == "__main__":
    unittest.main()
