"""From the header lines and the target to one token: the slips, the ways of sending, the scheme tried."""

import re

from . import grammar
from .jws import Refused

TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
WORDS = {"undefined", "null", "None", "NaN", "[object Object]"}
FRAMES = (("${", "}"), ("{{", "}}"), ("<", ">"), ("%", "%"))
# A value of raw bytes is Latin-1 text here, so typographic quotes also appear as their UTF-8 bytes.
CURLY = ["\u2018", "\u2019", "\u201c", "\u201d"]
QUOTES = ['"', "'", *CURLY, *[q.encode().decode("latin-1") for q in CURLY]]


def token_slip(rest, strict=False, stray=False):
    """The slip in what stands behind the word Bearer and its spaces, or None."""
    if rest == "":
        return "bearer_empty"
    if strict and stray:
        return "bearer_stray_space"
    if re.search(r"[\r\n]", rest) or re.search(r"(\\n|\\r|%0A)$", rest):
        return "bearer_newline"
    if re.search(rf",[ \t]*{grammar.TCHAR}+ ", rest):
        return "authorization_repeated"
    if re.match(r"bearer(?![A-Za-z0-9\-._~+/=])", rest, re.IGNORECASE):
        return "bearer_prefix_repeated"
    framed = any(rest.startswith(a) and rest.endswith(b) and len(rest) > len(a) + len(b) for a, b in FRAMES)
    if rest in WORDS or framed:
        return "bearer_placeholder"
    if rest.startswith(tuple(QUOTES)):
        return "bearer_quoted"
    if rest.startswith("{"):
        return "jws_json_given"
    if not TOKEN68.fullmatch(rest):
        return "bearer_bad_character"
    return None


def bearer_value(raw, strict):
    """Token of a value that begins with the word Bearer; raises the slip."""
    text = raw.strip(" \t")
    behind = text[6:]
    if behind == "":
        raise Refused("bearer_empty")
    if behind[0] in ":=":
        raise Refused("bearer_colon")
    if behind[0] != " ":
        raise Refused("bearer_space_missing")
    rest = behind.lstrip(" ")
    stray = len(behind) - len(rest) > 1 or raw.endswith(" ")
    slip = token_slip(rest, strict, stray)
    if slip:
        raise Refused(slip)
    return rest


def names_bearer(raw):
    """Whether a value recognisably names Bearer."""
    return raw.strip(" \t")[:6].lower() == "bearer"


def query_values(target, name):
    """Values of a query parameter, undecoded."""
    _, _, query = target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [value for found, _, value in pairs if found == name]


class Found:
    """What a request presents: the token, where it stood, and the scheme that was tried."""

    def __init__(self):
        """Nothing yet."""
        self.token = None
        self.scheme = None
        self.from_header = True


def find(request, sources, strict, found):
    """Fill `found`; raises the reason of a denial."""
    lines = request.values("authorization")
    if lines and all(names_bearer(line) for line in lines):
        found.scheme = "Bearer"
    if len(lines) > 1:
        raise Refused("authorization_repeated")
    offered = other_tokens(request, sources)
    header = None
    if lines and found.scheme == "Bearer":
        header = bearer_value(lines[0], strict)
    elif lines:
        foreign_value(lines[0])
    total = len(offered) + (header is not None)
    if total > 1:
        found.scheme = "Bearer"
        raise Refused("multiple_token_methods")
    if header is not None:
        if "header" not in sources:
            raise Refused("credentials_misplaced")
        found.token = header
        return
    if offered:
        found.scheme, found.from_header = "Bearer", False
        slip = token_slip(offered[0])
        if slip:
            raise Refused(slip)
        found.token = offered[0]
        return
    if lines:
        raise Refused("scheme_unsupported")
    if query_values(request.target, "access_token"):
        found.scheme = "Bearer"
        raise Refused("credentials_misplaced")
    raise Refused("credentials_missing")


def other_tokens(request, sources):
    """Tokens in custom headers and in the query, as configured."""
    out = []
    for source in sources:
        if isinstance(source, dict) and "header" in source:
            out.extend(value.strip(" \t") for value in request.values(source["header"]))
        if isinstance(source, dict) and "query" in source:
            out.extend(query_values(request.target, source["query"]))
    return out


def foreign_value(raw):
    """An Authorization that does not name Bearer: only its grammar counts."""
    text = raw.strip(" \t")
    if re.fullmatch(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", text):
        raise Refused("bearer_scheme_missing")
    if grammar.credentials(text) is None:
        raise Refused("authorization_malformed")


def parse_authorization(case_id, value):
    """The answer of `parse_authorization`."""
    text = value.strip(" \t")
    parsed = grammar.credentials(text)
    if parsed:
        return {"id": case_id, **parsed, "reason": "ok"}
    reason = "authorization_malformed"
    if names_bearer(text):
        try:
            bearer_value(text, strict=False)
        except Refused as refusal:
            reason = refusal.reason
    return {"id": case_id, "scheme": None, "token68": None, "params": [], "reason": reason}
