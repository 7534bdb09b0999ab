"""Writes answers: compact JSON, members in the order in which they are given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def text(value: str) -> str:
    """Write a string; only quotes, backslashes and control characters are escaped."""
    return json.dumps(value, ensure_ascii=False)


def text_or_null(value: str | None) -> str:
    """Write a string, or null."""
    return "null" if value is None else text(value)


def array(items: Iterable[str]) -> str:
    """Write a list of what is JSON already."""
    return "[" + ",".join(items) + "]"


def members(*pairs: tuple[str, str]) -> str:
    """Write an object of what is JSON already."""
    return "{" + ",".join(f"{text(name)}:{value}" for name, value in pairs) + "}"


def error(reason: str, message: str, pointer: str | None = None) -> str:
    """Write the object of an error."""
    pairs = [("reason", text(reason)), ("message", text(message))]
    if pointer is not None:
        pairs.append(("pointer", text(pointer)))
    return members(*pairs)


def error_answer(case_id: str | None, reason: str, message: str, pointer: str | None = None) -> str:
    """Write a whole answer that is an error."""
    return members(("id", text_or_null(case_id)), ("error", error(reason, message, pointer)))
