"""The base of the tests that share one nginx, and the policies most of them use."""

from __future__ import annotations

import unittest
from typing import Any, ClassVar

from support.http import Response, bearer, fetch
from support.nginx import Nginx
from support.servers import Upstream
from support.tokens import AUDIENCE, ISSUER, Key, es256, key_set

KEY = es256("ec-1")
"""The key of the policies made here."""
STRANGER = es256("ec-1")
"""A key that says it is KEY."""


def policy(*keys: Key, **members: Any) -> dict[str, Any]:
    """A policy of one issuer with an inline set: KEY if no other is named."""
    issuer: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "jwks": key_set(*(keys or (KEY,)))}
    return {"realm": "reports", "bearer": {"issuers": [issuer]}} | members


def fetched_policy(jwks_uri: str = ISSUER + "/keys", **keys: Any) -> dict[str, Any]:
    """A policy of one issuer whose set is fetched; `keys` are the members of that name."""
    issuer: dict[str, Any] = {"issuer": ISSUER, "audience": AUDIENCE, "jwks_uri": jwks_uri}
    if keys:
        issuer |= {"keys": keys}
    return {"realm": "reports", "bearer": {"issuers": [issuer]}}


class Site(unittest.TestCase):
    """Tests that share an nginx before an upstream. A class gives `server` and `policies`."""

    server: ClassVar[str] = ""
    http: ClassVar[str] = ""
    policies: ClassVar[dict[str, Any]] = {}
    files: ClassVar[dict[str, str]] = {}
    workers: ClassVar[int] = 1
    modules: ClassVar[tuple[str, ...]] = ()
    nginx: ClassVar[Nginx]
    upstream: ClassVar[Upstream]

    @classmethod
    def setUpClass(cls) -> None:
        cls.upstream = cls.enterClassContext(Upstream())
        text = cls.server.replace("UPSTREAM", f"http://127.0.0.1:{cls.upstream.port}")
        site = Nginx(
            text, http=cls.http, policies=cls.policies, files=cls.files, workers=cls.workers, modules=cls.modules
        )
        cls.nginx = cls.enterClassContext(site)

    @classmethod
    def tearDownClass(cls) -> None:
        assert not cls.nginx.faults(), "\n".join(cls.nginx.faults())

    def get_with(self, target: str, fields: list[tuple[str, str]], **more: Any) -> Response:
        """One request with these field lines."""
        return fetch(self.nginx.port, target, fields, **more)

    def get(self, target: str, token: str | None = None, **more: Any) -> Response:
        """One request, with a token if one is given."""
        return fetch(self.nginx.port, target, bearer(token) if token else None, **more)
