"""What a client gets: status, challenges, body; over HTTP/1.1 and HTTP/2, kept connections, every method."""

import unittest

from support.http import Connection, bearer, fetch2
from support.site import KEY, STRANGER, Site, policy
from support.tokens import altered

CORS = [("Origin", "https://app.example.com"), ("Access-Control-Request-Method", "GET")]
PREFLIGHT = [*CORS, ("Access-Control-Request-Headers", "authorization")]
REALM = 'Bearer realm="reports"'


class Decisions(Site):
    server = """
    countersign policy.json;
    location / { }
    location = /open { countersign off; }
    location /up { proxy_pass UPSTREAM; }
    location /write { countersign_scope "write:reports"; }
    location /any { countersign_scope ""; }
    location /by-variable { set $needed "read:$arg_what"; countersign_scope "$needed"; }
    location /admin { countersign_profile admin; }
    location /optional { countersign_profile public; proxy_pass UPSTREAM; }
    location /quoted { countersign quoted.json; }
    location /code { countersign code.json; }
    location /none { countersign none.json; }
    location /checked { countersign checked.json; }
    location /malformed { countersign malformed.json; }
    """
    policies = {
        "policy.json": policy(
            scopes="read:reports",
            cors=True,
            profiles={"admin": {"access": {"role": "operator"}, "scopes": ""}, "public": {"optional": True}},
        ),
        "quoted.json": policy(realm='a "quoted" \\ realm'),
        "code.json": policy(describe="code"),
        "none.json": policy(describe="none"),
        "checked.json": policy(preflight="check"),
        "malformed.json": policy(malformed_status=400),
    }

    def test_no_credentials(self) -> None:
        answer = self.get("/index.html")
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.challenges, [f'{REALM}, scope="read:reports"'])
        self.assertEqual(answer.one("cache-control"), "no-store")
        self.assertEqual(answer.one("access-control-expose-headers"), "WWW-Authenticate")

    def test_the_body_is_a_problem(self) -> None:
        answer = self.get("/index.html", KEY.token(lifetime=-3600))
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.one("content-type"), "application/problem+json")
        self.assertEqual(
            answer.body,
            b'{"type":"about:blank","title":"Unauthorized","status":401,'
            b'"error":"invalid_token","detail":"The access token expired"}',
        )
        self.assertEqual(answer.one("content-length"), str(len(answer.body)))
        self.assertEqual(
            answer.challenges,
            [f'{REALM}, error="invalid_token", error_description="The access token expired"'],
        )

    def test_allowed_has_no_challenge(self) -> None:
        for target in ("/index.html", "/up", "/open"):
            answer = self.get(target, KEY.token())
            self.assertEqual(answer.status, 404 if target == "/open" else 200, target)
            self.assertEqual(answer.challenges, [])
            self.assertIsNone(answer.one("access-control-expose-headers"))
            self.assertNotEqual(answer.one("cache-control"), "no-store")

    def test_off_asks_for_nothing(self) -> None:
        self.assertEqual(self.get("/open").status, 404)

    def test_bad_tokens(self) -> None:
        good = KEY.token()
        for name, token, reason in (
            ("signature", altered(good), "signature_invalid"),
            ("stranger", STRANGER.token(), "signature_invalid"),
            ("kid", STRANGER.token(kid="ec-9"), "kid_unknown"),
            ("audience", KEY.token(aud="api://billing"), "audience_mismatch"),
            ("issuer", KEY.token(issuer="https://elsewhere.example"), "issuer_mismatch"),
            ("exp", KEY.token(exp=None), "claim_missing"),
            ("type", KEY.sign({"iss": "x"}, typ="id+jwt"), None),
            ("text", "undefined", "bearer_placeholder"),
        ):
            with self.subTest(name):
                answer = self.get(f"/index.html?bad={name}", token)
                self.assertEqual(answer.status, 401)
                self.assertEqual(len(answer.challenges), 1)
                self.assertIn('error="invalid_token"', answer.challenges[0])
                if reason:
                    self.assertEqual(self.nginx.logged(f"/index.html?bad={name}")["reason"], reason)

    def test_the_scheme_is_read_without_case(self) -> None:
        for scheme in ("bearer", "BEARER"):
            answer = self.get_with("/index.html", [("authorization", f"{scheme} {KEY.token()}")])
            self.assertEqual(answer.status, 200)

    def test_two_authorization_lines(self) -> None:
        """nginx before 1.23 refuses them itself, with 400 and before any module is asked."""
        answer = self.get_with("/index.html?two", bearer(KEY.token()) * 2)
        if answer.status == 400:
            self.assertEqual(answer.challenges, [])
        else:
            self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
            self.assertEqual(self.nginx.logged("/index.html?two")["reason"], "authorization_repeated")

    def test_a_token_over_the_bound(self) -> None:
        answer = self.get("/index.html?large", "a" * 8193)
        self.assertIn(answer.status, (400, 401))
        if answer.status == 401:
            self.assertEqual(self.nginx.logged("/index.html?large")["reason"], "token_too_large")

    def test_a_scope_too_few(self) -> None:
        answer = self.get("/write", KEY.token())
        self.assertEqual(answer.status, 403)
        text = "The access token does not cover this operation"
        self.assertEqual(
            answer.challenges,
            [f'{REALM}, error="insufficient_scope", error_description="{text}", scope="write:reports"'],
        )
        self.assertEqual(answer.json()["status"], 403)
        self.assertEqual(self.get("/write", KEY.token(scope="write:reports")).status, 404)

    def test_scopes_of_a_location(self) -> None:
        self.assertEqual(self.get("/any", KEY.token(scope=None)).status, 404)
        self.assertEqual(self.get("/index.html", KEY.token(scope=None)).status, 403)

    def test_scopes_from_a_variable(self) -> None:
        self.assertEqual(self.get("/by-variable?what=reports", KEY.token()).status, 404)
        answer = self.get("/by-variable?what=bills", KEY.token())
        self.assertEqual(answer.status, 403)
        self.assertIn('scope="read:bills"', answer.challenges[0])

    def test_a_scope_that_cannot_be_written(self) -> None:
        """A client's text in the scope breaks no challenge and opens nothing."""
        for bad in ('"', "\\", "%22", "\x7f"):
            answer = self.get(f"/by-variable?what={bad}", KEY.token())
            self.assertIn(answer.status, (400, 403, 500), bad)
            for challenge in answer.challenges:
                self.assertNotRegex(challenge, r'scope="[^"]*["\\][^"]*"')

    def test_a_profile(self) -> None:
        self.assertEqual(self.get("/admin", KEY.token(role="operator", scope=None)).status, 404)
        answer = self.get("/admin", KEY.token())
        self.assertEqual((answer.status, answer.challenges), (403, []))

    def test_optional(self) -> None:
        self.assertEqual(self.get("/optional").status, 200)
        self.assertEqual(self.nginx.logged("/optional")["reason"], "anonymous_allowed")
        self.assertEqual(self.get("/optional", "undefined").status, 401)

    def test_the_realm_is_escaped(self) -> None:
        self.assertEqual(self.get("/quoted").challenges, ['Bearer realm="a \\"quoted\\" \\\\ realm"'])

    def test_how_much_a_denial_tells(self) -> None:
        token = KEY.token(lifetime=-3600)
        code, none = self.get("/code", token), self.get("/none", token)
        self.assertEqual(code.challenges, [f'{REALM}, error="invalid_token"'])
        self.assertEqual((code.json().get("error"), code.json().get("detail")), ("invalid_token", None))
        self.assertEqual(none.challenges, [REALM])
        self.assertEqual((none.json().get("error"), none.json().get("detail")), (None, None))

    def test_malformed_status(self) -> None:
        answer = self.get_with("/malformed", [("Authorization", "Bearer a b")])
        self.assertEqual((answer.status, answer.json()["status"]), (400, 400))

    def test_head(self) -> None:
        with Connection(self.nginx.port) as connection:
            denied = connection.request("HEAD", "/index.html", [])
            self.assertEqual((denied.status, len(denied.challenges)), (401, 1))
            allowed = connection.request("HEAD", "/index.html", bearer(KEY.token()))
            self.assertEqual((allowed.status, allowed.one("content-length")), (200, "6"))
            get = connection.request("GET", "/index.html", [])
            self.assertEqual(denied.one("content-length"), get.one("content-length"))

    def test_a_preflight_is_let_through(self) -> None:
        answer = self.get_with("/up/x", PREFLIGHT, method="OPTIONS")
        self.assertEqual((answer.status, answer.challenges), (200, []))
        self.assertEqual(self.nginx.logged("/up/x")["reason"], "preflight_exempt")

    def test_only_true_preflights_are(self) -> None:
        for method, fields in (
            ("OPTIONS", []),
            ("OPTIONS", CORS[:1]),
            ("OPTIONS", CORS[1:]),
            ("GET", PREFLIGHT),
            ("POST", PREFLIGHT),
        ):
            self.assertEqual(self.get_with("/up", fields, method=method).status, 401, (method, fields))
        self.assertEqual(self.get_with("/checked", PREFLIGHT, method="OPTIONS").status, 401)

    def test_a_kept_connection_keeps_no_verdict(self) -> None:
        token = KEY.token()
        with Connection(self.nginx.port) as connection:
            for _ in range(20):
                for target, expected in (("/index.html", 200), ("/write", 403), ("/up", 200)):
                    self.assertEqual(connection.request("GET", target, bearer(token)).status, expected)
                for target in ("/index.html", "/up"):
                    answer = connection.request("GET", target, [])
                    self.assertEqual((answer.status, len(answer.challenges)), (401, 1))

    def test_http_2(self) -> None:
        port = self.nginx.port2
        denied = fetch2(port, "/index.html")
        self.assertEqual((denied.status, denied.challenges), (401, [f'{REALM}, scope="read:reports"']))
        self.assertEqual(denied.json()["title"], "Unauthorized")
        allowed = fetch2(port, "/up", bearer(KEY.token()))
        self.assertEqual((allowed.status, allowed.challenges), (200, []))
        self.assertEqual(fetch2(port, "/write", bearer(KEY.token())).status, 403)
        self.assertEqual(fetch2(port, "/index.html", method="HEAD").status, 401)
        self.assertEqual(fetch2(port, "/up", PREFLIGHT, method="OPTIONS").status, 200)

    def test_denials_are_no_errors_in_the_log(self) -> None:
        before = len(self.nginx.errors())
        for _ in range(300):
            self.get("/index.html", "undefined")
        new = self.nginx.errors()[before:]
        lines = [line for line in new.splitlines() if "[info]" not in line and "[notice]" not in line]
        self.assertEqual(lines, [])
        self.assertLess(len([line for line in new.splitlines() if "countersign" in line]), 300)


if __name__ == "__main__":
    unittest.main()
