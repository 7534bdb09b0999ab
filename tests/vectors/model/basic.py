"""RFC 7617: from what stands behind the word Basic to a user whose password held."""

import base64
import re

from . import grammar, passwords
from .jws import Refused

MAX_BASE64 = 4096
TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


def behind(raw, word, reason, strict):
    """The text behind a scheme's word and its spaces; joined lines are told apart from every other slip."""
    text = raw.strip(" \t")[len(word) :]
    rest = text.lstrip(" ")
    if rest == "" or rest == text or (strict and len(text) - len(rest) > 1):
        raise Refused(reason)
    if re.search(rf",[ \t]*{grammar.TCHAR}+ ", rest):
        raise Refused("authorization_repeated")
    return rest


def header_value(raw, strict):
    """The token68 of an Authorization that names Basic."""
    rest = behind(raw, "Basic", "basic_malformed", strict)
    if not TOKEN68.fullmatch(rest):
        raise Refused("basic_malformed")
    return rest


def decoded(text, strict):
    """Bytes of standard base64 with one spelling; missing padding passes unless strict."""
    if not strict and not text.endswith("="):
        text += "=" * (-len(text) % 4)
    if not re.fullmatch(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text):
        raise Refused("basic_malformed")
    data = base64.b64decode(text)
    if base64.b64encode(data).decode() != text:
        raise Refused("basic_malformed")
    return data


def pair(text, strict):
    """User-id and password."""
    if len(text) > MAX_BASE64:
        raise Refused("token_too_large")
    try:
        plain = decoded(text, strict).decode()
    except UnicodeDecodeError as error:
        raise Refused("basic_malformed") from error
    user, colon, password = plain.partition(":")
    if not colon or any(c < " " or c == "\x7f" for c in plain):
        raise Refused("basic_malformed")
    return user, password


def users_of(section):
    """User-id to hash and scopes."""
    if "htpasswd" in section:
        return {name: (stored, []) for name, stored in passwords.of_htpasswd(section["htpasswd"]).items()}
    out = {}
    for name, entry in section["users"].items():
        long = isinstance(entry, dict)
        out[name] = (entry["hash"], entry.get("scopes", [])) if long else (entry, [])
    return out


def check(section, text, strict, out):
    """Sets the subject once the password held; gives the user's scopes."""
    user, password = pair(text, strict)
    known = users_of(section).get(user)
    if not user or not password or not known or not passwords.fits(known[0], password.encode()):
        raise Refused("password_rejected")
    out.subject = user
    return known[1]
