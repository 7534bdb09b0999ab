"""`check`: what may stand in an Authorization line, and the slips behind the word Bearer."""

import base64

from rows import check, good, policy, request, says

TOKEN = good()
STRICT = policy(whitespace="strict")


def b64(data):
    """A raw header value."""
    return {"b64": base64.b64encode(data).decode()}


def accepted():
    """Spellings that are legal on the wire."""
    for name, value, covers in [
        ("plain", f"Bearer {TOKEN}", ["REQ-BEARER-01"]),
        ("lower", f"bearer {TOKEN}", ["REQ-HTTP-01"]),
        ("upper", f"BEARER {TOKEN}", ["REQ-HTTP-01"]),
        ("mixed", f"bEaReR {TOKEN}", ["REQ-HTTP-01"]),
        ("two-spaces", f"Bearer  {TOKEN}", ["REQ-BEARER-02"]),
        ("many-spaces", f"Bearer {' ' * 40}{TOKEN}", ["REQ-BEARER-02"]),
        ("trailing-space", f"Bearer {TOKEN} ", ["REQ-BEARER-03", "REQ-HTTP-19"]),
        ("trailing-tab", f"Bearer {TOKEN}\t", ["REQ-HTTP-19"]),
        ("leading-space", f"  Bearer {TOKEN}", ["REQ-HTTP-19"]),
        ("leading-tab", f"\tBearer {TOKEN}", ["REQ-HTTP-19"]),
        ("raw-bytes", b64(f"Bearer {TOKEN}".encode()), ["op:check/b64"]),
    ]:
        check(f"header-ok-{name}", says("ok", scheme="Bearer"), [*covers, "reason:ok"], value)
    for field in ("authorization", "AUTHORIZATION", "aUthOrization"):
        req = request(lines=[[field, f"Bearer {TOKEN}"]])
        check(f"header-field-{field}", says("ok"), ["REQ-HTTP-43"], req=req)
    req = request(lines=[["Proxy-Authorization", f"Bearer {TOKEN}"]])
    check("header-proxy-field-is-not-ours", says("credentials_missing", scheme=None), ["REQ-HTTP-40"], req=req)


