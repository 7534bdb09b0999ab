"""The console script ``countersign``: the command line itself, whose program the wheel carries.

A build without the program has the Python twin of ``conform`` alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from countersign import conform

PROGRAM: Final = Path(__file__).parent / "_bin" / ("countersign.exe" if os.name == "nt" else "countersign")
"""Where the wheel has the program."""

_USAGE = """usage: countersign conform < cases.jsonl > answers.jsonl
This build of the package carries no other command.
"""


def main() -> int:
    """Run the command of the arguments in this process's place; gives the exit status where it cannot."""
    if PROGRAM.is_file():
        return _run(["countersign", *sys.argv[1:]])
    if sys.argv[1:] != ["conform"]:
        sys.stderr.write(_USAGE)
        return 2
    conform.main()
    return 0


def _run(arguments: list[str]) -> int:
    if os.name != "nt":
        os.execv(PROGRAM, arguments)  # noqa: S606 - of this package
    # There, with a program in this one's place the shell would wait for neither.
    return subprocess.run(arguments, executable=PROGRAM, check=False).returncode  # noqa: S603 - of this package


if __name__ == "__main__":
    sys.exit(main())
