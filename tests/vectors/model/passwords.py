"""Stored password hashes: which are taken, and whether a password fits one."""

import base64
import hashlib
import hmac
import re

import bcrypt
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

BCRYPT = re.compile(r"\$2[aby]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
ARGON2ID = re.compile(r"\$argon2id\$v=19\$m=([0-9]+),t=([0-9]+),p=([0-9]+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
PBKDF2 = re.compile(r"\$pbkdf2-(sha256|sha512)\$i=([0-9]+)(?:,l=[0-9]+)?\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")
# The bounds that docs/POLICY.md names.
COST = range(10, 17)
MEMORY = range(7168, 262145)
PASSES = range(1, 17)
LANES = range(1, 9)
ITERATIONS = range(10_000, 10_000_001)
SALT_BYTES = range(8, 65)
DIGEST_BYTES = {"argon2id": range(16, 65), "sha256": range(16, 33), "sha512": range(16, 65)}
BCRYPT_BYTES = 72
FILE_NAME_BYTES = 255


def unpadded(text):
    """Bytes of base64 without padding."""
    return base64.b64decode(text + "=" * (-len(text) % 4))


def acceptable(stored):
    """Whether a policy may hold this hash."""
    if found := BCRYPT.fullmatch(stored):
        return int(found[1]) in COST
    if found := ARGON2ID.fullmatch(stored):
        costs = int(found[1]) in MEMORY and int(found[2]) in PASSES and int(found[3]) in LANES
        return costs and whole(found[4], SALT_BYTES) and whole(found[5], DIGEST_BYTES["argon2id"])
    if found := PBKDF2.fullmatch(stored):
        lengths = whole(found[3], SALT_BYTES) and whole(found[4], DIGEST_BYTES[found[1]])
        return int(found[2]) in ITERATIONS and lengths
    return False


def whole(text, lengths):
    """Whether base64 without padding has one spelling and an allowed length."""
    if len(text) % 4 == 1:
        return False
    data = unpadded(text)
    return len(data) in lengths and base64.b64encode(data).decode().rstrip("=") == text


def fits(stored, password):
    """Whether the password's bytes are those that were hashed; bcrypt would cut what is too long."""
    if BCRYPT.fullmatch(stored):
        return len(password) <= BCRYPT_BYTES and bcrypt.checkpw(password, stored.encode())
    if found := ARGON2ID.fullmatch(stored):
        memory, passes, lanes, salt, digest = found.groups()
        length = len(unpadded(digest))
        kdf = Argon2id(
            salt=unpadded(salt), length=length, iterations=int(passes), lanes=int(lanes), memory_cost=int(memory)
        )
        return hmac.compare_digest(kdf.derive(password), unpadded(digest))
    name, rounds, salt, digest = PBKDF2.fullmatch(stored).groups()
    wanted = unpadded(digest)
    made = hashlib.pbkdf2_hmac(name, password, unpadded(salt), int(rounds), len(wanted))
    return hmac.compare_digest(made, wanted)


def of_htpasswd(text):
    """The users of a file's text as a dict, or None where it cannot be taken."""
    users = {}
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if line.strip() == "" or line.startswith("#"):
            continue
        name, colon, stored = line.partition(":")
        if not colon or not user_name(name) or len(name.encode()) > FILE_NAME_BYTES:
            return None
        if name in users or not acceptable(stored):
            return None
        users[name] = stored
    return users or None


def user_name(name):
    """Whether a user-id can stand in credentials: not empty, no colon, no control."""
    return name != "" and not any(c == ":" or c < " " or c == "\x7f" for c in name)
