"""`store`: policies that do not load, and lines that are no case."""

from model.jsontext import write
from rows import NOW, add, issuer, policy, refused, request
from stories import ask_untimed, body, clocks, generation, key_set, live_policy, num, story
from tokens import jwk

DOC = live_policy({"prefetch": True})


def case(*steps, **members):
    """A case of these steps."""
    return {"op": "store", "id": "st", "policy": DOC, "steps": list(steps), **members}


def bad(name, value, case_id="st"):
    """A line that gets `case_invalid`; the id in it is the row's own."""
    text = value if isinstance(value, str) else write(value)
    text = text.replace('"id":"st"', f'"id":"{name}"')
    case_id = name if case_id else None
    add("driver", None, {"reason": "case_invalid", "id": case_id}, text, ["reason:case_invalid", "op:store"])


def policies():
    """What is said of the policy."""
    covers = ["op:store"]
    empty = {"realm": "api", "bearer": {"issuers": []}}
    add("store", "store-policy-refused", refused("/bearer/issuers"), {"policy": empty, "steps": []}, covers)
    text = '{"realm":"a","realm":"b"}'
    add("store", "store-policy-text", refused("/realm"), {"policy_text": text, "steps": []}, covers)
    doc = policy(issuer(jwks=None, jwks_uri="https://a.example/k", keys={"cooldown": 0}))
    pointer = refused("/bearer/issuers/0/keys/cooldown")
    add("store", "store-policy-cooldown-zero", pointer, {"policy": doc, "steps": [generation(0)[0]]}, covers)
    story("store-no-steps", covers, DOC)
    story("store-most-steps", [*covers, "limit:steps"], DOC, [generation(0) for _ in range(256)])
    inline = policy(issuer(jwks={"keys": [jwk("p256_a", kid="k1")]}))
    plain = {"request": request(), "profile": None, "now": NOW}
    steps = ({"check": plain}, "credentials_missing")
    story("store-check-without-credentials", covers, inline, steps, ask_untimed(0, "ok"))


