"""Reads short forms character by character, keeping the place of every character."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from groundplan.base.origin import BUILT_IN, Origin
from groundplan.base.rule import FindingKind

Place = Callable[[int], Origin]
"""Leads from an offset in a text to the place in the file."""

_BLANKS = re.compile(r"\s*")


class Unreadable(Exception):
    """A text that does not follow its short form.

    `offset` is where it stops making sense; `origin` is the place itself, where that is known already.
    """

    origin: Origin | None = None

    def __init__(self, rule: FindingKind, message: str, *, help: str, offset: int = 0) -> None:  # noqa: A002
        super().__init__(message)
        self.rule = rule
        self.message = message
        self.help = help
        self.offset = offset


def nowhere(_offset: int) -> Origin:
    """Give the place of a text that stands in no file."""
    return BUILT_IN


@dataclass(slots=True)
class Cursor:
    """A text that is read from left to right; `at` is the offset of the next character."""

    text: str
    place: Place = nowhere
    at: int = 0

    @property
    def is_done(self) -> bool:
        """Tell whether nothing but blanks is left."""
        return self.at >= len(self.text) or not self.text[self.at :].strip()

    @property
    def rest(self) -> str:
        """What has not been read, without blanks around it."""
        return self.text[self.at :].strip()

    def skip_blanks(self) -> None:
        """Move to the next character that is no blank."""
        found = _BLANKS.match(self.text, self.at)
        if found:
            self.at = found.end()

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Skip blanks, then read what the pattern matches; None and no move where it does not."""
        self.skip_blanks()
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def take_mark(self, mark: str) -> bool:
        """Skip blanks, then read one punctuation mark if it is there."""
        self.skip_blanks()
        if not self.text.startswith(mark, self.at):
            return False
        self.at += len(mark)
        return True

    def take_rest(self) -> tuple[str, int]:
        """Read all that is left, without blanks around it, with its offset."""
        self.skip_blanks()
        text, start = self.rest, self.at
        self.at = len(self.text)
        return text, start

    def fail(self, rule: FindingKind, message: str, *, help: str, at: int | None = None) -> NoReturn:  # noqa: A002
        """Stop reading with a finding, at the next character or at an offset."""
        raise Unreadable(rule, message, help=help, offset=self.at if at is None else at)
