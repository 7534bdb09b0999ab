"""The corpus's `check` rows through nginx: the same status, reason, identity and fields."""

import collections
import json
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from support.corpus import SETS_OF_NOBODY, SETS_REFUSED_AT_START, Row, cause, rows
from support.http import Connection, Response
from support.nginx import Nginx
from support.ports import free_port
from support.tls import TlsConnection, certificate

SHARD = 500
"""Rows that one nginx plays."""
OUR_FIELDS = ("www-authenticate", "cache-control", "retry-after", "access-control-expose-headers")
IDENTITY = ("reason", "scheme", "issuer", "subject", "key_id")
NOT_CARRIED = {
    "two Authorization lines: nginx before 1.23 answers 400 itself": 28,
    "CR, LF or NUL in a field value: no longer one field line in HTTP": 25,
    "a client certificate with a given thumbprint cannot be made": 13,
    "revoked ids: the module has no directive for them": 10,
    "a key set that the store ignores: as a file it stops the start": 6,
    "a method that nginx itself answers": 6,
    "two key sets for one issuer: the module takes one source each": 5,
    "a profile that the policy lacks stops the start": 4,
    "a key set of an issuer that the policy does not name stops the start": 2,
    "a field name that is no token": 2,
    "a set that is fetched ahead has failed before the request comes, and Retry-After has its jitter": 1,
    "a time before 1970, which the directive does not take": 1,
    "a target that cannot stand in a request line": 1,
    "spaces around a field value: nginx takes them off before a module sees it": 1,
}
"""How many rows stay out, by cause; a change of the corpus or of the module has to be told here."""


class Corpus(unittest.TestCase):
    maxDiff = None

    def test_rows_that_a_request_can_carry(self) -> None:
        self.play([row for row in carried() if row.answer["status"] != 200 or not row.answer["headers"]])

    def test_rows_that_are_allowed_with_a_field(self) -> None:
        """`Cache-Control: private` on a 200 whose credential stood elsewhere than in Authorization."""
        self.play([row for row in carried() if row.answer["status"] == 200 and row.answer["headers"]])

    def play(self, played: list[Row]) -> None:
        """Holds what nginx answers against these rows."""
        wrong: list[Any] = []
        for start in range(0, len(played), SHARD):
            wrong += play(played[start : start + SHARD])
        print(f"played {len(played)} rows of the corpus through nginx, {len(wrong)} differ", flush=True)
        self.assertEqual(wrong[:20], [], f"{len(wrong)} of {len(played)} differ")

    def test_policies_that_are_refused(self) -> None:
        refused = [row for row in rows() if row.refused]
        with ThreadPoolExecutor(2) as pool:
            faults = [fault for fault in pool.map(refusal, refused) if fault]
        print(f"{len(refused)} policies of the corpus were given to nginx -t, {len(faults)} went wrong", flush=True)
        self.assertEqual(faults[:20], [], f"{len(faults)} of {len(refused)} differ")

    def test_key_sets_that_stop_the_start(self) -> None:
        for row in rows():
            if row.id in SETS_REFUSED_AT_START | SETS_OF_NOBODY:
                nginx = site([row])[0]
                done = nginx.test()
                nginx.__exit__()
                self.assertEqual(done.returncode, 1, row.id)
                said = "k0-0.json" if row.id in SETS_REFUSED_AT_START else "whom no policy here has"
                self.assertIn(said, done.stderr)

    def test_what_is_not_carried_is_counted(self) -> None:
        causes = collections.Counter(cause(row) for row in rows())
        del causes[None]
        self.assertEqual(dict(causes), NOT_CARRIED)


def carried() -> list[Row]:
    """The rows that a request can carry."""
    return [row for row in rows() if not row.refused and cause(row) is None]


def site(shard: list[Row]) -> tuple[Nginx, int]:
    """An nginx with a server a row, not yet started, and its port for TLS."""
    backend, tls = free_port(), free_port()
    chain, key = certificate()
    named: dict[str, str] = {}
    blocks = []
    for number, row in enumerate(shard):
        name = named.setdefault(row.policy, f"p{len(named)}.json")
        blocks.append(block(number, row, name, tls, backend))
    nginx = Nginx(
        "return 444;",
        http=HTTP.replace("BACKEND", str(backend)) + "\n".join(blocks),
        policies={name: text for text, name in named.items()},
        files={"cert.pem": chain, "key.pem": key} | sets(shard),
        log_format='{"uri":"$request_uri"}',
    )
    nginx.configure(http=nginx.settings["http"].replace("MAIN", str(nginx.port)))
    return nginx, tls


def play(shard: list[Row]) -> list[Any]:
    """What differs when one nginx answers these rows."""
    nginx, tls = site(shard)
    wrong: list[Any] = []
    with nginx:
        connections: dict[bool, Connection] = {}
        for number, row in enumerate(shard):
            answer = ask(connections, nginx.port, tls, number, row)
            difference = compare(row, answer)
            if difference:
                wrong.append((row.id, difference))
        for connection in connections.values():
            connection.close()
        if nginx.faults():
            wrong.append(("log", nginx.faults()[:5]))
    return wrong


