"""API keys: form, check digits, and the entry that a key's hash finds."""

import hashlib
import re
import zlib
from urllib.parse import unquote

from .basic import behind
from .jws import Refused

MAX_BYTES = 1024
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK_DIGITS = 6
DEFAULTS = {"header": "X-API-Key", "scheme": "Api-Key"}


def place(section, kind):
    """The name of the header, scheme or query parameter, or None."""
    return section.get(kind, DEFAULTS.get(kind))


def slip(text):
    """Raises unless the text is visible ASCII without white space."""
    if not re.fullmatch(r"[!-~]+", text):
        raise Refused("api_key_malformed")
    return text


def unescape(text):
    """The value of a query parameter (RFC 3986 section 2.1): escapes undone once, a plus left as it is."""
    if len(text) > 3 * MAX_BYTES:
        raise Refused("token_too_large")
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise Refused("api_key_malformed")
    return unquote(text, encoding="latin-1").strip(" \t")


def header_value(raw, word, strict):
    """The key of an Authorization that names the configured scheme."""
    return slip(behind(raw, word, "api_key_malformed", strict))


def check_digits(text):
    """CRC-32 of the text in base62, six digits."""
    value, out = zlib.crc32(text.encode()), ""
    for _ in range(CHECK_DIGITS):
        value, digit = divmod(value, 62)
        out = DIGITS[digit] + out
    return out


def well_formed(section, key):
    """Size, prefix and check digits, before any look-up."""
    if len(key) > MAX_BYTES:
        raise Refused("token_too_large")
    if not key.startswith(section.get("prefix") or ""):
        raise Refused("api_key_malformed")
    body, digits = key[:-CHECK_DIGITS], key[-CHECK_DIGITS:]
    if section.get("checksum", False) and (body == "" or digits != check_digits(body)):
        raise Refused("api_key_malformed")


def check(section, key, now, out):
    """Sets the subject once the key is found; gives the key's scopes."""
    well_formed(section, key)
    digest = hashlib.sha256(key.encode()).hexdigest()
    found = [entry for entry in section["keys"] if entry["sha256"].lower() == digest]
    if not found:
        raise Refused("api_key_unknown")
    entry = found[0]
    out.subject = entry["id"]
    begins, ends = entry.get("not_before"), entry.get("expires")
    late = ends is not None and now >= ends.value
    if entry.get("revoked", False) or (begins is not None and now < begins.value) or late:
        raise Refused("api_key_revoked")
    wanted = section.get("environment")
    if wanted is not None and entry.get("environment") != wanted:
        raise Refused("api_key_wrong_environment")
    return entry.get("scopes", [])
