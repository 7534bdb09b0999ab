"""Rows of `next_step`: responses that a client meets, and the author's word for each step."""

from rows import NOW, add

URL = "https://api.example.com/v1/reports"
EVERY = ["Bearer", "DPoP", "Digest", "Basic", "Api-Key"]
ABLE = {"refresh": True, "interactive": True, "schemes": EVERY, "replay": True, "idempotent": True}
BEARER = {"scheme": "Bearer"}
DPOP = {"scheme": "DPoP"}
REFUSED = 'Bearer realm="api", error="invalid_token"'


def able(**changes):
    """A client that can do everything, but for these."""
    return {**ABLE, **changes}


def response(status=401, *challenges, lines=(), url=None):
    """A response with these challenges and other field lines."""
    found = {"status": status, "headers": [["WWW-Authenticate", value] for value in challenges]}
    found["headers"] += [list(line) for line in lines]
    return found if url is None else {**found, "url": url}


def meet(case_id, expected, covers, *met, sent=BEARER, can=ABLE, note="", state=None, now=NOW, seed=7, **said):
    """One row. `expected` has a word for each response, as `refresh invalid_token`; `said` is of the last step."""
    case = {"sent": sent, "can": can, "state": state, "now": now, "seed": seed, "responses": list(met)}
    case = {name: value for name, value in case.items() if value is not None}
    expect = {"steps": [expected] if isinstance(expected, str) else expected, **said}
    add("next_step", f"step-{case_id}", expect, case, [*covers, "op:next_step"], note)


def told(steps, name):
    """What an answer says in the author's words."""
    if name == "steps":
        return [f"{step['step']} {step['reason']}" for step in steps]
    if name == "reason":
        return [step["reason"] for step in steps]
    if name == "tolerances":
        return [warning["tolerance"] for warning in steps[-1]["warnings"]]
    if name == "places":
        return [[warning["value"], warning["offset"]] for warning in steps[-1]["warnings"]]
    return steps[-1][name]
