"""`check`: API keys: places, form, look-up, life, environment, scopes."""

from creds import BASIC_FACE, KEY, KEY_FACE, OTHER_KEY, PRIVATE, b64, bearer, denial, doc, key_entry, keys, users
from model.jsontext import Raw
from rows import NOW, TARGET, check, request, says

NULL = Raw("null")
DOC = doc(api_key=keys())
BROKEN = says("api_key_malformed", scheme="Api-Key", issuer=None, subject=None, key_id=None, headers=denial(KEY_FACE))
UNKNOWN = says("api_key_unknown", scheme="Api-Key", issuer=None, subject=None, key_id=None, headers=denial(KEY_FACE))
# The CRC-32 of what stands before them, in base62 (0-9, A-Z, a-z), makes the last six characters.
CHECKED = "cs_live_abcdefghijklmnop2Ivzv3"
LOW_CRC = "cs_live_low40300cmnw"


def ok(subject="billing", headers=None):
    """The author's word on a key that fits."""
    return says(
        "ok",
        scheme="Api-Key",
        issuer=None,
        subject=subject,
        key_id=None,
        headers=PRIVATE if headers is None else headers,
        claims=None,
        need=None,
    )


def at(key, name="X-API-Key"):
    """A request with the key in a header."""
    return request(lines=[[name, key]])


