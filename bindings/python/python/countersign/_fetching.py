"""What both refreshers share: which addresses may be asked, and what a response means. No I/O."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from countersign._core import Outcome, cache_control_max_age

if TYPE_CHECKING:
    from collections.abc import Iterable

    from countersign._core import Fetch, KeyStore

REDIRECTS: Final = 3
"""How many redirects of one fetch are followed, all to the same origin."""

_PORTS: Final = {"https": 443, "http": 80}


class FetchFailed(Exception):  # noqa: N818 - a word for the operator, not a bug
    """A fetch failed, with the word that appears in the store's status."""


def origin(url: str) -> tuple[str, str, int | None]:
    """Give scheme, host and port, which a redirect may not change."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def check_address(url: str) -> None:
    """Refuse every address but https, and http to loopback, whatever a redirect says.

    The core names an address of the latter kind only where the policy says ``http_loopback``.
    """
    scheme, host, _ = origin(url)
    if scheme != "https" and not (scheme == "http" and _is_loopback(host)):
        raise FetchFailed("not https")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def redirect_target(url: str, location: str | None) -> str:
    """Give the address that a redirect leads to, if it is of the same origin."""
    target = urljoin(url, location or "")
    if location is None or origin(target) != origin(url):
        raise FetchFailed("redirect to another origin")
    return target


def request_headers(fetch: Fetch) -> dict[str, str]:
    """Give the fields to ask with."""
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "countersign"}
    if fetch.etag is not None:
        headers["If-None-Match"] = fetch.etag
    return headers


def outcome(status: int, cache_control: Iterable[str], age: str | None, etag: str | None, body: bytes) -> Outcome:
    """Give what a response with this status means."""
    lines = ", ".join(cache_control)
    seconds = int(age) if age is not None and re.fullmatch(r"[0-9]{1,10}", age.strip()) else 0
    max_age = cache_control_max_age(lines, seconds) if lines else None
    if status == 304:
        return Outcome.not_modified(max_age=max_age)
    if status != 200:
        return Outcome.failed(f"HTTP {status}")
    return Outcome.body(body, etag=etag, max_age=max_age)


def seconds_until_due(store: KeyStore, now_ns: int) -> float | None:
    """Give the seconds until the store has something to fetch; None while there is nothing."""
    due = store.due_at_ns
    return None if due is None else max(0, due - now_ns) / 1e9
