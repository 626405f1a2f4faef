"""The types by name: what each means, what it takes, and how it is made of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal as DecimalNumber
from typing import TypeVar, get_args

from groundplan.plan import types
from groundplan.plan.grammar.brackets import Piece
from groundplan.plan.grammar.findings import IMPOSSIBLE_QUANTITY, UNREADABLE_TYPE
from groundplan.plan.grammar.numbers import MAX_COUNT, parse_decimal, parse_whole
from groundplan.plan.grammar.quantities import parse_size
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.types import AttributeType, EnumValue

T = TypeVar("T")

MAX_PRECISION = 1000
"""Most digits of a decimal (PostgreSQL manual 8.1.2)."""

MAX_DIMENSIONS = 16_000
"""Most dimensions of a vector (pgvector)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What a plan says of a type beside its name: texts by key, the values of an enum, the type of elements."""

    texts: Mapping[str, Piece]
    values: tuple[EnumValue, ...] = ()
    of: AttributeType | None = None

    def whole(self, key: str, *, minimum: int = -MAX_COUNT - 1, maximum: int = MAX_COUNT) -> int | None:
        """Return a whole number between two bounds, by default those of a bigint."""
        number = self._parsed(key, parse_whole)
        if number is not None and not minimum <= number <= maximum:
            raise self.impossible(key, f"{key} cannot be {number}", f"write a number from {minimum} to {maximum}")
        return number

    def decimal(self, key: str) -> DecimalNumber | None:
        """Return a decimal number of either sign."""
        return self._parsed(key, parse_decimal)

    def size(self, key: str) -> int | None:
        """Return a number of bytes, with or without a unit."""
        piece = self.texts.get(key)
        if piece is None or not piece.text.isdecimal():
            return self._parsed(key, parse_size)
        return self.whole(key, minimum=1)

    def impossible(self, key: str, message: str, advice: str) -> Unreadable:
        """Make a finding at the place of a key."""
        problem = Unreadable(IMPOSSIBLE_QUANTITY, message, help=advice)
        problem.origin = self.texts[key].place(0)
        return problem

    def _parsed(self, key: str, parse: Callable[[str], T]) -> T | None:
        piece = self.texts.get(key)
        return None if piece is None else piece.parsed(parse)


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWord:
    """A type by its word.

    `brackets` names what stands between its brackets, in order (`bounds` is `min..max`); `takes` names the keys of its
    long form. A type without `build` takes nothing.
    """

    word: str
    model: Callable[..., AttributeType]
    means: str
    examples: tuple[str, ...]
    brackets: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    build: Callable[[Arguments], AttributeType] | None = None

    def made_of(self, said: Arguments) -> AttributeType:
        """Make the type; Unreadable where it cannot be made of what was said."""
        return self.build(said) if self.build else self.model()


def _text(said: Arguments) -> AttributeType:
    minimum, maximum = said.whole("min", minimum=0), said.whole("max", minimum=1)
    _check_bounds(said, minimum, maximum)
    return types.Text(minimum=minimum, maximum=maximum, typical_bytes=said.size("typical"))


def _int(said: Arguments) -> AttributeType:
    minimum, maximum = said.whole("min"), said.whole("max")
    _check_bounds(said, minimum, maximum)
    return types.Integer(minimum=minimum, maximum=maximum)


def _float(said: Arguments) -> AttributeType:
    minimum, maximum = said.decimal("min"), said.decimal("max")
    _check_bounds(said, minimum, maximum)
    return types.Float(minimum=minimum, maximum=maximum)


def _decimal(said: Arguments) -> AttributeType:
    precision = said.whole("precision", minimum=1, maximum=MAX_PRECISION)
    if precision is None:
        raise Unreadable(
            UNREADABLE_TYPE, "a decimal needs its digits", help="write decimal(10,2): 10 digits, 2 after the point"
        )
    scale = said.whole("scale", minimum=0, maximum=precision) or 0
    minimum, maximum = said.decimal("min"), said.decimal("max")
    _check_bounds(said, minimum, maximum)
    for key, bound in (("min", minimum), ("max", maximum)):
        if bound is not None and abs(bound) >= 10 ** (precision - scale):
            raise said.impossible(
                key,
                f"{bound} does not fit {precision} digits, {scale} of them after the point",
                "write more digits or a smaller bound",
            )
    return types.Decimal(precision=precision, scale=scale, minimum=minimum, maximum=maximum)


def _check_bounds(said: Arguments, minimum: int | DecimalNumber | None, maximum: int | DecimalNumber | None) -> None:
    if minimum is not None and maximum is not None and minimum > maximum:
        raise said.impossible(
            "max", f"the upper bound {maximum} is below the lower bound {minimum}", "write the smaller bound first"
        )


def _enum(said: Arguments) -> AttributeType:
    if not said.values:
        raise Unreadable(UNREADABLE_TYPE, "an enum needs its values", help="write enum(draft, published)")
    return types.Enum(values=said.values)


def _vector(said: Arguments) -> AttributeType:
    dimensions = said.whole("dimensions", minimum=1, maximum=MAX_DIMENSIONS)
    if dimensions is None:
        raise Unreadable(UNREADABLE_TYPE, "a vector needs its number of dimensions", help="write vector(384)")
    return types.Vector(dimensions=dimensions)


def _list(said: Arguments) -> AttributeType:
    if said.of is None:
        raise Unreadable(UNREADABLE_TYPE, "a list needs the type of its elements", help="write list of text(20)")
    if not isinstance(said.of, get_args(types.ElementType)):
        advice = "make an entity of the elements, or write json"
        raise Unreadable(UNREADABLE_TYPE, f"a list cannot hold elements of type {word_of(said.of)}", help=advice)
    return types.ListOf(of=said.of, maximum=said.whole("max", minimum=1))


def _range(said: Arguments) -> AttributeType:
    match said.of:
        case types.Integer() | types.Decimal() | types.Date() | types.Timestamp():
            return types.Range(of=said.of)
        case None:
            raise Unreadable(UNREADABLE_TYPE, "a range needs the type of its bounds", help="write range of timestamp")
        case _:
            advice = "write range of int, decimal(p,s), date or timestamp"
            raise Unreadable(UNREADABLE_TYPE, f"a range cannot be of {word_of(said.of)}", help=advice)


TYPE_WORDS: tuple[TypeWord, ...] = (
    TypeWord(
        word="text",
        model=types.Text,
        means="Characters; bounds count characters, `~` gives the usual size",
        examples=("text", "text(255)", "text(3..50)", "text ~4KB"),
        brackets=("bounds",),
        takes=("min", "max", "typical"),
        build=_text,
    ),
    TypeWord(
        word="email",
        model=types.Email,
        means="An e-mail address, compared without case",
        examples=("email unique",),
    ),
    TypeWord(word="url", model=types.Url, means="An absolute http or https address", examples=("url",)),
    TypeWord(
        word="slug",
        model=types.Slug,
        means="Lower-case letters, digits and single hyphens, as in `a-first-post`",
        examples=("slug unique",),
    ),
    TypeWord(word="uuid", model=types.Uuid, means="A UUID of any version", examples=("uuid",)),
    TypeWord(
        word="int",
        model=types.Integer,
        means="A whole number; the bounds are inclusive and either can be left out",
        examples=("int", "int(1..5)", "int(0..)"),
        brackets=("bounds",),
        takes=("min", "max"),
        build=_int,
    ),
    TypeWord(
        word="float",
        model=types.Float,
        means="A binary floating-point number of eight bytes; the bounds are inclusive",
        examples=("float", "float(0..1)"),
        brackets=("bounds",),
        takes=("min", "max"),
        build=_float,
    ),
    TypeWord(
        word="decimal",
        model=types.Decimal,
        means="An exact number: digits in all, digits after the point, inclusive bounds",
        examples=("decimal(10,2)", "decimal(5,2, 0..100)"),
        brackets=("precision", "scale", "bounds"),
        takes=("precision", "scale", "min", "max"),
        build=_decimal,
    ),
    TypeWord(
        word="money",
        model=types.Money,
        means="An exact amount in one currency: 19 digits, 4 after the point",
        examples=("money = 0",),
    ),
    TypeWord(word="bool", model=types.Boolean, means="True or false", examples=("bool = true",)),
    TypeWord(word="date", model=types.Date, means="A day", examples=("date",)),
    TypeWord(word="time", model=types.Time, means="A time of day, without a zone", examples=("time",)),
    TypeWord(
        word="timestamp",
        model=types.Timestamp,
        means="An instant, stored in UTC",
        examples=("timestamp = now()",),
    ),
    TypeWord(word="interval", model=types.Interval, means="A length of time", examples=("interval",)),
    TypeWord(
        word="json",
        model=types.Json,
        means="Any JSON value; `~` gives the usual size",
        examples=("json = {}", "json ~2KB"),
        takes=("typical",),
        build=lambda said: types.Json(typical_bytes=said.size("typical")),
    ),
    TypeWord(
        word="bytes",
        model=types.Bytes,
        means="Raw bytes; the bound counts bytes, `~` gives the usual size",
        examples=("bytes(16)", "bytes(1MB) ~20KB"),
        brackets=("max",),
        takes=("max", "typical"),
        build=lambda said: types.Bytes(maximum=said.size("max"), typical_bytes=said.size("typical")),
    ),
    TypeWord(
        word="enum",
        model=types.Enum,
        means="One of a fixed list of words, each with its share of the rows where that is known",
        examples=("enum(admin, user, guest) = user", "enum(draft 10%, published 85%, 'in review' 5%)"),
        brackets=("values",),
        takes=("values",),
        build=_enum,
    ),
    TypeWord(
        word="point",
        model=types.Point,
        means="A place on the earth: longitude and latitude in degrees",
        examples=("point",),
    ),
    TypeWord(
        word="polygon",
        model=types.Polygon,
        means="An area on the earth: a closed ring of points",
        examples=("polygon",),
    ),
    TypeWord(word="ip", model=types.Ip, means="An IPv4 or IPv6 address, or a network", examples=("ip",)),
    TypeWord(
        word="vector",
        model=types.Vector,
        means="An embedding of so many numbers",
        examples=("vector(384)",),
        brackets=("dimensions",),
        takes=("dimensions",),
        build=_vector,
    ),
    TypeWord(
        word="range",
        model=types.Range,
        means="A span of int, decimal, date or timestamp: lower bound included, upper bound excluded",
        examples=("range of timestamp", "range of decimal(10,2)"),
        takes=("of",),
        build=_range,
    ),
    TypeWord(
        word="list",
        model=types.ListOf,
        means="An ordered list of values of one simple type; the bound counts values",
        examples=("list of text(20)", "list(10) of int"),
        brackets=("max",),
        takes=("of", "max"),
        build=_list,
    ),
)
"""Every type of the language; a test compares them with the model's union."""

