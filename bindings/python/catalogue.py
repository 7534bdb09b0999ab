"""Writes python/countersign/_catalogue.py from the core's tables; `--check` only compares."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PLACE = Path(__file__).parent / "python" / "countersign" / "_catalogue.py"

HEAD = '''"""The core's tables as enums. Written by `catalogue.py`; texts come from the core itself."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from countersign import _core


class _ReasonRow(NamedTuple):
    name: str
    number: int
    http_status: int
    error: str | None
    text: str
    refresh_helps: bool
    next_step: str
    cause: str


_REASONS = {row[0]: _ReasonRow(*row) for row in _core.reasons()}
_DETAILS = {name: (number, text) for name, number, text in _core.details()}
_SCHEMES = dict(_core.schemes())
_ATTRIBUTES = {name: (kind, text) for name, kind, text in _core.attributes()}
_STEP_KINDS, _STEP_REASONS, _TOLERANCES = (dict(rows) for rows in _core.client_words())


class _Word(str, Enum):
    """A member is its own stable word."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(str(self.value), spec)


'''

REASON = '''class Reason(_Word):
    """Why a request was decided as it was; equal to its stable name.

    >>> Reason.TOKEN_EXPIRED.http_status, Reason("token_expired").error
    (401, 'invalid_token')
    """

    @property
    def number(self) -> int:
        """The stable number."""
        return _REASONS[self.value].number

    @property
    def http_status(self) -> int:
        """The default status; 0 where the reason decides nothing."""
        return _REASONS[self.value].http_status

    @property
    def error(self) -> str | None:
        """The ``error`` parameter of challenges, if the reason has one."""
        return _REASONS[self.value].error

    @property
    def text(self) -> str:
        """The fixed public text."""
        return _REASONS[self.value].text

    @property
    def refresh_helps(self) -> bool:
        """Whether a fresh access token can be expected to cure the fault."""
        return _REASONS[self.value].refresh_helps

    @property
    def next_step(self) -> str:
        """What the operator does next; never sent to the caller."""
        return _REASONS[self.value].next_step

    @property
    def cause(self) -> str:
        """The everyday cause; never sent to the caller."""
        return _REASONS[self.value].cause

'''

DETAIL = '''

class Detail(_Word):
    """What exactly was wrong with credentials; for logs, never for the caller.

    >>> Detail("password_wrong").text
    'The user is there and the password is another.'
    """

    @property
    def number(self) -> int:
        """The stable number."""
        return _DETAILS[self.value][0]

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _DETAILS[self.value][1]

'''

SCHEME = '''

class Scheme(_Word):
    """An authentication scheme; equal to its usual spelling.

    >>> Scheme.BEARER == "Bearer"
    True
    """

    @property
    def number(self) -> int:
        """The stable number."""
        return _SCHEMES[self.value]

'''

ATTRIBUTE = '''

class Attribute(_Word):
    """What a span says of a decision; equal to its name.

    >>> Attribute.STATUS == "countersign.status", Attribute.STATUS.kind
    (True, 'int')
    """

    @property
    def kind(self) -> str:
        """The type of the value: ``boolean``, ``int`` or ``string``."""
        return _ATTRIBUTES[self.value][0]

    @property
    def text(self) -> str:
        """What it says, for people."""
        return _ATTRIBUTES[self.value][1]

    @property
    def member(self) -> str:
        """What of a `Decision` it says."""
        return self.value.rpartition(".")[2]

'''


def words(name: str, doc: str, table: str) -> str:
    """Give the head of an enum of words with texts."""
    return f'''

class {name}(_Word):
    """{doc}
    """

    @property
    def text(self) -> str:
        """What it says, for people."""
        return {table}[self.value]

'''


STEP_KIND = words(
    "StepKind",
    """What a client does next; equal to its stable name.

    >>> StepKind.REFRESH.text
    'Get another access token by the refresh token.'""",
    "_STEP_KINDS",
)
STEP_REASON = words(
    "StepReason",
    """Why a client takes a step; equal to its stable name.

    >>> StepReason("refused_again") is StepReason.REFUSED_AGAIN
    True""",
    "_STEP_REASONS",
)
TOLERANCE = words(
    "Tolerance",
    """What is tolerated when a challenge is read; equal to its stable name.

    >>> Tolerance.COMMA_MISSING.text
    'No comma stands before a parameter or a challenge.'""",
    "_TOLERANCES",
)


def load_core() -> ModuleType:
    """Load the extension without the package, whose enums may be out of date."""
    package = importlib.util.find_spec("countersign")
    folders = [PLACE.parent, *map(Path, (package and package.submodule_search_locations) or ())]
    path = next((found for folder in folders for found in folder.glob("_core*.so")), None)
    if path is None:
        raise SystemExit("the package is not installed")
    spec = importlib.util.spec_from_file_location("_core", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no extension module")
    core = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(core)
    return core


def text() -> str:
    """Give the file as it should be."""
    core = load_core()

    def members(words: list[str]) -> str:
        names = [word.rpartition(".")[2].upper().replace("-", "_") for word in words]
        return "".join(f'    {name} = "{word}"\n' for name, word in zip(names, words, strict=True))

    kinds, reasons, tolerances = ([name for name, _ in rows] for rows in core.client_words())
    return (
        HEAD
        + REASON
        + members([row[0] for row in core.reasons()])
        + DETAIL
        + members([row[0] for row in core.details()])
        + SCHEME
        + members([row[0] for row in core.schemes()])
        + ATTRIBUTE
        + members([row[0] for row in core.attributes()])
        + STEP_KIND
        + members(kinds)
        + STEP_REASON
        + members(reasons)
        + TOLERANCE
        + members(tolerances)
    )


if __name__ == "__main__":
    if "--check" in sys.argv:
        if PLACE.read_text() != text():
            raise SystemExit("bindings/python: the catalogue is out of date; run bindings/python/catalogue.py")
    else:
        PLACE.write_text(text())
