"""Attribute types: a closed union of what an attribute can hold, and how its values are distributed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal as DecimalNumber
from enum import Enum as PythonEnum
from fractions import Fraction

from groundplan.plan.quantities import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Characters; bounds count characters, `typical_bytes` is the usual size (`text(3..50)`, `text ~4KB`)."""

    minimum: int | None = None
    maximum: int | None = None
    typical_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Email:
    """An e-mail address; compared without case."""


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute http or https address."""


@dataclass(frozen=True, slots=True)
class Slug:
    """Lower-case letters, digits and single hyphens: `a-first-post`."""


@dataclass(frozen=True, slots=True)
class Uuid:
    """A UUID of any version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer:
    """A whole number; the bounds are inclusive (`int(1..5)`)."""

    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Float:
    """A binary floating-point number of eight bytes; the bounds are inclusive."""

    minimum: DecimalNumber | None = None
    maximum: DecimalNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decimal:
    """An exact number with `precision` digits in all, `scale` of them after the point; the bounds are inclusive."""

    precision: int
    scale: int
    minimum: DecimalNumber | None = None
    maximum: DecimalNumber | None = None


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency: 19 digits, 4 after the point."""


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Date:
    """A day."""


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day without a zone."""


@dataclass(frozen=True, slots=True)
class Timestamp:
    """An instant; always stored with its zone resolved to UTC."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A length of time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Json:
    """Any JSON value; `typical_bytes` is the usual size."""

    typical_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bytes:
    """Raw bytes; `maximum` counts bytes."""

    maximum: int | None = None
    typical_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class EnumValue:
    """One value of an enum, with its share of the rows where the plan gives one."""

    name: str
    share: Fraction | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """One of a fixed list of words, in the order of the plan."""

    values: tuple[EnumValue, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth: longitude and latitude in degrees (WGS 84)."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """An area on the earth: a closed ring of points."""


@dataclass(frozen=True, slots=True)
class Ip:
    """An IPv4 or IPv6 address, or a network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """An embedding of `dimensions` numbers."""

    dimensions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A span of `of`, lower bound included, upper bound excluded."""

    of: Integer | Decimal | Date | Timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf:
    """An ordered list of values; never nested, `maximum` counts elements."""

    of: ElementType
    maximum: int | None = None


ElementType = (
    Text | Email | Url | Slug | Uuid | Integer | Float | Decimal | Money | Boolean
    | Date | Time | Timestamp | Interval | Enum | Ip
)  # fmt: skip
AttributeType = ElementType | Json | Bytes | Point | Polygon | Vector | Range | ListOf


class Arrival(PythonEnum):
    """In which order values come: growing with time (as a log does), or in any order."""

    IN_ORDER = "in order"
    ANY_ORDER = "in any order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """How the values of an attribute are spread; None is not said.

    `distinct` is the number of different values, `zipf` the exponent of their skew (0 is uniform), `nulls` the share of
    NULL, `trues` the share of true among the values of a bool, `late` how far behind a value may arrive out of order.
    """

    distinct: int | None = None
    zipf: Fraction | None = None
    nulls: Fraction | None = None
    trues: Fraction | None = None
    arrives: Arrival | None = None
    late: Duration | None = None
