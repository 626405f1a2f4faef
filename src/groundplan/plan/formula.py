"""Formulas: expressions as a plan writes them, with their place."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.base.origin import BUILT_IN, Origin, Stretches


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """An SQL expression over attributes and dotted paths, as written.

    `stretches` lead from offsets in the text to places in the file; None where all of it stands side by side.
    """

    text: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)
    stretches: Stretches | None = field(default=None, compare=False, repr=False)

    def place(self, offset: int) -> Origin:
        """Return the place of a character of the text."""
        if self.origin == BUILT_IN:
            return self.origin
        if self.stretches is not None:
            return self.stretches(offset)
        return Origin(self.origin.file, self.origin.line, self.origin.column + offset)
