"""The README's examples, as they stand, with real servers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from support import Signer, certificate, key_server, policy_document, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.server import BaseHTTPRequestHandler

README = (Path(__file__).parents[1] / "README.md").read_text()
FASTAPI, FLASK, PLAIN, CLIENT, WATCHED = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
SIGNER = Signer("a")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    # The README's policy with keys that this test has.
    document = json.loads(re.findall(r"```json\n(.*?)```", README, re.DOTALL)[0])
    document["bearer"]["issuers"][0]["jwks"] = policy_document(SIGNER)["bearer"]["issuers"][0]["jwks"]
    del document["bearer"]["issuers"][0]["jwks_uri"]
    (tmp_path / "policy.json").write_text(json.dumps(document))
    return tmp_path


@contextlib.contextmanager
def served(folder: Path, program: str, *command: str) -> Iterator[str]:
    (folder / "main.py").write_text(program)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [part.replace("PORT", str(port)) for part in command]
    process = subprocess.Popen([sys.executable, "-m", *arguments], cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        assert until(lambda: answers(url), 30)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code > 0
    except httpx.TransportError:
        return False


def test_the_fastapi_example_serves(folder: Path) -> None:
    with served(folder, FASTAPI, "uvicorn", "--port", "PORT", "main:app") as url:
        fields = {"Authorization": SIGNER.bearer(scope="read:reports", client_id="web")}
        answer = httpx.get(f"{url}/reports", headers=fields, trust_env=False)
        assert (answer.status_code, answer.json()) == (200, {"subject": "alice", "client": "web"})
        denied = httpx.get(f"{url}/reports", headers={"Authorization": SIGNER.bearer()}, trust_env=False)
        assert denied.status_code == 403
        assert denied.headers["www-authenticate"].startswith(
            'Bearer realm="api.example.com", error="insufficient_scope"'
        )
        schemes = httpx.get(f"{url}/openapi.json", trust_env=False).json()["components"]["securitySchemes"]
        assert schemes == {"Bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}


def test_the_flask_example_serves(folder: Path) -> None:
    with served(folder, FLASK, "waitress", "--listen=127.0.0.1:PORT", "main:app") as url:
        assert httpx.get(f"{url}/health", trust_env=False).json() == {"ok": True}
        fields = {"Authorization": SIGNER.bearer(scope="read:reports")}
        assert httpx.get(f"{url}/reports", headers=fields, trust_env=False).json() == {"subject": "alice"}
        assert httpx.get(f"{url}/reports", trust_env=False).status_code == 401


def test_the_watched_example_serves(folder: Path) -> None:
    with served(folder, WATCHED, "uvicorn", "--port", "PORT", "main:app") as url:
        fields = {"Authorization": SIGNER.bearer()}
        assert httpx.get(f"{url}/nowhere", headers=fields, trust_env=False).status_code == 404
        assert httpx.get(f"{url}/nowhere", trust_env=False).status_code == 401
        answer = httpx.get(f"{url}/metrics", trust_env=False)
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert 'countersign_decisions_total{reason="ok",status="200"} 1\n' in answer.text


def test_the_client_example_runs(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(certificate()[0])
    environment = {**os.environ, "SSL_CERT_FILE": str(tmp_path / "ca.pem"), "NO_PROXY": "127.0.0.1"}

    def run(program: str) -> list[str]:
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    with key_server() as login, key_server() as api:
        program = CLIENT.replace("https://login.example.com", login.url).replace("https://api.example.com", api.url)
        login.set_json("/token", {"access_token": "new", "expires_in": 600})
        api.answers["/reports"] = lambda handler: answer_bearer(handler, "new")
        assert run(program) == ["200"]
        assert [fields["Authorization"] for _, fields in api.requests] == ["Bearer of-the-last-login", "Bearer new"]
        login.set_status("/token", 400)
        assert run(program) == ["the session is over: log in again", "401"]


def answer_bearer(handler: BaseHTTPRequestHandler, token: str) -> None:
    is_good = handler.headers["Authorization"] == f"Bearer {token}"
    handler.send_response(200 if is_good else 401)
    handler.send_header("WWW-Authenticate", 'Bearer realm="api", error="invalid_token"')
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def test_the_plain_example_runs(folder: Path) -> None:
    run = subprocess.run([sys.executable, "-c", PLAIN], cwd=folder, capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("401 bearer_placeholder ")
    assert run.stdout.splitlines()[-1] == "denied: 401 bearer_placeholder"
