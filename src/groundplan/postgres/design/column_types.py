"""Which PostgreSQL type holds which type of the plan, why, and what else could."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from groundplan.base.decisions import Alternative
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Email,
    Enum,
    Float,
    Integer,
    Interval,
    Ip,
    Json,
    ListOf,
    Money,
    Point,
    Polygon,
    Range,
    Slug,
    Text,
    Time,
    Timestamp,
    Url,
    Uuid,
    Vector,
)
from groundplan.postgres.design.checks import LONGEST_CHECKED_ELEMENT
from groundplan.postgres.quoting import cast_type

NATIVE_ENUM = "enum"
CITEXT = "citext"

_NOT_BUILT = "not built: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A type that a pin can ask for; `spelling` is how PostgreSQL prints it, None where the design names it."""

    choice: str
    spelling: str | None
    why_not: str
    cost: str | None = None

    @property
    def alternative(self) -> Alternative:
        """The offer as a rejected alternative."""
        return Alternative(choice=self.choice, why_not=self.why_not, cost=self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """The type chosen for an attribute by rule, the others that can be had, and those that cannot."""

    spelling: str
    reason: str
    offers: tuple[Offer, ...] = ()
    refused: tuple[Alternative, ...] = ()


def column_type(type: AttributeType, *, is_counter: bool = False) -> Typing:  # noqa: A002 - the word of the plan
    """Return the type of a column by the rules; `is_counter` tells that updates add to it for ever."""
    match type:
        case Text() | Email() | Url() | Slug() | Enum():
            return _characters(type)
        case Integer():
            return _integer(type, is_counter=is_counter)
        case Float() | Decimal() | Money():
            return _number(type)
        case Date() | Time() | Timestamp() | Interval():
            return _time(type)
        case ListOf():
            return _list(type)
        case Uuid() | Boolean() | Json() | Bytes() | Point() | Polygon() | Ip() | Vector() | Range():
            return _other(type)
        case _:
            assert_never(type)


def _no(choice: str, why_not: str, *, cost: str | None = None) -> Alternative:
    return Alternative(choice=choice, why_not=_NOT_BUILT + why_not, cost=cost)


def _characters(type: Text | Email | Url | Slug | Enum) -> Typing:  # noqa: A002
    match type:
        case Text(maximum=None):
            return Typing(
                spelling="text",
                reason="No length is a rule of the plan, and text is stored as varchar is.",
                refused=(_no("varchar(255)", "a bound that nobody asked for; it saves nothing"),),
            )
        case Text():
            varchar = Offer(
                choice=f"varchar({type.maximum})",
                spelling=f"character varying({type.maximum})",
                why_not="stored as text is; its bound has no name of its own in an error, and no minimum",
                cost="moving the bound changes the type of the column and of all that is built on it",
            )
            return Typing(
                spelling="text",
                reason="The bound is a rule: a check with a name, which can be moved.",
                offers=(varchar,),
            )
        case Email():
            citext = Offer(
                choice=CITEXT,
                spelling="citext",
                why_not="an extension, and every comparison folds both sides; an index on lower() folds once",
            )
            return Typing(
                spelling="text",
                reason="Addresses are compared without case: by lower(), in the index and in every query alike.",
                offers=(citext,),
                refused=(_no("varchar(255)", "no rule of mail is 255 characters"),),
            )
        case Url() | Slug():
            return Typing(
                spelling="text",
                reason="What it looks like is a rule of its own, said by a check.",
                refused=(_no("varchar(255)", "a length says nothing of the form"),),
            )
        case Enum():
            native = Offer(
                choice=NATIVE_ENUM,
                spelling=None,
                why_not="a value can be added but never taken away, and sorting goes by declaration",
                cost="4 bytes a row in place of the word's length",
            )
            lookup = _no(
                "lookup table",
                "the words would be rows; make them an entity of the plan if people edit them",
                cost="one more table and a foreign key check for each write",
            )
            return Typing(
                spelling="text",
                reason="Words in a check read as what they are, and another list of words is one ALTER TABLE away.",
                offers=(native,),
                refused=(lookup,),
            )
        case _:
            assert_never(type)


def _integer(type: Integer, *, is_counter: bool) -> Typing:  # noqa: A002
    bounds = tuple(bound for bound in (type.minimum, type.maximum) if bound is not None)
    has_both = len(bounds) == 2
    fits = {
        "smallint": has_both and all(-(2**15) <= bound < 2**15 for bound in bounds),
        "integer": all(-(2**31) <= bound < 2**31 for bound in bounds),
        "bigint": True,
    }
    spelling = "integer" if fits["integer"] and (has_both or not is_counter) else "bigint"
    why_not = {
        "smallint": "saves nothing beside wider columns, which start at multiples of 4 or 8 bytes",
        "integer": "a counter without a maximum passes 2,147,483,647 one day",
        "bigint": "no value of the plan needs 8 bytes",
    }
    reason = {
        "integer": "Every value of the plan fits 4 bytes.",
        "bigint": "The values of the plan, or a counter that only grows, need 8 bytes.",
    }
    others = tuple(
        Offer(choice=other, spelling=other, why_not=why_not[other])
        for other, is_wide_enough in fits.items()
        if is_wide_enough and other != spelling
    )
    too_narrow = tuple(
        _no(other, f"does not hold {max(map(abs, bounds)):,}")
        for other, is_wide_enough in fits.items()
        if not is_wide_enough and other == "integer"
    )
    return Typing(spelling=spelling, reason=reason[spelling], offers=others, refused=too_narrow)


def _number(type: Float | Decimal | Money) -> Typing:  # noqa: A002
    match type:
        case Float():
            return Typing(
                spelling="double precision",
                reason="The plan asks for a binary floating-point number of 8 bytes.",
                refused=(_no("real", "6 digits"), _no("numeric", "exact, but a tenth as fast; write decimal(p, s)")),
            )
        case Decimal():
            return Typing(
                spelling=cast_type(type),
                reason="Exact, with as many digits as the plan says.",
                refused=(_no("double precision", "0.1 + 0.2 is not 0.3"),),
            )
        case Money():
            return Typing(
                spelling=cast_type(type),
                reason="Exact to a hundredth of a cent, whatever the locale.",
                refused=(
                    _no("money", "its digits and its sign depend on the server's locale"),
                    _no("double precision", "sums of cents drift"),
                    _no("bigint", "cents without a point: every reader has to know"),
                ),
            )
        case _:
            assert_never(type)


def _time(type: Date | Time | Timestamp | Interval) -> Typing:  # noqa: A002
    match type:
        case Date():
            return Typing(
                spelling="date",
                reason="A day, without a time that could shift it over a zone.",
                refused=(_no("timestamp", "a time of day that nobody asked for"),),
            )
        case Time():
            return Typing(
                spelling=cast_type(type),
                reason="A time of day as the clock on the wall shows it.",
                refused=(_no("time with time zone", "an offset without a date says nothing about summer time"),),
            )
        case Timestamp():
            return Typing(
                spelling=cast_type(type),
                reason="An instant: the same for every session, whatever its zone.",
                refused=(_no("timestamp", "without a zone two sessions read different instants"),),
            )
        case Interval():
            return Typing(
                spelling="interval",
                reason="A length of time that knows months and days.",
                refused=(_no("bigint", "seconds: a month has no fixed number of them"),),
            )
        case _:
            assert_never(type)


def _list(type: ListOf) -> Typing:  # noqa: A002
    refused = (
        _no("a table of its own", "an element has no key and no attributes in the plan; make it an entity to get one"),
        _no("jsonb", "nothing would hold the elements to their type"),
    )
    reason = "A short ordered list that is read and written whole; a check looks into each element."
    if isinstance(type.of, Text) and (type.of.maximum or 0) > LONGEST_CHECKED_ELEMENT:
        reason = "A short ordered list that is read and written whole; how long an element is, programs have to see to."
    return Typing(spelling=cast_type(type), reason=reason, refused=refused)


def _other(type: Uuid | Boolean | Json | Bytes | Point | Polygon | Ip | Vector | Range) -> Typing:  # noqa: A002
    spelling = cast_type(type)
    match type:
        case Uuid():
            return Typing(
                spelling=spelling,
                reason="16 bytes, compared as such.",
                refused=(_no("text", "36 characters, and two ways to write each", cost="21 bytes a row more"),),
            )
        case Boolean():
            return Typing(spelling=spelling, reason="Two values, one byte.", refused=(_no("smallint", "2 is neither"),))
        case Json():
            return Typing(
                spelling=spelling,
                reason="Parsed once when written; can be searched by an index.",
                refused=(_no("json", "kept as text and parsed by every read"),),
            )
        case Bytes():
            return Typing(
                spelling=spelling,
                reason="Bytes as they are, moved out of line when large.",
                refused=(_no("large object", "lives outside of rows: nothing deletes it with them"),),
            )
        case Point():
            return Typing(
                spelling=spelling,
                reason="Longitude and latitude in one value; earthdistance, which comes along, finds what is near.",
                refused=(
                    _no("geography(Point)", "PostGIS does not come with PostgreSQL"),
                    _no("two columns", "half a place would be possible"),
                ),
            )
        case Polygon():
            return Typing(
                spelling=spelling,
                reason="A ring of longitudes and latitudes.",
                refused=(_no("geography(Polygon)", "PostGIS does not come with PostgreSQL"),),
            )
        case Ip():
            return Typing(
                spelling=spelling,
                reason="Checks itself, sorts by address and knows networks.",
                refused=(_no("text", "::1 and 0:0::1 are one address"),),
            )
        case Vector():
            return Typing(
                spelling=spelling,
                reason="An embedding of a fixed number of dimensions, by pgvector.",
                refused=(_no("real[]", "any length, and no index by distance"),),
            )
        case Range():
            return Typing(
                spelling=spelling,
                reason="Both ends in one value: overlap is one operator, which an index and an exclusion know.",
                refused=(_no("two columns", "the end could lie before the start, and overlap takes two comparisons"),),
            )
        case _:
            assert_never(type)
