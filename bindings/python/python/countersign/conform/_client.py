"""The operation ``next_step``: the responses that a client meets with one request, and the step after each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from countersign import Abilities, Scheme, Sent, next_step
from countersign.conform._answer import array, members, text, text_or_null
from countersign.conform._case import Case, CaseFault
from countersign.conform._check import read_header

if TYPE_CHECKING:
    from countersign import ReadingWarning, Step
    from countersign.conform._case import Node

_NUMBERS_END = 2**53
_RESPONSES_MAX = 256
_STATE_MAX = 2**32 - 1


def step(case: Case) -> str:
    """Answer ``next_step``."""
    case.only("op", "id", "sent", "can", "state", "now", "seed", "responses")
    case_id, now = case.text("id"), _whole(case, "now")
    seed = case.whole_between("seed", 0, _NUMBERS_END - 1) if "seed" in case.members else 0
    state = case.whole_between("state", 0, _STATE_MAX) if "state" in case.members else 0
    sent, can, nodes = _read_sent(case), _read_abilities(case), case.items("responses")
    if len(nodes) > _RESPONSES_MAX:
        raise case.fault("responses", f"has more than {_RESPONSES_MAX} elements")
    steps = []
    for status, headers, url in [_read_response(node) for node in nodes]:
        found = next_step(status, headers, url=url, sent=sent, can=can, state=state, now=now, seed=seed)
        state = found.state
        steps.append(_step(found))
    return members(("id", text(case_id)), ("steps", array(steps)))


def _whole(case: Case, name: str) -> int:
    return case.whole_between(name, 1 - _NUMBERS_END, _NUMBERS_END - 1)


def _read_sent(case: Case) -> Sent:
    sent = case.optional("sent", "sent")
    if sent is None:
        return Sent()
    sent.only("scheme", "expires", "superseded", "url")
    node = sent.members.get("expires")
    expires = None if node is None or node.kind == "null" else _whole(sent, "expires")
    scheme = sent.nullable_text("scheme")
    return Sent(
        scheme=None if scheme is None else _known(scheme),
        expires=expires,
        superseded=sent.truth("superseded"),
        url=sent.nullable_text("url"),
    )


def _read_abilities(case: Case) -> Abilities:
    can = case.optional("can", "can")
    if can is None:
        return Abilities()
    can.only("refresh", "interactive", "schemes", "replay", "idempotent", "strict", "downgrade")
    return Abilities(
        refresh=can.truth("refresh"),
        interactive=can.truth("interactive"),
        schemes=[_known(name) for name in can.texts("schemes") or ()],
        replay=can.truth("replay"),
        idempotent=can.truth("idempotent"),
        strict=can.truth("strict"),
        downgrade=can.truth("downgrade"),
    )


def _known(name: str) -> str:
    try:
        Sent(scheme=name)
    except ValueError:
        raise CaseFault("a scheme is not known") from None
    return name


def _read_response(node: Node) -> tuple[int, list[tuple[bytes, bytes]], str | None]:
    response = Case(node, "a response")
    response.only("status", "headers", "url")
    status = response.whole_between("status", 0, 65_535)
    headers = [read_header(header) for header in response.items("headers")] if "headers" in response.members else []
    return status, headers, response.nullable_text("url")


def _step(found: Step) -> str:
    def number(value: int | None) -> str:
        return "null" if value is None else str(value)

    scheme: Scheme | None = found.scheme
    return members(
        ("step", text(found.kind.value)),
        ("reason", text(found.reason.value)),
        ("replay", "true" if found.replay else "false"),
        ("state", str(found.state)),
        ("scheme", text_or_null(None if scheme is None else scheme.value)),
        ("scope", text_or_null(found.scope)),
        ("acr_values", text_or_null(found.acr_values)),
        ("max_age", number(found.max_age)),
        ("resource_metadata", text_or_null(found.resource_metadata)),
        ("nonce", text_or_null(found.nonce)),
        ("seconds", number(found.seconds)),
        ("offered", array(text(challenge.scheme) for challenge in found.challenges)),
        ("warnings", array(_warning(warning) for warning in found.warnings)),
    )


def _warning(warning: ReadingWarning) -> str:
    return members(
        ("tolerance", text(warning.tolerance.value)), ("value", str(warning.value)), ("offset", str(warning.offset))
    )
