"""The functions that a formula can call: what they take, what they give, and whether time changes their result.

All of them exist under these names in PostgreSQL and have a counterpart in MongoDB's aggregation. Whatever else a
pattern needs, raw `sql:` can say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from groundplan.plan.kinds import MOMENTS, NUMBERS, Kind, are_alike, kind_of
from groundplan.plan.resolve.casts import UNBOUNDED_DECIMAL
from groundplan.plan.resolve.operations import Known, number_of
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Point,
    Polygon,
    Range,
    Text,
    Time,
    Timestamp,
    Uuid,
)


class Volatility(Enum):
    """Whether a function gives the same for the same arguments: always, within a statement, or never."""

    IMMUTABLE = "immutable"
    STABLE = "stable"
    VOLATILE = "volatile"


class Gives(Enum):
    """A result whose type follows from the arguments."""

    FIRST = "the type of the first argument"
    COMMON = "the type that all arguments share"
    ELEMENT = "the type of what the first argument spans"


Kinds = frozenset[Kind]
ANY: Kinds = frozenset(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One way to call a function; the last argument of a variadic one repeats.

    `units` are the words that the first argument can be, `whole` the positions of arguments that are whole numbers;
    `is_common` wants arguments of one type, `is_element` a second argument that the list in the first can hold.
    """

    takes: tuple[Kinds, ...]
    gives: AttributeType | Gives
    is_variadic: bool = False
    is_common: bool = False
    units: tuple[str, ...] = ()
    whole: tuple[int, ...] = ()
    is_element: bool = False

    def fits(self, given: tuple[Known, ...]) -> bool:
        """Tell whether arguments of these types can be passed; an unknown type fits everywhere."""
        if len(given) < len(self.takes) or (len(given) > len(self.takes) and not self.is_variadic):
            return False
        takes = self.takes + self.takes[-1:] * (len(given) - len(self.takes))
        if any(of is not None and kind_of(of) not in kinds for of, kinds in zip(given, takes, strict=True)):
            return False
        if any(given[at] is not None and not isinstance(given[at], Integer) for at in self.whole):
            return False
        if self.is_element and isinstance(given[0], ListOf) and given[1] is not None:
            return are_alike(given[0].of, given[1])
        known = [of for of in given if of is not None]
        return not self.is_common or all(are_alike(known[0], of) for of in known)

    def result(self, given: tuple[Known, ...]) -> Known:
        """Return the type of the result; None where it cannot be told."""
        match self.gives:
            case Gives.FIRST:
                return given[0]
            case Gives.COMMON:
                return common_type(given)
            case Gives.ELEMENT:
                return given[0].of if isinstance(given[0], Range | ListOf) else None
            case fixed:
                return fixed

    def expects(self, position: int) -> Known:
        """Return the type that a parameter takes at a position; None where several are possible."""
        if position in self.whole:
            return Integer()
        kinds = self.takes[min(position, len(self.takes) - 1)]
        return PLAIN_TYPES.get(min(kinds, key=lambda kind: kind.value)) if len(kinds) <= 2 else None

    @property
    def words(self) -> str:
        """How the arguments are written in a message: `text, number`."""
        shown = ["value" if kinds == ANY else _either(kinds) for kinds in self.takes]
        for at in self.whole:
            shown[at] = "int"
        return ", ".join(shown) + (", …" if self.is_variadic else "")


def _either(kinds: Kinds) -> str:
    words = sorted(kind.value for kind in kinds)
    return "number" if kinds == NUMBERS else " or ".join(words)


def common_type(given: tuple[Known, ...]) -> Known:
    """Return the type of the first argument that has one; numbers give the wider type."""
    known = [of for of in given if of is not None]
    if not known:
        return None
    found = known[0]
    for other in known[1:]:
        if kind_of(found) in NUMBERS and kind_of(other) in NUMBERS and found != other:
            found = number_of(found, other)
    return found


PLAIN_TYPES: dict[Kind, AttributeType] = {
    Kind.TEXT: Text(),
    Kind.NUMBER: UNBOUNDED_DECIMAL,
    Kind.FLOAT: Float(),
    Kind.BOOLEAN: Boolean(),
    Kind.DATE: Date(),
    Kind.TIME: Time(),
    Kind.TIMESTAMP: Timestamp(),
    Kind.INTERVAL: Interval(),
    Kind.UUID: Uuid(),
    Kind.JSON: Json(),
    Kind.BYTES: Bytes(),
    Kind.POINT: Point(),
    Kind.POLYGON: Polygon(),
    Kind.IP: Ip(),
}
"""A type of each kind that needs no further word."""