def places():
    """Header, scheme and query, renamed and switched off."""
    covers = ["REQ-APIKEY-01"]
    for name in ("X-API-Key", "x-api-key", "X-API-KEY", "x-Api-kEy"):
        check(f"key-field-{name}", ok(), [*covers, "REQ-HTTP-43"], doc=DOC, req=at(KEY, name))
    face = 'Api-Key realm="api", header="X-Shop-Key"'
    own = doc(api_key=keys(header="X-Shop-Key"))
    check("key-field-renamed", ok(), covers, doc=own, req=at(KEY, "x-shop-key"))
    expect = says("credentials_missing", scheme=None, headers=denial(face))
    check("key-field-renamed-old", expect, covers, doc=own, req=at(KEY))
    own = doc(api_key=keys(scheme="Token"))
    face = 'Token realm="api", header="X-API-Key"'
    check("key-scheme-renamed", ok(headers=[]), covers, f"token {KEY}", doc=own)
    expect = says("scheme_unsupported", scheme=None, headers=denial(face))
    check("key-scheme-renamed-old", expect, [*covers, "REQ-APIKEY-03"], f"Api-Key {KEY}", doc=own)
    expect = {**UNKNOWN, "headers": denial(face)}
    check("key-scheme-renamed-wrong", expect, [*covers, "REQ-APIKEY-03"], "Token x", doc=own)
    expect = {**BROKEN, "headers": denial(face)}
    check("key-scheme-renamed-empty", expect, covers, "Token", doc=own)
    own = doc(api_key=keys(header=NULL))
    check(
        "key-field-off",
        says("credentials_missing", headers=denial('Api-Key realm="api"')),
        covers,
        doc=own,
        req=at(KEY),
    )
    check("key-field-off-scheme", ok(headers=[]), covers, f"Api-Key {KEY}", doc=own)
    own = doc(api_key=keys(scheme=NULL))
    check("key-scheme-off-field", ok(), covers, doc=own, req=at(KEY))
    expect = says("credentials_missing", scheme=None, headers=denial(KEY_FACE))
    check("key-scheme-off-none", expect, [*covers, "REQ-APIKEY-03"], doc=own)
    own = doc(api_key=keys(header=NULL, scheme=NULL, query="k"))
    req = request(target=f"/v1?k={KEY}")
    check("key-query-only", ok(), ["REQ-APIKEY-12"], doc=own, req=req)
    expect = says("credentials_missing", headers=denial('Api-Key realm="api"'))
    check("key-query-only-none", expect, ["REQ-APIKEY-03"], doc=own)
    query = doc(api_key=keys(query="api_key"))
    for name, target, expect in [
        ("first", f"{TARGET}?api_key={KEY}&a=b", ok()),
        ("last", f"{TARGET}?a=b&api_key={KEY}", ok()),
        ("path", f"/v1?api_key={KEY}", ok()),
        ("empty", f"{TARGET}?api_key=", BROKEN),
        ("escaped", f"{TARGET}?api_key={KEY[:-1]}%{ord(KEY[-1]):02x}", ok()),
        ("escaped-upper", f"{TARGET}?api_key=%{ord(KEY[0]):02X}{KEY[1:]}", ok()),
        ("escaped-other", f"{TARGET}?api_key={KEY[:-1]}%7E", UNKNOWN),
        ("escaped-twice", f"{TARGET}?api_key={KEY[:-1]}%25{ord(KEY[-1]):02x}", UNKNOWN),
        ("escaped-space", f"{TARGET}?api_key={KEY}%20", ok()),
        ("escaped-space-inside", f"{TARGET}?api_key={KEY}%20x", BROKEN),
        ("escaped-newline", f"{TARGET}?api_key={KEY}%0A", BROKEN),
        ("escaped-nul", f"{TARGET}?api_key={KEY}%00", BROKEN),
        ("escaped-non-ascii", f"{TARGET}?api_key={KEY}%C3%A4", BROKEN),
        ("escaped-space-alone", f"{TARGET}?api_key=%20", BROKEN),
        ("escape-cut", f"{TARGET}?api_key={KEY}%6", BROKEN),
        ("escape-cut-percent", f"{TARGET}?api_key={KEY}%", BROKEN),
        ("escape-broken", f"{TARGET}?api_key={KEY}%zz", BROKEN),
        ("escape-signed", f"{TARGET}?api_key={KEY}%+6", BROKEN),
        ("plus", f"{TARGET}?api_key={KEY}+", UNKNOWN),
        ("space", f"{TARGET}?api_key={KEY} x", BROKEN),
        ("case", f"{TARGET}?API_KEY={KEY}", says("credentials_missing", scheme=None)),
        ("longer", f"{TARGET}?my_api_key={KEY}", says("credentials_missing", scheme=None)),
        ("name-escaped", f"{TARGET}?api%5Fkey={KEY}", ok()),
    ]:
        check(f"key-query-{name}", expect, ["REQ-APIKEY-12", "REQ-CACHE-06"], doc=query, req=request(target=target))
    odd = "a+b/c=="
    here = doc(api_key=keys(key_entry(odd), query="api_key"))
    for name, value, expect in [
        ("as-is", odd, ok()),
        ("escaped", "a%2Bb%2Fc%3D%3D", ok()),
    ]:
        req = request(target=f"{TARGET}?api_key={value}")
        check(f"key-query-odd-{name}", expect, ["REQ-APIKEY-12"], doc=here, req=req)
    wide = "k" * 1024
    here = doc(api_key=keys(key_entry(wide), query="api_key"))
    big = says("token_too_large", scheme="Api-Key", subject=None, headers=denial(KEY_FACE))
    for name, value, expect in [
        ("1024-escapes", "%6b" * 1024, ok()),
        ("1025-escapes", "%6b" * 1025, big),
        ("1025", f"{wide}%6b", big),
        ("3073-broken", "%zz" * 1024 + "%", big),
    ]:
        req = request(target=f"{TARGET}?api_key={value}")
        check(f"key-query-{name}", expect, ["limit:api_key/1024"], doc=here, req=req)
    req = request(lines=[["X-API-Key", f"{KEY[:-1]}%{ord(KEY[-1]):02x}"]])
    check("key-field-escaped", UNKNOWN, ["REQ-APIKEY-01"], doc=query, req=req)
    expect = says("credentials_missing", scheme=None)
    check("key-query-off", expect, ["REQ-APIKEY-01"], doc=DOC, req=request(target=f"/v1?api_key={KEY}"))
    req = request(lines=[["Cookie", f"X-API-Key={KEY}"]])
    check("key-in-cookie", expect, ["REQ-APIKEY-01"], doc=DOC, req=req)