WORDS: dict[str, TypeWord] = {word.word: word for word in TYPE_WORDS}

_WORDS_OF_MODELS: dict[Callable[..., AttributeType], str] = {word.model: word.word for word in TYPE_WORDS}


def word_of(type_: AttributeType) -> str:
    """Return the word of a type: `text`, `list`."""
    return _WORDS_OF_MODELS[type(type_)]


FOREIGN_WORDS: dict[str, str] = {
    **dict.fromkeys(("string", "str", "varchar", "char", "character", "citext", "clob"), "text"),
    **dict.fromkeys(("integer", "bigint", "smallint", "serial", "bigserial", "long"), "int"),
    **dict.fromkeys(("double", "real"), "float"),
    **dict.fromkeys(("numeric", "number"), "decimal(10,2)"),
    **dict.fromkeys(("boolean",), "bool"),
    **dict.fromkeys(("datetime", "timestamptz"), "timestamp"),
    **dict.fromkeys(("jsonb", "object", "map"), "json"),
    **dict.fromkeys(("blob", "bytea", "binary"), "bytes"),
    **dict.fromkeys(("inet", "cidr"), "ip"),
    **dict.fromkeys(("array", "set"), "list of text"),
    **dict.fromkeys(("duration",), "interval"),
    **dict.fromkeys(("uri", "link"), "url"),
    **dict.fromkeys(("tstzrange", "tsrange"), "range of timestamp"),
    **dict.fromkeys(("daterange",), "range of date"),
    **dict.fromkeys(("embedding",), "vector(384)"),
    **dict.fromkeys(("guid",), "uuid"),
}
"""What other languages call our types."""