def slips():
    """One everyday slip each."""
    rows = [
        ("empty", "Bearer", "bearer_empty", ["REQ-BEARER-27"]),
        ("empty-spaces", "Bearer   ", "bearer_empty", ["REQ-BEARER-27"]),
        ("empty-lower", "bearer", "bearer_empty", ["REQ-BEARER-27"]),
        ("colon", f"Bearer: {TOKEN}", "bearer_colon", ["REQ-BEARER-21"]),
        ("colon-glued", f"Bearer:{TOKEN}", "bearer_colon", ["REQ-BEARER-21"]),
        ("colon-lower", f"bearer: {TOKEN}", "bearer_colon", ["REQ-BEARER-21"]),
        ("equals", f"Bearer={TOKEN}", "bearer_colon", ["REQ-BEARER-21"]),
        ("space-missing", f"Bearer{TOKEN}", "bearer_space_missing", ["REQ-BEARER-22"]),
        ("tab", f"Bearer\t{TOKEN}", "bearer_space_missing", ["REQ-BEARER-22", "REQ-HTTP-04"]),
        ("glued-quote", f'Bearer"{TOKEN}"', "bearer_space_missing", ["REQ-BEARER-22"]),
        ("quoted", f'Bearer "{TOKEN}"', "bearer_quoted", ["REQ-BEARER-23"]),
        ("quoted-single", f"Bearer '{TOKEN}'", "bearer_quoted", ["REQ-BEARER-23"]),
        ("quoted-curly", f"Bearer \u201c{TOKEN}\u201d", "bearer_quoted", ["REQ-BEARER-23"]),
        ("quoted-curly-single", f"Bearer \u2018{TOKEN}\u2019", "bearer_quoted", ["REQ-BEARER-23"]),
        ("quoted-opening-only", f'Bearer "{TOKEN}', "bearer_quoted", ["REQ-BEARER-23"]),
        ("newline-lf", f"Bearer {TOKEN}\n", "bearer_newline", ["REQ-BEARER-24", "REQ-HTTP-17"]),
        ("newline-crlf", f"Bearer {TOKEN}\r\n", "bearer_newline", ["REQ-BEARER-24"]),
        ("newline-inside", f"Bearer {TOKEN[:40]}\n{TOKEN[40:]}", "bearer_newline", ["REQ-BEARER-24"]),
        ("newline-cr", f"Bearer {TOKEN[:40]}\r{TOKEN[40:]}", "bearer_newline", ["REQ-BEARER-24"]),
        ("newline-literal", f"Bearer {TOKEN}\\n", "bearer_newline", ["REQ-BEARER-24"]),
        ("newline-percent", f"Bearer {TOKEN}%0A", "bearer_newline", ["REQ-BEARER-24"]),
        ("newline-before-quote", f'Bearer "{TOKEN}\n"', "bearer_newline", ["rule:1/slip-order"]),
        ("joined", f"Bearer {TOKEN}, Bearer {TOKEN}", "authorization_repeated", ["REQ-HTTP-33"]),
        ("joined-no-space", f"Bearer {TOKEN},Bearer {TOKEN}", "authorization_repeated", ["REQ-HTTP-33"]),
        ("comma-only", f"Bearer {TOKEN},", "bearer_bad_character", ["REQ-BEARER-04"]),
        ("comma-word", f"Bearer {TOKEN}, x", "bearer_bad_character", ["rule:1/comma-slip"]),
        ("prefix", f"Bearer Bearer {TOKEN}", "bearer_prefix_repeated", ["REQ-BEARER-25"]),
        ("prefix-lower", f"Bearer bearer {TOKEN}", "bearer_prefix_repeated", ["REQ-BEARER-25"]),
        ("prefix-alone", "Bearer Bearer", "bearer_prefix_repeated", ["REQ-BEARER-25"]),
        ("prefix-colon", f"Bearer Bearer:{TOKEN}", "bearer_prefix_repeated", ["REQ-BEARER-25"]),
        ("two-words", f"Bearer {TOKEN} x", "bearer_bad_character", ["REQ-BEARER-04"]),
        ("ellipsis", f"Bearer {TOKEN[:20]}\u2026", "bearer_bad_character", ["REQ-BEARER-04"]),
        ("three-dots", f"Bearer {TOKEN[:20]}...", "jwt_malformed", ["REQ-JWS-01"]),
        ("percent-inside", f"Bearer {TOKEN[:20]}%2E{TOKEN[20:]}", "bearer_bad_character", ["REQ-BEARER-04"]),
        ("nul", f"Bearer {TOKEN}\0x", "bearer_bad_character", ["REQ-HTTP-17"]),
        ("del", f"Bearer {TOKEN}\x7fx", "bearer_bad_character", ["REQ-HTTP-18"]),
        ("equals-inside", "Bearer ab=c", "bearer_bad_character", ["REQ-HTTP-05"]),
        ("equals-first", "Bearer =abc", "bearer_bad_character", ["REQ-HTTP-05"]),
        ("parameters", 'Bearer token="abc"', "bearer_bad_character", ["REQ-BEARER-04"]),
        ("angle-open", "Bearer <abc", "bearer_bad_character", ["REQ-BEARER-04"]),
        ("json", 'Bearer {"payload":"x"}', "jws_json_given", ["REQ-JWS-27", "attack:25"]),
        ("json-response", f'Bearer {{"access_token":"{TOKEN}"}}', "jws_json_given", ["REQ-JWS-27"]),
        ("latin1", b64(b"Bearer caf\xe9"), "bearer_bad_character", ["REQ-BEARER-04"]),
        ("bad-utf8", b64(b"Bearer \xff\xfe"), "bearer_bad_character", ["REQ-BEARER-04"]),
    ]
    words = ["undefined", "null", "None", "NaN", "[object Object]"]
    frames = ["<token>", "${TOKEN}", "{{token}}", "{{ access_token }}", "%TOKEN%", "<your token here>"]
    for index, word in enumerate(words + frames):
        rows.append((f"placeholder-{index}", f"Bearer {word}", "bearer_placeholder", ["REQ-BEARER-28"]))
    for name, value, reason, covers in rows:
        covers = [*covers, f"reason:{reason}"]
        check(f"slip-{name}", says(reason, scheme="Bearer", issuer=None), covers, value)


