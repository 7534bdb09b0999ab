"""Internal redirects, error pages of the site, subrequests: one verdict where it belongs, no challenge twice."""

import unittest

from support.http import fetch2
from support.site import KEY, Site, policy


class Flow(Site):
    server = """
    location / { countersign policy.json; }
    location /files/ { countersign policy.json; try_files $uri /index.html; }
    location /open-to-guarded { rewrite ^ /guarded last; }
    location /guarded { countersign policy.json; countersign_scope "write:reports"; proxy_pass UPSTREAM; }
    location /tried { countersign policy.json; try_files /none /stricter; }
    location /stricter { countersign policy.json; countersign_scope "write:reports"; proxy_pass UPSTREAM; }
    location /named { countersign policy.json; try_files /none @named; }
    location @named { proxy_pass UPSTREAM; }
    location /weaker-to-other-policy { countersign policy.json; try_files /none /other; }
    location /other { countersign other.json; proxy_pass UPSTREAM; }
    location /page { countersign policy.json; error_page 401 /login.html; error_page 403 /forbidden.html; }
    location /page-scope { countersign policy.json; countersign_scope "x"; error_page 403 /forbidden.html; }
    location = /login.html { countersign off; }
    location = /forbidden.html { internal; countersign off; }
    location /page-guarded { countersign policy.json; error_page 401 /guarded-page.html; }
    location = /guarded-page.html { countersign policy.json; }
    location /page-named { countersign policy.json; error_page 401 = @login; }
    location @login { countersign off; return 302 https://login.example.com/; }
    location /page-as-200 { countersign policy.json; error_page 401 =200 /login.html; }
    location /page-as-204 { countersign policy.json; error_page 401 =204 /login.html; }
    location /page-upstream { countersign policy.json; error_page 401 /up-login; }
    location /up-login { countersign off; proxy_pass UPSTREAM; }
    location /included { countersign off; ssi on; ssi_types text/plain; default_type text/plain; }
    location /fragment { countersign policy.json; proxy_pass UPSTREAM; }
    location /mirrored { countersign policy.json; mirror /copy; proxy_pass UPSTREAM; }
    location = /copy { internal; countersign policy.json; proxy_pass UPSTREAM/copy; }
    location /added { countersign policy.json; add_after_body /tail; addition_types *; }
    location = /tail { internal; countersign policy.json; proxy_pass UPSTREAM; }
    location /accel { countersign policy.json; proxy_pass UPSTREAM; }
    """
    policies = {
        "policy.json": policy(),
        "other.json": policy(realm="other", scopes="other"),
    }

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        (cls.nginx.folder / "html/files").mkdir()
        for name, text in {
            "login.html": "please log in\n",
            "forbidden.html": "not you\n",
            "guarded-page.html": "guarded\n",
            "files/a.txt": "file a\n",
            "added": "head\n",
            "included": '[<!--# include virtual="/fragment" -->]',
        }.items():
            cls.nginx.write(f"html/{name}", text)

    def test_try_files(self) -> None:
        token = KEY.token()
        self.assertEqual(self.get("/files/a.txt", token).body, b"file a\n")
        self.assertEqual(self.get("/files/none", token).body, b"hello\n")
        answer = self.get("/files/none")
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))

    def test_the_index_of_a_folder(self) -> None:
        self.assertEqual(self.get("/", KEY.token()).body, b"hello\n")
        self.assertEqual(len(self.get("/").challenges), 1)

    def test_a_redirect_into_a_stricter_location_is_judged_there(self) -> None:
        for target in ("/open-to-guarded", "/tried"):
            self.assertEqual(self.get(target, KEY.token()).status, 403, target)
            self.assertEqual(self.get(target, KEY.token(scope="write:reports")).status, 200, target)
            answer = self.get(target)
            self.assertEqual((answer.status, len(answer.challenges)), (401, 1))

    def test_a_redirect_into_another_policy_is_judged_there(self) -> None:
        answer = self.get("/weaker-to-other-policy", KEY.token())
        self.assertEqual((answer.status, len(answer.challenges)), (403, 1))
        self.assertIn('realm="other"', answer.challenges[0])

    def test_a_named_location(self) -> None:
        self.assertEqual(self.get("/named", KEY.token()).status, 200)
        self.assertEqual(self.get("/named").status, 401)

    def test_an_error_page_of_the_site(self) -> None:
        for get in (self.get, lambda target: fetch2(self.nginx.port2, target)):
            answer = get("/page")
            self.assertEqual((answer.status, answer.body), (401, b"please log in\n"))
            self.assertEqual(answer.challenges, ['Bearer realm="reports"'])
            self.assertEqual(answer.one("cache-control"), "no-store")
            self.assertEqual(answer.one("content-type"), "text/html")

    def test_an_error_page_for_403(self) -> None:
        answer = self.get("/page-scope", KEY.token())
        self.assertEqual((answer.status, answer.body, len(answer.challenges)), (403, b"not you\n", 1))

    def test_an_error_page_from_an_upstream(self) -> None:
        answer = self.get("/page-upstream")
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertEqual(answer.json()["target"], "/up-login")

    def test_an_error_page_that_is_guarded_itself(self) -> None:
        answer = self.get("/page-guarded")
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))

    def test_an_error_page_with_another_status_has_no_challenge(self) -> None:
        answer = self.get("/page-named")
        self.assertEqual((answer.status, answer.challenges), (302, []))
        for target, status in (("/page-as-200", 200), ("/page-as-204", 204)):
            answer = self.get(target)
            self.assertEqual((answer.status, answer.challenges), (status, []), target)

    def test_an_error_of_another_kind_has_no_challenge(self) -> None:
        answer = self.get("/none", KEY.token())
        self.assertEqual((answer.status, answer.challenges), (404, []))

    def test_a_subrequest_is_judged(self) -> None:
        answer = self.get("/included")
        self.assertEqual((answer.status, answer.challenges), (200, []))
        self.assertNotIn(b'"target"', answer.body)
        answer = self.get("/included", KEY.token())
        self.assertEqual(answer.status, 200)
        self.assertIn(b'"target": "/fragment"', answer.body)

    def test_a_guarded_addition(self) -> None:
        answer = self.get("/added", KEY.token())
        self.assertEqual((answer.status, answer.challenges), (200, []))
        self.assertIn(b'"target": "/tail"', answer.body)

    def test_a_mirror(self) -> None:
        before = self.upstream.requests
        self.assertEqual(self.get("/mirrored").status, 401)
        self.assertEqual(self.upstream.requests, before)
        self.assertEqual(self.get("/mirrored", KEY.token()).status, 200)


