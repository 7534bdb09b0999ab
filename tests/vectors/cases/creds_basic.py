"""`check`: Basic (RFC 7617): credentials, slips, passwords, scopes."""

from creds import (
    ARGON2ID,
    ARGON2ID_COLONS,
    ARGON2ID_LANES,
    ARGON2ID_UMLAUT,
    BASIC_FACE,
    BCRYPT_72,
    BCRYPT_TAIL,
    BEARER_FACE,
    COLONS,
    LONG,
    PASSWORD,
    PBKDF2,
    PBKDF2_512,
    PBKDF2_LONG,
    UMLAUT,
    b64,
    basic_line,
    bearer,
    denial,
    doc,
    users,
)
from rows import check, issuer, request, says

DOC = doc(basic=users())
STRICT = doc(basic=users(), whitespace="strict")
GOOD = b64(f"alice:{PASSWORD}")  # ends with =
EVEN = b64(f"bob:{PASSWORD}")  # needs no padding
PADDED = b64("alice:open")  # ends with ==
ONCE = b64("alice:open!")  # ends with =
WRONG = says("password_rejected", scheme="Basic", issuer=None, subject=None, key_id=None, headers=denial(BASIC_FACE))
BROKEN = says("basic_malformed", scheme="Basic", issuer=None, subject=None, key_id=None, headers=denial(BASIC_FACE))


def ok(user="alice"):
    """The author's word on a password that held."""
    return says("ok", scheme="Basic", issuer=None, subject=user, key_id=None, headers=[], claims=None, need=None)


def passwords():
    """Right and wrong, for each kind of hash."""
    kinds = {
        "2a": "$2a" + BCRYPT_TAIL,
        "2b": "$2b" + BCRYPT_TAIL,
        "2y": "$2y" + BCRYPT_TAIL,
        "argon2id": ARGON2ID,
        "argon2id-lanes": ARGON2ID_LANES,
        "pbkdf2": PBKDF2,
        "pbkdf2-length": PBKDF2.replace("i=10000", "i=10000,l=32"),
        "pbkdf2-sha512": PBKDF2_512,
    }
    for name, stored in kinds.items():
        here = doc(basic={"users": {"alice": stored}})
        covers = ["REQ-BASIC-14", "REQ-BASIC-09"]
        covers += [f"choice:{name}"] if name in ("pbkdf2-length", "pbkdf2-sha512") else []
        check(f"basic-{name}-right", ok(), covers, basic_line(), doc=here)
        if name in ("2b", "argon2id", "pbkdf2"):
            for slip, password in [("wrong", "open sesamE"), ("longer", PASSWORD + "!"), ("shorter", PASSWORD[:-1])]:
                if slip == "wrong" or name == "argon2id":
                    check(f"basic-{name}-{slip}", WRONG, covers, basic_line(password=password), doc=here)
    note = "bcrypt reads 72 bytes and no more: a longer password is refused, not cut"
    here = doc(basic={"users": {"alice": BCRYPT_72}})
    check("basic-bcrypt-72", ok(), ["limit:bcrypt/72"], basic_line(password="x" * 72), doc=here, note=note)
    for name, password in {"73": "x" * 73, "74-umlaut": "x" * 72 + "\u00e4", "200": "x" * 200}.items():
        check(f"basic-bcrypt-{name}", WRONG, ["limit:bcrypt/72"], basic_line(password=password), doc=here, note=note)
    here = doc(basic={"users": {"alice": PBKDF2_LONG}})
    line = basic_line(password=LONG)
    check("basic-4096-bytes", ok(), ["limit:basic/4096"], line, doc=here)
    large = says("token_too_large", scheme="Basic", headers=denial(BASIC_FACE))
    check("basic-4100-bytes", large, ["limit:basic/4096"], basic_line(password=LONG + "x"), doc=here)
    line = basic_line(password=LONG + "x").rstrip("=")
    check("basic-4098-bytes", large, ["limit:basic/4096"], line, doc=here)
    bad = doc(basic=users(), malformed_status=400)
    expect = says("token_too_large", 400, scheme="Basic")
    check("basic-large-400", expect, ["D-22"], basic_line(password=LONG + "x"), doc=bad)


