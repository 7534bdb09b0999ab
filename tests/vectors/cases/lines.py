"""`driver`: lines that are no case, and cases whose raw text matters."""

from model.jsontext import write
from rows import NOW, add, issuer, policy, request
from tokens import jwk

GOOD = {"op": "check", "id": "d1", "policy": policy(), "request": request(), "now": NOW}
TEXT = write(GOOD)


def bad(text, case_id, *covers, note=""):
    """A line that gets `case_invalid`."""
    add("driver", None, {"reason": "case_invalid", "id": case_id}, text, ["reason:case_invalid", *covers], note)


def changed(**members):
    """The good case with members changed; None leaves one out."""
    return write({k: v for k, v in {**GOOD, **members}.items() if v is not None})


def no_case():
    """Not JSON, not an object, no id, no known op."""
    for text in ("x", "{", TEXT[:-1], TEXT + "x", "[]", "null", '"x"', "1", "{'op':'check'}", "{}"):
        bad(text, None, "driver:syntax")
    bad('{"op":"decode","token":"a.b.c"}', None, "driver:id")
    bad('{"op":"decode","id":1,"token":"a.b.c"}', None, "driver:id")
    bad('{"op":"decode","id":null,"token":"a.b.c"}', None, "driver:id")
    bad('{"id":"x1","token":"a.b.c"}', "x1", "driver:op")
    bad('{"op":"encode","id":"x2","token":"a.b.c"}', "x2", "driver:op")
    bad('{"op":"Decode","id":"x3","token":"a.b.c"}', "x3", "driver:op")
    bad('{"op":1,"id":"x4","token":"a.b.c"}', "x4", "driver:op")
    bad('{"op":null,"id":"x5","token":"a.b.c"}', "x5", "driver:op")
    bad('{"op":"decode","id":"x6"}', "x6", "driver:missing")
    bad('{"op":"decode","id":"x7","token":null}', "x7", "driver:type")
    bad('{"op":"decode","id":"x8","token":"a.b.c","extra":1}', "x8", "driver:unknown-member")
    bad('{"op":"decode","id":"x9","token":"a.b.c","token":"a.b.c"}', "x9", "driver:repeated-name")
    bad('{"op":"decode","id":"x10","token":"a.b.c","\\u0074oken":"a.b.c"}', "x10", "driver:repeated-name")
    for index, line in enumerate(
        [
            '"op":"load_keys"',
            '"op":"load_keys","jwks_text":1',
            '"op":"load_keys","jwks":{"keys":[]},"x":1',
            '"op":"verify_jws","token":"a.b.c"',
            '"op":"verify_jws","token":1,"jwks":{"keys":[]}',
            '"op":"verify_jws","token":"a.b.c","jwks":{"keys":[]},"algorithms":"RS256"',
            '"op":"verify_jws","token":"a.b.c","jwks":{"keys":[]},"algorithms":[1]',
            '"op":"parse_challenges"',
            '"op":"parse_challenges","values":"Basic"',
            '"op":"parse_challenges","values":[1]',
            '"op":"parse_authorization","value":1',
            '"op":"parse_authorization","values":["Basic"]',
            '"op":"build_challenge","scheme":"Bearer"',
            '"op":"build_challenge","scheme":1,"params":[]',
            '"op":"build_challenge","scheme":"Bearer","params":{"realm":"a"}',
            '"op":"build_challenge","scheme":"Bearer","params":[["realm"]]',
            '"op":"build_challenge","scheme":"Bearer","params":[["realm","a","b"]]',
            '"op":"build_challenge","scheme":"Bearer","params":[["realm",1]]',
        ]
    ):
        bad(f'{{"id":"y{index}",{line}}}', f"y{index}", "driver:type")


