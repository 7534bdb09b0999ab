"""The operation ``explain``: the findings about one exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countersign import Reason, explain
from countersign.conform._answer import array, members, text, text_or_null
from countersign.conform._case import Case, CaseFault
from countersign.conform._check import read_header, read_keys

if TYPE_CHECKING:
    from countersign import Finding
    from countersign.conform._case import Node

_STATUS_MAX = 65_535


def explained(case: Case) -> str:
    """Answer ``explain``."""
    case.only(
        "op",
        "id",
        "request",
        "response",
        "redirects",
        "token",
        "policy",
        "policy_text",
        "keys",
        "profile",
        "scopes",
        "revoked",
        "now",
        "reason",
    )
    given: dict[str, Any] = {}
    request, response = _optional(case, "request"), _optional(case, "response")
    if request is not None:
        request.only("method", "target", "headers", "client_cert_sha256")
        given["method"] = request.optional_text("method") or "GET"
        given["client_cert_sha256"] = request.nullable_text("client_cert_sha256")
        given["url"] = request.text("target")
        given["headers"] = _lines(request)
    if response is not None:
        response.only("status", "headers", "body")
        given["status"] = response.whole_between("status", 0, _STATUS_MAX)
        given["response_headers"] = _lines(response)
        body = response.members.get("body")
        given["response_body"] = None if body is None or body.kind == "null" else body.bytes("the body")
    if "redirects" in case.members:
        given["redirects"] = [_redirect(node) for node in case.items("redirects")]
    if "token" in case.members:
        given["token"] = case.members["token"].bytes("the token")
    if "policy" in case.members or "policy_text" in case.members:
        given["policy"] = case.policy()
    if "keys" in case.members:
        given["keys"] = dict(read_keys(node) for node in case.items("keys"))
    given["profile"], given["scopes"] = case.nullable_text("profile"), case.nullable_text("scopes")
    given["revoked"] = case.texts("revoked")
    if "now" in case.members:
        given["now"] = case.time("now")
    if (reason := case.nullable_text("reason")) is not None:
        try:
            given["reason"] = Reason(reason)
        except ValueError:
            raise CaseFault("the reason is not known") from None
    findings = array(_finding(finding) for finding in explain(**given))
    return members(("id", text(case.text("id"))), ("findings", findings))


def _optional(case: Case, name: str) -> Case | None:
    node = case.members.get(name)
    return None if node is None or node.kind == "null" else Case(node, name)


def _lines(part: Case) -> list[tuple[bytes, bytes]]:
    return [read_header(node) for node in part.items("headers")] if "headers" in part.members else []


def _redirect(node: Node) -> tuple[int, str, str | None]:
    redirect = Case(node, "a redirect")
    redirect.only("status", "from", "location")
    location = redirect.required("location").text
    if location is None:
        raise CaseFault("the location of a redirect is no string")
    return redirect.whole_between("status", 0, _STATUS_MAX), location, redirect.nullable_text("from")


def _finding(finding: Finding) -> str:
    offset = "null" if finding.offset is None else str(finding.offset)
    place = members(("part", text(finding.part)), ("name", text_or_null(finding.place)), ("offset", offset))
    return members(
        ("id", text(finding.id)),
        ("severity", text(finding.severity)),
        ("certainty", text(finding.certainty)),
        ("place", place),
        ("evidence", text(finding.evidence)),
        ("cause", text(finding.cause)),
        ("advice", text(finding.advice)),
        ("would_pass_if", text_or_null(finding.would_pass_if)),
    )