def names():
    """User-ids and passwords beyond the plain ones."""
    people = {
        "alice": ARGON2ID_COLONS,
        "\u00fcn\u00efc\u00f6de": ARGON2ID_UMLAUT,
        "a b": ARGON2ID,
        "ALICE": ARGON2ID,
        "-": ARGON2ID,
        'al"ice\\': ARGON2ID,
        "u" * 255: ARGON2ID,
    }
    here = doc(basic={"users": people})
    for name, user, password in [
        ("colons", "alice", COLONS),
        ("utf8", "\u00fcn\u00efc\u00f6de", UMLAUT),
        ("space", "a b", PASSWORD),
        ("case", "ALICE", PASSWORD),
        ("dash", "-", PASSWORD),
        ("quote", 'al"ice\\', PASSWORD),
        ("long", "u" * 255, PASSWORD),
    ]:
        check(f"basic-name-{name}", ok(user), ["REQ-BASIC-01", "REQ-BASIC-07"], basic_line(user, password), doc=here)
    for name, user, password in [
        ("case", "Alice", COLONS),
        ("space-before", " alice", COLONS),
        ("space-behind", "alice ", COLONS),
        ("space-password", "alice", f" {COLONS}"),
        ("first-colon-only", "alice", "a"),
        ("colon-more", "alice", f"{COLONS}:"),
    ]:
        check(f"basic-name-wrong-{name}", WRONG, ["REQ-BASIC-01", "REQ-BASIC-08"], basic_line(user, password), doc=here)
    note = "the same letters, decomposed: bytes are compared as they come"
    line = basic_line("\u00fcn\u00efc\u00f6de", "pa\u0308sswo\u0308rt \U0001f511")
    check("basic-name-decomposed", WRONG, ["REQ-BASIC-07", "choice:normal-form"], line, doc=here, note=note)
    line = basic_line("alice", "a\u0085b")
    check("basic-name-c1-control", WRONG, ["REQ-BASIC-03", "choice:c1-controls"], line, doc=here)


def alike():
    """Nobody can tell an unknown user from a wrong password."""
    covers = ["REQ-BASIC-08", "REQ-PRIVACY-05", "attack:52"]
    for level in ("full", "code", "none"):
        face = 'Basic realm="api"' if level == "none" else BASIC_FACE
        here = doc(basic=users(), describe=level)
        expect = {**WRONG, "headers": denial(face)}
        check(f"basic-alike-unknown-{level}", expect, covers, basic_line("mallory"), doc=here)
        check(f"basic-alike-wrong-{level}", expect, covers, basic_line(password="x"), doc=here)
    empty = [("user", f":{PASSWORD}"), ("password", "alice:"), ("both", ":"), ("password-unknown", "mallory:")]
    for name, plain in empty:
        check(f"basic-empty-{name}", WRONG, ["REQ-BASIC-10", "attack:49"], f"Basic {b64(plain)}", doc=DOC)


