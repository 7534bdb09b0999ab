"""The grammar of one Bearer credential: the slips behind the word, and tokens in the query."""

import re
from urllib.parse import unquote_plus

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
    """Values of a query parameter, undecoded; its name counts through escapes."""
    _, _, query = target.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    return [value for found, _, value in pairs if unquote_plus(found) == name]


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
