"""The operation ``check``: one request against one policy."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from countersign import KeysRefused, Policy, PolicyError, Verifier
from countersign._core import are_scopes
from countersign.conform._answer import array, error_answer, members, text, text_or_null
from countersign.conform._case import Case, CaseFault

if TYPE_CHECKING:
    from decimal import Decimal

    from countersign import Decision
    from countersign.conform._case import Node

_MEMBERS = ("op", "id", "policy", "policy_text", "keys", "request", "profile", "scopes", "revoked", "now")


@dataclass
class Asked:
    """A request as a case holds it, with the settings of its check."""

    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    client_cert_sha256: str | None
    profile: str | None
    scopes: str | None
    now: Decimal

    def decide(self, verifier: Verifier, monotonic_ns: int | None = None) -> Decision:
        """Give what the verifier decides."""
        return verifier.check_blocking(
            self.headers,
            method=self.method,
            url=self.target,
            profile=self.profile,
            scopes=self.scopes,
            client_cert_sha256=self.client_cert_sha256,
            now=self.now,
            monotonic_ns=monotonic_ns,
        )


def read_asked(case: Case) -> Asked:
    """Read what every check has."""
    request = Case(case.required("request"), "the request")
    request.only("method", "target", "headers", "client_cert_sha256")
    scopes = case.optional_text("scopes")
    if scopes is not None and not are_scopes(scopes):
        raise case.fault("scopes", "cannot be written")
    method = request.optional_text("method")
    return Asked(
        method="GET" if method is None else method,
        target=request.text("target"),
        headers=[read_header(node) for node in request.items("headers")],
        client_cert_sha256=request.nullable_text("client_cert_sha256"),
        profile=case.nullable_text("profile"),
        scopes=scopes,
        now=case.time("now"),
    )


def read_header(node: Node) -> tuple[bytes, bytes]:
    """Read one header field."""
    pair = node.items
    if pair is None or len(pair) != 2 or pair[0].text is None:
        raise CaseFault("a header is no pair of name and value")
    return pair[0].text.encode(), pair[1].bytes("a header value")


def read_keys(node: Node) -> tuple[str, str]:
    """Read one key set with its issuer."""
    keys = Case(node, "a member of keys")
    keys.only("issuer", "jwks", "jwks_text")
    return keys.text("issuer"), keys.document("jwks", "jwks_text")


def check(case: Case) -> str:
    """Answer the case."""
    case.only(*_MEMBERS)
    case_id, asked, policy_text = case.text("id"), read_asked(case), case.policy()
    keys = [read_keys(node) for node in (case.items("keys") if "keys" in case.members else [])]
    revoked: list[str] = case.texts("revoked") or []
    try:
        policy = Policy(policy_text)
    except PolicyError as fault:
        return policy_invalid(case_id, fault)
    verifier = Verifier(policy)
    for issuer, jwks in keys:
        # A set that cannot be taken is ignored, as a host ignores a broken fetch.
        with contextlib.suppress(KeysRefused):
            verifier.store.set_keys(issuer, jwks)
    verifier.store.set_revoked(ids=revoked)
    return members(("id", text(case_id)), *decision_members(asked.decide(verifier), every_need=False))


def policy_invalid(case_id: str, fault: PolicyError) -> str:
    """Answer a case whose policy cannot be loaded."""
    return error_answer(case_id, "policy_invalid", fault.entries[0].text, fault.pointer)


def decision_members(decision: Decision, *, every_need: bool) -> list[tuple[str, str]]:
    """Give the members for a decision; `every_need` tells those without an address too."""
    claims = decision.claims_json if decision.allowed else None
    need = decision.need
    told = "null"
    if need is not None and need.kind == "keys" and (need.jwks_uri is not None or every_need):
        keys = members(("issuer", text_or_null(need.issuer)), ("jwks_uri", text_or_null(need.jwks_uri)))
        told = members(("keys", keys))
    return [
        ("status", str(decision.status)),
        ("reason", text(decision.reason.value)),
        ("scheme", text_or_null(None if decision.scheme is None else decision.scheme.value)),
        ("issuer", text_or_null(decision.issuer)),
        ("subject", text_or_null(decision.subject)),
        ("key_id", text_or_null(decision.key_id)),
        ("headers", array(array([text(name), text(value)]) for name, value in decision.headers)),
        ("claims", "null" if claims is None else claims),
        ("need", told),
    ]