def malformed():
    """Everything else that goes wrong behind the word Basic."""
    for name, value in [("colon-word", f"Basic: {GOOD}"), ("tab", f"Basic\t{GOOD}")]:
        expect = says("authorization_malformed", scheme=None)
        check(f"basic-slip-{name}", expect, ["REQ-HTTP-02", "REQ-HTTP-04"], value, doc=DOC)
    urls = b64("alice:~~~???")
    assert EVEN[-1] != "=" and "/" in urls
    table = {
        "nothing": "Basic",
        "space-only": "Basic ",
        "space-tab": f"Basic \t{GOOD}",
        "quoted": f'Basic "{GOOD}"',
        "inner-space": f"Basic {GOOD[:8]} {GOOD[8:]}",
        "inner-tab": f"Basic {GOOD[:8]}\t{GOOD[8:]}",
        "newline-inside": f"Basic {GOOD[:8]}\n{GOOD[8:]}",
        "newline-behind": f"Basic {GOOD}\n",
        "crlf-behind": f"Basic {GOOD}\r\n",
        "control": f"Basic {GOOD[:8]}\x01{GOOD[8:]}",
        "nul": f"Basic {GOOD}\0",
        "del": f"Basic {GOOD}\x7f",
        "newline-encoded": f"Basic {b64(f'alice:{PASSWORD}' + chr(10))}",
        "crlf-encoded": f"Basic {b64(f'alice:{PASSWORD}' + chr(13) + chr(10))}",
        "tab-encoded": f"Basic {b64('alice:open' + chr(9) + 'sesame')}",
        "nul-encoded": f"Basic {b64(f'alice:{PASSWORD}' + chr(0))}",
        "del-encoded": f"Basic {b64(f'alice:{PASSWORD}' + chr(127))}",
        "control-in-user": f"Basic {b64('al' + chr(1) + 'ice:x')}",
        "newline-alone": f"Basic {b64(chr(10))}",
        "twice": f"Basic {b64(GOOD)}",
        "thrice": f"Basic {b64(b64(GOOD))}",
        "percent": f"Basic {ONCE.replace('=', '%3D')}",
        "percent-all": "Basic alice%3Aopen",
        "plain": f"Basic alice:{PASSWORD}",
        "plain-no-space": "Basic alice:open",
        "url-safe": "Basic " + urls.replace("+", "-").replace("/", "_"),
        "other-token68": f"Basic {GOOD[:-1]}~",
        "bits-one-pad": f"Basic {ONCE[:-2]}{chr(ord(ONCE[-2]) + 1)}=",
        "bits-two-pads": f"Basic {PADDED[:-3]}{chr(ord(PADDED[-3]) + 1)}==",
        "bits-no-pad": f"Basic {PADDED[:-3]}{chr(ord(PADDED[-3]) + 1)}",
        "pad-too-many": f"Basic {ONCE}=",
        "pad-needless": f"Basic {EVEN}=",
        "pad-four": f"Basic {EVEN}====",
        "pad-inside": f"Basic {PADDED}{GOOD}",
        "pad-only": "Basic ====",
        "one-character": "Basic A",
        "five-characters": f"Basic {GOOD[:5]}",
        "no-colon": f"Basic {b64('alice')}",
        "no-colon-word": "Basic null",
        "placeholder": "Basic <credentials>",
        "params": 'Basic username="alice", password="x"',
        "param": "Basic realm=api",
        "comma": f"Basic {GOOD},{GOOD}",
        "comma-behind": f"Basic {GOOD},",
        "prefix-repeated": f"Basic Basic {GOOD}",
    }
    marks = ("encoded", "newline", "control", "nul", "del", "crlf")
    requirement = {**dict.fromkeys(marks, "REQ-BASIC-03"), "no-colon": "REQ-BASIC-02"}
    for name, value in table.items():
        covers = [next((req for mark, req in requirement.items() if mark in name), "REQ-BASIC-04")]
        covers += ["choice:word"] if name in ("colon-word", "tab") else []
        covers += ["REQ-PRIVACY-12"] if "crlf" in name else []
        check(f"basic-slip-{name}", BROKEN, [*covers, "REQ-BASIC-12", "reason:basic_malformed"], value, doc=DOC)
    for name, value in [
        ("latin-1", b64("alice:p\u00e4sswort".encode("latin-1"))),
        ("latin-1-user", b64("\u00e4:x".encode("latin-1"))),
        ("cut-utf8", b64("alice:\u00e4".encode()[:-1])),
        ("overlong", b64(b"alice:\xc0\xaf")),
        ("surrogate", b64(b"alice:\xed\xa0\x80")),
        ("beyond-unicode", b64(b"alice:\xf4\x90\x80\x80")),
        ("utf16", b64("alice:x".encode("utf-16-le"))),
        ("nul-bom", b64(b"\xff\xfea\0")),
    ]:
        check(f"basic-bytes-{name}", BROKEN, ["REQ-BASIC-07"], f"Basic {value}", doc=DOC)
    raw = [["Authorization", {"b64": b64(f"Basic {GOOD}".encode() + b"\xe4")}]]
    check("basic-slip-raw-byte", BROKEN, ["REQ-BASIC-04"], doc=DOC, req=request(lines=raw))
    check("basic-slip-non-ascii", BROKEN, ["REQ-BASIC-04"], f"Basic {GOOD}\u00e4", doc=DOC)
    soft = doc(basic=users(), malformed_status=400)
    expect = {**BROKEN, "status": 400}
    for name, value in [
        ("nothing", "Basic"),
        ("colon", f"Basic {b64('alice')}"),
        ("bytes", f"Basic {b64(b'a:' + bytes([228]))}"),
    ]:
        check(f"basic-400-{name}", expect, ["D-19", "policy:malformed_status"], value, doc=soft)
    check("basic-400-not-for-wrong", WRONG, ["policy:malformed_status"], f"Basic {b64('alice:')}", doc=soft)


def white_space():
    """What `whitespace` changes."""
    people = doc(basic={"users": {"alice": ARGON2ID}})
    strict = {**people, "whitespace": "strict"}
    for name, value, soft, hard in [
        ("two-spaces", f"Basic  {GOOD}", ok(), BROKEN),
        ("outer", f" \tBasic {GOOD}\t ", ok(), ok()),
    ]:
        covers = ["REQ-HTTP-04", "REQ-HTTP-19", "policy:whitespace"]
        covers += ["choice:strict-outer-space"] if name == "outer" else []
        check(f"basic-space-{name}-lenient", soft, covers, value, doc=people)
        check(f"basic-space-{name}-strict", hard, covers, value, doc=strict)
    right = doc(basic={"users": {"alic": ARGON2ID, "al": ARGON2ID}})
    hard = {**right, "whitespace": "strict"}
    for name, user in [("one", "al"), ("two", "alic")]:
        value = basic_line(user)
        assert value.count("=") == {"one": 1, "two": 2}[name]
        check(f"basic-pad-{name}", ok(user), ["REQ-BASIC-04"], value, doc=hard)
        bare = value.rstrip("=")
        check(f"basic-pad-{name}-missing", ok(user), ["REQ-BASIC-04", "policy:whitespace"], bare, doc=right)
        check(f"basic-pad-{name}-missing-strict", BROKEN, ["REQ-BASIC-04", "policy:whitespace"], bare, doc=hard)
    half = basic_line("alic")[:-1]
    for name, here in [("lenient", right), ("strict", hard)]:
        check(f"basic-pad-half-{name}", BROKEN, ["REQ-BASIC-04", "choice:half-padding"], half, doc=here)


