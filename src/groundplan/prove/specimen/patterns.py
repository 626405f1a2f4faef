"""Texts that match a pattern, so that a check on the form of a text can be met."""

from __future__ import annotations

import string
from dataclasses import dataclass

_MOST_REPEATS = 64
_USUAL_REPEATS = 3
_CLASSES = {"d": string.digits, "w": string.ascii_lowercase, "s": " "}
_NAMED_CLASSES = {
    "alpha": string.ascii_lowercase,
    "digit": string.digits,
    "alnum": string.ascii_lowercase,
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "space": " ",
    "punct": "-",
    "xdigit": string.hexdigits.lower(),
}
_ANYTHING = string.ascii_lowercase
_PRINTABLE = string.ascii_lowercase + string.digits + string.ascii_uppercase + string.punctuation + " "


class PatternTooHard(ValueError):
    """A pattern that uses what this small reader does not know (lookahead, back references)."""


def matching_like(pattern: str) -> str:
    """Return a text that a LIKE pattern matches."""
    text, characters = "", iter(pattern)
    for character in characters:
        if character == "\\":
            text += next(characters, "")
        elif character == "_":
            text += "x"
        elif character != "%":
            text += character
    return text


def matching(pattern: str, *, number: int) -> str:
    """Return a text that a regular expression matches; another number gives another text where the pattern has room.

    Reads the common part of POSIX and Perl expressions: literals, classes, groups, alternatives, repeats and anchors.
    Raises PatternTooHard for anything else.
    """
    reader = _Reader(pattern, number=number)
    text = reader.alternatives()
    if reader.position != len(pattern):
        raise PatternTooHard(pattern)
    return text


@dataclass(slots=True)
class _Reader:
    pattern: str
    number: int
    position: int = 0

    def alternatives(self) -> str:
        first = self.sequence()
        while self._peek() == "|":
            self.position += 1
            self.sequence()
        return first

    def sequence(self) -> str:
        text = ""
        while self._peek() not in ("", "|", ")"):
            text += self.repeated()
        return text

    def repeated(self) -> str:
        start = self.position
        text = self.atom()
        least, most = self.bounds()
        end = self.position
        for _ in range(min(max(least, _USUAL_REPEATS), most) - 1):
            # Read again, so that each repeat takes its own character of the number.
            self.position = start
            text += self.atom()
        self.position = end
        return text if most else ""

    def atom(self) -> str:
        character = self._take()
        match character:
            case "^" | "$":
                return ""
            case ".":
                return self._one_of(_ANYTHING)
            case "[":
                return self._one_of(self.bracket())
            case "(":
                return self.group()
            case "\\":
                return self.escape()
            case "*" | "+" | "?" | "{":
                raise PatternTooHard(self.pattern)
            case _:
                return character

    def group(self) -> str:
        if self.pattern.startswith("?:", self.position):
            self.position += 2
        elif self._peek() == "?":
            raise PatternTooHard(self.pattern)
        text = self.alternatives()
        if self._take() != ")":
            raise PatternTooHard(self.pattern)
        return text

    def escape(self) -> str:
        character = self._take()
        if character in _CLASSES:
            return self._one_of(_CLASSES[character])
        if character in "mMyYAZb":
            return ""
        if character.isalnum():
            raise PatternTooHard(self.pattern)
        return character

    def bracket(self) -> str:
        is_negated = self._peek() == "^"
        self.position += is_negated
        members = ""
        while not (self._peek() == "]" and members):
            members += self._bracket_member()
        self.position += 1
        if is_negated:
            return "".join(character for character in _PRINTABLE if character not in members)
        return members

    def _bracket_member(self) -> str:
        if self.pattern.startswith("[:", self.position):
            end = self.pattern.find(":]", self.position)
            name = self.pattern[self.position + 2 : end]
            if end < 0 or name not in _NAMED_CLASSES:
                raise PatternTooHard(self.pattern)
            self.position = end + 2
            return _NAMED_CLASSES[name]
        first = self._take()
        if first == "\\":
            first = self._take()
            if first in _CLASSES:
                return _CLASSES[first]
        if self._peek() == "-" and self.pattern[self.position + 1 : self.position + 2] not in ("]", ""):
            self.position += 1
            last = self._take()
            return "".join(chr(code) for code in range(ord(first), min(ord(last), ord(first) + 200) + 1))
        return first

    def bounds(self) -> tuple[int, int]:
        bounds = {"*": (0, _MOST_REPEATS), "+": (1, _MOST_REPEATS), "?": (0, 1)}.get(self._peek())
        if bounds is not None:
            self.position += 1
        elif self._peek() == "{":
            bounds = self._counted()
        else:
            return 1, 1
        if self._peek() == "?":
            self.position += 1
        return bounds

    def _counted(self) -> tuple[int, int]:
        end = self.pattern.find("}", self.position)
        least, comma, most = self.pattern[self.position + 1 : end].partition(",")
        if end < 0 or not least.isdigit() or not (most.isdigit() or not most):
            raise PatternTooHard(self.pattern)
        self.position = end + 1
        if not comma:
            return int(least), int(least)
        return int(least), int(most) if most else max(int(least), _MOST_REPEATS)

    def _one_of(self, members: str) -> str:
        if not members:
            raise PatternTooHard(self.pattern)
        self.number, place = divmod(self.number, len(members))
        return members[place]

    def _peek(self) -> str:
        return self.pattern[self.position : self.position + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise PatternTooHard(self.pattern)
        self.position += 1
        return character