def check_lines():
    """`check`: members of the case and of the request."""
    for name, text in {
        "unknown": changed(colour=1),
        "no-policy": changed(policy=None),
        "no-request": changed(request=None),
        "now-text": changed(now=str(NOW)),
        "policy-text-type": changed(policy=None, policy_text=1),
        "profile-type": changed(profile=1),
        "scopes-type": changed(scopes=["a"]),
        "scopes-quote": changed(scopes='a"b'),
        "scopes-backslash": changed(scopes="a\\b"),
        "scopes-non-ascii": changed(scopes="\u00e9"),
        "scopes-newline": changed(scopes="a\nb"),
        "revoked-type": changed(revoked="j-1"),
        "revoked-member": changed(revoked=[1]),
        "keys-type": changed(keys={}),
        "keys-member": changed(keys=["x"]),
        "keys-no-issuer": changed(keys=[{"jwks": {"keys": []}}]),
        "keys-issuer-type": changed(keys=[{"issuer": 1, "jwks": {"keys": []}}]),
        "keys-unknown": changed(keys=[{"issuer": "x", "jwks": {"keys": []}, "y": 1}]),
        "request-type": changed(request=[]),
        "request-unknown": changed(request={**request(), "body": "x"}),
        "method-type": changed(request={**request(), "method": 1}),
        "target-type": changed(request={**request(), "target": 1}),
        "headers-type": changed(request={**request(), "headers": {}}),
        "header-pair": changed(request={**request(), "headers": [["Authorization"]]}),
        "header-triple": changed(request={**request(), "headers": [["Authorization", "a", "b"]]}),
        "header-name": changed(request={**request(), "headers": [[1, "a"]]}),
        "header-value": changed(request={**request(), "headers": [["Authorization", 1]]}),
        "header-value-object": changed(request={**request(), "headers": [["Authorization", {"x": "y"}]]}),
        "certificate-type": changed(request={**request(), "client_cert_sha256": 1}),
        "now-twice": TEXT[:-1] + ',"now":1}',
        "request-name-twice": TEXT.replace('"method":"GET"', '"method":"GET","method":"GET"'),
        "keys-name-twice": TEXT[:-1] + ',"keys":[{"issuer":"a","issuer":"a","jwks":{"keys":[]}}]}',
    }.items():
        bad(text.replace('"d1"', f'"c-{name}"', 1), f"c-{name}", f"driver:check/{name}")
    for index, text in enumerate(["1e9", "1.7E9", "1700000000.1234567890", "17e8", "true", "null", "[1]"]):
        line = TEXT.replace(f'"now":{NOW}', f'"now":{text}').replace('"d1"', f'"n-{index}"', 1)
        bad(line, f"n-{index}", "op:check/now")
    for index, text in enumerate(["+1", "01", "1.", ".5", "0x10", "NaN", "- 1"]):
        line = TEXT.replace(f'"now":{NOW}', f'"now":{text}')
        bad(line, None, "op:check/now", "driver:syntax", note=f"no JSON number, so the line is no JSON ({index})")


def raw_texts():
    """Cases whose raw text matters: repeated names inside `policy` and inside a `jwks`."""
    twice = TEXT.replace('"realm":"api"', '"realm":"api","realm":"api"', 1).replace('"d1"', '"r-policy"', 1)
    add("driver", None, {"reason": "policy_invalid", "pointer": "/realm"}, twice, ["loader:repeated-name"])
    line = '{"op":"load_keys","id":"r-set","jwks":{"keys":[],"keys":[]}}'
    add("driver", None, {"reason": "jwks_invalid"}, line, ["REQ-JWK-01"])
    key = write(jwk("p256_a"))[:-1] + ',"crv":"P-256"}'
    line = f'{{"op":"load_keys","id":"r-key","jwks":{{"keys":[{key},{write(jwk("ed_a"))}]}}}}'
    add("driver", None, {"reason": ["key_malformed", "ok"]}, line, ["REQ-JWK-03"])
    spaced = TEXT.replace(",", " , ").replace('"d1"', '"r-spaced"', 1)
    add("driver", None, {"reason": "credentials_missing"}, " " + spaced + " ", ["driver:spaces"])
    nulls = changed(profile=None, id="r-nulls")[:-1] + ',"profile":null}'
    add("driver", None, {"reason": "credentials_missing"}, nulls, ["op:check/null"])
    no_method = {k: v for k, v in request().items() if k != "method"}
    line = write({**GOOD, "id": "r-no-method", "request": no_method})
    add("driver", None, {"reason": "credentials_missing"}, line, ["op:check/method"])
    line = write({**GOOD, "id": "r-policy-type", "policy": policy(issuer(audience=None))})
    add("driver", None, {"reason": "policy_invalid", "pointer": "/bearer/issuers/0"}, line, ["loader:missing-member"])


no_case()
check_lines()
raw_texts()
