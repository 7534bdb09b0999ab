"""The conformance driver over the Python API: one JSON line in, one JSON line out (docs/CONFORMANCE.md).

It shows that nothing is lost or changed on the way through this front, so every answer is put together from what the
public classes of the package give.

>>> answer_line(b'{"op":"decode","id":"d1","token":"a.b"}')
'{"id":"d1","header":null,"claims":null,"reason":"jwt_malformed"}'
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from countersign._core import read_json
from countersign.conform._answer import error_answer
from countersign.conform._case import Case, CaseFault, Node
from countersign.conform._check import check
from countersign.conform._client import step
from countersign.conform._explain import explained
from countersign.conform._http import build, parse_authorization, parse_values
from countersign.conform._keys import decode, load_keys, verify
from countersign.conform._store import store

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["answer_line", "main"]

_OPERATIONS: dict[str, Callable[[Case], str]] = {
    "check": check,
    "store": store,
    "next_step": step,
    "explain": explained,
    "verify_jws": verify,
    "load_keys": load_keys,
    "decode": decode,
    "parse_challenges": parse_values,
    "parse_authorization": parse_authorization,
    "build_challenge": build,
}


def answer_line(line: bytes) -> str | None:
    r"""Answer one line; None for an empty one, which is skipped.

    >>> answer_line(b'{"op":"build_challenge","id":"b1","scheme":"Bearer","params":[["realm","api"]]}')
    '{"id":"b1","value":"Bearer realm=\\"api\\"","error":null}'
    """
    line = line.removesuffix(b"\n").removesuffix(b"\r")
    if not line:
        return None
    try:
        root = Node(read_json(line))
    except ValueError as fault:
        return error_answer(None, "case_invalid", f"the line is {fault}")
    try:
        case = Case(root, "the case")
        case.text("id")
        operation = _OPERATIONS.get(case.text("op"))
        if operation is None:
            raise CaseFault("the op is not known")
        return operation(case)
    except CaseFault as fault:
        return error_answer(root.first_text("id"), "case_invalid", str(fault))


def main() -> None:
    r"""Answer standard input.

    >>> import subprocess
    >>> case = b'{"op":"decode","id":"d1","token":"a.b"}'
    >>> subprocess.run([sys.executable, "-m", "countersign.conform"], input=case, capture_output=True).stdout
    b'{"id":"d1","header":null,"claims":null,"reason":"jwt_malformed"}\n'
    """
    for line in sys.stdin.buffer:
        answer = answer_line(line)
        if answer is not None:
            sys.stdout.buffer.write(answer.encode() + b"\n")
    sys.stdout.buffer.flush()
