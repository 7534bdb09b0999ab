"""Reads cases: known members only, each of its type, no name twice."""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from countersign._core import _JsonNode

_TIME = re.compile(r"-?[0-9]+(\.[0-9]{1,9})?")
_WHOLE = re.compile(r"[0-9]+")
_SIGNED = re.compile(r"-?[0-9]+")
_EXACT = Context(prec=1000)


class CaseFault(Exception):  # noqa: N818 - a line that is no case is no bug
    """A line is no case; says why."""


class Node:
    """One JSON value with its text."""

    def __init__(self, node: _JsonNode) -> None:
        self.kind, self.raw, self._content = node

    @property
    def content(self) -> Any:
        """The content, by kind."""
        return self._content

    @property
    def text(self) -> str | None:
        """The content of a string."""
        return self._content if self.kind == "string" else None

    @property
    def number(self) -> str | None:
        """The text of a number."""
        return self._content if self.kind == "number" else None

    @property
    def pairs(self) -> list[tuple[str, Node]]:
        """The members of an object; none of what is no object."""
        return [(name, Node(node)) for name, node in self._content] if self.kind == "object" else []

    @property
    def items(self) -> list[Node] | None:
        """The elements of an array."""
        return [Node(node) for node in self._content] if self.kind == "array" else None

    def first_text(self, name: str) -> str | None:
        """Give the first member with this name, if it is a string."""
        return next((node.text for found, node in self.pairs if found == name), None)

    def bytes(self, what: str) -> bytes:
        """Give the UTF-8 of a string, or the raw bytes of ``{"b64": "..."}``."""
        if self.text is not None:
            return self.text.encode()
        case = Case(self, what)
        case.only("b64")
        return base64_bytes(case.text("b64"))


class Case:
    """One object of a case."""

    def __init__(self, node: Node, what: str) -> None:
        if node.kind != "object":
            raise CaseFault(f"{what} is no object")
        self.pairs = node.pairs
        self.members = dict(self.pairs)
        if len(self.members) != len(self.pairs):
            raise CaseFault(f"{what} has a member twice")
        self._what = what

    def only(self, *known: str) -> None:
        """Refuse every member that is not known."""
        for name in self.members:
            if name not in known:
                raise self.fault(name, "is not known")

    def fault(self, name: str, what: str) -> CaseFault:
        """Give the fault of a member."""
        return CaseFault(f'{self._what}: the member "{name}" {what}')

    def required(self, name: str) -> Node:
        """Give a member that has to be there."""
        if name not in self.members:
            raise self.fault(name, "is missing")
        return self.members[name]

    def text(self, name: str) -> str:
        """Give a string."""
        text = self.required(name).text
        if text is None:
            raise self.fault(name, "is no string")
        return text

    def optional_text(self, name: str) -> str | None:
        """Give a string that may be absent."""
        return self.text(name) if name in self.members else None

    def nullable_text(self, name: str) -> str | None:
        """Give a string that may be absent or null."""
        node = self.members.get(name)
        return None if node is None or node.kind == "null" else self.text(name)

    def items(self, name: str) -> list[Node]:
        """Give a list."""
        items = self.required(name).items
        if items is None:
            raise self.fault(name, "is no list")
        return items

    def texts(self, name: str) -> list[str] | None:
        """Give a list of strings that may be absent."""
        if name not in self.members:
            return None
        texts = [node.text for node in self.items(name)]
        found = [text for text in texts if text is not None]
        if len(found) != len(texts):
            raise self.fault(name, "holds more than strings")
        return found

    def document(self, name: str, raw_name: str) -> str:
        """Give the raw text of a member, or the string in another: exactly one of the two."""
        raw = self.optional_text(raw_name)
        node = self.members.get(name)
        if node is not None and raw is None:
            return node.raw
        if node is None and raw is not None:
            return raw
        raise self.fault(name, "is needed, or its raw text, and not both")

    def policy(self) -> str:
        """Give the text of the policy document."""
        node = self.members.get("policy")
        if node is not None and node.kind != "object":
            raise self.fault("policy", "is no object")
        return self.document("policy", "policy_text")

    def time(self, name: str) -> Decimal:
        """Give a moment in seconds."""
        text = self.required(name).number
        if text is None or not _TIME.fullmatch(text):
            raise self.fault(name, "is no time in seconds")
        moment = Decimal(text)
        if abs(nanos(moment)) >= 2**127:
            raise self.fault(name, "is no time in seconds")
        return moment

    def set_time(self, name: str) -> Decimal:
        """Give a moment that a clock which is set can tell."""
        moment = self.time(name)
        if moment <= 0:
            raise self.fault(name, "is not above 0")
        return moment

    def monotonic_ns(self) -> int:
        """Give the monotonic clock in nanoseconds."""
        moment = nanos(self.time("monotonic"))
        if not 0 < moment < 2**64:
            raise self.fault("monotonic", "is not above 0 or not below 2^64 nanoseconds")
        return moment

    def truth(self, name: str) -> bool:
        """Give a truth; false if it is absent."""
        node = self.members.get(name)
        if node is None or node.kind == "boolean":
            return node is not None and node.raw == "true"
        raise self.fault(name, "is neither true nor false")

    def optional(self, name: str, what: str) -> Case | None:
        """Give an object that may be absent."""
        return Case(self.members[name], what) if name in self.members else None

    def whole_between(self, name: str, least: int, most: int) -> int:
        """Give a whole number within bounds."""
        text = self.required(name).number
        if text is None or not _SIGNED.fullmatch(text) or len(text) > 20 or not least <= int(text) <= most:
            raise self.fault(name, "is no whole number of its range")
        return int(text)

    def whole(self, name: str) -> int:
        """Give a number of digits alone that 64 bits hold."""
        text = self.required(name).number
        if text is None or not _WHOLE.fullmatch(text) or len(text) > 20 or int(text) >= 2**64:
            raise self.fault(name, "is no whole number")
        return int(text)


def nanos(moment: Decimal) -> int:
    """Give nanoseconds, exactly."""
    return int(_EXACT.multiply(moment, Decimal(10**9)))


def base64_bytes(text: str) -> bytes:
    """Decode base64 of the standard alphabet."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise CaseFault("a base64 text is none") from None
    if base64.b64encode(decoded).decode() != text:
        raise CaseFault("a base64 text is none")
    return decoded