_TEXT: Kinds = frozenset({Kind.TEXT})
_BINARY: Kinds = frozenset({Kind.TEXT, Kind.BYTES})
_EXACT: Kinds = frozenset({Kind.NUMBER})
_RANGE: Kinds = frozenset({Kind.RANGE})
_LIST: Kinds = frozenset({Kind.LIST})
_JSON: Kinds = frozenset({Kind.JSON})
_POINT: Kinds = frozenset({Kind.POINT})
_DATE: Kinds = frozenset({Kind.DATE})
_TIMESTAMP: Kinds = frozenset({Kind.TIMESTAMP})
_COMPARABLE: Kinds = ANY - {Kind.POINT, Kind.POLYGON, Kind.JSON, Kind.VECTOR}

TRUNCATION_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
PARTS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year", "dow", "isodow", "doy", "epoch")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFunction:
    """A function by its lower-case name, with every way to call it."""

    name: str
    signatures: tuple[Signature, ...]
    volatility: Volatility = Volatility.IMMUTABLE

    def signature(self, given: tuple[Known, ...]) -> Signature | None:
        """Return the first signature that arguments of these types fit; None where none does."""
        return next((signature for signature in self.signatures if signature.fits(given)), None)


def _function(
    name: str, *ways: tuple[tuple[Kinds, ...], AttributeType | Gives], volatility: Volatility = Volatility.IMMUTABLE
) -> KnownFunction:
    signatures = tuple(Signature(takes=takes, gives=gives) for takes, gives in ways)
    return KnownFunction(name=name, signatures=signatures, volatility=volatility)


def _counted(name: str, *ways: tuple[tuple[Kinds, ...], AttributeType | Gives]) -> KnownFunction:
    """Make a function whose arguments behind those of text, and behind the first number, are whole numbers."""
    signatures = tuple(
        Signature(
            takes=takes,
            gives=gives,
            whole=tuple(at for at, kinds in enumerate(takes) if at > 0 and kinds == _EXACT),
        )
        for takes, gives in ways
    )
    return KnownFunction(name=name, signatures=signatures)


def _common(name: str, *takes: Kinds, is_variadic: bool) -> KnownFunction:
    signature = Signature(takes=takes, gives=Gives.COMMON, is_variadic=is_variadic, is_common=True)
    return KnownFunction(name=name, signatures=(signature,))


def _of_moment(name: str, units: tuple[str, ...], *ways: tuple[Kinds, AttributeType]) -> KnownFunction:
    signatures = tuple(Signature(takes=(_TEXT, takes), gives=gives, units=units) for takes, gives in ways)
    return KnownFunction(name=name, signatures=signatures, volatility=Volatility.STABLE)


def _range(name: str, bound: Kinds, of: Integer | Date | Timestamp) -> KnownFunction:
    whole = (0, 1) if isinstance(of, Integer) else ()
    ways = ((bound, bound), (bound, bound, _TEXT))
    return KnownFunction(
        name=name, signatures=tuple(Signature(takes=takes, gives=Range(of=of), whole=whole) for takes in ways)
    )


_STABLE, _VOLATILE = Volatility.STABLE, Volatility.VOLATILE
_INTERVAL: Kinds = frozenset({Kind.INTERVAL})