def strict_mode():
    """`whitespace` strict refuses what is legal but sloppy."""
    covers = ["reason:bearer_stray_space", "policy:whitespace/strict"]
    for name, value in [
        ("two-spaces", f"Bearer  {TOKEN}"),
        ("trailing", f"Bearer {TOKEN} "),
        ("before-newline", f"Bearer  {TOKEN}\n"),
        ("before-quote", f'Bearer  "{TOKEN}"'),
        ("before-bad-character", "Bearer  a,b"),
    ]:
        check(f"strict-{name}", says("bearer_stray_space", scheme="Bearer"), covers, value, doc=STRICT)
    check("strict-one-space", says("ok"), ["REQ-BEARER-02"], f"Bearer {TOKEN}", doc=STRICT)
    check("strict-empty-first", says("bearer_empty"), ["rule:1/slip-order"], "Bearer  ", doc=STRICT)
    check("strict-colon-first", says("bearer_colon"), ["rule:1/slip-order"], f"Bearer:  {TOKEN}", doc=STRICT)
    lenient = policy(whitespace="lenient")
    check("lenient-by-name", says("ok"), ["policy:whitespace/lenient"], f"Bearer  {TOKEN}", doc=lenient)


def other_schemes():
    """Lines that do not name Bearer."""
    for name, value, reason, covers in [
        ("basic", "Basic YWxpY2U6c2VjcmV0", "scheme_unsupported", ["REQ-BEARER-11"]),
        ("digest", 'Digest username="a", realm="b"', "scheme_unsupported", ["REQ-BEARER-11"]),
        ("dpop", f"DPoP {TOKEN}", "scheme_unsupported", ["REQ-BEARER-11"]),
        ("token-word", f"Token {TOKEN}", "scheme_unsupported", ["REQ-BEARER-11"]),
        ("jwt-word", f"JWT {TOKEN}", "scheme_unsupported", ["REQ-BEARER-11"]),
        ("short-word", f"Bear {TOKEN}", "scheme_unsupported", ["REQ-BEARER-11"]),
        ("scheme-alone", "Negotiate", "scheme_unsupported", ["REQ-HTTP-03"]),
        ("opaque-alone", "mF_9B5f41JqM", "scheme_unsupported", ["D-06"]),
        ("raw-jwt", TOKEN, "bearer_scheme_missing", ["REQ-BEARER-26", "D-06"]),
        ("raw-jwt-spaces", f" {TOKEN} ", "bearer_scheme_missing", ["REQ-BEARER-26"]),
        ("no-word", "(Bearer) abc", "authorization_malformed", ["REQ-HTTP-02"]),
        ("quoted-all", f'"Bearer {TOKEN}"', "authorization_malformed", ["REQ-HTTP-02"]),
        ("empty", "", "authorization_malformed", ["rule:1/empty-authorization"]),
        ("blank", " \t ", "authorization_malformed", ["rule:1/empty-authorization"]),
        ("tab", "Basic\tYWxpY2U6c2VjcmV0", "authorization_malformed", ["REQ-HTTP-04"]),
        ("name-twice", "Digest a=1, b=2, A=3", "authorization_malformed", ["REQ-HTTP-09"]),
        ("unclosed", 'Digest a="1', "authorization_malformed", ["REQ-HTTP-14"]),
        ("two-words", "Basic abc def", "authorization_malformed", ["REQ-HTTP-05"]),
        ("control", 'Digest a="x\x01y"', "authorization_malformed", ["REQ-HTTP-18"]),
        ("newline", "Basic abc\ndef", "authorization_malformed", ["REQ-HTTP-17"]),
        ("nul", "Basic abc\0", "authorization_malformed", ["REQ-HTTP-17"]),
        ("non-ascii-word", "B\u00e9arer abc", "authorization_malformed", ["REQ-HTTP-02"]),
        ("comma", ", Basic abc", "authorization_malformed", ["REQ-HTTP-02"]),
    ]:
        check(f"foreign-{name}", says(reason, scheme=None), [*covers, f"reason:{reason}"], value)


def several_lines():
    """Two Authorization lines are never reduced to one."""
    bearer, basic = ["Authorization", f"Bearer {TOKEN}"], ["authorization", "Basic YWxpY2U6c2VjcmV0"]
    for name, lines, scheme in [
        ("same", [bearer, bearer], "Bearer"),
        ("case", [bearer, ["AUTHORIZATION", "bearer abc"]], "Bearer"),
        ("mixed", [bearer, basic], None),
        ("mixed-other-order", [basic, bearer], None),
        ("foreign", [basic, basic], None),
        ("one-empty", [bearer, ["Authorization", ""]], None),
        ("three", [bearer, bearer, bearer], "Bearer"),
        ("slip-second", [bearer, ["Authorization", "Bearer: x"]], "Bearer"),
    ]:
        covers = ["REQ-HTTP-32", "reason:authorization_repeated"]
        check(f"lines-{name}", says("authorization_repeated", scheme=scheme), covers, req=request(lines=lines))


accepted()
slips()
strict_mode()
other_schemes()
several_lines()