def form():
    """White space around a key, and every slip."""
    covers = ["REQ-APIKEY-13"]
    for name, value in [("spaces", f"  {KEY} "), ("tabs", f"\t{KEY}\t"), ("both", f" \t{KEY}\t ")]:
        check(f"key-trim-{name}", ok(), covers, doc=DOC, req=at(value))
    for name, value in [("behind", f"Api-Key {KEY}  \t"), ("two-spaces", f"Api-Key  {KEY}")]:
        check(f"key-trim-scheme-{name}", ok(headers=[]), [*covers, "REQ-HTTP-04"], value, doc=DOC)
    hard = doc(api_key=keys(), whitespace="strict")
    check("key-strict-two-spaces", BROKEN, ["policy:whitespace"], f"Api-Key  {KEY}", doc=hard)
    check("key-strict-one-space", ok(headers=[]), ["policy:whitespace"], f"Api-Key {KEY}", doc=hard)
    check("key-strict-field", ok(), ["policy:whitespace"], doc=hard, req=at(f"  {KEY} "))
    slips = {
        "empty": "",
        "blank": " \t ",
        "inner-space": f"{KEY[:9]} {KEY[9:]}",
        "inner-tab": f"{KEY[:9]}\t{KEY[9:]}",
        "newline": f"{KEY}\n",
        "crlf": f"{KEY}\r\n",
        "inner-newline": f"{KEY[:9]}\n{KEY[9:]}",
        "control": f"{KEY[:9]}\x01{KEY[9:]}",
        "nul": f"{KEY}\0",
        "del": f"{KEY}\x7f",
        "non-ascii": f"{KEY}\u00e4",
        "curly": f"\u201c{KEY}\u201d",
        "no-break-space": f"\u00a0{KEY}",
        "byte-order-mark": f"\ufeff{KEY}",
        "prefixed": f"Api-Key {KEY}",
    }
    for name, value in slips.items():
        check(f"key-slip-{name}", BROKEN, [*covers, "reason:api_key_malformed"], doc=DOC, req=at(value))
        if name != "prefixed":
            check(f"key-slip-scheme-{name}", BROKEN, covers, f"Api-Key {value}", doc=DOC)
    raw = [["X-API-Key", {"b64": b64(KEY.encode() + b"\xe4")}]]
    check("key-slip-raw-byte", BROKEN, covers, doc=DOC, req=request(lines=raw))
    for name, value in [
        ("space-tab", f"Api-Key \t{KEY}"),
        ("alone", "Api-Key"),
        ("twice", f"Api-Key Api-Key {KEY}"),
    ]:
        check(f"key-word-{name}", BROKEN, ["REQ-APIKEY-13", "choice:word"], value, doc=DOC)
    expect = says("authorization_malformed", scheme=None)
    for name, value in [("colon", f"Api-Key: {KEY}"), ("equals", f"Api-Key={KEY}"), ("tab", f"Api-Key\t{KEY}")]:
        check(f"key-word-{name}", expect, ["REQ-HTTP-02", "REQ-HTTP-04"], value, doc=DOC)
    for name, value in [
        ("quoted", f'"{KEY}"'),
        ("cut", KEY[:-1]),
        ("longer", f"{KEY}x"),
        ("case", KEY.upper()),
        ("comma", f"{KEY},{KEY}"),
        ("comma-last", f"{KEY},"),
        ("hash", key_entry()["sha256"]),
        ("id", "billing"),
        ("placeholder", "undefined"),
    ]:
        check(f"key-unknown-{name}", UNKNOWN, ["REQ-APIKEY-05", "reason:api_key_unknown"], doc=DOC, req=at(value))
        expect = {**UNKNOWN, "headers": denial(KEY_FACE)}
        check(f"key-unknown-scheme-{name}", expect, ["REQ-APIKEY-05"], f"Api-Key {value}", doc=DOC)
    wide = "k" * 1024
    big = doc(api_key=keys(key_entry(wide)))
    check("key-1024-bytes", ok(), ["limit:api_key/1024"], doc=big, req=at(wide))
    check("key-1024-bytes-trimmed", ok(), ["limit:api_key/1024"], doc=big, req=at(f" {wide} "))
    expect = says("token_too_large", scheme="Api-Key", subject=None, headers=denial(KEY_FACE))
    check("key-1025-bytes", expect, ["limit:api_key/1024"], doc=big, req=at(wide + "k"))
    check("key-1025-bytes-scheme", expect, ["limit:api_key/1024"], f"Api-Key {wide}k", doc=big)
    short = doc(api_key=keys(key_entry("k")))
    check("key-one-byte", ok(), ["REQ-APIKEY-05"], doc=short, req=at("k"))
    odd = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
    check("key-punctuation", ok(), ["REQ-APIKEY-05"], doc=doc(api_key=keys(key_entry(odd))), req=at(odd))
    soft = doc(api_key=keys(), malformed_status=400)
    check("key-400", {**BROKEN, "status": 400}, ["policy:malformed_status"], doc=soft, req=at(""))
    check("key-400-not-for-unknown", UNKNOWN, ["policy:malformed_status"], doc=soft, req=at("x"))
    two = request(lines=[["X-API-Key", KEY]] * 2)
    check("key-400-two-lines", {**BROKEN, "status": 400}, ["policy:malformed_status"], doc=soft, req=two)