class Accel(Site):
    """X-Accel-Redirect: the upstream sends nginx to an internal location."""

    server = """
    location /accel { countersign policy.json; proxy_pass UPSTREAM; }
    location /internal/ { internal; countersign policy.json; alias HTML/; }
    location /open-accel { proxy_pass UPSTREAM; }
    location /strict { countersign policy.json; countersign_scope "write:reports"; proxy_pass UPSTREAM; }
    location = /metrics { countersign_metrics; }
    """
    policies = {"policy.json": policy()}
    http = "countersign_zone keys 1m;"

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.upstream.fields = [("X-Accel-Redirect", "/internal/index.html")]
        cls.nginx.configure(server=cls.nginx.settings["server"].replace("HTML", str(cls.nginx.folder / "html")))
        cls.nginx.reload_and_wait()

    def test_it_is_judged_where_it_ends(self) -> None:
        self.assertEqual(self.get("/accel", KEY.token()).body, b"hello\n")
        self.assertEqual(self.get("/open-accel", KEY.token()).body, b"hello\n")
        answer = self.get("/open-accel")
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertEqual(answer.json()["status"], 401)
        answer = self.get("/strict", KEY.token(scope="write:reports"))
        self.assertEqual(answer.status, 200, "from a stricter location into a weaker one")
        self.assertEqual(self.get("/strict", KEY.token()).status, 403)

    def test_the_same_question_is_judged_once(self) -> None:
        self.assertEqual(self.get("/accel?once", KEY.token()).status, 200)
        text = self.get("/metrics").body.decode()
        lines = [line for line in text.splitlines() if line.startswith("countersign_decisions") and '"/accel"' in line]
        self.assertTrue(lines, text)
        self.assertNotIn('location="/internal/",reason="ok"', "".join(lines))
        self.assertEqual(self.nginx.logged("/accel?once")["subject"], "alice")


if __name__ == "__main__":
    unittest.main()
