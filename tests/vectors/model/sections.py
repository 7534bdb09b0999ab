"""The loader's rules for the sections `basic`, `api_key` and `session`, and for cookies among the sources."""

import re

from . import grammar, passwords
from .checkers import PolicyInvalid, integer, is_bool, join, list_of, need, record, scope_text

# What HTTP itself reads or writes (RFC 2965, 7540, 7838, 8470, 9110 to 9112, 9440, 9449, Fetch); no credential stands
# there, but for the one field of theirs that a page can fill when it opens a WebSocket.
RESERVED_HEADERS = re.compile(
    r"(accept|access-control|content|if|proxy|sec)-.*|accept|age|allow|alt-svc|alt-used|authentication-info"
    r"|authorization|cache-control|client-cert|client-cert-chain|connection|cookie2?|date|dpop|dpop-nonce|early-data"
    r"|etag|expect|expires|forwarded|from|host|http2-settings|keep-alive|last-modified|location|max-forwards|origin"
    r"|pragma|range|referer|retry-after|server|set-cookie2?|te|trailer|transfer-encoding|upgrade|user-agent|vary|via"
    r"|warning|www-authenticate",
    re.IGNORECASE,
)
WEB_SOCKET = "sec-websocket-protocol"
# What browsers and proxies add besides: it tells nothing of whose page sent the request.
ADDED_HEADERS = re.compile(
    r"x-forwarded-.*|device-memory|dnt|downlink|dpr|ect|last-event-id|ping-from|ping-to|priority|purpose|rtt|save-data"
    r"|service-worker|traceparent|tracestate|upgrade-insecure-requests|viewport-width|width|x-moz|x-purpose|x-real-ip"
    r"|x-request-id",
    re.IGNORECASE,
)
RESERVED_SCHEMES = ("bearer", "basic", "digest", "dpop", "negotiate", "ntlm")
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]+)?")
PREFIXES = ("__Host-", "__Secure-")


def is_ref(value):
    """Whether the value stands for bytes that the host passes."""
    return isinstance(value, dict) and set(value) == {"ref"} and isinstance(value["ref"], str)


def no_ref(value, pointer):
    """A case has no place for a reference's bytes, so every reference is unknown."""
    need(not is_ref(value), pointer)


def stored(value, pointer):
    """A hash that may be kept."""
    need(isinstance(value, str) and passwords.acceptable(value), pointer)


SCOPES = list_of(scope_text, empty=True)
USER = record({"hash": stored, "scopes": SCOPES}, ["hash"])


def users(value, pointer):
    """User-ids with their hashes."""
    no_ref(value, pointer)
    need(isinstance(value, dict) and value, pointer)
    for name, entry in value.items():
        at = join(pointer, name)
        need(passwords.user_name(name), at)
        (USER if isinstance(entry, dict) else stored)(entry, at)


def htpasswd(value, pointer):
    """The text of an htpasswd file."""
    need(isinstance(value, str) and passwords.of_htpasswd(value) is not None, pointer)


def basic(value, pointer):
    """The section `basic`: one of its two members."""
    need(isinstance(value, dict), pointer)
    need("users" in value or "htpasswd" in value, pointer)
    record({"users": users, "htpasswd": htpasswd})(value, pointer)
    need(len(value) == 1, pointer)


def or_null(item):
    """A checker that also takes null."""

    def check(value, pointer):
        if value is not None:
            item(value, pointer)

    return check


def name_but(refused):
    """A checker of tokens (RFC 9110 section 5.6.2) other than some, without regard to case."""

    def check(value, pointer):
        need(isinstance(value, str) and grammar.TOKEN.fullmatch(value), pointer)
        need(value.lower() not in refused, pointer)

    return check


def field(value, pointer):
    """The name of a header field that HTTP has no use for of its own."""
    need(isinstance(value, str) and grammar.TOKEN.fullmatch(value), pointer)
    need(value.lower() == WEB_SOCKET or not RESERVED_HEADERS.fullmatch(value), pointer)


def telling_field(value, pointer):
    """The name of a header field that a page of another site cannot send."""
    field(value, pointer)
    need(value.lower() != WEB_SOCKET and not ADDED_HEADERS.fullmatch(value), pointer)


def some_text(value, pointer):
    """A string that is not empty."""
    need(isinstance(value, str) and value != "", pointer)


def key_id(value, pointer):
    """Printable ASCII, not empty."""
    need(isinstance(value, str) and re.fullmatch(r"[ -~]+", value), pointer)


def sha256(value, pointer):
    """64 hexadecimal digits."""
    need(isinstance(value, str) and re.fullmatch(r"[0-9a-fA-F]{64}", value), pointer)


SECONDS = or_null(integer(0, 253402300799))
KEY = record(
    {
        "id": key_id,
        "sha256": sha256,
        "scopes": SCOPES,
        "environment": or_null(some_text),
        "not_before": SECONDS,
        "expires": SECONDS,
        "revoked": is_bool,
    },
    ["id", "sha256"],
)


def keys(value, pointer):
    """The list of keys."""
    no_ref(value, pointer)
    list_of(KEY, empty=True)(value, pointer)


API_KEY = record(
    {
        "header": or_null(field),
        "scheme": or_null(name_but(RESERVED_SCHEMES)),
        "query": or_null(some_text),
        "prefix": or_null(some_text),
        "checksum": is_bool,
        "environment": or_null(some_text),
        "keys": keys,
    },
    ["keys"],
)


def origin(value, pointer):
    """A serialised origin (RFC 6454 section 6.2) that is not opaque."""
    need(isinstance(value, str) and ORIGIN.fullmatch(value), pointer)


SESSION = record(
    {"csrf": record({"header": telling_field}, ["header"]), "origins": list_of(origin, empty=True)},
)


def cookie_name(value, pointer):
    """A token; a prefix only in its own casing."""
    need(isinstance(value, str) and grammar.TOKEN.fullmatch(value), pointer)
    for prefix in PREFIXES:
        need(value.startswith(prefix) or not value.lower().startswith(prefix.lower()), pointer)


def cross_rules(doc):
    """Rules over several members."""
    found = list(enumerate(doc.get("bearer", {}).get("sources", ["header"])))
    named = [(i, s) for i, s in found if isinstance(s, dict)]
    cookies = [(f"/bearer/sources/{i}", s["cookie"]) for i, s in named if "cookie" in s]
    for at, name in cookies:
        need("session" in doc, at)
        need(name.startswith(PREFIXES) or doc.get("transport") == "tls", f"{at}/cookie")
    need("session" not in doc or cookies, "/session")
    if "api_key" in doc:
        api_key_rules(doc["api_key"], [source for _, source in named])


def api_key_rules(section, others):
    """Places that clash, and keys that are there twice."""
    header, scheme = section.get("header", "X-API-Key"), section.get("scheme", "Api-Key")
    if header is None and scheme is None and section.get("query") is None:
        raise PolicyInvalid("/api_key")
    taken = [source["header"].lower() for source in others if "header" in source]
    need(header is None or header.lower() not in taken, "/api_key/header")
    taken = [source["query"] for source in others if "query" in source]
    need(section.get("query") not in taken, "/api_key/query")
    for member in ("id", "sha256"):
        seen = set()
        for index, entry in enumerate(section["keys"]):
            value = entry[member].lower() if member == "sha256" else entry[member]
            need(value not in seen, f"/api_key/keys/{index}/{member}")
            seen.add(value)