HTTP = """
    server_names_hash_max_size 65536;
    server_names_hash_bucket_size 128;
    large_client_header_buffers 16 128k;
    proxy_buffer_size 256k;
    proxy_buffers 8 256k;
    proxy_busy_buffers_size 512k;
    server { listen 127.0.0.1:BACKEND; return 200 "reached"; }
"""


def block(number: int, row: Row, policy: str, tls: int, backend: int) -> str:
    """The server of a row, told from the others by its name."""
    case = row.case
    lines = [f"countersign {policy};", f"countersign_test_time {case['now']};"]
    if case.get("profile") is not None:
        lines.append(f"countersign_profile {quoted(case['profile'])};")
    if "scopes" in case:
        lines.append(f"countersign_scope {quoted(case['scopes'])};")
    pushed = [entry["issuer"] for entry in case.get("keys", [])]
    for place, issuer in enumerate(pushed):
        lines.append(f"countersign_keys {quoted(issuer)} file k{number}-{place}.json;")
    issuers = json.loads(row.policy).get("bearer", {}).get("issuers", [])
    for issuer in [entry["issuer"] for entry in issuers if "jwks" not in entry]:
        if issuer not in pushed:
            lines.append(f"countersign_keys {quoted(issuer)} location /_none; countersign_wait 0;")
    lines += [f'add_header X-Test-{name.replace("_", "-")} "$countersign_{name}" always;' for name in IDENTITY]
    listen = f"listen 127.0.0.1:{tls} ssl" if row.tls else "listen 127.0.0.1:MAIN"
    certificates = "ssl_certificate cert.pem; ssl_certificate_key key.pem;" if row.tls else ""
    body = "\n        ".join(lines)
    return f"""
    server {{
        {listen}; server_name row-{number}.example; {certificates}
        {body}
        location = /_none {{ internal; countersign off; return 503; }}
        location / {{ proxy_pass http://127.0.0.1:{backend}; }}
    }}"""


def sets(shard: list[Row]) -> dict[str, str]:
    """The files of the key sets that the rows push."""
    return {
        f"k{number}-{place}.json": entry.get("jwks_text") or json.dumps(entry["jwks"])
        for number, row in enumerate(shard)
        for place, entry in enumerate(row.case.get("keys", []))
    }


def quoted(text: str) -> str:
    """A text as an argument of a directive."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ask(connections: dict[bool, Connection], port: int, tls: int, number: int, row: Row) -> Response:
    """The answer to a row, over the kept connection if it still is one."""
    fields = [("Host", f"row-{number}.example")]
    fields += [(name, value.decode("utf-8", "surrogateescape")) for name, value in row.fields]
    if row.method in ("POST", "PUT", "PATCH"):
        fields.append(("Content-Length", "0"))
    for _ in range(2):
        if row.tls not in connections:
            connections[row.tls] = TlsConnection(tls) if row.tls else Connection(port)
        try:
            answer = connections[row.tls].request(row.method, row.target, fields)
        except ConnectionError:
            connections.pop(row.tls).close()
            continue
        if answer.one("connection") == "close":
            connections.pop(row.tls).close()
        return answer
    raise ConnectionError(row.id)


def compare(row: Row, answer: Response) -> Any:
    """What differs from the row's answer, or None."""
    wanted = row.answer
    expected: dict[str, Any] = {"status": wanted["status"]}
    got: dict[str, Any] = {"status": answer.status}
    for name in IDENTITY:
        expected[name] = wanted[name] or ""
        got[name] = answer.one(f"x-test-{name.replace('_', '-')}") or ""
    expected["fields"] = [(name.lower(), value) for name, value in wanted["headers"]]
    got["fields"] = [(name, value) for name, value in answer.fields if name in OUR_FIELDS]
    expected["fields"].sort(key=lambda pair: OUR_FIELDS.index(pair[0]))
    got["fields"].sort(key=lambda pair: OUR_FIELDS.index(pair[0]))
    if expected == got:
        return None
    return {name: (expected[name], got[name]) for name in expected if expected[name] != got[name]}


def refusal(row: Row) -> Any:
    """What `nginx -t` says wrongly of a policy that is to be refused, or None."""
    nginx = Nginx("countersign p.json;", policies={"p.json": row.policy})
    try:
        done: subprocess.CompletedProcess[str] = nginx.test()
    finally:
        nginx.__exit__()
    pointer = row.answer["error"].get("pointer") or ""
    if done.returncode == 1 and f"p.json{pointer}: " in done.stderr and "[emerg]" in done.stderr:
        return None
    return (row.id, pointer, done.returncode, done.stderr[-300:])


if __name__ == "__main__":
    unittest.main()
