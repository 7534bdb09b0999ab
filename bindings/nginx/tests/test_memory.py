"""A worker under valgrind: every kind of request, a reload, a stop; no fault of memory, no leak of ours."""

import hashlib
import re
import unittest

import bcrypt
from support.fetching import SERVER, Fetching
from support.http import Connection, bearer, fetch, fetch2
from support.nginx import Nginx, wait_until
from support.servers import KeyServer, Upstream
from support.site import fetched_policy
from support.tokens import ISSUER, altered, es256

VALGRIND = [
    "valgrind",
    "--leak-check=full",
    "--show-leak-kinds=definite",
    "--errors-for-leak-kinds=none",
    "--num-callers=30",
]
FAULTS = re.compile(r"Invalid (?:read|write|free)|uninitialised|Mismatched free|overlap in|Process terminating")


class Memory(Fetching):
    def test_a_worker_under_valgrind(self) -> None:
        self.key = es256("k1")
        self.keys = self.enterContext(KeyServer(self.key))
        self.upstream = self.enterContext(Upstream())
        server = SERVER + "location /page { error_page 401 /index.html; } location /write { countersign_scope w; }"
        for name, value in (
            ("ISSUER", ISSUER),
            ("UPSTREAM", f"http://127.0.0.1:{self.upstream.port}"),
            ("KEYS", f"http://127.0.0.1:{self.keys.port}/jwks"),
            ("WAIT", "5s"),
        ):
            server = server.replace(name, value)
        hashed = bcrypt.hashpw(b"secret", bcrypt.gensalt(10)).decode()
        policy = fetched_policy(cooldown=1) | {
            "basic": {"users": {"alice": {"hash": hashed}}},
            "api_key": {"keys": [{"id": "a", "sha256": hashlib.sha256(b"key").hexdigest()}]},
        }
        self.nginx = Nginx(
            server + "location = /metrics { countersign_metrics; } location = /status { countersign_status; }",
            http="countersign_zone keys 1m;",
            policies={"policy.json": policy},
            tool=[*VALGRIND, "--log-file=/tmp/countersign-valgrind.%p"],
        )
        logs = self.nginx.folder / "valgrind"
        logs.mkdir()
        logs.chmod(0o777)
        self.nginx.tool[-1] = f"--log-file={logs}/%p"
        with self.nginx as nginx:
            self.round(nginx)
            nginx.reload_and_wait()
            self.round(nginx)
            nginx.stop()
            reports = {path.name: path.read_text() for path in logs.iterdir()}
        self.assertGreaterEqual(len(reports), 3, "a master and two workers")
        faults, leaks = [], []
        for text in reports.values():
            faults += FAULTS.findall(text)
            blocks = re.split(r"==\d+== \n", text)
            leaks += [block for block in blocks if "definitely lost in" in block and "countersign" in block]
        self.assertEqual(faults, [], "\n".join(reports.values())[:6000])
        self.assertEqual(leaks, [], "\n".join(leaks)[:6000])

    def round(self, nginx: Nginx) -> None:
        """One request of every kind."""
        token = self.key.token()
        wait_until(lambda: self.get().status == 200, "the keys are there", 60)
        for fields, status in (
            (bearer(token), 200),
            (bearer(altered(token)), 401),
            (bearer(self.key.token(kid="made-up")), 401),
            (bearer(self.key.token(lifetime=-100)), 401),
            ([], 401),
            ([("Authorization", "Basic YWxpY2U6c2VjcmV0")], 200),
            ([("Authorization", "Basic YWxpY2U6bm8=")], 401),
            ([("X-API-Key", "key")], 200),
            ([("X-API-Key", "no")], 401),
        ):
            for method, body in (("GET", None), ("HEAD", None), ("POST", b"x" * 30_000)):
                answer = fetch(nginx.port, "/", fields, method=method, body=body)
                self.assertEqual(answer.status, status, fields)
        self.assertEqual(fetch(nginx.port, "/page").status, 401)
        self.assertEqual(fetch(nginx.port, "/write", bearer(token)).status, 403)
        self.assertEqual(fetch2(nginx.port2, "/", bearer(token)).status, 200)
        self.assertEqual(fetch(nginx.port, "/metrics", bearer(token)).status, 200)
        self.assertEqual(fetch(nginx.port, "/status", bearer(token)).status, 200)
        for _ in range(5):
            connection = Connection(nginx.port)
            connection.send("GET", "/", [("Authorization", "Basic YWxpY2U6bm8=")])
            connection.close()


if __name__ == "__main__":
    unittest.main()
