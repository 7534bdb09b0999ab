"""TLS: tokens that are bound to the client's certificate, and keys from a server whose certificate is checked."""

import ssl
import subprocess
import unittest
from pathlib import Path

from support.fetching import SERVER, Fetching
from support.http import Response, bearer
from support.ports import free_port
from support.site import KEY, Site, policy
from support.tls import TlsConnection, certificate, client_context, thumbprint

TLS = free_port()
SERVED = certificate()
ALICE, BOB = certificate(), certificate()


class ClientCertificates(Site):
    server = f"""
    listen 127.0.0.1:{TLS} ssl http2;
    ssl_certificate cert.pem;
    ssl_certificate_key key.pem;
    ssl_verify_client optional_no_ca;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m;
    countersign policy.json;
    add_header X-Reason "$countersign_reason" always;
    add_header X-Reused "$ssl_session_reused" always;
    location / {{ proxy_pass UPSTREAM; }}
    location /asked {{ countersign off; auth_request /verdict; proxy_pass UPSTREAM; }}
    location = /verdict {{ internal; proxy_pass UPSTREAM; }}
    """
    policies = {"policy.json": policy()}
    files = {
        "cert.pem": SERVED[0],
        "key.pem": SERVED[1],
        "alice.pem": "".join(ALICE),
        "bob.pem": "".join(BOB),
    }

    def token(self) -> str:
        """A token that is bound to alice's certificate."""
        return KEY.token(cnf={"x5t#S256": thumbprint(ALICE[0])})

    def identity(self, who: str | None) -> Path | None:
        """The file with this client's certificate."""
        return self.nginx.folder / f"{who}.pem" if who else None

    def over_tls(self, who: str | None, token: str, target: str = "/") -> Response:
        """One request over TLS with this client's certificate."""
        with TlsConnection(TLS, context=client_context(self.identity(who))) as connection:
            return connection.request("GET", target, bearer(token))

    def test_a_token_that_is_bound_to_a_certificate(self) -> None:
        for who, status, reason in (
            ("alice", 200, "ok"),
            ("bob", 401, "certificate_mismatch"),
            (None, 401, "certificate_missing"),
        ):
            answer = self.over_tls(who, self.token())
            self.assertEqual((answer.status, answer.one("x-reason")), (status, reason))
            self.assertEqual(len(answer.challenges), status == 401)
        answer = self.get("/", self.token())
        self.assertEqual((answer.status, answer.one("x-reason")), (401, "certificate_missing"), "no TLS at all")

    def test_a_certificate_asks_nothing_of_other_tokens(self) -> None:
        for who in ("alice", "bob", None):
            self.assertEqual(self.over_tls(who, KEY.token()).status, 200)

    def test_in_a_subrequest(self) -> None:
        self.assertEqual(self.over_tls("alice", self.token(), "/asked").status, 200)
        self.assertEqual(self.over_tls("bob", self.token(), "/asked").status, 401)

    def test_a_resumed_session_keeps_its_certificate(self) -> None:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for who, status in (("alice", 200), ("bob", 401)):
                context = client_context(self.identity(who))
                context.minimum_version = context.maximum_version = version
                session = None
                for reused in (".", "r"):
                    with TlsConnection(TLS, context=context, session=session) as connection:
                        answer = connection.request("GET", "/", bearer(self.token()))
                        session = connection.tls.session
                    self.assertEqual((answer.status, answer.one("x-reused")), (status, reused), (version, who))

    def test_over_http_2(self) -> None:
        for who, status in (("alice", "200"), ("bob", "401"), (None, "401")):
            command = ["curl", "--silent", "--insecure", "--http2", "--max-time", "20", "--output", "/dev/null"]
            command += ["--cert", str(self.identity(who))] if who else []
            command += [
                "--write-out",
                "%{http_version} %{http_code}",
                "--header",
                f"Authorization: Bearer {self.token()}",
            ]
            done = subprocess.run([*command, f"https://127.0.0.1:{TLS}/"], capture_output=True, check=True, timeout=30)
            self.assertEqual(done.stdout.decode(), f"2 {status}", who)


class KeysOverTls(Fetching):
    def begin(self, *trusted: str, name: str = "api.example.com") -> None:
        """A key server over TLS, and an nginx that asks it for its certificate and trusts these."""
        self.start(
            server=SERVER.replace(
                "proxy_pass KEYS;",
                f"proxy_pass https://127.0.0.1:PORT/jwks; proxy_ssl_verify on; proxy_ssl_name {name};"
                "proxy_ssl_server_name on; proxy_ssl_trusted_certificate trusted.pem;",
            ),
            files={"trusted.pem": "".join(trusted), "served.pem": SERVED[0], "served.key": SERVED[1]},
        )
        self.keys.over_tls(self.nginx.folder / "served.pem", self.nginx.folder / "served.key")

    def test_a_server_that_is_trusted(self) -> None:
        self.begin(SERVED[0])
        self.assertEqual([self.get().status, self.get().status], [200, 200])
        self.assertEqual(self.keys.fetches, 1)
        self.clean()

    def test_a_server_that_is_not_trusted(self) -> None:
        self.begin(ALICE[0])
        self.assertEqual(self.get().status, 503)
        self.assertEqual(self.keys.fetches, 0)

    def test_a_server_with_another_name(self) -> None:
        self.begin(SERVED[0], name="elsewhere.example")
        self.assertEqual(self.get().status, 503)
        self.assertEqual(self.keys.fetches, 0)


if __name__ == "__main__":
    unittest.main()
