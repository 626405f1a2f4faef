"""What can be wrong with a formula: found while it is resolved, put into words by the rule of the same name.

Every defect holds the place it points at; `what` is the attribute of the plan that holds the formula (`where`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from groundplan.base.origin import Origin
from groundplan.plan.types import AttributeType


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableFormula:
    """Text that does not parse: `found` stands where `expected` could."""

    found: str
    expected: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideLanguage:
    """SQL that formulas leave out: `construct` says what it is, `instead` what to write."""

    construct: str
    instead: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownFunction:
    """A function that is none of the `known` ones."""

    function: str
    known: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongArguments:
    """A known function with arguments it does not take: `given` are their types, `takes` are the ways to call it."""

    function: str
    given: tuple[str, ...]
    takes: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownName:
    """A step of a path that `entity` does not have.

    `attributes` and `relationships` are what it has; `is_last` tells that the path ends here, `link` names the n:m
    relationship whose own attribute this would be.
    """

    entity: str
    name: str
    attributes: tuple[str, ...]
    relationships: tuple[str, ...]
    is_last: bool
    link: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownEnumValue:
    """A word or a text beside an enum attribute that is none of its values."""

    attribute: str
    value: str
    values: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomparableTypes:
    """`left operator right`, where no value of the one type stands with one of the other; None is not known."""

    operator: str
    left: AttributeType | None
    right: AttributeType | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOutsideType:
    """A constant that its attribute can never hold; `because` says why not, as in "is not ..."."""

    attribute: str
    type: AttributeType | None
    value: str
    because: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionByZero:
    """A division by a constant that is zero."""

    what: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class UnquotedValue:
    """A value without the quotes, or the form, that its type is written in: `meant` is the formula to write."""

    what: str
    attribute: str
    type: AttributeType
    value: str
    meant: str
    origin: Origin


class AggregateDefect(Enum):
    """Why an aggregate cannot stand where it does."""

    PLACE = "stands where single rows are looked at"
    NESTED = "stands inside another aggregate"
    OWN_ROWS = "counts the rows themselves, but the read has no group"
    COLLECTION = "reaches a collection from within a group"


@dataclass(frozen=True, slots=True, kw_only=True)
class MisplacedAggregate:
    """An aggregate function where none can stand."""

    what: str
    function: str
    because: AggregateDefect
    origin: Origin


class PathDefect(Enum):
    """Why a path cannot stand where it does."""

    NO_ROW = "there is no row yet whose attribute this could be"
    OTHER_ROW = "it leads to another row"
    MANY_ROWS = "it leads to several rows"
    TWO_COLLECTIONS = "it leads to a second collection within one comparison"
    COMPOSITE_KEY = "it leads to a row with several key attributes"


@dataclass(frozen=True, slots=True, kw_only=True)
class MisplacedPath:
    """A path that cannot stand where it does."""

    what: str
    path: str
    because: PathDefect
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MisplacedParameter:
    """A `:name` where no caller could give a value."""

    what: str
    name: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionNotBoolean:
    """Something that is neither true nor false where a condition is expected."""

    what: str
    type: AttributeType
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class UnstableCondition:
    """A function whose result changes with time, in a condition that the engine evaluates only when a row changes."""

    what: str
    function: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOutsideGroup:
    """A path in a grouped read that is neither grouped by nor aggregated."""

    what: str
    path: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class UntypedParameter:
    """A parameter whose type nothing tells (`types` empty), or that has to be of several types at once."""

    name: str
    types: tuple[AttributeType, ...]
    origin: Origin


Defect = (
    UnreadableFormula | OutsideLanguage | UnknownFunction | WrongArguments | UnknownName | UnknownEnumValue
    | IncomparableTypes | ValueOutsideType | UnquotedValue | DivisionByZero | MisplacedAggregate | MisplacedPath
    | MisplacedParameter | ConditionNotBoolean | UnstableCondition | FieldOutsideGroup | UntypedParameter
)  # fmt: skip
