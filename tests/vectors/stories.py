"""Rows of `store`: what a host does, step by step, and beside each step what the author says of it.

Steps stand at seconds from `START` on, on the monotonic clock; the wall clock runs beside it from `NOW` on, unless a
step says otherwise.
"""

from rows import ISSUER, NOW, add, claims, issuer, num, policy, request
from tokens import jwk, token

NAMES = {"k1": "p256_a", "k2": "p256_b", "k3": "p256_c", "k4": "p256_d"}
START = 1000
URI = ISSUER + "/jwks.json"


def live(timing=None, **extra):
    """The usual issuer with its keys at an address."""
    return issuer(**{"jwks": None, "jwks_uri": URI, "keys": timing, **extra})


def live_policy(timing=None, remember=None, **extra):
    """A policy of that issuer alone."""
    more = {} if remember is None else {"remember": {"entries": remember}}
    return policy(live(timing, **extra), **more)


def key_set(*kids):
    """A JWK Set of these kids."""
    return {"keys": [jwk(NAMES[kid], kid=kid, alg="ES256") for kid in kids]}


def token_of(kid="k1", key=None, head=None, **extra):
    """A token under this kid that lasts for the whole story."""
    payload = claims(**{"exp": NOW + 10**8, **extra})
    header = {"alg": "ES256", "kid": kid, **(head or {})}
    return token({k: v for k, v in header.items() if v is not None}, payload, key or NAMES[kid], "ES256")


def at(second):
    """A time on the monotonic clock as it stands in a case; `second` is an integer, or the text of a fraction."""
    if isinstance(second, int):
        return START + second
    whole, fraction = second.split(".")
    return num(f"{START + int(whole)}.{fraction}")


def clocks(second, wall=None):
    """Both clocks."""
    wall = NOW + int(float(second)) if wall is None else wall
    return {"now": wall, "monotonic": at(second)}


def ask(second, expected, text=None, wall=None, **more):
    """A check of a token (the usual one if none is given)."""
    step = {"request": request("Bearer " + (text or token_of())), **more, **clocks(second, wall)}
    return {"check": step}, expected


def ask_untimed(second, expected, text=None):
    """The same by a host without a monotonic clock."""
    return {"check": {"request": request("Bearer " + (text or token_of())), "now": NOW + second}}, expected


def fetch(second, expected, wall=None):
    """`next_fetch`; expected is None, or kind and reason."""
    return {"next_fetch": clocks(second, wall)}, expected


def done(second, outcome, expected, ticket="last", wall=None):
    """`fetch_done`."""
    return {"fetch_done": {"ticket": ticket, "outcome": outcome, **clocks(second, wall)}}, expected


def body(*kids, text=None, **more):
    """A response with a set of these kids, or with any text."""
    return {**({"body_text": text} if text is not None else {"body": key_set(*kids)}), **more}


def push(expected, *kids, text=None, fetched=None, second=None, wall=None, name=ISSUER):
    """`set_keys`; `fetched` is a second, as the wall clock had it."""
    step = {"issuer": name, **({"jwks_text": text} if text is not None else {"jwks": key_set(*kids)})}
    if fetched is not None:
        step |= {"fetched_at": NOW + fetched, **clocks(second, wall)}
    return {"set_keys": step}, expected


def revoke(verb="revoke", **names):
    """`revoke` or `set_revoked`."""
    return {verb: names}, None


def generation(expected, name=ISSUER):
    """`generation`."""
    return {"generation": name}, expected


def story(case_id, covers, doc, *steps, urls=None, note=""):
    """One row. Each step is a pair: the step, and what the author says of its answer; see `told`."""
    flat = []
    for step in steps:
        flat.extend(step if isinstance(step, list) else [step])
    expect = {"steps": [said for _, said in flat]}
    if urls is not None:
        expect["urls"] = urls
    add("store", case_id, expect, {"policy": doc, "steps": [step for step, _ in flat]}, covers, note)


def told(steps, name):
    """What an answer says in the author's words: reasons of checks, addresses of fetches, or a word for each step."""
    if name == "reason":
        return [step["check"]["reason"] for step in steps if "check" in step] or ["ok"]
    if name == "urls":
        return [step["next_fetch"]["url"] for step in steps if step.get("next_fetch")]
    return [word_of(step) for step in steps]


def word_of(step):
    """A check as reason, `need` and Retry-After; a ticket as kind, reason and ETag; anything else as it stands."""
    ((verb, answer),) = step.items()
    if verb == "check":
        retry = [value for field, value in answer["headers"] if field == "Retry-After"]
        return " ".join([answer["reason"], *(["need"] if answer["need"] else []), *retry])
    if verb == "next_fetch" and answer:
        return " ".join([answer["kind"], answer["reason"], *([answer["etag"]] if answer["etag"] else [])])
    return answer
