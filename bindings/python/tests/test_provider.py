"""Both refreshers and a middleware with a real OpenID provider: the npm package oidc-provider, in a process of its own.

Discovery, client credentials, rotation (REQ-ROTATION-01, -07).
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from countersign import AsyncKeyRefresher, KeyRefresher, Policy, Reason, Tokens, Verifier
from countersign.asgi import CountersignMiddleware
from countersign.httpx import RefreshAuth
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from support import AUDIENCE, certificate, client_context

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = Path(__file__).parent / "provider.mjs"


class Provider:
    """The provider's process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = self.read()

    def read(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            word, _, answer = line.partition(" ")
            if word == "countersign":
                return answer.strip()
        raise AssertionError("the provider ended")

    def rotate(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write("rotate\n")
        self.process.stdin.flush()
        return self.read()

    def token(self) -> str:
        answer = httpx.post(
            f"{self.url}/token",
            auth=("reports", "only-for-this-test"),
            data={"grant_type": "client_credentials", "scope": "read:reports"},
            verify=client_context(),
            trust_env=False,
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def document(self) -> dict[str, Any]:
        issuer: dict[str, Any] = {"issuer": self.url, "audience": AUDIENCE, "typ": ["at+jwt"], "keys": {"cooldown": 1}}
        if self.url.startswith("http:"):
            issuer["discovery"] = {"http_loopback": True}
        return {"realm": "api", "scopes": "read:reports", "bearer": {"issuers": [issuer]}}


@pytest.fixture(scope="module", params=["https", "http"])
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    arguments = ["node", str(PROGRAM)]
    if request.param == "https":
        pem = tmp_path_factory.mktemp("provider") / "both.pem"
        pem.write_bytes(b"".join(certificate()))
        arguments.append(str(pem))
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            yield Provider(process)
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def refreshing(kind: str, verifier: Verifier) -> Any:
    if kind == "thread":
        refresher = KeyRefresher(verifier, ssl_context=client_context(), proxies={})
        try:
            yield refresher
        finally:
            await asyncio.to_thread(refresher.close)
        return
    async with httpx.AsyncClient(verify=client_context(), trust_env=False) as client:
        async with AsyncKeyRefresher(verifier, client=client) as of_the_loop:
            yield of_the_loop


async def me(request: Any) -> JSONResponse:
    decision = request.state.countersign
    return JSONResponse({"client": decision.claims["client_id"], "key": decision.key_id, "issuer": decision.issuer})


@pytest.mark.parametrize("kind", ["thread", "async"])
def test_tokens_of_a_real_provider_are_taken_before_and_after_it_rotates(provider: Provider, kind: str) -> None:
    verifier = Verifier(Policy(provider.document()))

    async def run() -> None:
        async with refreshing(kind, verifier) as refresher:
            guarded: Any = CountersignMiddleware(
                Starlette(routes=[Route("/me", me)]), verifier, refresher=refresher, wait=20
            )
            transport = httpx.ASGITransport(guarded)
            async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:

                async def ask(token: str) -> httpx.Response:
                    return await http.get("/me", headers={"Authorization": f"Bearer {token}"})

                old = await asyncio.to_thread(provider.token)
                first = await ask(old)
                assert first.status_code == 200, (first.text, verifier.store.status())
                assert (first.json()["client"], first.json()["issuer"]) == ("reports", provider.url)
                name = await asyncio.to_thread(provider.rotate)
                fresh = await asyncio.to_thread(provider.token)
                # A new key is looked for once the cooldown of the last fetch is over.
                for _ in range(100):
                    second = await ask(fresh)
                    if second.status_code == 200:
                        break
                    await asyncio.sleep(0.1)
                assert second.json()["key"] == name
                assert (await ask(old)).status_code == 200
                denied = await ask(old[:-8] + "AAAAAAAA")
                assert denied.status_code == 401

    asyncio.run(run())
    assert verifier.check({"Authorization": "Bearer undefined"}).reason == Reason.BEARER_PLACEHOLDER


def test_a_client_renews_at_a_real_provider(provider: Provider) -> None:
    # REQ-CLIENT-04, -10: the provider's own challenge is understood, and so is ours.
    calls: list[Tokens] = []

    def refresh(tokens: Tokens) -> dict[str, Any]:
        calls.append(tokens)
        return {"access_token": provider.token(), "expires_in": 600}

    verifier = Verifier(Policy(provider.document()))

    async def run() -> int:
        auth = RefreshAuth(provider.url, Tokens("used-up"), refresh=refresh, http_loopback=True)
        async with httpx.AsyncClient(auth=auth, verify=client_context(), trust_env=False, timeout=30) as client:
            # A token of a client alone opens nobody's profile: the second answer is final.
            userinfo = await client.get(f"{provider.url}/me")
        guarded = RefreshAuth("https://api.example.com", Tokens("used-up"), refresh=refresh)
        async with refreshing("async", verifier) as refresher:
            app: Any = CountersignMiddleware(
                Starlette(routes=[Route("/me", me)]), verifier, refresher=refresher, wait=20
            )
            async with httpx.AsyncClient(auth=guarded, transport=httpx.ASGITransport(app)) as client:
                answers = await asyncio.gather(*(client.get("https://api.example.com/me") for _ in range(20)))
        assert {answer.status_code for answer in answers} == {200}
        return userinfo.status_code

    assert asyncio.run(run()) in {401, 403}
    assert [tokens.access_token for tokens in calls] == ["used-up", "used-up"]
