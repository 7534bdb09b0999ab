"""Prometheus' text format, read and checked."""

from __future__ import annotations

import os
import re
import subprocess

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:\\.|[^"\\])*",?)*)\} (-?[0-9.e+]+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:\\.|[^"\\])*)"')
PROMTOOL = os.environ.get("COUNTERSIGN_PROMTOOL", "")
"""promtool (tools/promtool.sh)."""


class Metrics:
    """The samples of one scrape; raises if the text is not what Prometheus takes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.samples: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
        families: list[str] = []
        for line in text.splitlines():
            if line.startswith("# HELP "):
                families.append(line.split()[2])
            elif not line.startswith("# TYPE "):
                found = SAMPLE.fullmatch(line)
                assert found, line
                name, labels, value = found.groups()
                assert name == families[-1], f"{name} is not in its family"
                series = (name, frozenset(LABEL.findall(labels)))
                assert series not in self.samples, f"twice: {line}"
                self.samples[series] = int(value)
        assert len(families) == len(set(families)), families

    def value(self, name: str, **labels: str) -> int | None:
        """The sum of the samples with this name and these labels; `None` if there is none."""
        wanted = set(labels.items())
        found = [value for (sample, have), value in self.samples.items() if sample == name and wanted <= have]
        return sum(found) if found else None

    def series(self, name: str) -> list[dict[str, str]]:
        """The labels of the samples with this name."""
        return [dict(labels) for sample, labels in self.samples if sample == name]

    def lint(self) -> str:
        """What `promtool check metrics` has to say; empty if it finds nothing."""
        assert PROMTOOL, "COUNTERSIGN_PROMTOOL is not set (tools/nginx-tests.sh sets it)"
        command = [PROMTOOL, "check", "metrics"]
        ran = subprocess.run(command, input=self.text, capture_output=True, text=True, timeout=60, check=False)
        return ran.stdout + ran.stderr + (f"exit status {ran.returncode}" if ran.returncode else "")
