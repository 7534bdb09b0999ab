"""The operation ``store``: the calls of a host to one live store, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countersign import KeysRefused, KeyStore, Outcome, Policy, PolicyError, Verifier
from countersign.conform._answer import array, members, text, text_or_null
from countersign.conform._case import Case, CaseFault, Node
from countersign.conform._check import decision_members, policy_invalid, read_asked

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    Step = Callable[["_Host"], str]

_STEPS_MAX = 256


class _Host:
    """A host with nothing of its own but the numbers of its tickets."""

    def __init__(self, policy: Policy) -> None:
        self.store = policy.key_store(b"conformance test")
        self.verifier = Verifier(policy, store=self.store)
        self.tickets: list[int] = []

    def ticket(self, place: int) -> int:
        """Give the number of a ticket; 0, which no store gives, for one that was never handed out."""
        return self.tickets[place] if -len(self.tickets) <= place < len(self.tickets) else 0


def store(case: Case) -> str:
    """Answer the case."""
    case.only("op", "id", "policy", "policy_text", "steps")
    case_id, policy_text, nodes = case.text("id"), case.policy(), case.items("steps")
    if len(nodes) > _STEPS_MAX:
        raise case.fault("steps", f"has more than {_STEPS_MAX} elements")
    steps = [_read_step(node) for node in nodes]
    try:
        host = _Host(Policy(policy_text))
    except PolicyError as fault:
        return policy_invalid(case_id, fault)
    answers = [members((verb, step(host))) for verb, step in steps]
    return members(("id", text(case_id)), ("steps", array(answers)))


def _read_step(node: Node) -> tuple[str, Step]:
    pairs = Case(node, "a step").pairs
    if len(pairs) != 1:
        raise CaseFault("a step has one member")
    ((verb, value),) = pairs
    if verb == "generation":
        return verb, _generation(value)
    read = _READERS.get(verb)
    if read is None:
        raise CaseFault(f'the step "{verb}" is not known')
    return verb, read(Case(value, "the member of a step"))


def _generation(value: Node) -> Step:
    issuer = value.text
    if issuer is None:
        raise CaseFault("the issuer of a generation is no string")

    def take(host: _Host) -> str:
        generation = host.store.generation(issuer)
        return "null" if generation is None else str(generation)

    return take


def _next_fetch(step: Case) -> Step:
    step.only("now", "monotonic")
    now, monotonic_ns = step.time("now"), step.monotonic_ns()

    def take(host: _Host) -> str:
        fetch = host.store.next_fetch(now=now, monotonic_ns=monotonic_ns)
        if fetch is None:
            return "null"
        host.tickets.append(fetch.ticket)
        return members(
            ("ticket", str(len(host.tickets) - 1)),
            ("kind", text(fetch.kind)),
            ("reason", text(fetch.reason)),
            ("issuer", text(fetch.issuer)),
            ("url", text(fetch.url)),
            ("etag", text_or_null(fetch.etag)),
            ("deadline_in", str(max(0, fetch.deadline_ns - monotonic_ns) // 10**9)),
            ("max_bytes", str(fetch.max_bytes)),
        )

    return take


def _fetch_done(step: Case) -> Step:
    step.only("ticket", "outcome", "now", "monotonic")
    outcome = _read_outcome(step.required("outcome"))
    place = -1 if step.required("ticket").text == "last" else step.whole("ticket")
    now, monotonic_ns = step.time("now"), step.monotonic_ns()

    def take(host: _Host) -> str:
        try:
            word = host.store.fetch_done(host.ticket(place), outcome, now=now, monotonic_ns=monotonic_ns)
        except KeysRefused:
            word = "refused"
        return text(word)

    return take


def _read_outcome(node: Node) -> Outcome:
    if node.text is not None:
        if node.text not in _OUTCOMES:
            raise CaseFault(f'the outcome "{node.text}" is not known')
        return _OUTCOMES[node.text]()
    case = Case(node, "an outcome")
    if "not_modified" in case.members:
        case.only("not_modified")
        answer = Case(case.members["not_modified"], "not_modified")
        answer.only("max_age")
        return Outcome.not_modified(max_age=_max_age(answer))
    case.only("body", "body_text", "etag", "max_age")
    body = case.document("body", "body_text")
    return Outcome.body(body, etag=case.nullable_text("etag"), max_age=_max_age(case))


def _max_age(case: Case) -> int | None:
    node = case.members.get("max_age")
    return None if node is None or node.kind == "null" else case.whole("max_age")


def _check(step: Case) -> Step:
    step.only("request", "profile", "scopes", "now", "monotonic")
    asked = read_asked(step)
    monotonic_ns = step.monotonic_ns() if "monotonic" in step.members else None
    return lambda host: members(*decision_members(asked.decide(host.verifier, monotonic_ns), every_need=True))


def _set_keys(step: Case) -> Step:
    step.only("issuer", "jwks", "jwks_text", "fetched_at", "now", "monotonic")
    issuer, jwks = step.text("issuer"), step.document("jwks", "jwks_text")
    fetched_at = now = monotonic_ns = None
    if "fetched_at" in step.members:
        fetched_at, now, monotonic_ns = step.set_time("fetched_at"), step.time("now"), step.monotonic_ns()
    elif "now" in step.members or "monotonic" in step.members:
        raise step.fault("fetched_at", "is missing beside the time")

    def take(host: _Host) -> str:
        try:
            host.store.set_keys(issuer, jwks, fetched_at=fetched_at, now=now, monotonic_ns=monotonic_ns)
        except KeysRefused as fault:
            return text(fault.kind if fault.kind in {"issuer_unknown", "older"} else "refused")
        return text("taken")

    return take


def _names(step: Case) -> tuple[list[str] | None, list[str] | None, list[tuple[str, Decimal]] | None]:
    step.only("ids", "sessions", "subjects")
    subjects = [_subject(node) for node in step.items("subjects")] if "subjects" in step.members else None
    return step.texts("ids"), step.texts("sessions"), subjects


def _subject(node: Node) -> tuple[str, Decimal]:
    subject = Case(node, "a subject")
    subject.only("subject", "before")
    subject.whole("before")
    return subject.text("subject"), subject.set_time("before")


def _revoker(revoke: Callable[..., None]) -> Callable[[Case], Step]:
    def read(step: Case) -> Step:
        ids, sessions, subjects = _names(step)

        def take(host: _Host) -> str:
            revoke(host.store, ids=ids, sessions=sessions, subjects=subjects)
            return "null"

        return take

    return read


_OUTCOMES: dict[str, Callable[[], Outcome]] = {
    "not_modified": Outcome.not_modified,
    "failed": lambda: Outcome.failed("failed"),
    "abandoned": Outcome.abandoned,
}

_READERS: dict[str, Callable[[Case], Step]] = {
    "next_fetch": _next_fetch,
    "fetch_done": _fetch_done,
    "check": _check,
    "set_keys": _set_keys,
    "revoke": _revoker(KeyStore.revoke),
    "set_revoked": _revoker(KeyStore.set_revoked),
}
