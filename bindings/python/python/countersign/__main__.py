"""The console script: ``countersign conform`` answers cases of the corpus through this package."""

from __future__ import annotations

import sys

from countersign import conform

_USAGE = """usage: countersign conform < cases.jsonl > answers.jsonl
The other commands are those of the command line, which is installed by itself.
"""


def main() -> int:
    """Run the command of the arguments; gives the exit status."""
    if sys.argv[1:] != ["conform"]:
        sys.stderr.write(_USAGE)
        return 2
    conform.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
