"""Who is asking, told to the upstream in fields that no client can bring along."""

import unittest

from support.http import Connection, bearer, fetch2
from support.site import KEY, Site, policy
from support.tokens import ISSUER

SPOOFED = [
    ("Countersign-Subject", "root"),
    ("countersign-issuer", "https://evil.example"),
    ("COUNTERSIGN-KEY-ID", "evil"),
    ("Countersign_Subject", "root"),
    ("Countersign-Scope", "everything"),
]


class Forward(Site):
    server = """
    underscores_in_headers on;
    countersign policy.json;
    location / { countersign_forward on; proxy_pass UPSTREAM; }
    location /quiet { proxy_pass UPSTREAM; }
    location /optional { countersign_forward on; countersign_profile public; proxy_pass UPSTREAM; }
    location /redirected { countersign_forward on; try_files /none /quiet; }
    """
    policies = {"policy.json": policy(profiles={"public": {"optional": True}})}

    def told(self, fields: list[list[str]]) -> list[list[str]]:
        """The lines that speak of the caller, as the upstream got them."""
        return sorted(line for line in fields if line[0].replace("_", "-").startswith("countersign-"))

    def test_the_upstream_is_told(self) -> None:
        expected = [
            ["countersign-issuer", ISSUER],
            ["countersign-key-id", "ec-1"],
            ["countersign-subject", "alice"],
        ]
        for spoofed in ([], SPOOFED, SPOOFED * 20):
            answer = self.get_with("/", [*spoofed, *bearer(KEY.token()), *spoofed])
            self.assertEqual((answer.status, self.told(answer.json()["fields"])), (200, expected))

    def test_over_http_2(self) -> None:
        answer = fetch2(self.nginx.port2, "/", [*SPOOFED[:3], *bearer(KEY.token())])
        self.assertEqual(["countersign-subject", "alice"], self.told(answer.json()["fields"])[-1])
        self.assertEqual(len(self.told(answer.json()["fields"])), 3)

    def test_nobody_is_told_for_nobody(self) -> None:
        answer = self.get_with("/optional", SPOOFED)
        self.assertEqual((answer.status, self.told(answer.json()["fields"])), (200, []))

    def test_a_subject_that_is_no_field_value_is_not_told(self) -> None:
        answer = self.get_with("/", [*SPOOFED, *bearer(KEY.token(sub="a\r\nX-Evil: 1"))])
        fields = answer.json()["fields"]
        self.assertNotIn("x-evil", [name for name, _ in fields])
        self.assertNotIn(["countersign-subject", "root"], fields)

    def test_fields_of_others_arrive_as_they_were(self) -> None:
        fields = [("X-One", "a"), ("X-One", "b"), ("Countersigned", "kept")]
        answer = self.get_with("/", [*fields, *SPOOFED, *bearer(KEY.token())])
        for name, value in fields:
            self.assertIn([name.lower(), value], answer.json()["fields"])

    def test_each_request_of_a_connection_is_told_anew(self) -> None:
        with Connection(self.nginx.port) as connection:
            for who in ("alice", "bob"):
                answer = connection.request("GET", "/", bearer(KEY.token(sub=who)))
                self.assertIn(["countersign-subject", who], answer.json()["fields"])
            answer = connection.request("GET", "/optional", SPOOFED)
            self.assertEqual(self.told(answer.json()["fields"]), [])

    def test_off_unless_asked_for(self) -> None:
        answer = self.get("/quiet", KEY.token())
        self.assertEqual(self.told(answer.json()["fields"]), [])


if __name__ == "__main__":
    unittest.main()
