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
INCLUDED = {"open": "/included", "judged": "/included", "any": "/any/told"}
"""The page of each folder includes a location with countersign_forward."""
TOLD = [
    ["countersign-issuer", ISSUER],
    ["countersign-key-id", "ec-1"],
    ["countersign-subject", "alice"],
]
"""What the upstream is told of KEY's token."""


class Forward(Site):
    server = """
    underscores_in_headers on;
    countersign policy.json;
    location / { countersign_forward on; proxy_pass UPSTREAM; }
    location /quiet { proxy_pass UPSTREAM; }
    location /optional { countersign_forward on; countersign_profile public; proxy_pass UPSTREAM; }
    location /redirected { countersign_forward on; try_files /none /quiet; }
    location /open/ { countersign off; ssi on; ssi_types *; }
    location /judged/ { ssi on; ssi_types *; }
    location /any/ { satisfy any; allow 127.0.0.1; deny all; ssi on; ssi_types *; }
    location = /any/told { satisfy any; allow 127.0.0.1; deny all; countersign_forward on; proxy_pass UPSTREAM; }
    location /decided { countersign off; auth_request /decide; proxy_pass UPSTREAM; }
    location = /decide { internal; countersign_forward on; proxy_pass UPSTREAM; }
    location /beside { countersign_forward on; auth_request /decide-public; proxy_pass UPSTREAM; }
    location = /decide-public {
        internal; countersign_profile public; countersign_token $arg_other; countersign_forward on; proxy_pass UPSTREAM;
    }
    """
    policies = {"policy.json": policy(profiles={"public": {"optional": True}})}

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        for folder, target in INCLUDED.items():
            (cls.nginx.folder / "html" / folder).mkdir()
            cls.nginx.write(f"html/{folder}/page.html", f'<!--# include virtual="{target}" -->')

    def told(self, fields: list[list[str]]) -> list[list[str]]:
        """The lines that speak of the caller, as the upstream got them."""
        return sorted(line for line in fields if line[0].replace("_", "-").startswith("countersign-"))

    def test_the_upstream_is_told(self) -> None:
        for spoofed in ([], SPOOFED, SPOOFED * 20):
            answer = self.get_with("/", [*spoofed, *bearer(KEY.token()), *spoofed])
            self.assertEqual((answer.status, self.told(answer.json()["fields"])), (200, TOLD))

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

    def seen(self, target: str) -> list[list[str]]:
        """What the upstream was told when it was last asked for this target."""
        return self.told([fields for asked, fields in self.upstream.seen if asked == target][-1])

    def test_a_subrequest_tells_it_anew(self) -> None:
        """What a page includes, whether the page itself was judged, open, or let through by something else."""
        for folder in INCLUDED:
            answer = self.get_with(f"/{folder}/page.html", [*SPOOFED, *bearer(KEY.token())])
            self.assertEqual((answer.status, self.told(answer.json()["fields"])), (200, TOLD), folder)
        answer = self.get_with("/any/page.html", SPOOFED)
        self.assertEqual((answer.status, self.told(answer.json()["fields"])), (200, []), "overruled")

    def test_the_subrequest_of_auth_request_tells_it_anew(self) -> None:
        answer = self.get_with("/decided", [*SPOOFED, *bearer(KEY.token())])
        self.assertEqual((answer.status, self.seen("/decide")), (200, TOLD))

    def test_a_subrequest_changes_nothing_of_its_client(self) -> None:
        """Its list of fields starts with the lines of the client's request, which stay as they are."""
        answer = self.get_with("/beside", [*SPOOFED, ("X-One", "a"), *bearer(KEY.token())])
        fields = answer.json()["fields"]
        self.assertEqual((answer.status, self.told(fields), self.seen("/decide-public")), (200, TOLD, []))
        self.assertIn(["x-one", "a"], fields)


if __name__ == "__main__":
    unittest.main()
