"""bench/RESULTS.md: one file, a section for each thing that is measured; writing one leaves the others as they are."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

FILE = Path(__file__).parent / "RESULTS.md"

_HEAD = "# Measured\n\nWritten by `make bench`, section by section.\n"


def write_section(title: str, text: str) -> None:
    """Write a section, in place of the one that has its title or after the last."""
    sections = _sections()
    sections[title] = text.strip() + "\n"
    FILE.write_text(_HEAD + "".join(f"\n## {name}\n\n{body}" for name, body in sections.items()))


def environment() -> str:
    """Return what figures depend on, for the head of a section: how busy the machine is, too."""
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    busy = f"{cores} cores, {load:.1f} processes that want one"
    return f"Python {platform.python_version()}, {platform.machine()}, {busy}, groundplan {version('groundplan')}."


def _sections() -> dict[str, str]:
    found: dict[str, str] = {}
    if FILE.exists():
        for part in FILE.read_text().split("\n## ")[1:]:
            title, _, body = part.partition("\n")
            found[title] = body.strip() + "\n"
    return found
