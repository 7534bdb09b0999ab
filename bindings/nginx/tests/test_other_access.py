"""Beside nginx's other ways of access: satisfy, auth_basic, auth_request, allow and deny."""

import unittest

from support.http import bearer
from support.site import KEY, Site, policy

ALICE = "alice:{PLAIN}secret\n"
BASIC = ("Authorization", "Basic YWxpY2U6c2VjcmV0")

PAGES = {
    "part": "/any-page/part",
    "inherited": "/any-page/inherited",
    "asked": "/any-page/asked",
    "denied": "/any-page/denied",
    "refused": "/any-page/refused",
    "basic": "/any-page/basic",
    "bare": "/bare",
    "stricter-any": "/any-page/admin",
    "admin": "/admin",
    "same": "/same",
}
"""Pages that anybody at this address may have, and what each includes."""
OPEN = ("part", "inherited", "asked")
"""Those whose own location lets this address, or everybody, through."""


class OtherAccess(Site):
    server = """
    countersign policy.json;
    location /any-basic {
        satisfy any;
        auth_basic "site";
        auth_basic_user_file users;
        proxy_pass UPSTREAM;
    }
    location /any-address { satisfy any; allow 127.0.0.1; deny all; proxy_pass UPSTREAM; }
    location /any-denied { satisfy any; deny all; proxy_pass UPSTREAM; }
    location /all-denied { deny all; proxy_pass UPSTREAM; }
    location /all-allowed { allow 127.0.0.1; deny all; proxy_pass UPSTREAM; }
    location /request-yes { auth_request /decide/yes; proxy_pass UPSTREAM; }
    location /request-no { auth_request /decide/no; proxy_pass UPSTREAM; }
    location /any-request-no { satisfy any; auth_request /decide/no; proxy_pass UPSTREAM; }
    location /any-request-yes { satisfy any; auth_request /decide/yes; proxy_pass UPSTREAM; }
    location /decide/yes { internal; countersign off; return 204; }
    location /decide/no { internal; countersign off; return 403; }
    location /guarded-by-subrequest { countersign off; auth_request /verdict; proxy_pass UPSTREAM; }
    location /any-page/ {
        satisfy any; allow 127.0.0.1; deny all; ssi on; ssi_types *;
        location = /any-page/inherited { proxy_pass UPSTREAM; }
    }
    location = /any-page/part { satisfy any; allow 127.0.0.1; deny all; proxy_pass UPSTREAM; }
    location = /any-page/asked { satisfy any; deny all; auth_request /decide/yes; proxy_pass UPSTREAM; }
    location = /any-page/denied { satisfy any; deny all; proxy_pass UPSTREAM; }
    location = /any-page/refused { satisfy any; deny all; auth_request /decide/no; proxy_pass UPSTREAM; }
    location = /any-page/basic {
        satisfy any; deny all; auth_basic "site"; auth_basic_user_file users; proxy_pass UPSTREAM;
    }
    location = /bare { satisfy any; proxy_pass UPSTREAM; }
    location = /any-page/admin { satisfy any; allow 127.0.0.1; countersign_scope "admin:all"; proxy_pass UPSTREAM; }
    location /admin { countersign_scope "admin:all"; proxy_pass UPSTREAM; }
    location /same { proxy_pass UPSTREAM; }
    location = /verdict { internal; countersign_scope "write:reports"; proxy_pass UPSTREAM; }
    """
    policies = {"policy.json": policy(scopes="read:reports")}
    files = {"users": ALICE}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        (cls.nginx.folder / "html/any-page").mkdir()
        for name, target in PAGES.items():
            cls.nginx.write(f"html/any-page/{name}.html", f'[<!--# include virtual="{target}" -->]')

    def test_satisfy_any_shows_both_challenges(self) -> None:
        answer = self.get("/any-basic")
        self.assertEqual(answer.status, 401)
        self.assertEqual(len(answer.challenges), 2, answer.challenges)
        self.assertEqual(sorted(challenge.split()[0] for challenge in answer.challenges), ["Basic", "Bearer"])
        self.assertEqual(answer.json()["status"], 401)

    def test_satisfy_any_takes_either(self) -> None:
        for fields in (bearer(KEY.token()), [BASIC]):
            answer = self.get_with("/any-basic", fields)
            self.assertEqual((answer.status, answer.challenges), (200, []), fields[0][1][:6])
            self.assertNotEqual(answer.one("cache-control"), "no-store")

    def test_satisfy_any_by_address(self) -> None:
        answer = self.get("/any-address")
        self.assertEqual((answer.status, answer.challenges), (200, []))
        answer = self.get("/any-denied")
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertEqual(self.get("/any-denied", KEY.token()).status, 200)

    def test_satisfy_any_tells_of_scopes(self) -> None:
        """nginx remembers the last denial; ours is in the response only if it is that one."""
        answer = self.get("/any-denied", KEY.token(scope="other"))
        self.assertIn(answer.status, (401, 403))
        self.assertEqual(len(answer.challenges), 1)

    def test_satisfy_all_asks_both(self) -> None:
        answer = self.get("/all-denied", KEY.token())
        self.assertEqual((answer.status, answer.challenges), (403, []))
        self.assertEqual(self.get("/all-allowed", KEY.token()).status, 200)
        self.assertEqual(self.get("/all-allowed").status, 401)

    def test_auth_request_beside_it(self) -> None:
        self.assertEqual(self.get("/request-yes", KEY.token()).status, 200)
        self.assertEqual(self.get("/request-no", KEY.token()).status, 403)
        for target in ("/request-yes", "/request-no"):
            answer = self.get(target)
            self.assertIn(answer.status, (401,) if target == "/request-yes" else (401, 403))
            self.assertEqual(len(answer.challenges), answer.status == 401)

    def test_auth_request_with_satisfy_any(self) -> None:
        self.assertEqual(self.get("/any-request-no", KEY.token()).status, 200)
        answer = self.get("/any-request-yes")
        self.assertEqual((answer.status, answer.challenges), (200, []))
        answer = self.get("/any-request-no")
        self.assertIn(answer.status, (401, 403))
        self.assertLessEqual(len(answer.challenges), 1)

    def test_as_the_subrequest_of_auth_request(self) -> None:
        """auth_request passes on a 401's WWW-Authenticate and answers 403 with none."""
        target = "/guarded-by-subrequest"
        answer = self.get(target)
        self.assertEqual((answer.status, len(answer.challenges)), (401, 1))
        self.assertTrue(answer.challenges[0].startswith('Bearer realm="reports"'))
        self.assertEqual(self.get(target, KEY.token()).status, 403)
        answer = self.get(target, KEY.token(scope="write:reports"))
        self.assertEqual((answer.status, answer.challenges), (200, []))

    def test_satisfy_any_opens_nothing_that_is_included(self) -> None:
        """Subrequests pass by nginx's access phase: what let the page through must not let through what it includes."""
        for name, target in PAGES.items():
            answer = self.get(f"/any-page/{name}.html")
            self.assertEqual((answer.status, answer.challenges), (200, []), name)
            said = f'"target": "{target}"'.encode()
            self.assertEqual(said in answer.body, name in OPEN, (name, answer.body))
        answer = self.get_with("/any-page/basic.html", [BASIC])
        self.assertIn(b'"target": "/any-page/basic"', answer.body, "the password of its own location")
        admin = KEY.token(scope="read:reports admin:all")
        for name, target in PAGES.items():
            self.assertIn(f'"target": "{target}"'.encode(), self.get(f"/any-page/{name}.html", admin).body)
        low = self.get("/any-page/admin.html", KEY.token()).body
        self.assertNotIn(b'"target": "/admin"', low)


if __name__ == "__main__":
    unittest.main()
