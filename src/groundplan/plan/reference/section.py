"""What a section of the reference is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A plan that can be read as it stands; `file` names it where the example has several files."""

    text: str
    file: str = "plan.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Prose, examples, a table of its own, and the keys of the records of these kinds."""

    title: str
    prose: str
    examples: tuple[Example, ...] = ()
    table: str = ""
    kinds: tuple[str, ...] = ()
