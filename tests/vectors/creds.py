"""What the rows for Basic, API keys and cookies share: stored hashes, keys, sections and request lines."""

import base64
import hashlib

from rows import issuer

# Hashes are fixed, with the lowest costs that load, so that the corpus comes out the same. All of "open sesame" unless
# the name says otherwise.
ARGON2ID = "$argon2id$v=19$m=7168,t=1,p=1$Zml4ZWQgZm9yIHRlc3RzIQ$zldGcqzNlrghzjSBk+aC+I8Hr3Z9tRf2L6WxO0YUOfM"
ARGON2ID_LANES = "$argon2id$v=19$m=7168,t=1,p=4$bGFuZXMgZm9yIHRlc3RzIQ$pkByi3NlcnQ9OCt9CT70TXk9+gu6/gP5h5ViXodbFuE"
ARGON2ID_COLONS = "$argon2id$v=19$m=7168,t=1,p=1$c2Vjb25kIHNhbHQgaGVyZQ$fMc62tepIMLJDG9pHMdXWLoMsGTCVAwRu0wx7WogjNc"
ARGON2ID_UMLAUT = "$argon2id$v=19$m=7168,t=1,p=1$dGhpcmQgc2FsdCBoZXJlIQ$nrJqBRZ83dxoISan+IcKLsEZsxHVLzc0DbTWFL+6Sic"
BCRYPT_TAIL = "$10$abcdefghijklmnopqrstuu4SuEsu2LsUrAYUpWQHLMMc4GV5pZTxK"
BCRYPT_72 = "$2b$10$abcdefghijklmnopqrstuuhBb/0dYbuuS1CS8hp30IXhlFBW2VAWG"
PBKDF2 = "$pbkdf2-sha256$i=10000$Zml4ZWQgZm9yIHRlc3RzIQ$4xzgwXyAKDiH3YPX79xAHaCGnzuN/yWpVaUHyrhE8Vc"
PBKDF2_512 = (
    "$pbkdf2-sha512$i=10000$Zml4ZWQgZm9yIHRlc3RzIQ"
    "$zOycRUpkQPg/oom7EkRe6KPx8nVgqSKUII6AvHE44Vl5p6Ypa83Xb6YiVQXVbii/S/ihZl75177H7YWSepn6eA"
)
PBKDF2_LONG = "$pbkdf2-sha256$i=10000$Zml4ZWQgZm9yIHRlc3RzIQ$w6HvQBhH5yfFcpmdMRF+HBapYTPBUfxTUuiwOB2lZpk"
PASSWORD = "open sesame"
COLONS = "a:b:c"
UMLAUT = "p\u00e4ssw\u00f6rt \U0001f511"
LONG = "x" * 3066

KEY = "cs_live_4f9aT2kLm8Qz7Rw1Xy5B0c"
OTHER_KEY = "cs_live_Zz81kQwe7Tn3Vb6Mx2La9d"
ORIGIN = "https://app.example.com"
COOKIE = "__Host-session"


def b64(text):
    """Base64 of text or bytes."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def basic_line(user="alice", password=PASSWORD):
    """An Authorization value."""
    return f"Basic {b64(f'{user}:{password}')}"


def key_entry(key=KEY, name="billing", **extra):
    """One of `api_key.keys`."""
    return {"id": name, "sha256": hashlib.sha256(key.encode()).hexdigest(), **extra}


def users(**extra):
    """A section `basic` with alice, who may read, and others."""
    return {"users": {"alice": {"hash": ARGON2ID, "scopes": ["read"]}, **extra}}


def keys(*entries, **extra):
    """A section `api_key`; the usual key may read."""
    return {"keys": list(entries) or [key_entry(scopes=["read"])], **extra}


def session(**extra):
    """A section `session`."""
    return {"csrf": {"header": "X-CSRF-Token"}, "origins": [ORIGIN], **extra}


def bearer(*sources):
    """A section `bearer`; without sources the header alone."""
    return {"issuers": [issuer()], **({"sources": list(sources)} if sources else {})}


def doc(**sections):
    """A document with these members."""
    return {"realm": "api", **sections}


BEARER_FACE = 'Bearer realm="api"'
BASIC_FACE = 'Basic realm="api", charset="UTF-8"'
KEY_FACE = 'Api-Key realm="api", header="X-API-Key"'


def faulty(error, text, realm="api"):
    """A Bearer challenge that says what is wrong."""
    return f'Bearer realm="{realm}", error="{error}", error_description="{text}"'


def denial(*challenges, cors=False):
    """The fields of a denial."""
    lines = [["WWW-Authenticate", value] for value in challenges]
    exposed = [["Access-Control-Expose-Headers", "WWW-Authenticate"]] if cors else []
    return [*lines, ["Cache-Control", "no-store"], *exposed]


PRIVATE = [["Cache-Control", "private"]]
MANY = faulty("invalid_request", "The credentials were sent in more than one way")
REPEATED = faulty("invalid_request", "More than one Authorization header was sent")
