"""Values of a type, each drawn on its own, or all different."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from typing import assert_never
from uuid import UUID

from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Bytes,
    Date,
    Decimal,
    Email,
    Enum,
    EnumValue,
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
from groundplan.rows.columns.documents import byte_strings, documents, vectors
from groundplan.rows.columns.moments import days, intervals, moments, ranges, times
from groundplan.rows.columns.numbers import amounts, decimals, different_integers, floats, integers
from groundplan.rows.columns.shapes import addresses, points, polygons
from groundplan.rows.columns.source import Source
from groundplan.rows.columns.texts import (
    different_emails,
    different_slugs,
    different_texts,
    emails,
    slugs,
    texts,
    urls,
)
from groundplan.rows.model import Value
from groundplan.rows.timeline import instants

_ATTEMPTS = 20
_LIST_VALUES = 200
_USUAL_LIST_LENGTH = 5


def values(of: AttributeType, count: int, *, source: Source) -> list[Value]:
    """Return `count` values of a type; they may repeat."""
    match of:
        case Text():
            return [*texts(of, count, source=source)]
        case Email():
            return [*emails(count, source=source)]
        case Url():
            return [*urls(slugs(count, source=source))]
        case Slug():
            return [*slugs(count, source=source)]
        case Uuid():
            return [*uuids(count, source=source)]
        case Integer():
            return [*integers(of, count, source=source)]
        case Float():
            return [*floats(of, count, source=source)]
        case Decimal():
            return [*decimals(of, count, source=source)]
        case Money():
            return [*amounts(of, count, source=source)]
        case Boolean():
            return truths(Fraction(1, 2), count, source=source)
        case Date():
            return [*days(moments(count, source=source))]
        case Time():
            return [*times(count, source=source)]
        case Timestamp():
            return [*instants(moments(count, source=source))]
        case Interval():
            return [*intervals(count, source=source)]
        case Json():
            return documents(of, count, source=source)
        case Bytes():
            return [*byte_strings(of, count, source=source)]
        case Enum():
            return [*words_by_share(of, count, source=source)]
        case Point():
            return [*points(count, source=source)]
        case Polygon():
            return [*polygons(count, source=source)]
        case Ip():
            return [*addresses(count, source=source)]
        case Vector():
            return vectors(of, count, source=source)
        case Range():
            return ranges(of, count, source=source)
        case ListOf():
            return lists(of, count, source=source)
        case _:
            assert_never(of)


def different_values(
    of: AttributeType, count: int, *, source: Source, start: int = 0, is_secret: bool = False
) -> list[Value]:
    """Return values that differ from each other (without regard to case), fewer where the type has fewer.

    For text and what is written like it, values of one `start` range differ from those of all others.
    """
    match of:
        case Text():
            return [*different_texts(of, count, start=start, source=source, is_secret=is_secret)]
        case Email():
            return [*different_emails(count, start=start, source=source)]
        case Slug():
            return [*different_slugs(count, start=start, source=source)]
        case Url():
            return [*urls(different_slugs(count, start=start, source=source))]
        case Integer():
            return [*different_integers(of, count, source=source)]
        case Enum():
            return [*(value.name for value in of.values[:count])]
        case Boolean():
            return [*(True, False)[:count]]
        case _:
            return _different(of, count, source=source)


def _different(of: AttributeType, count: int, *, source: Source) -> list[Value]:
    found: dict[str, Value] = {}
    for _ in range(_ATTEMPTS):
        for value in values(of, count - len(found), source=source):
            found.setdefault(repr(value), value)
        if len(found) == count:
            break
    return list(found.values())


def truths(share: Fraction, count: int, *, source: Source) -> list[Value]:
    """Return true in a share of the cases, else false."""
    trues = float(share)
    return [source.random.random() < trues for _ in range(count)]


def uuids(count: int, *, source: Source) -> list[UUID]:
    """Return random UUIDs (version 4)."""
    bits = source.random.getrandbits
    return [UUID(int=bits(128), version=4) for _ in range(count)]


def words_by_share(of: Enum, count: int, *, source: Source) -> list[str]:
    """Return an enum's words in the shares that the plan gives; words without a share divide what is left."""
    weights = list(accumulate(float(share) for share in shares(of.values)))
    return source.random.choices([value.name for value in of.values], cum_weights=weights, k=count)


def shares(words: Sequence[EnumValue]) -> tuple[Fraction, ...]:
    """Return the share of each word; they add up to one wherever the plan leaves room for that."""
    given = sum((word.share for word in words if word.share is not None), start=Fraction(0))
    open_words = sum(1 for word in words if word.share is None)
    rest = max(Fraction(0), 1 - given) / open_words if open_words else Fraction(0)
    found = tuple(rest if word.share is None else word.share for word in words)
    return found if any(found) else tuple(Fraction(1, len(words)) for _ in words)


def lists(of: ListOf, count: int, *, source: Source) -> list[Value]:
    """Return lists of up to five of two hundred values, frequent and rare ones, none twice in a list."""
    expected = list(source.expectation.values)
    pool = [*expected, *different_values(of.of, _LIST_VALUES, source=source)]
    weights = list(accumulate(1 / (rank + 1) for rank in range(len(pool))))
    longest = min(of.maximum, _USUAL_LIST_LENGTH) if of.maximum is not None else _USUAL_LIST_LENGTH
    lengths = [int(source.random.random() * (longest + 1)) for _ in range(count)]
    drawn = iter(source.random.choices(pool, cum_weights=weights, k=sum(lengths)))
    return [tuple(dict.fromkeys(next(drawn) for _ in range(length))) for length in lengths]