def files():
    """`htpasswd`."""
    bob = "bob:$2y" + BCRYPT_TAIL
    text = f"# staff\n\nalice:{ARGON2ID}\n{bob}\n"
    here = doc(basic={"htpasswd": text})
    covers = ["policy:basic/htpasswd"]
    check("htpasswd-first", ok(), covers, basic_line(), doc=here)
    check("htpasswd-second", ok("bob"), covers, basic_line("bob"), doc=here)
    check("htpasswd-wrong", WRONG, covers, basic_line(password="x"), doc=here)
    check("htpasswd-comment", WRONG, covers, basic_line("# staff", "x"), doc=here)
    for name, text in [("no-end", f"alice:{ARGON2ID}"), ("crlf", f"alice:{ARGON2ID}\r\n")]:
        more = ["choice:htpasswd-crlf"] if name == "crlf" else []
        check(f"htpasswd-{name}", ok(), covers + more, basic_line(), doc=doc(basic={"htpasswd": text}))
    expect = says("insufficient_scope", 403, scheme="Basic", subject="alice")
    here = doc(basic={"htpasswd": f"alice:{ARGON2ID}"}, scopes="read")
    check("htpasswd-no-scopes", expect, [*covers, "reason:insufficient_scope"], basic_line(), doc=here)


def rights():
    """Scopes of the long form, and `access`, which a password cannot fit."""
    people = users(bob=ARGON2ID, carol={"hash": ARGON2ID, "scopes": []}, dave={"hash": ARGON2ID, "scopes": ["a", "b"]})
    few = says("insufficient_scope", 403, scheme="Basic", issuer=None, claims=None, headers=denial(BASIC_FACE))
    for name, user, scopes, expect in [
        ("granted", "alice", "read", ok()),
        ("short-form", "bob", "read", {**few, "subject": "bob"}),
        ("empty-list", "carol", "read", {**few, "subject": "carol"}),
        ("part", "dave", "a c", {**few, "subject": "dave"}),
        ("both", "dave", "b a", ok("dave")),
        ("none-needed", "bob", None, ok("bob")),
    ]:
        here = doc(basic=people, **({"scopes": scopes} if scopes else {}))
        check(f"basic-scope-{name}", expect, ["policy:basic/users", "REQ-HTTP-29"], basic_line(user), doc=here)
    here = doc(basic=people, scopes="read")
    check("basic-scope-asked", {**few, "subject": "alice"}, ["op:check/scopes"], basic_line(), doc=here, scopes="write")
    check("basic-scope-asked-none", ok("bob"), ["op:check/scopes"], basic_line("bob"), doc=here, scopes="")
    wrong = basic_line("bob", "x")
    check("basic-scope-after-password", WRONG, ["rule:1/order"], wrong, doc=here)
    table = {"boss": {"access": {"role": "boss"}}, "any": {"access": {}}, "write": {"scopes": "write", "realm": "w"}}
    table["fresh"] = {"max_age": 5}
    here = doc(bearer=bearer(), basic=people, profiles=table)
    bare = [["Cache-Control", "no-store"]]
    denied = says("access_denied", 403, scheme="Basic", subject="alice", headers=bare)
    covers = ["policy:profiles", "REQ-HTTP-29"]
    check("basic-profile-access", denied, covers, basic_line(), doc=here, profile="boss")
    check(
        "basic-profile-access-first", denied, ["rule:1/order"], basic_line(), doc=here, profile="boss", scopes="write"
    )
    check("basic-profile-access-empty", ok(), covers, basic_line(), doc=here, profile="any")
    faces = denial('Bearer realm="w", scope="write"', 'Basic realm="w", charset="UTF-8"')
    expect = {**few, "subject": "alice", "headers": faces}
    check("basic-profile-scopes", expect, covers, basic_line(), doc=here, profile="write")
    note = "max_age is about a token's iat; a password has none and is as fresh as can be"
    check(
        "basic-profile-max-age", ok(), [*covers, "choice:max-age"], basic_line(), doc=here, profile="fresh", note=note
    )
    own = {"issuers": [issuer(access={"role": "boss"})]}
    note = "an issuer's access rules are about that issuer's tokens"
    here = doc(bearer=own, basic=people)
    check("basic-issuer-access", ok(), ["choice:issuer-access"], basic_line(), doc=here, note=note)
    both = denial(BEARER_FACE, BASIC_FACE)
    check("basic-wrong-beside-bearer", {**WRONG, "headers": both}, ["rule:4"], wrong, doc=here)


passwords()
names()
alike()
malformed()
white_space()
files()
rights()
