"""The loader of the policy document: types and ranges in document order, then rules over several members."""

import re

from . import grammar, keys, sections
from .checkers import (
    PolicyInvalid,
    integer,
    is_bool,
    is_text,
    join,
    list_of,
    need,
    one_of,
    record,
    scope_text,
    text_or_list,
    whole,
)
from .jsontext import JsonError, Num, parse

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519"]
HMAC = ["HS256", "HS384", "HS512"]
SCHEMES = ["bearer", "dpop", "digest", "basic", "api_key"]
LATER = ("digest", "dpop")
LOOPBACK = re.compile(r"http://(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?(/[^?#]*)?", re.IGNORECASE)
TEMPLATE = re.compile(r"\{([^{}]+)\}")


def later(_value, pointer):
    """A member that this version refuses."""
    raise PolicyInvalid(pointer)


def realm(value, pointer):
    """Printable ASCII."""
    need(isinstance(value, str) and re.fullmatch(r"[ -~]*", value), pointer)


def malformed_status(value, pointer):
    """400 or 401."""
    need(whole(value) in (400, 401), pointer)


def challenge(value, pointer):
    """More auth-params, each of which can be written and is not the core's own."""
    need(isinstance(value, dict), pointer)
    for name, text in value.items():
        at = join(pointer, name)
        need(isinstance(text, str) and name not in ("realm", "error", "error_description"), at)
        need(grammar.build("Bearer", [[name, text]]) is not None, at)
        if name == "scope":
            scope_text(text, at)


def source(value, pointer):
    """One place a token may stand in."""
    if isinstance(value, str):
        need(value == "header", pointer)
        return
    need(isinstance(value, dict) and len(value) == 1, pointer)
    ((kind, name),) = value.items()
    need(kind in ("header", "cookie", "query"), join(pointer, kind))
    if kind == "cookie":
        sections.cookie_name(name, join(pointer, kind))
        return
    (sections.field if kind == "header" else sections.some_text)(name, join(pointer, kind))


def algorithm(p521):
    """A checker of algorithm names."""
    return one_of(*ALGORITHMS, *HMAC, *(["ES512"] if p521 else []))


def issuer_name(value, pointer):
    """A string with at most one template place."""
    need(isinstance(value, str) and len(TEMPLATE.findall(value)) <= 1, pointer)


def audience(value, pointer):
    """A string, a list, or false."""
    if value is not False:
        text_or_list(is_text)(value, pointer)


def tenants(value, pointer):
    """ "any" or a list."""
    if value != "any":
        list_of(is_text)(value, pointer)


def https(value, pointer):
    """An https URL."""
    need(isinstance(value, str) and value.startswith("https://") and len(value) > 8, pointer)


def typ_entry(value, pointer):
    """A string or null."""
    need(value is None or isinstance(value, str), pointer)


def scalar(value, pointer):
    """A string, number or boolean."""
    need(isinstance(value, (str, Num, bool)), pointer)


def rules(value, pointer):
    """Claim rules."""
    need(isinstance(value, dict), pointer)
    for name, rule in value.items():
        at = join(pointer, name)
        if isinstance(rule, dict):
            record({"contains": scalar}, ["contains"])(rule, at)
        else:
            text_or_list(scalar)(rule, at)


def jwks(p521):
    """A checker of inline key sets."""

    def check(value, pointer):
        loaded = keys.load_value(value, [], p521)
        need(loaded is not None and any(key.usable for key in loaded), pointer)

    return check


KEYS = record(
    {"ttl": integer(1, 604800), "cooldown": integer(1, 86400), "stale": integer(0, 10**9), "prefetch": is_bool}
)


def issuer(p521):
    """A checker of one issuer."""
    table = {
        "issuer": issuer_name,
        "tenants": tenants,
        "audience": audience,
        "algorithms": list_of(algorithm(p521)),
        "jwks": jwks(p521),
        "jwks_uri": https,
        "discovery": record({"http_loopback": is_bool, "other_host": is_bool}),
        "keys": KEYS,
        "typ": list_of(typ_entry),
        "required": list_of(is_text, empty=True),
        "claims": rules,
        "access": rules,
        "reject": rules,
        "max_age": integer(0, 10**12),
    }
    return record(table, ["issuer", "audience"])


def document(p521):
    """A checker of the whole document."""
    bearer = record(
        {
            "issuers": list_of(issuer(p521)),
            "sources": list_of(source),
            "max_token_bytes": integer(64, 65536),
            "scope_claims": list_of(is_text),
            "challenge": challenge,
        },
        ["issuers"],
    )
    profile = record(
        {
            "scopes": text_or_list(scope_text),
            "optional": is_bool,
            "realm": realm,
            "describe": one_of("full", "code", "none"),
            "access": rules,
            "max_age": integer(0, 10**12),
            "challenge": challenge,
        }
    )

    def profiles(value, pointer):
        need(isinstance(value, dict), pointer)
        for name, member in value.items():
            profile(member, join(pointer, name))

    table = {
        "$schema": is_text,
        "realm": realm,
        "schemes": list_of(one_of(*SCHEMES)),
        "scopes": text_or_list(scope_text),
        "optional": is_bool,
        "profiles": profiles,
        "leeway": integer(0, 300),
        "malformed_status": malformed_status,
        "whitespace": one_of("lenient", "strict"),
        "transport": one_of("any", "tls"),
        "preflight": one_of("allow", "check"),
        "cors": is_bool,
        "describe": one_of("full", "code", "none"),
        "remember": record({"entries": integer(1, 1048576)}, ["entries"]),
        "bearer": bearer,
        "basic": sections.basic,
        "api_key": sections.API_KEY,
        "session": sections.SESSION,
        **dict.fromkeys(LATER, later),
    }
    return record(table, ["realm"])


def discoverable(entry):
    """Whether the issuer's name is an address for metadata (RFC 8414 section 2)."""
    if entry.get("discovery", {}).get("http_loopback") and LOOPBACK.fullmatch(entry["issuer"]):
        return True
    try:
        https(entry["issuer"], "")
    except PolicyInvalid:
        return False
    return not any(mark in entry["issuer"] for mark in "?#@")


def cross_rules(doc):
    """Rules over several members."""
    need({"bearer", "basic", "api_key"} & set(doc), "")
    for index, name in enumerate(doc.get("schemes", [])):
        need(name in doc, f"/schemes/{index}")
    sections.cross_rules(doc)
    names = []
    for index, entry in enumerate(doc.get("bearer", {}).get("issuers", [])):
        at = f"/bearer/issuers/{index}"
        need(entry["issuer"] not in names, f"{at}/issuer")
        names.append(entry["issuer"])
        listed = entry.get("algorithms", [])
        symmetric = [name in HMAC for name in listed]
        need(all(symmetric) or not any(symmetric), f"{at}/algorithms")
        if TEMPLATE.search(entry["issuer"]):
            need("tenants" in entry, at)
            need("jwks" in entry or "jwks_uri" in entry, at)
        else:
            need("tenants" not in entry, f"{at}/tenants")
            need("jwks" in entry or "jwks_uri" in entry or discoverable(entry), at)


def load(text, p521=True):
    """The document, checked; raises `PolicyInvalid`."""
    try:
        doc, repeated = parse(text)
    except JsonError as error:
        raise PolicyInvalid("") from error
    if repeated:
        raise PolicyInvalid(repeated[0])
    document(p521)(doc, "")
    cross_rules(doc)
    return doc
