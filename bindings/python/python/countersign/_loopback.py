"""The development switch of the middlewares: a denial explained to a client that seems to be on this machine."""

from __future__ import annotations

import ipaddress
import re
import time
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from countersign._core import explain
from countersign._gate import answer_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from countersign._core import Decision

Writer = TypeVar("Writer")

_HTTP_VERSIONS = {"1.1", "2", "2.0", "3"}
"""As servers write them; not 1.0, and nothing that is spelled otherwise."""

_NAME = r"(?:(?:[a-z0-9_-]{1,63}\.){0,8}localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?"
_LOOPBACK_NAME = re.compile(_NAME, re.IGNORECASE | re.ASCII)
_LOOPBACK_URL = re.compile(rf"https?://{_NAME}(?:[/?#].*)?", re.IGNORECASE | re.ASCII)

_PROXY_FIELDS = (
    "forwarded.*|x-forward.*|via|x-real-.*|x-host|x-scheme|x-url-scheme|front-end-https",
    "client-ip|x-client-ip|x-client-cert.*|x-client-verify|x-cluster-.*|true-client-.*|remote-.*|x-remote-.*",
    "proxy-.*|x-proxy.*|wl-proxy-.*|x-original-.*|x-originating-.*|x-ssl-.*|ssl-.*|x-varnish.*|x-envoy-.*|l5d-.*",
    "x-amz-cf-.*|x-amzn-.*|x-azure-.*|x-arr-.*|x-appengine-.*|cf-.*|cdn-.*|fastly-.*|x-akamai-.*|akamai-.*|ali-.*",
    "incap-.*|fly-.*|tailscale-.*|x-vercel-.*|x-nf-.*",
)
"""Fields that proxies add: one of them, whatever it says, and the client is somewhere else. Node has the same list."""

_PROXY_FIELD = re.compile("|".join(_PROXY_FIELDS), re.IGNORECASE | re.ASCII)

_MOST = 8
"""Findings in one field; more would be no help, and fields have limits."""

_HIDES_PROXIES = {"waitress.client_disconnected", "mod_wsgi.version"}
"""What servers put into the environment that take out what proxies add before anybody sees it, always or if told so."""


class Asked(NamedTuple):
    """A request as the switch looks at it."""

    peer: object
    """The address of the socket's other end, where there is one."""
    version: object
    """The version of HTTP, as in ``1.1``."""
    fields: list[tuple[str, str]]
    """All fields, and not those alone that the policy reads."""
    method: str
    url: bytes


def when_on(explain_to_loopback: object, write: Writer) -> Writer | None:
    """Give what writes the field, or None while the switch is off; what is no bool is no switch.

    >>> when_on(False, print) is None
    True
    >>> when_on("False", print)
    Traceback (most recent call last):
    TypeError: explain_to_loopback is True or False, and no str
    """
    if not isinstance(explain_to_loopback, bool):
        # What stands in an environment is true whatever it says.
        wrong = f"explain_to_loopback is True or False, and no {type(explain_to_loopback).__name__}"
        raise TypeError(wrong)
    return write if explain_to_loopback else None


def is_loopback(peer: object, version: object, fields: Iterable[tuple[str, str]]) -> bool:
    """Tell whether a request seems to come from this machine: its address, its name, and through no proxy that shows.

    `peer` is the address of the socket's other end, `version` that of HTTP as in `1.1`, where they are known. A proxy
    on this machine makes all the world loopback, so every field that proxies add counts against it, and so does
    HTTP/1.0, which browsers and curl do not speak and old proxies do. Host, Origin and Referer have to name loopback:
    a page of another site can have its own name lead here (DNS rebinding), and proxies for development pass on the
    last two.

    >>> is_loopback("127.0.0.1", "1.1", [("Host", "localhost:8000")])
    True
    >>> is_loopback("127.0.0.1", "1.1", [("Host", "localhost:8000"), ("X-Forwarded-For", "203.0.113.7")])
    False
    """
    if version not in _HTTP_VERSIONS or not _is_loopback_address(peer):
        return False
    hosts: list[str] = []
    for name, value in fields:
        # Who joins the lines of a field like a CGI does has lost which sign a name had; some leave blanks around one.
        known = name.strip().replace("_", "-").lower()
        if _PROXY_FIELD.fullmatch(known):
            return False
        if known in {"origin", "referer"} and not _LOOPBACK_URL.fullmatch(value):
            return False
        if known == "host":
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


def debug_fields(decision: Decision, describe: Callable[[], Asked]) -> list[tuple[str, str]]:
    """Give the field that explains a denial, or none: for a client elsewhere, and for a fault in explaining.

    What `describe` raises is such a fault. Nothing here changes the answer otherwise.
    """
    try:
        return _fields(decision, describe())
    except Exception:  # noqa: BLE001 - whatever it is, the request stays denied and its answer the same
        return []
    except BaseException as fault:
        # That of the extension is no Exception, and has no name to import.
        if type(fault).__name__ == "PanicException":
            return []
        raise


def _fields(decision: Decision, asked: Asked) -> list[tuple[str, str]]:
    if not is_loopback(asked.peer, asked.version, asked.fields):
        return []
    findings = explain(
        method=asked.method,
        url=asked.url.decode("latin-1"),
        headers=asked.fields,
        status=decision.status,
        response_headers=answer_headers(decision),
        response_body=decision.body,
        reason=decision.reason,
        now=time.time(),
    )
    # One id may be found in several places: the likeliest counts. Browsers show the description in place of the name.
    metrics: dict[str, str] = {}
    for finding in findings:
        metrics.setdefault(finding.id, f'countersign-{finding.id};desc="{finding.id}, {finding.certainty}"')
    return [("Server-Timing", ", ".join(list(metrics.values())[:_MOST]))] if metrics else []


def scope_fields(decision: Decision, scope: Any, call: dict[str, Any]) -> list[tuple[str, str]]:
    """Give the debug field of an answer to an ASGI connection; `call` is what its check was made with."""

    def describe() -> Asked:
        client = scope.get("client") or (None,)
        fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        return Asked(client[0], scope.get("http_version"), fields, **call)

    return debug_fields(decision, describe)


def environ_fields(decision: Decision, environ: dict[str, Any], *, method: str, url: bytes) -> list[tuple[str, str]]:
    """Give the debug field of an answer to a request of a CGI-like environment."""
    if not _HIDES_PROXIES.isdisjoint(environ):
        return []

    def describe() -> Asked:
        version = str(environ.get("SERVER_PROTOCOL") or "").removeprefix("HTTP/")
        fields = [
            (key.removeprefix("HTTP_").replace("_", "-").title(), value)
            for key, value in environ.items()
            if isinstance(value, str)
            and (key.startswith("HTTP_") or (key in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value))
        ]
        return Asked(environ.get("REMOTE_ADDR"), version, fields, method, url)

    return debug_fields(decision, describe)
