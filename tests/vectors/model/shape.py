"""The shape of cases with a policy: members and types of requests and of the steps of `store`."""

import re
from decimal import Decimal

from .jsontext import Num

NOW = re.compile(r"-?[0-9]+(\.[0-9]{1,9})?")
SCOPES = re.compile(r"([!#-\[\]-~]+( [!#-\[\]-~]+)*)?")
WHOLE = re.compile(r"[0-9]+")
WORDS = ("not_modified", "failed", "abandoned")
STEPS_MAX = 256
LAST_NANO = 2**64 - 1


class CaseInvalid(Exception):
    """The line is not a case."""


def want(condition):
    """Give the line up unless the condition holds."""
    if not condition:
        raise CaseInvalid


def text_list(value):
    """Whether the value is a list of strings."""
    return isinstance(value, list) and all(isinstance(member, str) for member in value)


def members(value, needed, optional=()):
    """An object with every one of `needed`, and nothing beyond those and `optional`."""
    want(isinstance(value, dict) and set(needed) <= set(value) <= {*needed, *optional})


def one_of(value, *names):
    """Exactly one of these members."""
    want(sum(name in value for name in names) == 1)


def time(value):
    """Seconds, as text of a number."""
    want(isinstance(value, Num) and NOW.fullmatch(value.text))


def set_time(value):
    """The same above zero, of a clock that is set."""
    time(value)
    want(Decimal(value.text) > 0)


def monotonic(value):
    """The same, up to what 64 bits of nanoseconds hold."""
    set_time(value)
    want(Decimal(value.text) * 10**9 <= LAST_NANO)


def whole(value):
    """A whole number that 64 bits hold."""
    want(isinstance(value, Num) and WHOLE.fullmatch(value.text) and int(value.text) < 2**64)


def check_asked(case):
    """Types of the members that say what is checked."""
    want("now" in case and "request" in case)
    time(case["now"])
    want(case.get("profile") is None or isinstance(case["profile"], str))
    if "scopes" in case:
        want(isinstance(case["scopes"], str) and SCOPES.fullmatch(case["scopes"]))
    request = case["request"]
    members(request, ("target", "headers"), ("method", "client_cert_sha256"))
    want(isinstance(request.get("method", "GET"), str) and isinstance(request["target"], str))
    thumbprint = request.get("client_cert_sha256")
    want(thumbprint is None or isinstance(thumbprint, str))
    want(isinstance(request["headers"], list))
    for pair in request["headers"]:
        want(isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str))
        raw = isinstance(pair[1], dict) and set(pair[1]) == {"b64"} and isinstance(pair[1]["b64"], str)
        want(isinstance(pair[1], str) or raw)


def steps_of(case):
    """The steps of a `store` case as pairs of verb and value, each of its shape."""
    steps = case["steps"]
    want(isinstance(steps, list) and len(steps) <= STEPS_MAX)
    found = []
    for step in steps:
        want(isinstance(step, dict) and len(step) == 1)
        ((verb, value),) = step.items()
        want(verb in STEPS)
        STEPS[verb](value)
        found.append((verb, value))
    return found


def clocks(value):
    """Both clocks."""
    time(value["now"])
    monotonic(value["monotonic"])


def next_fetch(value):
    """`next_fetch`."""
    members(value, ("now", "monotonic"))
    clocks(value)


def fetch_done(value):
    """`fetch_done`."""
    members(value, ("ticket", "outcome", "now", "monotonic"))
    clocks(value)
    if value["ticket"] != "last":
        whole(value["ticket"])
    outcome = value["outcome"]
    if isinstance(outcome, str):
        want(outcome in WORDS)
    elif isinstance(outcome, dict) and "not_modified" in outcome:
        members(outcome, ("not_modified",))
        members(outcome["not_modified"], (), ("max_age",))
        max_age(outcome["not_modified"])
    else:
        members(outcome, (), ("body", "body_text", "etag", "max_age"))
        one_of(outcome, "body", "body_text")
        want(isinstance(outcome.get("body_text", ""), str))
        want(outcome.get("etag") is None or isinstance(outcome["etag"], str))
        max_age(outcome)


def max_age(response):
    """`max_age` of a response: absent, null or whole seconds."""
    if response.get("max_age") is not None:
        whole(response["max_age"])


def check(value):
    """`check`."""
    members(value, ("request", "now"), ("profile", "scopes", "monotonic"))
    check_asked(value)
    if "monotonic" in value:
        monotonic(value["monotonic"])


def set_keys(value):
    """`set_keys`: with the time that it was fetched at and both clocks, or with none of them."""
    timed = ("fetched_at", "now", "monotonic") if "fetched_at" in value else ()
    members(value, ("issuer", *timed), ("jwks", "jwks_text"))
    one_of(value, "jwks", "jwks_text")
    want(isinstance(value["issuer"], str) and isinstance(value.get("jwks_text", ""), str))
    if timed:
        set_time(value["fetched_at"])
        clocks(value)


def names(value):
    """`revoke` and `set_revoked`."""
    members(value, (), ("ids", "sessions", "subjects"))
    want(text_list(value.get("ids", [])) and text_list(value.get("sessions", [])))
    want(isinstance(value.get("subjects", []), list))
    for entry in value.get("subjects", []):
        members(entry, ("subject", "before"))
        want(isinstance(entry["subject"], str))
        whole(entry["before"])
        set_time(entry["before"])


def generation(value):
    """`generation`."""
    want(isinstance(value, str))


STEPS = {
    "next_fetch": next_fetch,
    "fetch_done": fetch_done,
    "check": check,
    "set_keys": set_keys,
    "revoke": names,
    "set_revoked": names,
    "generation": generation,
}
