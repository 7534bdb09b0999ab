"""Variables: in logs, in fields to the upstream and the client, in maps, as keys of limit_req."""

import json
import unittest

from support.http import Connection, bearer
from support.site import KEY, STRANGER, Site, policy
from support.tokens import ISSUER

FIELDS = """
    add_header X-Reason "$countersign_reason" always;
    add_header X-Verdict "$countersign_status" always;
    add_header X-Scheme "$countersign_scheme" always;
    add_header X-Issuer "$countersign_issuer" always;
    add_header X-Subject "$countersign_subject" always;
    add_header X-Key-Id "$countersign_key_id" always;
"""


class Variables(Site):
    http = """
    map $countersign_subject $who { default other; alice "the alice"; "" nobody; }
    map $countersign_claim_plan $rate_key { default ""; free $countersign_subject; }
    limit_req_zone $countersign_subject zone=subjects:1m rate=1r/m;
    """
    server = f"""
    countersign policy.json;
    {FIELDS}
    add_header X-Who "$who" always;
    add_header X-Plan "$countersign_claim_plan" always;
    add_header X-Missing "[$countersign_claim_nothing]" always;
    location / {{
        proxy_pass UPSTREAM;
        proxy_set_header X-User $countersign_subject;
        proxy_set_header X-Plan $countersign_claim_plan;
    }}
    location /set {{
        countersign_set $tenant_id /tenantId;
        countersign_set $first_role /realm_access/roles/0;
        countersign_set $number /number;
        countersign_set $object /realm_access;
        proxy_pass UPSTREAM;
        proxy_set_header X-Tenant $tenant_id;
        proxy_set_header X-Role $first_role;
        proxy_set_header X-Number $number;
        proxy_set_header X-Object $object;
    }}
    location /limited {{ limit_req zone=subjects; proxy_pass UPSTREAM; }}
    location /off {{ countersign off; proxy_pass UPSTREAM; }}
    """
    policies = {"policy.json": policy(scopes="read:reports")}

    def seen(self, target: str, token: str) -> dict[str, str]:
        """The fields that the upstream got."""
        return dict(self.get(target, token).json()["fields"])

    def test_of_an_allowed_request(self) -> None:
        answer = self.get("/", KEY.token(plan="free"))
        for name, value in (
            ("x-reason", "ok"),
            ("x-verdict", "200"),
            ("x-scheme", "Bearer"),
            ("x-issuer", ISSUER),
            ("x-subject", "alice"),
            ("x-key-id", "ec-1"),
            ("x-who", "the alice"),
            ("x-plan", "free"),
            ("x-missing", "[]"),
        ):
            self.assertEqual(answer.one(name), value, name)

    def test_of_a_denied_request(self) -> None:
        answer = self.get("/", STRANGER.token(plan="free"))
        self.assertEqual(answer.one("x-reason"), "signature_invalid")
        self.assertEqual(answer.one("x-verdict"), "401")
        for name in ("x-issuer", "x-subject", "x-key-id", "x-plan"):
            self.assertIn(answer.one(name), (None, ""), name)
        self.assertEqual(answer.one("x-who"), "nobody")

    def test_claims_are_of_allowed_requests_alone(self) -> None:
        """The signature held and a scope is missing: subject yes, claims no."""
        answer = self.get("/", KEY.token(scope="other", plan="free"))
        self.assertEqual((answer.status, answer.one("x-subject")), (403, "alice"))
        self.assertIn(answer.one("x-plan"), (None, ""))

    def test_in_the_access_log(self) -> None:
        self.get("/?log=allowed", KEY.token())
        self.get("/?log=denied")
        allowed, denied = self.nginx.logged("/?log=allowed"), self.nginx.logged("/?log=denied")
        self.assertIn(allowed.pop("pid"), self.nginx.workers())
        self.assertEqual(
            allowed,
            {
                "uri": "/?log=allowed",
                "status": 200,
                "reason": "ok",
                "verdict": "200",
                "scheme": "Bearer",
                "issuer": ISSUER,
                "subject": "alice",
                "key_id": "ec-1",
            },
        )
        self.assertEqual((denied["reason"], denied["verdict"], denied["subject"]), ("credentials_missing", "401", ""))

    def test_where_nothing_is_asked(self) -> None:
        answer = self.get("/off", KEY.token())
        self.assertEqual(answer.status, 200)
        self.assertIn(answer.one("x-subject"), (None, ""))

    def test_to_the_upstream(self) -> None:
        fields = self.seen("/", KEY.token(plan="gold"))
        self.assertEqual((fields["x-user"], fields["x-plan"]), ("alice", "gold"))

    def test_claims_by_pointer(self) -> None:
        token = KEY.token(tenantId="T-1", realm_access={"roles": ["operator", "x"]}, number=7)
        fields = self.seen("/set", token)
        self.assertEqual((fields["x-tenant"], fields["x-role"], fields["x-number"]), ("T-1", "operator", "7"))
        self.assertIn(json.loads(fields.get("x-object") or "null"), (None, {"roles": ["operator", "x"]}))
        self.assertNotIn("x-tenant", self.seen("/set", KEY.token()))

    def test_a_claim_cannot_break_a_field(self) -> None:
        """CR and LF in a claim end no field line, towards the client or the upstream."""
        for text in ("a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\x00b", "\u0000", "a\rb"):
            token = KEY.token(plan=text, tenantId=text, sub=text)
            answer = self.get("/set", token)
            self.assertIsNone(answer.one("x-evil"))
            if answer.status == 200:
                names = [name for name, _ in answer.json()["fields"]]
                self.assertNotIn("x-evil", names)

    def test_a_long_claim(self) -> None:
        self.assertEqual(self.seen("/", KEY.token(plan="p" * 3000))["x-plan"], "p" * 3000)

    def test_requests_on_one_connection_share_nothing(self) -> None:
        with Connection(self.nginx.port) as connection:
            for who in ("alice", "bob", "carol"):
                answer = connection.request("GET", "/", bearer(KEY.token(sub=who, plan=who)))
                self.assertEqual((answer.one("x-subject"), answer.one("x-plan")), (who, who))
            self.assertIn(connection.request("GET", "/", []).one("x-subject"), (None, ""))

    def test_nothing_secret_is_logged(self) -> None:
        tokens = [KEY.token(), STRANGER.token(), KEY.token(lifetime=-100)]
        for token in tokens:
            self.get("/", token)
        written = self.nginx.errors() + (self.nginx.folder / "access.log").read_text()
        for token in tokens:
            self.assertNotIn(token.rpartition(".")[2], written)

    def test_as_a_key_of_limit_req(self) -> None:
        """limit_req runs before access: a variable it reads must not be kept empty from then on."""
        answer = self.get("/limited", KEY.token(sub="dave"))
        self.assertEqual((answer.status, answer.one("x-subject")), (200, "dave"))
        answers = {self.get("/limited", KEY.token(sub="dave")).status for _ in range(3)}
        self.assertEqual(answers, {503}, "the subject was not there when limit_req asked")
        self.assertEqual(self.get("/limited", KEY.token(sub="erin")).status, 200)


if __name__ == "__main__":
    unittest.main()
