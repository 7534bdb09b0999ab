"""`countersign probe` against the module: a guarded location keeps every rule, and edges before it are told by name."""

from __future__ import annotations

import json
import os
import subprocess
import unittest
from pathlib import Path
from typing import Any

from support.nginx import Nginx
from support.site import KEY, Site, policy

COMMAND = os.environ.get("COUNTERSIGN_CLI", "")
"""The command line, an absolute path."""
PAGE = "https://app.example.com"


def probe(url: str, *more: str, token: str | None = None) -> tuple[int, dict[str, Any]]:
    """The exit code and the report; the token goes through standard input."""
    command = [COMMAND, "probe", "--json", url, *more]
    if token is not None:
        command += ["--token-file", "-"]
    done = subprocess.run(command, input=token or "", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 2, done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def with_result(report: dict[str, Any], result: str) -> dict[str, Any]:
    """What was seen, by the id of the rule."""
    return {rule["id"]: rule["seen"] for rule in report["rules"] if rule["result"] == result}


class Guarded(Site):
    server = f"""
    location / {{ countersign policy.json; }}
    location /400/ {{ countersign as-400.json; alias HTML/; }}
    location /cors/ {{
        add_header Access-Control-Allow-Origin {PAGE} always;
        add_header Access-Control-Allow-Headers "Authorization, Content-Type" always;
        add_header Access-Control-Expose-Headers WWW-Authenticate always;
        add_header Vary Origin always;
        if ($request_method = OPTIONS) {{ return 204; }}
        countersign policy.json;
        alias HTML/;
    }}
    location /page {{ countersign policy.json; error_page 401 /login.html; alias HTML/; }}
    location = /login.html {{ countersign off; }}
    location /open/ {{ alias HTML/; }}
    """
    policies = {"policy.json": policy(), "as-400.json": policy(malformed_status=400)}

    @classmethod
    def setUpClass(cls) -> None:
        assert Path(COMMAND).is_absolute() and os.access(COMMAND, os.X_OK), "COUNTERSIGN_CLI names no program"
        super().setUpClass()
        cls.nginx.write("html/login.html", "please log in\n")
        html = str(cls.nginx.folder / "html")
        cls.nginx.configure(server=cls.nginx.settings["server"].replace("HTML", html))
        cls.nginx.reload_and_wait()

    def url(self, place: str) -> str:
        return f"http://127.0.0.1:{self.nginx.port}{place}"

    def assert_clean(self, place: str, *more: str, applied: int) -> None:
        for token in (None, KEY.token()):
            code, report = probe(self.url(place), *more, token=token)
            self.assertEqual((code, with_result(report, "broken")), (0, {}), place)
            if token:
                self.assertGreaterEqual(report["kept"], applied, with_result(report, "not_applicable"))

    def test_a_guarded_location_keeps_every_rule(self) -> None:
        self.assert_clean("/index.html", "--query-token", applied=32)

    def test_so_it_does_with_400_for_what_is_malformed(self) -> None:
        self.assert_clean("/400/index.html", applied=32)

    def test_so_it_does_for_pages_of_another_origin(self) -> None:
        self.assert_clean("/cors/index.html", "--origin", PAGE, applied=38)

    def test_so_it_does_behind_an_error_page(self) -> None:
        code, report = probe(self.url("/page"))
        self.assertEqual((code, with_result(report, "broken")), (0, {}))

    def test_an_open_location_is_told(self) -> None:
        code, report = probe(self.url("/open/index.html"))
        self.assertEqual(code, 1)
        self.assertIn("guarded", with_result(report, "broken"))


class Edges(Site):
    """A second nginx without the module's directives, before the first."""

    server = "location / { countersign policy.json; }"
    policies = {"policy.json": policy()}
    edges = """
    location /whole/ { proxy_pass ORIGIN/; }
    location /no-authorization/ { proxy_pass ORIGIN/; proxy_set_header Authorization ""; }
    location /no-challenge/ { proxy_pass ORIGIN/; proxy_hide_header WWW-Authenticate; }
    location /cached/ {
        proxy_pass ORIGIN/;
        proxy_cache edge;
        proxy_cache_valid any 1m;
        proxy_ignore_headers Cache-Control;
        add_header X-Cache-Status $upstream_cache_status always;
    }
    """

    def against(self, place: str) -> tuple[int, dict[str, Any], dict[str, Any]]:
        origin = f"http://127.0.0.1:{self.nginx.port}"
        text = self.edges.replace("ORIGIN", origin)
        with Nginx(text, http="proxy_cache_path cache keys_zone=edge:1m;") as edge:
            url = f"http://127.0.0.1:{edge.port}/{place}/index.html"
            code, report = probe(url, "--against", f"{origin}/index.html", token=KEY.token())
        rules = {rule["id"]: rule for rule in report["rules"]}
        return code, with_result(report, "broken"), rules

    def test_an_edge_that_passes_all_on_is_clean(self) -> None:
        code, broken, _ = self.against("whole")
        self.assertEqual((code, broken), (0, {}))

    def test_authorization_that_does_not_arrive_is_told(self) -> None:
        code, broken, rules = self.against("no-authorization")
        self.assertEqual(code, 1)
        self.assertIn("Authorization did not arrive", str(broken["edge_authorization"]))
        self.assertEqual(rules["token_accepted"]["origin"], "kept")

    def test_a_challenge_that_is_stripped_is_told(self) -> None:
        code, broken, rules = self.against("no-challenge")
        self.assertEqual(code, 1)
        self.assertIn("edge_challenge", broken)
        self.assertEqual(
            (rules["challenge_present"]["result"], rules["challenge_present"]["origin"]), ("broken", "kept")
        )

    def test_a_denial_that_is_cached_is_told(self) -> None:
        code, broken, _ = self.against("cached")
        self.assertEqual(code, 1)
        self.assertIn("edge_denial_not_cached", broken)
        # Who is good is denied by what was kept of who was not.
        self.assertIn("token_accepted", broken)


if __name__ == "__main__":
    unittest.main()
