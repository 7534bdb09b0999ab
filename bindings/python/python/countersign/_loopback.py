"""The development switch of the middlewares: a denial explained to a client on this machine, and to nobody else."""

from __future__ import annotations

import ipaddress
import re
import time
from typing import TYPE_CHECKING

from countersign._core import explain
from countersign._gate import answer_headers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from countersign._core import Decision

_LOOPBACK_NAME = re.compile(
    r"(?:(?:[a-z0-9_-]{1,63}\.){0,8}localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE | re.ASCII
)
_PROXY_FIELD = re.compile(
    r"""x-forwarded.*|forwarded.*|via|x-real-ip|x-client-ip|client-ip|x-cluster-client-ip|true-client-ip|proxy-.*
    |x-original-.*|x-envoy-.*|x-azure-.*|x-appengine-.*|x-amz-cf-.*|x-amzn-trace-id|x-arr-.*|x-proxy.*
    |x-host|x-scheme|x-url-scheme|front-end-https
    |wl-proxy-.*|cf-.*|cdn-loop|fastly-.*|x-akamai-.*|akamai-.*|fly-.*|tailscale-.*|x-vercel-.*|x-nf-.*""",
    re.IGNORECASE | re.VERBOSE,
)
"""Fields that proxies add: one of them, whatever it says, and the client is somewhere else."""

_MOST = 8
"""Findings in one field; more would be no help, and fields have limits."""


def is_loopback(peer: object, version: str | None, fields: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a request came from this machine, to a name of this machine, and through no proxy that tells.

    `peer` is the address of the socket's other end, `version` that of HTTP as in `1.1`, where they are known. A proxy
    on this machine makes all the world loopback, so every field that proxies add counts against it, and so does
    HTTP/1.0, which browsers and curl do not speak and nginx does to what is behind it unless told otherwise. The name
    has to be one of loopback, because a page of another site can have its own name lead here (DNS rebinding).

    >>> is_loopback("127.0.0.1", "1.1", [("Host", "localhost:8000")])
    True
    >>> is_loopback("127.0.0.1", "1.1", [("Host", "localhost:8000"), ("X-Forwarded-For", "203.0.113.7")])
    False
    """
    if version == "1.0" or not _is_loopback_address(peer):
        return False
    hosts: list[str] = []
    for name, value in fields:
        # Who joins the lines of a field like a CGI does has lost which sign a name had.
        known = name.strip().replace("_", "-")
        if _PROXY_FIELD.fullmatch(known):
            return False
        if known.lower() == "host":
            hosts.append(value)
    return len(hosts) == 1 and _LOOPBACK_NAME.fullmatch(hosts[0]) is not None


def _is_loopback_address(peer: object) -> bool:
    # Of a unix socket there is none, or an empty one.
    if not isinstance(peer, str):
        return False
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def debug_fields(
    decision: Decision, *, peer: object, version: str | None, fields: list[tuple[str, str]], method: str, url: bytes
) -> list[tuple[str, str]]:
    """Give the field that explains a denial, or none: for a client elsewhere, and for a fault in explaining.

    `fields` are all of the request, and not those alone that the policy reads. Nothing here changes the answer
    otherwise.
    """
    try:
        if not is_loopback(peer, version, fields):
            return []
        findings = explain(
            method=method,
            url=url.decode("latin-1"),
            headers=fields,
            status=decision.status,
            response_headers=answer_headers(decision),
            response_body=decision.body,
            reason=decision.reason,
            now=time.time(),
        )
    except Exception:  # noqa: BLE001 - whatever it is, the request stays denied and its answer the same
        return []
    metrics = ", ".join(f'{finding.id};desc="{finding.certainty}"' for finding in findings[:_MOST])
    return [("Server-Timing", metrics)] if metrics else []


def scope_fields(decision: Decision, scope: Any, call: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the debug field of an answer to an ASGI connection; `call` is what its check was made with."""
    client = scope.get("client") or (None,)
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return debug_fields(decision, peer=client[0], version=scope.get("http_version"), fields=fields, **call)


def environ_fields(decision: Decision, environ: dict[str, Any], *, method: str, url: bytes) -> list[tuple[str, str]]:
    """Give the debug field of an answer to a request of a CGI-like environment."""
    if "waitress.client_disconnected" in environ:
        # Takes out what proxies add, before anybody sees it, unless told otherwise.
        return []
    version = str(environ.get("SERVER_PROTOCOL") or "").removeprefix("HTTP/")
    fields = [
        (key.removeprefix("HTTP_").replace("_", "-").title(), value)
        for key, value in environ.items()
        if isinstance(value, str) and (key.startswith("HTTP_") or (key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value))
    ]
    return debug_fields(
        decision, peer=environ.get("REMOTE_ADDR"), version=version, fields=fields, method=method, url=url
    )