def marks():
    """Prefix and check digits, judged before the look-up."""
    here = doc(api_key=keys(key_entry(), key_entry("other", "short"), prefix="cs_live_"))
    covers = ["REQ-APIKEY-06", "REQ-APIKEY-07"]
    for name, key, expect in [
        ("right", KEY, ok()),
        ("test-key", KEY.replace("live", "test"), BROKEN),
        ("case", KEY.replace("cs", "CS"), BROKEN),
        ("known-without", "other", BROKEN),
        ("inside", f"x{KEY}", BROKEN),
        ("part", "cs_liv", BROKEN),
        ("alone", "cs_live_", UNKNOWN),
        ("unknown", OTHER_KEY, UNKNOWN),
    ]:
        check(f"key-prefix-{name}", expect, covers, doc=here, req=at(key))
    check("key-prefix-scheme", BROKEN, covers, "Api-Key other", doc=here)
    for name, off in [("null", NULL)]:
        check(f"key-prefix-{name}", ok(), covers, doc=doc(api_key=keys(prefix=off)), req=at(KEY))
    entries = [key_entry(CHECKED, "checked"), key_entry(LOW_CRC, "low"), key_entry(KEY)]
    here = doc(api_key=keys(*entries, checksum=True))
    off = doc(api_key=keys(*entries, checksum=False))
    swapped = CHECKED[:9] + CHECKED[10] + CHECKED[9] + CHECKED[11:]
    for name, key, expect in [
        ("right", CHECKED, ok("checked")),
        ("leading-zero", LOW_CRC, ok("low")),
        ("known-without", KEY, BROKEN),
        ("letter", CHECKED.replace("live", "life"), BROKEN),
        ("swapped", swapped, BROKEN),
        ("digits-case", CHECKED[:-6] + CHECKED[-6:].swapcase(), BROKEN),
        ("cut", CHECKED[:-1], BROKEN),
        ("longer", CHECKED + "0", BROKEN),
        ("six", "000000", BROKEN),
        ("one", "k", BROKEN),
    ]:
        more = ["REQ-APIKEY-06", "choice:checksum"]
        check(f"key-checksum-{name}", expect, more, doc=here, req=at(key))
    check("key-checksum-off", ok(), ["REQ-APIKEY-06"], doc=off, req=at(KEY))
    check("key-checksum-off-slip", UNKNOWN, ["REQ-APIKEY-06"], doc=off, req=at(swapped))
    check("key-checksum-scheme", BROKEN, ["REQ-APIKEY-06"], f"Api-Key {swapped}", doc=here)


def life():
    """Unknown, revoked, too early, too late: alike from outside."""
    gone = says("api_key_revoked", scheme="Api-Key", subject="billing", headers=denial(KEY_FACE))
    covers = ["REQ-APIKEY-08", "REQ-APIKEY-10", "REQ-PRIVACY-05", "reason:api_key_revoked"]
    for name, extra, now, expect in [
        ("revoked", {"revoked": True}, NOW, gone),
        ("not-revoked", {"revoked": False}, NOW, ok()),
        ("expires-before", {"expires": NOW + 1}, NOW, ok()),
        ("expires-at", {"expires": NOW}, NOW, gone),
        ("expires-after", {"expires": NOW - 1}, NOW, gone),
        ("expires-fraction", {"expires": NOW}, f"{NOW - 1}.999999999", ok()),
        ("expires-null", {"expires": NULL}, NOW, ok()),
        ("begins-before", {"not_before": NOW + 1}, NOW, gone),
        ("begins-at", {"not_before": NOW}, NOW, ok()),
        ("begins-after", {"not_before": NOW - 1}, NOW, ok()),
        ("begins-fraction", {"not_before": NOW}, f"{NOW - 1}.999999999", gone),
        ("begins-null", {"not_before": NULL}, NOW, ok()),
        ("inside", {"not_before": NOW - 5, "expires": NOW + 5}, NOW, ok()),
        ("revoked-inside", {"not_before": NOW - 5, "expires": NOW + 5, "revoked": True}, NOW, gone),
    ]:
        here = doc(api_key=keys(key_entry(**extra)), leeway=300)
        check(f"key-life-{name}", expect, covers, doc=here, req=at(KEY), now=now)
    for level in ("full", "code", "none"):
        face = 'Api-Key realm="api"' if level == "none" else KEY_FACE
        here = doc(api_key=keys(key_entry(revoked=True)), describe=level)
        expect = {**UNKNOWN, "headers": denial(face)}
        check(f"key-alike-unknown-{level}", expect, covers, doc=here, req=at(OTHER_KEY))
        check(f"key-alike-revoked-{level}", {**gone, "headers": denial(face)}, covers, doc=here, req=at(KEY))
    both = doc(api_key=keys(key_entry(name="old"), key_entry(OTHER_KEY, "new")))
    for name, key in [("old", KEY), ("new", OTHER_KEY)]:
        check(f"key-rotation-{name}", ok(name), ["REQ-APIKEY-11"], doc=both, req=at(key))
    upper = doc(api_key=keys({**key_entry(), "sha256": key_entry()["sha256"].upper()}))
    check("key-hash-upper-case", ok(), ["REQ-APIKEY-05"], doc=upper, req=at(KEY))
    odd = doc(api_key=keys(key_entry(name='a "b" \\ c')))
    check("key-subject-as-written", ok('a "b" \\ c'), ["REQ-APIKEY-04"], doc=odd, req=at(KEY))
    note = "revoked lists the ids of tokens"
    here = doc(api_key=keys())
    check(
        "key-id-in-revoked",
        ok(),
        ["op:check/revoked", "choice:revoked-ids"],
        doc=here,
        req=at(KEY),
        revoked=["billing"],
        note=note,
    )


