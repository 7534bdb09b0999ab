"""What `countersign probe` says of every framework under its real server: each rule that applies is kept."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Annotated, Any

import fastapi
import pytest
from countersign import Decision, Policy, Verifier
from countersign import asgi as countersign_asgi
from countersign import fastapi as countersign_fastapi
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route
from support import Signer, policy_document
from test_frameworks import HOSTS, SIGNER, uvicorn_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

COMMAND = os.environ.get("COUNTERSIGN_CLI", "")
PAGE = "https://app.example.com"
KEY = Signer("p")
VERIFIER = Verifier(Policy(policy_document(KEY)))


def probe(url: str, *more: str, token: str | None = None) -> tuple[int, dict[str, Any]]:
    """Give the exit code and the report; the token goes through standard input."""
    assert COMMAND, "COUNTERSIGN_CLI names the program"
    command = [COMMAND, "probe", "--json", url, *more, *(["--token-file", "-"] if token else [])]
    done = subprocess.run(command, input=token or "", capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 2, done.stdout + done.stderr
    return done.returncode, json.loads(done.stdout)


def broken(report: dict[str, Any]) -> dict[str, Any]:
    return {rule["id"]: rule["seen"] for rule in report["rules"] if rule["result"] == "broken"}


def starlette_with_cors() -> Any:
    async def me(request: Request) -> JSONResponse:
        return JSONResponse({"subject": request.state.countersign.subject})

    cors = Middleware(
        CORSMiddleware, allow_origins=[PAGE], allow_headers=["Authorization"], expose_headers=["WWW-Authenticate"]
    )
    guard = Middleware(countersign_asgi.CountersignMiddleware, verifier=VERIFIER)
    return Starlette(routes=[Route("/me", me)], middleware=[cors, guard])


def fastapi_with_head() -> Any:
    app = fastapi.FastAPI()
    auth.install(app)

    # FastAPI answers HEAD by 405 where a route does not name it.
    @app.api_route("/me", methods=["GET", "HEAD"])
    async def me(decision: Annotated[Decision, fastapi.Security(auth)]) -> dict[str, Any]:
        return {"subject": decision.subject}

    return app


# FastAPI finds the annotations of the function above among the module's names.
auth = countersign_fastapi.Countersign(VERIFIER)


@pytest.fixture(scope="module", params=[name for name in HOSTS if name != "fastapi"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with HOSTS[request.param]() as url:
        yield url


def test_every_framework_keeps_every_rule(url: str) -> None:
    for token in (None, SIGNER.sign()):
        code, report = probe(f"{url}/me", "--query-token", token=token)
        assert (code, broken(report)) == (0, {})
    assert report["kept"] >= 32, [rule["id"] for rule in report["rules"] if rule["result"] != "kept"]


def test_so_does_fastapi() -> None:
    with uvicorn_at(fastapi_with_head()) as url:
        code, report = probe(f"{url}/me", "--query-token", token=KEY.sign())
    assert (code, broken(report)) == (0, {})


def test_so_does_starlette_for_pages_of_another_origin() -> None:
    with uvicorn_at(starlette_with_cors()) as url:
        code, report = probe(f"{url}/me", "--origin", PAGE, token=KEY.sign())
    assert (code, broken(report)) == (0, {})
    assert {"preflight_ok", "challenge_exposed"} <= {rule["id"] for rule in report["rules"] if rule["result"] == "kept"}


def test_a_route_that_lets_everybody_in_is_told(url: str) -> None:
    code, report = probe(f"{url}/health")
    assert code == 1
    assert "guarded" in broken(report)
