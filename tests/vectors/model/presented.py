"""Which credential of a request counts: the places, the scheme tried, and the refusals of sending."""

import re

from . import api_key, basic, cookies, grammar
from .credentials import bearer_value, names_bearer, query_values, token_slip
from .jws import Refused


class Found:
    """The credential that counts, its scheme, and whether it stood in Authorization."""

    def __init__(self):
        """Nothing yet."""
        self.scheme = None
        self.value = None
        self.from_authorization = False


def scheme_named(raw, doc):
    """The scheme that an Authorization names, if the policy has a section for it."""
    text = raw.strip(" \t")
    word = text.partition(" ")[0].lower()
    if "basic" in doc and word == "basic":
        return "Basic"
    own = api_key.place(doc["api_key"], "scheme") if "api_key" in doc else None
    if own and word == own.lower():
        return "Api-Key"
    return "Bearer" if "bearer" in doc and names_bearer(text) else None


def sources(doc):
    """Where the policy reads bearer tokens."""
    return doc["bearer"].get("sources", ["header"]) if "bearer" in doc else []


def key_place(doc, kind):
    """The name of a place of API keys, or None."""
    return api_key.place(doc["api_key"], kind) if "api_key" in doc else None


def outside(request, doc):
    """Scheme and text of what stands in other headers and in the query; cookies come later."""
    out = []
    for source in sources(doc):
        if isinstance(source, dict) and "header" in source:
            out += [("Bearer", value.strip(" \t")) for value in request.values(source["header"])]
        if isinstance(source, dict) and "query" in source:
            out += [("Bearer", value) for value in query_values(request.target, source["query"])]
    out += [("Api-Key", value.strip(" \t")) for value in key_lines(request, doc)]
    if key_place(doc, "query"):
        out += [("Api-Key", value) for value in query_values(request.target, key_place(doc, "query"))]
    return out


def key_lines(request, doc):
    """The lines of the API key's header."""
    name = key_place(doc, "header")
    return request.values(name) if name else []


def cookie_names(doc):
    """The cookies among the sources."""
    return [source["cookie"] for source in sources(doc) if isinstance(source, dict) and "cookie" in source]


def at_transport(request, doc, found):
    """The scheme of what was sent in clear, where all of it is of one scheme."""
    lines = request.values("authorization")
    schemes = {scheme_named(line, doc) for line in lines}
    if len(lines) < 2:
        schemes.discard(None)
    schemes |= {scheme for scheme, _ in outside(request, doc)}
    if not schemes and any(cookies.values(request, name) for name in cookie_names(doc)):
        schemes = {"Bearer"}
    found.scheme = schemes.pop() if len(schemes) == 1 else None


def find(request, doc, strict, found):
    """Fill `found`; raises the reason of a denial."""
    lines = request.values("authorization")
    named = {scheme_named(line, doc) for line in lines}
    found.scheme = named.pop() if len(named) == 1 else None
    if len(lines) > 1:
        raise Refused("authorization_repeated")
    places = [(found.scheme, authorization(lines[0], doc, strict, found.scheme), True)] if lines else []
    places = [place for place in places if place[0]]
    places += [(scheme, value, False) for scheme, value in outside(request, doc)]
    schemes = {scheme for scheme, _, _ in places}
    if len(places) > 1:
        found.scheme = schemes.pop() if len(schemes) == 1 else None
        twice = found.scheme == "Api-Key" and len(key_lines(request, doc)) == len(places)
        raise Refused("api_key_malformed" if twice else "multiple_token_methods")
    if places:
        found.scheme, found.value, found.from_authorization = places[0]
        one_place(request, doc, found)
        return
    if cookie(request, doc, found):
        return
    nothing(request, doc, lines, found)


def one_place(request, doc, found):
    """The only credential: is its place read, and is its text whole?"""
    if found.from_authorization:
        if found.scheme == "Bearer" and "header" not in sources(doc):
            raise Refused("credentials_misplaced")
    elif found.scheme == "Api-Key":
        if not key_lines(request, doc):
            found.value = api_key.unescape(found.value)
        api_key.slip(found.value)
    else:
        bearer_slip(found.value)


def bearer_slip(value):
    """Raises the slip of a token that stands elsewhere."""
    slip = token_slip(value)
    if slip:
        raise Refused(slip)


def authorization(raw, doc, strict, scheme):
    """The credential in an Authorization line; raises the fault of its grammar."""
    if scheme == "Bearer":
        return bearer_value(raw, strict)
    if scheme == "Basic":
        return basic.header_value(raw, strict)
    if scheme == "Api-Key":
        return api_key.header_value(raw, key_place(doc, "scheme"), strict)
    text = raw.strip(" \t")
    if "bearer" in doc and re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", text):
        raise Refused("bearer_scheme_missing")
    if grammar.credentials(text) is None:
        joined = names_bearer(text) and re.search(rf",[ \t]*{grammar.TCHAR}+ ", text)
        raise Refused("authorization_repeated" if joined else "authorization_malformed")
    return None


def cookie(request, doc, found):
    """Whether a cookie holds the credential; raises what is wrong with how it came."""
    by_name = [cookies.values(request, name) for name in cookie_names(doc)]
    there = [values for values in by_name if values]
    if not there:
        return False
    found.scheme = "Bearer"
    if any(len(values) > 1 for values in there):
        raise Refused("session_invalid")
    if len(there) > 1:
        raise Refused("multiple_token_methods")
    if not cookies.passes(request, doc["session"]):
        raise Refused("csrf_rejected")
    found.value = there[0][0]
    bearer_slip(found.value)
    return True


def nothing(request, doc, lines, found):
    """No credential counts: why."""
    if lines:
        raise Refused("scheme_unsupported")
    if "bearer" in doc and query_values(request.target, "access_token"):
        found.scheme = "Bearer"
        raise Refused("credentials_misplaced")
    only_cookies = len(cookie_names(doc)) == len(sources(doc)) and not {"basic", "api_key"} & set(doc)
    raise Refused("session_cookie_missing" if only_cookies else "credentials_missing")