def environment():
    """The section's environment against the key's."""
    other = says("api_key_wrong_environment", scheme="Api-Key", subject="billing", headers=denial(KEY_FACE))
    covers = ["REQ-APIKEY-07", "reason:api_key_wrong_environment"]
    for name, section, entry, expect in [
        ("equal", {"environment": "prod"}, {"environment": "prod"}, ok()),
        ("other", {"environment": "prod"}, {"environment": "test"}, other),
        ("case", {"environment": "prod"}, {"environment": "Prod"}, other),
        ("longer", {"environment": "prod"}, {"environment": "prod-eu"}, other),
        ("absent", {"environment": "prod"}, {}, other),
        ("section-absent", {}, {"environment": "test"}, ok()),
        ("section-null", {"environment": NULL}, {"environment": "test"}, ok()),
        ("both-absent", {}, {}, ok()),
    ]:
        here = doc(api_key=keys(key_entry(**entry), **section))
        check(f"key-environment-{name}", expect, covers, doc=here, req=at(KEY))
    here = doc(api_key=keys(key_entry(revoked=True, environment="test"), environment="prod"))
    gone = says("api_key_revoked", scheme="Api-Key", subject="billing")
    check("key-environment-after-revoked", gone, ["rule:1/order"], doc=here, req=at(KEY))


def rights():
    """Scopes of a key, and `access`, which a key cannot fit."""
    few = says("insufficient_scope", 403, scheme="Api-Key", subject="billing", headers=denial(KEY_FACE))
    for name, scopes, needed, expect in [
        ("granted", ["read"], "read", ok()),
        ("more", ["write", "read"], "read", ok()),
        ("both", ["a", "b"], ["b", "a"], ok()),
        ("part", ["a"], "a b", few),
        ("empty", [], "a", few),
        ("absent", None, "a", few),
        ("case", ["READ"], "read", few),
        ("none-needed", None, None, ok()),
    ]:
        entry = key_entry(**({} if scopes is None else {"scopes": scopes}))
        here = doc(api_key=keys(entry), **({"scopes": needed} if needed else {}))
        check(f"key-scope-{name}", expect, ["REQ-APIKEY-10", "REQ-HTTP-29"], doc=here, req=at(KEY))
    here = doc(api_key=keys(), scopes="read")
    check("key-scope-asked", few, ["op:check/scopes"], doc=here, req=at(KEY), scopes="write")
    check("key-scope-query", few, ["REQ-APIKEY-10"], f"Api-Key {KEY}", doc=here, scopes="write")
    table = {"boss": {"access": {"role": "boss"}}, "open": {"optional": True}, "realm": {"realm": "r"}}
    here = doc(bearer=bearer(), basic=users(), api_key=keys(environment=NULL), profiles=table)
    bare = [["Cache-Control", "no-store"]]
    denied = says("access_denied", 403, scheme="Api-Key", subject="billing", headers=bare)
    check("key-profile-access", denied, ["policy:profiles"], doc=here, req=at(KEY), profile="boss")
    check("key-profile-access-first", denied, ["rule:1/order"], doc=here, req=at(KEY), profile="boss", scopes="x")
    expect = {**UNKNOWN, "headers": denial('Bearer realm="api"', BASIC_FACE, KEY_FACE)}
    check("key-profile-access-unknown", expect, ["rule:1/order"], doc=here, req=at("x"), profile="boss")
    check("key-profile-open", says("anonymous_allowed", headers=[]), ["policy:optional"], doc=here, profile="open")
    check("key-profile-open-unknown", expect, ["policy:optional"], doc=here, req=at("x"), profile="open")
    faces = denial('Bearer realm="r"', 'Basic realm="r", charset="UTF-8"', 'Api-Key realm="r", header="X-API-Key"')
    expect = {**UNKNOWN, "headers": faces}
    check("key-profile-realm", expect, ["policy:profiles"], doc=here, req=at("x"), profile="realm")


places()
form()
marks()
life()
environment()
rights()
