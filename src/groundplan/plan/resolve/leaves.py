"""What stands at the leaves of a formula, before anybody knows what it means."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path, or a single word that may as well be a value of an enum.

    `steps` are the words with their offsets; `is_bare` tells that it is one word without quotes.
    """

    steps: tuple[tuple[str, int], ...]
    is_bare: bool
    at: int

    @property
    def text(self) -> str:
        """The path as a person would write it."""
        return ".".join(step for step, _ in self.steps)


@dataclass(frozen=True, slots=True)
class TextValue:
    """A text in single quotes."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class NumberValue:
    """A number without sign, as written."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Constant:
    """`true`, `false` or `null`."""

    value: bool | None
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class IntervalValue:
    """A length of time, in PostgreSQL's words: `30 days`."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class ParameterName:
    """`:name`."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Function:
    """The name of a function, in lower case; `is_star` is `count(*)`."""

    name: str
    at: int
    is_distinct: bool = False
    is_star: bool = False


@dataclass(frozen=True, slots=True)
class TypeName:
    """The type of a cast."""

    type: AttributeType
    at: int


Leaf = Name | TextValue | NumberValue | Constant | IntervalValue | ParameterName | Function | TypeName
