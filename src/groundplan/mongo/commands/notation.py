"""How values are laid out as source text in any language: on one line where they fit, else one part to a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from groundplan.mongo.queries.model import Bson, Given, Moment, NewKey

LINE_WIDTH = 110
_STEP = 2

Unbound = Given | Moment | NewKey
"""What is known only when the command is called."""

Spell = Callable[[Unbound], str]
"""Writes what the caller gives as an expression of the language at hand."""


def nothing_unbound(value: Unbound) -> str:
    """Refuse a value that only a caller can give; raises ValueError."""
    raise ValueError(f"a value that only a caller knows stands where none can be given: {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notation:
    """How one language writes what `Bson` holds; `step` is its indent, `pad` stands inside the braces of a mapping."""

    scalar: Callable[[Bson], str]
    key: Callable[[str], str]
    mapping: Callable[[Mapping[str, Bson]], tuple[str, str] | None]
    step: int = _STEP
    pad: str = ""

    def write(self, value: Bson, *, spell: Spell = nothing_unbound, indent: int = 0, before: int = 0) -> str:
        """Write a value; `indent` is that of the line it begins on, `before` how many characters stand before it there.

        Raises ValueError for what the language cannot write.
        """
        match value:
            case Given() | Moment() | NewKey():
                return spell(value)
            case Mapping():
                return self._mapping(value, spell=spell, indent=indent, before=before)
            case tuple() | list():
                return self._list(tuple(value), spell=spell, indent=indent, before=before)
            case _:
                return self.scalar(value)

    def _mapping(self, value: Mapping[str, Bson], *, spell: Spell, indent: int, before: int) -> str:
        if not value:
            return "{}"
        inner = indent + self.step
        around = self.mapping(value)
        if around is not None:
            pairs = tuple((key, part) for key, part in value.items())
            return around[0] + self._list(pairs, spell=spell, indent=indent, before=before + len(around[0])) + around[1]
        parts: list[str] = []
        for name, part in value.items():
            key = f"{self.key(name)}: "
            parts.append(key + self.write(part, spell=spell, indent=inner, before=inner + len(key)))
        return self._fitted(parts, around=("{", "}"), pad=self.pad, indent=indent, before=before)

    def _list(self, value: tuple[Bson, ...], *, spell: Spell, indent: int, before: int) -> str:
        if not value:
            return "[]"
        inner = indent + self.step
        parts = [self.write(part, spell=spell, indent=inner, before=inner) for part in value]
        return self._fitted(parts, around=("[", "]"), pad="", indent=indent, before=before)

    def _fitted(self, parts: list[str], *, around: tuple[str, str], pad: str, indent: int, before: int) -> str:
        opening, closing = around
        line = f"{opening}{pad}{', '.join(parts)}{pad}{closing}"
        if "\n" not in line and max(before, indent) + len(line) < LINE_WIDTH:
            return line
        margin = " " * (indent + self.step)
        body = "".join(f"{margin}{part},\n" for part in parts)
        return f"{opening}\n{body}{' ' * indent}{closing}"