def no_cases():
    """Members and types."""
    wall, fast = {"now": NOW}, clocks(0)
    done = {"ticket": "last", "outcome": "failed", **fast}
    asked = {"request": request(), **fast}
    pushed = {"issuer": "https://a.example", "jwks": key_set("k1")}
    lines = {
        "steps-missing": {k: v for k, v in case().items() if k != "steps"},
        "steps-object": case(steps={}),
        "policy-missing": {k: v for k, v in case().items() if k != "policy"},
        "policy-and-text": case(policy_text="{}"),
        "policy-list": case(policy=[]),
        "unknown-member": case(entropy="x"),
        "now-at-the-case": case(now=NOW),
        "too-many": case(*[generation(0)[0]] * 257),
        "step-text": case("next_fetch"),
        "step-empty": case({}),
        "step-two-verbs": case({"next_fetch": fast, "generation": "x"}),
        "step-unknown": case({"fetch": fast}),
        "step-null": case({"next_fetch": None}),
        "next-fetch-no-now": case({"next_fetch": {"monotonic": 1}}),
        "next-fetch-no-monotonic": case({"next_fetch": wall}),
        "next-fetch-text-time": case({"next_fetch": {"now": str(NOW), "monotonic": 1}}),
        "next-fetch-negative": case({"next_fetch": {**wall, "monotonic": -1}}),
        "next-fetch-at-zero": case({"next_fetch": {**wall, "monotonic": 0}}),
        "next-fetch-too-fine": case({"next_fetch": {**wall, "monotonic": num("0.0000000001")}}),
        "next-fetch-exponent": case({"next_fetch": {**wall, "monotonic": num("1e3")}}),
        "next-fetch-too-late": case({"next_fetch": {**wall, "monotonic": num("18446744073.709551616")}}),
        "next-fetch-unknown-member": case({"next_fetch": {**fast, "issuer": "x"}}),
        "done-no-ticket": case({"fetch_done": {k: v for k, v in done.items() if k != "ticket"}}),
        "done-no-outcome": case({"fetch_done": {k: v for k, v in done.items() if k != "outcome"}}),
        "done-ticket-first": case({"fetch_done": {**done, "ticket": "first"}}),
        "done-ticket-negative": case({"fetch_done": {**done, "ticket": -1}}),
        "done-ticket-fraction": case({"fetch_done": {**done, "ticket": num("1.0")}}),
        "done-ticket-null": case({"fetch_done": {**done, "ticket": None}}),
        "done-outcome-unknown": case({"fetch_done": {**done, "outcome": "late"}}),
        "done-outcome-number": case({"fetch_done": {**done, "outcome": 304}}),
        "done-outcome-empty": case({"fetch_done": {**done, "outcome": {}}}),
        "done-outcome-two-bodies": case({"fetch_done": {**done, "outcome": {"body": {}, "body_text": "{}"}}}),
        "done-body-text-number": case({"fetch_done": {**done, "outcome": {"body_text": 1}}}),
        "done-etag-number": case({"fetch_done": {**done, "outcome": body("k1", etag=1)}}),
        "done-max-age-text": case({"fetch_done": {**done, "outcome": body("k1", max_age="60")}}),
        "done-max-age-negative": case({"fetch_done": {**done, "outcome": body("k1", max_age=-1)}}),
        "done-max-age-fraction": case({"fetch_done": {**done, "outcome": body("k1", max_age=num("1.5"))}}),
        "done-max-age-huge": case({"fetch_done": {**done, "outcome": body("k1", max_age=num("18446744073709551616"))}}),
        "done-not-modified-null": case({"fetch_done": {**done, "outcome": {"not_modified": None}}}),
        "done-not-modified-etag": case({"fetch_done": {**done, "outcome": {"not_modified": {"etag": "x"}}}}),
        "done-not-modified-body": case({"fetch_done": {**done, "outcome": {"not_modified": {}, "body": {}}}}),
        "check-no-request": case({"check": fast}),
        "check-no-now": case({"check": {"request": request(), "monotonic": 1}}),
        "check-monotonic-null": case({"check": {**asked, "monotonic": None}}),
        "check-scopes": case({"check": {**asked, "scopes": 'a"b'}}),
        "check-keys": case({"check": {**asked, "keys": []}}),
        "check-revoked": case({"check": {**asked, "revoked": []}}),
        "set-keys-no-issuer": case({"set_keys": {"jwks": key_set("k1")}}),
        "set-keys-no-set": case({"set_keys": {"issuer": "https://a.example"}}),
        "set-keys-two-sets": case({"set_keys": {**pushed, "jwks_text": "{}"}}),
        "set-keys-time-alone": case({"set_keys": {**pushed, **fast}}),
        "set-keys-fetched-alone": case({"set_keys": {**pushed, "fetched_at": NOW}}),
        "set-keys-fetched-zero": case({"set_keys": {**pushed, "fetched_at": 0, **fast}}),
        "set-keys-fetched-null": case({"set_keys": {**pushed, "fetched_at": None, **fast}}),
        "revoke-id": case({"revoke": {"id": "a"}}),
        "revoke-ids-text": case({"revoke": {"ids": "a"}}),
        "revoke-ids-numbers": case({"revoke": {"ids": [1]}}),
        "revoke-subject-text": case({"revoke": {"subjects": ["alice"]}}),
        "revoke-subject-no-moment": case({"revoke": {"subjects": [{"subject": "alice"}]}}),
        "revoke-subject-text-time": case({"revoke": {"subjects": [{"subject": "alice", "before": "1"}]}}),
        "revoke-subject-fraction": case({"revoke": {"subjects": [{"subject": "alice", "before": num("1.5")}]}}),
        "revoke-subject-zero": case({"revoke": {"subjects": [{"subject": "alice", "before": 0}]}}),
        "generation-object": case({"generation": {"issuer": "x"}}),
        "generation-null": case({"generation": None}),
    }
    for name, line in lines.items():
        bad(f"store-{name}", line)
    bad("store-verb-twice", write(case()).replace('"steps":[]', '"steps":[{"generation":"x","generation":"y"}]'))
    twice = '"steps":[{"next_fetch":{"now":1,"now":1,"monotonic":1}}]'
    bad("store-now-twice", write(case()).replace('"steps":[]', twice))
    bad("store-steps-twice", write(case()).replace('"steps":[]', '"steps":[],"steps":[]'))
    moment = {"now": NOW, "monotonic": num("18446744068.709551615")}
    last = write(case({"next_fetch": moment}, id="store-last-moment"))
    note = "its deadline is the last moment that 64 bits hold"
    add("driver", None, {"steps": ["key_set prefetch"]}, last, ["op:store"], note)
    huge = body("k1", max_age=num("18446744073709551615"))
    steps = ({"next_fetch": fast}, {"fetch_done": {**done, "outcome": huge}}, {"next_fetch": clocks(77760)})
    expect = {"steps": ["key_set prefetch", "loaded", "key_set refresh"]}
    add("driver", None, expect, write(case(*steps, id="store-longest-max-age")), ["op:store", "REQ-ROTATION-11"])


policies()
no_cases()