FUNCTIONS: dict[str, KnownFunction] = {
    function.name: function
    for function in (
        _function("now", ((), Timestamp()), volatility=_STABLE),
        _function("current_timestamp", ((), Timestamp()), volatility=_STABLE),
        _function("current_date", ((), Date()), volatility=_STABLE),
        _function("lower", ((_TEXT,), Text()), ((_RANGE,), Gives.ELEMENT)),
        _function("upper", ((_TEXT,), Text()), ((_RANGE,), Gives.ELEMENT)),
        *(_function(name, ((_TEXT,), Text())) for name in ("trim", "btrim", "ltrim", "rtrim")),
        *(_function(name, ((_BINARY,), Integer())) for name in ("length", "octet_length")),
        *(_function(name, ((_TEXT,), Integer())) for name in ("char_length", "character_length")),
        *(
            _counted(name, ((_TEXT, _EXACT), Text()), ((_TEXT, _EXACT, _EXACT), Text()))
            for name in ("substring", "substr")
        ),
        *(_counted(name, ((_TEXT, _EXACT), Text())) for name in ("left", "right")),
        _function("replace", ((_TEXT, _TEXT, _TEXT), Text())),
        _counted("split_part", ((_TEXT, _TEXT, _EXACT), Text())),
        _function("strpos", ((_TEXT, _TEXT), Integer())),
        _function("starts_with", ((_TEXT, _TEXT), Boolean())),
        KnownFunction(
            name="concat",
            signatures=(Signature(takes=(ANY,), gives=Text(), is_variadic=True),),
            volatility=_STABLE,
        ),
        _common("coalesce", ANY, is_variadic=True),
        _common("nullif", _COMPARABLE, _COMPARABLE, is_variadic=False),
        _common("greatest", _COMPARABLE, is_variadic=True),
        _common("least", _COMPARABLE, is_variadic=True),
        *(_function(name, ((NUMBERS,), Gives.FIRST)) for name in ("abs", "ceil", "ceiling", "floor")),
        *(_counted(name, ((NUMBERS,), Gives.FIRST), ((_EXACT, _EXACT), Gives.FIRST)) for name in ("round", "trunc")),
        _function("mod", ((_EXACT, _EXACT), Gives.COMMON)),
        _function("power", ((NUMBERS, NUMBERS), Float())),
        *(_function(name, ((NUMBERS,), Float())) for name in ("sqrt", "ln", "exp")),
        _of_moment("date_trunc", TRUNCATION_UNITS, (MOMENTS, Timestamp()), (_INTERVAL, Interval())),
        _of_moment("date_part", PARTS, (MOMENTS | {Kind.TIME, Kind.INTERVAL}, Float())),
        _of_moment("extract", PARTS, (MOMENTS | {Kind.TIME, Kind.INTERVAL}, UNBOUNDED_DECIMAL)),
        _function("age", ((MOMENTS,), Interval()), ((MOMENTS, MOMENTS), Interval()), volatility=_STABLE),
        _function("timezone", ((_TEXT, _TIMESTAMP), Timestamp()), volatility=_STABLE),
        _function("cardinality", ((_LIST,), Integer())),
        KnownFunction(
            name="array_append",
            signatures=(Signature(takes=(_LIST, ANY), gives=Gives.FIRST, is_element=True),),
        ),
        _function("jsonb_array_length", ((_JSON,), Integer())),
        _function("jsonb_typeof", ((_JSON,), Text())),
        _function("point", ((NUMBERS, NUMBERS), Point())),
        _function("longitude", ((_POINT,), Float())),
        _function("latitude", ((_POINT,), Float())),
        _function("isempty", ((_RANGE,), Boolean())),
        _range("int8range", _EXACT, Integer()),
        _range("daterange", _DATE, Date()),
        _range("tstzrange", MOMENTS, Timestamp()),
        _function("numrange", ((_EXACT, _EXACT), Range(of=UNBOUNDED_DECIMAL))),
        _function("uuidv7", ((), Uuid()), volatility=_VOLATILE),
        _function("gen_random_uuid", ((), Uuid()), volatility=_VOLATILE),
        _function("random", ((), Float()), volatility=_VOLATILE),
    )
}
"""Every function, by name."""

WITHOUT_PARENTHESES = ("current_date", "current_timestamp")
"""Functions that SQL writes without brackets."""

AGGREGATES: dict[str, KnownFunction] = {
    function.name: function
    for function in (
        _function("count", ((ANY,), Integer())),
        _function("sum", ((NUMBERS | {Kind.INTERVAL},), Gives.FIRST)),
        _function(
            "avg", ((_EXACT,), UNBOUNDED_DECIMAL), ((frozenset({Kind.FLOAT}),), Float()), ((_INTERVAL,), Interval())
        ),
        _function("min", ((_COMPARABLE - {Kind.BOOLEAN, Kind.LIST, Kind.RANGE, Kind.UUID},), Gives.FIRST)),
        _function("max", ((_COMPARABLE - {Kind.BOOLEAN, Kind.LIST, Kind.RANGE, Kind.UUID},), Gives.FIRST)),
        _function("array_agg", ((ANY - {Kind.LIST},), Gives.FIRST)),
        _function("bool_and", ((frozenset({Kind.BOOLEAN}),), Boolean())),
        _function("bool_or", ((frozenset({Kind.BOOLEAN}),), Boolean())),
    )
}
"""Every aggregate function, by name; `array_agg` gives a list of what it is given."""

ANY_OF = "any"
"""`value = any(list)`, the one function that stands only beside `=`."""
