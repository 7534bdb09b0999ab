"""Policies with `basic`: stored hashes and users that must not load, and some that must."""

from cases.policy_members import bad
from creds import ARGON2ID, BCRYPT_TAIL, PBKDF2, b64, doc, users
from model.jsontext import Raw, write
from rows import check

NULL = Raw("null")
ALICE = "/basic/users/alice"
WEAK = ["REQ-BASIC-14", "loader:weak"]


def loads(case_id, document, *covers, reason="credentials_missing"):
    """A policy that loads: the request has no credentials."""
    check(f"load-{case_id}", {"reason": reason}, covers, doc=document)


def hashes():
    """Stored passwords that are refused by name, unreadable, too cheap or too dear."""
    salt, sum32 = "c2FsdHNhbHRzYWx0c2FsdA", "A" * 43
    for name, stored in {
        "apr1": "$apr1$rLn0Xc2Z$7NrHoqbr2lLqO5PYfGkLy0",
        "sha": "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "ssha": "{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9hzYWx0",
        "crypt": "rqXexS6ZhobKA",
        "md5-crypt": "$1$rLn0Xc2Z$7NrHoqbr2lLqO5PYfGkLy0",
        "sha256-crypt": "$5$saltsaltsalt$" + sum32,
        "sha512-crypt": "$6$saltsaltsalt$" + "A" * 86,
        "clear-text": "open sesame",
        "clear-text-marked": "{PLAIN}open sesame",
        "clear-text-noop": "{noop}open sesame",
        "empty": "",
        "md5-hex": "5f4dcc3b5aa765d61d8327deb882cf99",
        "sha256-hex": "a" * 64,
        "scrypt": f"$scrypt$ln=17,r=8,p=1${salt}${sum32}",
        "argon2i": f"$argon2i$v=19$m=7168,t=1,p=1${salt}${sum32}",
        "argon2d": f"$argon2d$v=19$m=7168,t=1,p=1${salt}${sum32}",
        "argon2id-case": ARGON2ID.replace("argon2id", "Argon2id"),
        "argon2id-cut": ARGON2ID[:-43],
        "argon2id-no-memory": ARGON2ID.replace("m=7168,", ""),
        "argon2id-bad-base64": ARGON2ID[:-1] + "*",
        "bcrypt-2": "$2" + BCRYPT_TAIL,
        "bcrypt-2x": "$2x" + BCRYPT_TAIL,
        "bcrypt-cut": "$2b" + BCRYPT_TAIL[:-1],
        "bcrypt-longer": "$2b" + BCRYPT_TAIL + "a",
        "bcrypt-bad-base64": "$2b" + BCRYPT_TAIL[:-1] + "+",
        "bcrypt-no-number": "$2b" + BCRYPT_TAIL.replace("$10$", "$1x$"),
        "pbkdf2-sha1": PBKDF2.replace("sha256", "sha1"),
        "pbkdf2-plain": PBKDF2.replace("-sha256", ""),
        "pbkdf2-md5": PBKDF2.replace("sha256", "md5"),
        "pbkdf2-no-count": PBKDF2.replace("i=10000", ""),
        "pbkdf2-django": "pbkdf2_sha256$600000$salt$" + sum32 + "=",
        "space-before": " " + ARGON2ID,
        "newline-behind": ARGON2ID + "\n",
        "with-user": "alice:" + ARGON2ID,
    }.items():
        bad(f"hash-{name}", ALICE, doc(basic={"users": {"alice": stored}}), *WEAK)
        if name in ("apr1", "sha", "crypt", "clear-text"):
            long = doc(basic={"users": {"alice": {"hash": stored}}})
            bad(f"hash-{name}-long-form", f"{ALICE}/hash", long, *WEAK)
            file = doc(basic={"htpasswd": f"bob:{ARGON2ID}\nalice:{stored}\n"})
            bad(f"hash-{name}-htpasswd", "/basic/htpasswd", file, *WEAK)
    for name, stored in {
        "bcrypt-04": "$2b" + BCRYPT_TAIL.replace("$10$", "$04$"),
        "bcrypt-31": "$2b" + BCRYPT_TAIL.replace("$10$", "$31$"),
        "bcrypt-00": "$2b" + BCRYPT_TAIL.replace("$10$", "$00$"),
        "bcrypt-99": "$2b" + BCRYPT_TAIL.replace("$10$", "$99$"),
        "bcrypt-09": "$2b" + BCRYPT_TAIL.replace("$10$", "$09$"),
        "bcrypt-17": "$2b" + BCRYPT_TAIL.replace("$10$", "$17$"),
        "argon2id-7167": ARGON2ID.replace("m=7168", "m=7167"),
        "argon2id-262145": ARGON2ID.replace("m=7168", "m=262145"),
        "argon2id-17-passes": ARGON2ID.replace("t=1", "t=17"),
        "argon2id-no-lane": ARGON2ID.replace("p=1", "p=0"),
        "argon2id-9-lanes": ARGON2ID.replace("p=1", "p=9"),
        "pbkdf2-9999": PBKDF2.replace("10000", "9999"),
        "pbkdf2-10000001": PBKDF2.replace("10000", "10000001"),
        "argon2id-little-memory": ARGON2ID.replace("m=7168", "m=8"),
        "argon2id-much-memory": ARGON2ID.replace("m=7168", "m=4294967295"),
        "argon2id-no-pass": ARGON2ID.replace("t=1", "t=0"),
        "argon2id-many-passes": ARGON2ID.replace("t=1", "t=4294967295"),
        "pbkdf2-1000": PBKDF2.replace("10000", "1000"),
        "pbkdf2-0": PBKDF2.replace("10000", "0"),
        "pbkdf2-4294967295": PBKDF2.replace("10000", "4294967295"),
    }.items():
        bad(f"cost-{name}", ALICE, doc(basic={"users": {"alice": stored}}), *WEAK, "limit:cost")

    for name, stored in {
        "bcrypt-10": "$2b" + BCRYPT_TAIL,
        "bcrypt-16": "$2b" + BCRYPT_TAIL.replace("$10$", "$16$"),
        "argon2id-7168": ARGON2ID,
        "argon2id-262144": ARGON2ID.replace("m=7168", "m=262144"),
        "argon2id-16-passes": ARGON2ID.replace("t=1", "t=16"),
        "argon2id-8-lanes": ARGON2ID.replace("p=1", "p=8"),
        "pbkdf2-10000": PBKDF2,
        "pbkdf2-10000000": PBKDF2.replace("10000", "10000000"),
    }.items():
        loads(f"cost-{name}", doc(basic={"users": {"alice": stored}}), "REQ-BASIC-14", "limit:cost")
    for name, salt, length, fits in [
        ("salt-7", 7, 32, False),
        ("salt-8", 8, 32, True),
        ("salt-64", 64, 32, True),
        ("salt-65", 65, 32, False),
        ("digest-15", 16, 15, False),
        ("digest-16", 16, 16, True),
        ("digest-33", 16, 33, None),
        ("digest-64", 16, 64, None),
        ("digest-65", 16, 65, False),
    ]:
        for kind, head in [("argon2id", "$argon2id$v=19$m=7168,t=1,p=1"), ("pbkdf2", "$pbkdf2-sha256$i=10000")]:
            text = "$".join([head, *(b64(bytes(size)).rstrip("=") for size in (salt, length))])
            document = doc(basic={"users": {"alice": text}})
            # PBKDF2 stops at the length of its digest.
            if (kind == "argon2id") if fits is None else fits:
                loads(f"size-{kind}-{name}", document, "REQ-BASIC-14", "limit:stored-hash")
            else:
                bad(f"size-{kind}-{name}", ALICE, document, *WEAK, "limit:stored-hash")


def basic():
    """The section `basic`."""
    both = {"users": {"alice": ARGON2ID}, "htpasswd": f"alice:{ARGON2ID}"}
    for name, pointer, section in [
        ("no-object", "/basic", []),
        ("null", "/basic", NULL),
        ("empty", "/basic", {}),
        ("both", "/basic", both),
        ("unknown", "/basic/realm", {"users": {"alice": ARGON2ID}, "realm": "x"}),
        ("users-list", "/basic/users", {"users": [ARGON2ID]}),
        ("users-null", "/basic/users", {"users": NULL}),
        ("user-number", ALICE, {"users": {"alice": 1}}),
        ("user-null", ALICE, {"users": {"alice": NULL}}),
        ("user-list", ALICE, {"users": {"alice": [ARGON2ID]}}),
        ("user-second", "/basic/users/bob", {"users": {"alice": ARGON2ID, "bob": "x"}}),
        ("user-no-hash", ALICE, {"users": {"alice": {"scopes": []}}}),
        ("user-hash-type", f"{ALICE}/hash", {"users": {"alice": {"hash": 1}}}),
        ("user-unknown", f"{ALICE}/groups", {"users": {"alice": {"hash": ARGON2ID, "groups": []}}}),
        ("user-scopes-type", f"{ALICE}/scopes", {"users": {"alice": {"hash": ARGON2ID, "scopes": NULL}}}),
        ("user-scope-number", f"{ALICE}/scopes/0", {"users": {"alice": {"hash": ARGON2ID, "scopes": [1]}}}),
        ("user-scope-quote", f"{ALICE}/scopes/1", {"users": {"alice": {"hash": ARGON2ID, "scopes": ["a", 'b"']}}}),
        ("name-empty", "/basic/users/", {"users": {"": ARGON2ID}}),
        ("name-colon", "/basic/users/a:b", {"users": {"a:b": ARGON2ID}}),
        ("name-newline", "/basic/users/a\n", {"users": {"a\n": ARGON2ID}}),
        ("name-del", "/basic/users/a\x7f", {"users": {"a\x7f": ARGON2ID}}),
        ("name-escaped", "/basic/users/a~1b~0", {"users": {"a/b~": "x"}}),
        ("htpasswd-number", "/basic/htpasswd", {"htpasswd": 1}),
        ("htpasswd-object", "/basic/htpasswd", {"htpasswd": {"alice": ARGON2ID}}),
        ("htpasswd-no-colon", "/basic/htpasswd", {"htpasswd": f"alice {ARGON2ID}"}),
        ("htpasswd-no-name", "/basic/htpasswd", {"htpasswd": f":{ARGON2ID}"}),
        ("htpasswd-name-256", "/basic/htpasswd", {"htpasswd": f"{'a' * 256}:{ARGON2ID}"}),
        ("htpasswd-no-hash", "/basic/htpasswd", {"htpasswd": "alice:"}),
        ("htpasswd-second-line", "/basic/htpasswd", {"htpasswd": f"alice:{ARGON2ID}\nbob"}),
        ("users-ref-unknown", "/basic/users", {"users": {"ref": "people"}}),
        ("htpasswd-ref-unknown", "/basic/htpasswd", {"htpasswd": {"ref": "people"}}),
    ]:
        bad(f"basic-{name}", pointer, doc(basic=section), "policy:basic", "choice:pointer")
    bad("basic-users-empty", "/basic/users", doc(basic={"users": {}}), "policy:basic", "choice:empty-table")
    for name, text in [("empty", ""), ("comments", "# nobody\n\n")]:
        here = doc(basic={"htpasswd": text})
        bad(f"basic-htpasswd-{name}", "/basic/htpasswd", here, "policy:basic", "choice:empty-table")
    twice = doc(basic={"htpasswd": f"alice:{ARGON2ID}\nalice:{PBKDF2}\n"})
    bad("basic-htpasswd-twice", "/basic/htpasswd", twice, "policy:basic", "choice:htpasswd-twice")
    named = doc(basic={"users": {"ref": ARGON2ID}})
    note = "a user called ref in the short form reads as a reference; the long form tells them apart"
    bad("basic-user-named-ref", "/basic/users", named, "policy:basic", "choice:user-named-ref", note=note)
    named = doc(basic={"users": {"ref": {"hash": ARGON2ID}}})
    loads("basic-user-named-ref-long-form", named, "policy:basic", "choice:user-named-ref")
    text = write(doc(basic=users()))[:-1]
    again = text.replace('{"users":{', f'{{"users":{{"alice":"{ARGON2ID}",')
    bad("basic-user-twice", ALICE, again + "}", "policy:basic", "loader:repeated-name")
    loads("basic-users", doc(basic=users()), "policy:basic")
    loads(
        "basic-no-scopes",
        doc(basic=users(bob={"hash": ARGON2ID}, carol={"hash": ARGON2ID, "scopes": []})),
        "policy:basic",
    )
    loads(
        "basic-htpasswd-name-255", doc(basic={"htpasswd": f"{'a' * 255}:{ARGON2ID}"}), "policy:basic", "limit:user-name"
    )
    loads("basic-htpasswd", doc(basic={"htpasswd": f"# x\nalice:{ARGON2ID}"}), "policy:basic")
    loads("basic-without-tls-warns", doc(basic=users(), transport="any"), "REQ-BASIC-13")


hashes()
basic()
