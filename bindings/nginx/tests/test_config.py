"""`nginx -t`: what is wrong with a configuration or a policy is told with its place, and stops the start."""

import json
import os
import subprocess
import unittest
from typing import Any

from support.nginx import MODULE, Nginx
from support.site import KEY, fetched_policy, policy
from support.tokens import ISSUER, rs256

ZONE = "countersign_zone keys 1m;\n"


def check(
    server: str, http: str = "", files: dict[str, str] | None = None, **policies: Any
) -> subprocess.CompletedProcess[str]:
    """`nginx -t` over this server; the policies are named without their .json."""
    named = {f"{name}.json": value for name, value in policies.items()}
    nginx = Nginx(server, http=http, policies=named, files=files)
    try:
        return nginx.test()
    finally:
        nginx.__exit__()


class Config(unittest.TestCase):
    def refused(self, *words: str, server: str, **more: Any) -> None:
        """The configuration is refused, with these words and the file and line of the directive."""
        done = check(server, **more)
        lines = [line for line in done.stderr.splitlines() if "[emerg]" in line]
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(lines[-1], r"in \S+/nginx\.conf:\d+$")
        for word in words:
            self.assertIn(word, "\n".join(lines))

    def accepted(self, server: str, **more: Any) -> None:
        """The configuration is taken."""
        done = check(server, **more)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_what_is_right_is_taken(self) -> None:
        self.accepted("countersign p.json; location /x { countersign off; }", p=policy())
        self.accepted(
            f"countersign p.json; location = /_k {{ internal; proxy_pass http://127.0.0.1:1; }}"
            f"countersign_keys {ISSUER} location /_k;",
            http=ZONE,
            p=fetched_policy(),
        )
        self.accepted(
            f"countersign p.json; countersign_keys {ISSUER} file keys.json;",
            files={"keys.json": json.dumps({"keys": [KEY.jwk()]})},
            p=fetched_policy(),
        )

    def test_every_context(self) -> None:
        self.accepted("location / { }", http="countersign p.json;", p=policy())
        self.accepted(
            "location / { countersign p.json; countersign_scope x; countersign_profile a; }",
            p=policy(profiles={"a": {}}),
        )

    def test_a_policy_that_is_not_there(self) -> None:
        self.refused("nowhere.json", server="countersign nowhere.json;")

    def test_a_policy_that_is_no_json(self) -> None:
        self.refused("p.json", server="countersign p.json;", p="{")

    def test_a_policy_that_is_refused_names_the_place(self) -> None:
        self.refused("p.json", "/leeway", server="countersign p.json;", p=policy(leeway=301))
        self.refused(
            "p.json", "/bearer/issuers", server="countersign p.json;", p={"realm": "x", "bearer": {"issuers": []}}
        )
        self.refused("p.json", "/scpoes", server="countersign p.json;", p=policy(scpoes="x"))

    def test_the_line_is_that_of_the_directive(self) -> None:
        done = check("\n\n\n    countersign p.json;\n", p=policy(leeway=301))
        nginx = Nginx("\n\n\n    countersign p.json;\n")
        lines = (nginx.folder / "nginx.conf").read_text().splitlines()
        nginx.__exit__()
        line = 1 + lines.index("    countersign p.json;")
        self.assertRegex(done.stderr, rf"nginx\.conf:{line}\b")

    def test_a_corrupt_key(self) -> None:
        rsa = rs256("rsa-1")
        for member, value in (("n", "AQAB"), ("n", "!!"), ("e", "AA"), ("kty", "EC")):
            broken = policy()
            broken["bearer"]["issuers"][0]["jwks"] = {"keys": [rsa.jwk() | {member: value}]}
            with self.subTest(member=member, value=value):
                self.refused("p.json", "/bearer/issuers/0/jwks", server="countersign p.json;", p=broken)

    def test_a_key_file(self) -> None:
        server = f"countersign p.json; countersign_keys {ISSUER} file keys.json;"
        self.refused("keys.json", server=server, p=fetched_policy())
        self.refused("keys.json", server=server, p=fetched_policy(), files={"keys.json": "{"})
        self.refused("keys.json", server=server, p=fetched_policy(), files={"keys.json": '{"keys":[]}'})

    def test_keys_of_an_issuer_that_no_policy_has(self) -> None:
        self.refused(
            "https://elsewhere.example",
            server="countersign p.json; countersign_keys https://elsewhere.example file keys.json;",
            p=policy(),
            files={"keys.json": json.dumps({"keys": [KEY.jwk()]})},
        )

    def test_directives_with_faults(self) -> None:
        for directive in (
            "countersign;",
            "countersign a b;",
            "countersign_keys a b c;",
            f"countersign_keys {ISSUER} file;",
            "countersign_forward maybe;",
            "countersign_set tenant /x;",
            "countersign_set $tenant;",
            "countersign_set $tenant no-slash/x;",
            "countersign_token;",
            "countersign_profile;",
            "countersign_wait soon;",
            "countersign_metrics please;",
        ):
            with self.subTest(directive):
                name = directive.split()[0].rstrip(";")
                self.refused(name, server=f"countersign p.json; location / {{ {directive} }}", p=policy())

    def test_a_pointer_that_is_none(self) -> None:
        """RFC 6901 section 3: behind a tilde stands 0 or 1."""
        self.refused("countersign_set", server="countersign p.json; countersign_set $tenant /a~2;", p=policy())

    def test_a_directive_twice(self) -> None:
        self.refused("duplicate", server="countersign p.json; countersign p.json;", p=policy())
        for directive in ("countersign_profile a;", "countersign_scope a;", "countersign_forward on;"):
            self.refused(
                "duplicate", server=f"countersign p.json; {directive} {directive}", p=policy(profiles={"a": {}})
            )

    def test_a_profile_that_the_policy_lacks(self) -> None:
        self.refused("nosuch", server="countersign p.json; location / { countersign_profile nosuch; }", p=policy())

    def test_a_scope_that_cannot_be_written(self) -> None:
        self.refused(
            "countersign_scope", server="countersign p.json; location / { countersign_scope 'a\"b'; }", p=policy()
        )

    def test_a_zone(self) -> None:
        for zone in ("countersign_zone;", "countersign_zone keys much;", "countersign_zone keys 1;"):
            with self.subTest(zone):
                self.refused("zone", server="", http=zone)
        self.refused("duplicate", server="", http=ZONE + ZONE)

    def test_a_zone_that_nobody_defines(self) -> None:
        done = check("countersign p.json; countersign_zone nowhere;", p=policy())
        self.assertEqual(done.returncode, 1)
        self.assertIn('"nowhere"', done.stderr)

    def test_references(self) -> None:
        secret = {"kty": "oct", "kid": "h", "alg": "HS256", "k": {"ref": "batch"}}
        document = policy()
        document["bearer"]["issuers"][0] |= {"algorithms": ["HS256"], "jwks": {"keys": [secret]}}
        self.refused("/bearer/issuers/0/jwks/keys/0/k", server="countersign p.json;", p=document)
        self.accepted(
            "countersign p.json;",
            http="countersign_ref batch secret.bin;",
            files={"secret.bin": "0123456789abcdef" * 2},
            p=document,
        )
        self.refused("nowhere.bin", server="countersign p.json;", http="countersign_ref batch nowhere.bin;", p=document)

    def test_a_released_module_refuses_what_is_for_tests(self) -> None:
        released = os.environ["COUNTERSIGN_RELEASED"]
        for name, value in (("countersign_test_time", "1700000000"), ("countersign_test_hash_wait", "1s")):
            nginx = Nginx(f"countersign p.json; {name} {value};", policies={"p.json": policy()})
            configuration = nginx.folder / "nginx.conf"
            self.assertEqual(nginx.test().returncode, 0)
            configuration.write_text(configuration.read_text().replace(MODULE, released))
            done = nginx.test()
            nginx.__exit__()
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, rf"\[emerg\].*{name}.*nginx\.conf:\d+")

    def test_no_secret_is_told(self) -> None:
        document = policy()
        secret = {"kty": "oct", "kid": "h", "alg": "HS256", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ"}
        document["bearer"]["issuers"][0] |= {"algorithms": ["HS256"], "jwks": {"keys": [secret]}}
        done = check("countersign p.json;", p=document)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("c2VjcmV0", done.stderr)
        self.assertNotIn("secret-secret", done.stderr)

    def test_warnings_of_a_policy_are_told_and_stop_nothing(self) -> None:
        done = check("countersign p.json;", p=policy(leeway=120))
        self.assertEqual(done.returncode, 0)
        self.assertIn("/leeway", done.stderr)
        self.assertIn("[warn]", done.stderr)


if __name__ == "__main__":
    unittest.main()
