"""Formulas: expressions as a plan writes them, with their place."""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.base.origin import BUILT_IN, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """An SQL expression over attributes and dotted paths, as written.

    `reach` is how many characters stand in the file as they stand in `text`, from `origin` on; None is the whole first
    line.
    """

    text: str
    origin: Origin = field(default=BUILT_IN, compare=False, repr=False)
    reach: int | None = field(default=None, compare=False, repr=False)

    def place(self, offset: int) -> Origin:
        """Return the place of a character of the text; beyond `reach` that of the formula."""
        reach = len(self.text.partition("\n")[0]) if self.reach is None else self.reach
        if offset > reach or self.origin == BUILT_IN:
            return self.origin
        return Origin(self.origin.file, self.origin.line, self.origin.column + offset)
