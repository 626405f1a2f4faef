"""Comments in the script: what an object is for; never a line number, which would move with the plan's layout."""

from __future__ import annotations

from collections.abc import Iterable

_RULE_WIDTH = 100
_LINE_WIDTH = 110


def remark(text: str, *, indent: str = "") -> str:
    """Return text as one comment line; whatever could end the line is shown escaped."""
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
    return f"{indent}-- {shown}".rstrip()


def section(title: str) -> str:
    """Return the heading of a part of the script."""
    return remark(f"{title} ".ljust(_RULE_WIDTH, "-"))


def enumerated(names: Iterable[str]) -> str:
    """Join names for a sentence: `a`, `a and b`, `a, b and c`; nothing for none."""
    listed = tuple(names)
    if not listed:
        return ""
    *head, last = listed
    return f"{', '.join(head)} and {last}" if head else last


def fitted(parts: Iterable[str], *, indent: str) -> str:
    """Join the parts of a definition with blanks, or one to a line where they are too long for one."""
    listed = tuple(parts)
    line = " ".join(listed)
    return line if len(line) <= _LINE_WIDTH else f"\n{indent}".join(listed)
