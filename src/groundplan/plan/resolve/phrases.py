"""A formula with every name, value and function replaced by a placeholder."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.plan.defects import Defect
from groundplan.plan.resolve.leaves import Function, Leaf


class Broken(Exception):
    """A formula that cannot be read on; `defect` says why and where."""

    def __init__(self, defect: Defect) -> None:
        super().__init__(type(defect).__name__)
        self.defect = defect


@dataclass(frozen=True, slots=True, kw_only=True)
class Suffixes:
    """What may follow the expression of a formula: `as alias`, `desc nulls last`, or a comma and another one."""

    has_alias: bool = False
    has_direction: bool = False
    is_list: bool = False


NO_SUFFIXES = Suffixes()
"""Nothing may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One expression of a formula: `masked` for the parser, and the `leaves` that its placeholders number.

    A value is masked as `"0"`, a function as `fn0`, a type as `t0`. `places` pairs offsets in `masked` with offsets in
    the formula. `alias`, `is_descending` and `is_nulls_first` are what followed the expression, None where nothing did.
    """

    masked: str
    leaves: tuple[Leaf, ...]
    places: tuple[tuple[int, int], ...]
    at: int
    alias: str | None = None
    is_descending: bool = False
    is_nulls_first: bool | None = None

    def place_of(self, masked: int) -> int:
        """Return the offset in the formula of what stands at an offset in `masked`."""
        return max((place for start, place in self.places if start <= masked), default=self.at)


@dataclass(slots=True)
class Mask:
    """A phrase in the making."""

    text: str = ""
    leaves: list[Leaf] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)

    def emit(self, piece: str, at: int) -> None:
        """Add an operator, a bracket or a keyword that stands at `at` in the formula."""
        self.places.append((len(self.text), at))
        self.text += piece + " "

    def emit_value(self, leaf: Leaf) -> None:
        """Add the placeholder of a value."""
        self.emit(f'"{len(self.leaves)}"', leaf.at)
        self.leaves.append(leaf)

    def emit_type(self, leaf: Leaf) -> None:
        """Add the placeholder of a type."""
        self.emit(f"t{len(self.leaves)}", leaf.at)
        self.leaves.append(leaf)

    def emit_function(self, function: Function) -> None:
        """Add the placeholder of a function, without the bracket that follows it."""
        self.emit(f"fn{len(self.leaves)}", function.at)
        self.leaves.append(function)
