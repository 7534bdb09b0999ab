"""Checks wheels that were built: what they hold, what the file names promise."""

from __future__ import annotations

import re
import struct
import sys
import zipfile
from pathlib import Path

SUFFIX = {"cp310-abi3": "abi3.so", "cp314-cp314t": "cpython-314t-x86_64-linux-gnu.so"}
GLIBC = re.compile(rb"GLIBC_2\.([0-9]+)\0")


def check(path: Path) -> set[str]:
    """Give the names of a wheel's files but the extension."""
    found = re.fullmatch(r"countersign-[0-9.]+-(\w+-\w+)-manylinux_2_([0-9]+)_(\w+)\.whl", path.name)
    if found is None:
        raise SystemExit(f"{path.name}: not the name of a wheel of manylinux")
    tag, glibc = found[1], int(found[2])
    with zipfile.ZipFile(path) as wheel:
        extension = f"countersign/_core.{SUFFIX[tag].replace('x86_64', found[3])}"
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        for needed in (extension, "countersign/_bin/countersign", "countersign/py.typed", "countersign/_core.pyi"):
            if needed not in names:
                raise SystemExit(f"{path.name}: has no {needed}")
        for program in (extension, "countersign/_bin/countersign"):
            data = wheel.read(program)
            (kind,) = struct.unpack_from("4s", data)
            newest = max(int(minor) for minor in GLIBC.findall(data))
            if kind != b"\x7fELF" or newest > glibc:
                raise SystemExit(f"{path.name}: {program} needs glibc 2.{newest}")
        if not wheel.getinfo("countersign/_bin/countersign").external_attr >> 16 & 0o111:
            raise SystemExit(f"{path.name}: its program cannot be executed")
    return names - {extension}


def main() -> None:
    """Check every wheel; all of them hold the same."""
    held = [check(Path(name)) for name in sys.argv[1:]]
    if not held or any(names != held[0] for names in held):
        raise SystemExit("the wheels differ in what they hold")


if __name__ == "__main__":
    main()
