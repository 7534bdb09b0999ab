"""Where directives reach: servers, nested locations, `if`, `limit_except`; protection is never lost on the way."""

import unittest

from support.site import KEY, Site, policy

WRITER = {"scope": "read:reports write:reports"}


class Inheritance(Site):
    http = "countersign policy.json; countersign_scope read:reports;"
    server = """
    location / { proxy_pass UPSTREAM; }
    location /outer/ {
        countersign_scope "write:reports";
        location /outer/inner { proxy_pass UPSTREAM; }
        location /outer/open { countersign off; proxy_pass UPSTREAM; }
        location ~ \\.txt$ { proxy_pass UPSTREAM; }
        proxy_pass UPSTREAM;
    }
    location /if {
        if ($arg_x) { set $seen yes; }
        proxy_pass UPSTREAM;
    }
    location /if-proxy {
        countersign_scope "write:reports";
        if ($arg_x) { proxy_pass UPSTREAM; break; }
        proxy_pass UPSTREAM;
    }
    location /limited {
        limit_except GET { countersign_scope "write:reports"; }
        proxy_pass UPSTREAM;
    }
    location /methods {
        countersign off;
        limit_except GET { countersign policy.json; }
        proxy_pass UPSTREAM;
    }
    """
    policies = {"policy.json": policy()}

    def needs(self, target: str, scope: str, method: str = "GET") -> None:
        """Without a token 401, with other scopes 403, with the scope 200."""
        self.assertEqual(self.get(target, method=method).status, 401, target)
        self.assertEqual(self.get(target, KEY.token(scope="other"), method=method).status, 403, target)
        self.assertEqual(self.get(target, KEY.token(scope=scope), method=method).status, 200, target)

    def test_of_http_in_a_location(self) -> None:
        self.needs("/x", "read:reports")

    def test_of_a_location_in_those_within(self) -> None:
        for target in ("/outer/x", "/outer/inner", "/outer/a.txt"):
            self.needs(target, "write:reports")
            self.assertEqual(self.get(target, KEY.token()).status, 403)
        self.assertEqual(self.get("/outer/open").status, 200)

    def test_in_an_if(self) -> None:
        for target in ("/if", "/if?x=1"):
            self.needs(target, "read:reports")
        for target in ("/if-proxy", "/if-proxy?x=1"):
            self.needs(target, "write:reports")

    def test_in_limit_except(self) -> None:
        self.needs("/limited", "read:reports")
        self.needs("/limited", "write:reports", "POST")
        self.assertEqual(self.get("/limited", KEY.token(), method="POST").status, 403)
        self.assertEqual(self.get("/methods").status, 200)
        self.assertEqual(self.get("/methods", method="POST").status, 401)
        self.assertEqual(self.get("/methods", KEY.token(), method="POST").status, 200)

    def test_a_target_spelt_otherwise_is_no_way_around(self) -> None:
        for target in ("//outer/inner", "/x/../outer/inner", "/outer/%69nner", "/outer/./inner", "/OUTER/inner"):
            self.assertEqual(self.get(target).status, 401, target)


if __name__ == "__main__":
    unittest.main()
