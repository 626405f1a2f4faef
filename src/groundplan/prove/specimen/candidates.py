"""Values worth trying in a column, in PostgreSQL's input spelling, the most ordinary first.

The first is a usual value that differs from one `number` to the next; after it come the constants that conditions
compare with and their neighbours, and then extremes. Whether one fits is for the server to say.
"""

from __future__ import annotations

import contextlib
import json
import re
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from groundplan.postgres.quoting import array_constant
from groundplan.prove.specimen.hints import Hints
from groundplan.prove.specimen.patterns import PatternTooHard, matching, matching_like

_LONGEST_TEXT = 20_000
_DIGITS = string.digits + string.ascii_lowercase
_FIRST_DAY = date(2020, 1, 1)
_SPELLING = re.compile(
    r"(?P<name>[^(\[]+?) ?(\((?P<bounds>[\d,]+)\))?(?P<zone> with(out)? time zone)?(?P<array>(\[\])*)"
)
_NEIGHBOURS = (Decimal(0), Decimal(-1), Decimal(1), Decimal("-0.01"), Decimal("0.01"))

Candidates = Iterator[str]


def candidates(type_name: str, *, hints: Hints, number: int, labels: Sequence[str] = ()) -> tuple[str, ...]:
    """Return values to try in a column of a type; `labels` are those of a native enum. Each value once."""
    return tuple(dict.fromkeys(_candidates(type_name, hints=hints, number=number, labels=labels)))


def base_type(type_name: str) -> tuple[str, tuple[int, ...], bool]:
    """Take a spelling apart: `numeric(19,4)[]` is the name, its bounds, and whether it is an array."""
    found = _SPELLING.fullmatch(type_name)
    if found is None:
        return type_name, (), False
    bounds = tuple(int(bound) for bound in (found["bounds"] or "").split(",") if bound)
    return found["name"] + (found["zone"] or ""), bounds, bool(found["array"])


def _candidates(type_name: str, *, hints: Hints, number: int, labels: Sequence[str]) -> Candidates:
    if labels and not type_name.endswith("[]"):
        return iter(_rotated(labels, by=number))
    name, bounds, is_array = base_type(type_name)
    if is_array:
        return _lists(type_name.removesuffix("[]"), hints=hints, number=number, labels=labels)
    if name == "vector":
        return iter((f"[{','.join([str(number), *['0'] * (bounds[0] - 1)])}]",) if bounds else ())
    if bounds and name.startswith("character"):
        hints = replace(hints, numbers=(*hints.numbers, Decimal(bounds[0])))
    by_name = _BY_NAME.get(name)
    return iter(("", "0")) if by_name is None else by_name(hints, number)


def _rotated(values: Sequence[str], *, by: int) -> list[str]:
    start = by % max(1, len(values))
    return [*values[start:], *values[:start]]


def _texts(hints: Hints, number: int) -> Candidates:
    if not hints.regular:
        yield f"specimen {number}"
    for pattern in hints.regular:
        # Most forms are those of an address or a slug; what a pattern of the plan asks for is made after it.
        yield from (f"specimen{number}@example.org", f"specimen-{number}", f"https://example.org/specimen-{number}")
        with contextlib.suppress(PatternTooHard):
            yield matching(pattern, number=number)
    yield from (matching_like(pattern) for pattern in hints.like)
    yield from _rotated(hints.texts, by=number)
    for length in _lengths(hints):
        yield f"{_code(number)}{'x' * length}"[:length]
        # Long enough for a bound and still an address, a slug.
        for start, end in (
            ("specimen", f"{number}@example.org"),
            ("specimen", f"-{number}"),
            ("https://", f"{number}"),
        ):
            yield start + "x" * (length - len(start) - len(end)) + end
    yield from (f"{text}x" for text in hints.texts)
    yield from ("", " ", "no such word", "x", "X", str(number), "\u00e9", "a b")


def _code(number: int) -> str:
    """Return a number in base 36, the digits that differ most first, so that a short text can tell numbers apart."""
    code = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        code += _DIGITS[digit]
    return code


def _lengths(hints: Hints) -> list[int]:
    near = (int(found) + step for found in hints.numbers for step in (0, -1, 1))
    return [length for length in dict.fromkeys(near) if 0 < length <= _LONGEST_TEXT]


def _numbers(hints: Hints, number: int) -> Candidates:
    yield from (str(number), str(number % 100), str(number % 10))
    near = [_plain(bound + step) for bound in hints.numbers for step in _NEIGHBOURS]
    yield from _rotated(near, by=number)
    yield from hints.texts
    yield from ("0", "1", "-1", "100", "0.5", "-1000000", "1000000000", "-1000000000000", "1000000000000")


def _plain(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _booleans(hints: Hints, number: int) -> Candidates:  # noqa: ARG001 - one signature for all types
    return iter(_rotated(("true", "false"), by=number))


def _dates(hints: Hints, number: int) -> Candidates:
    yield (_FIRST_DAY + timedelta(days=number)).isoformat()
    for text in hints.texts:
        yield text
        with contextlib.suppress(ValueError):
            day = date.fromisoformat(text)
            yield from ((day + timedelta(days=step)).isoformat() for step in (-1, 1))
    yield from ("1970-01-01", "2999-12-31", "infinity", "-infinity")


def _moments(hints: Hints, number: int) -> Candidates:
    first = datetime(2020, 1, 1)
    yield f"{(first + timedelta(hours=number)).isoformat(sep=' ')}+00"
    for text in hints.texts:
        yield text
        with contextlib.suppress(ValueError):
            moment = datetime.fromisoformat(text)
            yield from ((moment + timedelta(seconds=step)).isoformat(sep=" ") for step in (-1, 1))
    yield from ("1970-01-01 00:00:00+00", "2999-12-31 00:00:00+00", "infinity", "-infinity")


def _times(hints: Hints, number: int) -> Candidates:
    minutes = number % (24 * 60)
    yield f"{minutes // 60:02}:{minutes % 60:02}:{number // (24 * 60) % 60:02}"
    yield from hints.texts
    yield from ("00:00:00", "12:00:00", "23:59:59")


def _intervals(hints: Hints, number: int) -> Candidates:
    yield f"{number} minutes"
    for text in hints.texts:
        yield from (text, f"{text} 1 second", f"{text} -1 second")
    yield from ("0 seconds", "-1 hours", "1 second", "1 day", "1000 years")


def _uuids(hints: Hints, number: int) -> Candidates:
    yield f"00000000-0000-7000-8000-{number:012x}"
    yield from hints.texts


def _documents(hints: Hints, number: int) -> Candidates:
    yield json.dumps({"specimen": number})
    yield from hints.texts
    for text in hints.texts:
        yield json.dumps({text: number})
    yield from ("{}", "[]", f"[{number}]", "null", str(number), '"text"', "true")


def _bytes(hints: Hints, number: int) -> Candidates:
    yield "\\x" + number.to_bytes(8).hex()
    for length in _lengths(hints):
        yield "\\x" + (number % 2**32).to_bytes(4).hex().ljust(2 * length, "0")[: 2 * length]
    yield "\\x"


def _points(hints: Hints, number: int) -> Candidates:
    yield f"({number % 170},{number // 170 % 80})"
    yield from hints.texts
    yield from ("(181,0)", "(-181,0)", "(0,91)", "(0,-91)", "(0,0)")


def _polygons(hints: Hints, number: int) -> Candidates:
    yield f"((0,0),(1,0),(0,{number}))"
    yield from hints.texts


def _addresses(hints: Hints, number: int) -> Candidates:
    yield f"10.{number // 62_500 % 250}.{number // 250 % 250}.{number % 250 + 1}"
    yield from hints.texts
    yield from ("::1", "10.0.0.0/8")


def _words(hints: Hints, number: int) -> Candidates:
    yield f"specimen {number}"
    yield from hints.texts


def _whole_ranges(hints: Hints, number: int) -> Candidates:
    yield f"[{number * 10},{number * 10 + 5})"
    for bound in hints.numbers:
        yield from (f"[{int(bound)},{int(bound) + 1})", f"[{int(bound) - 1},{int(bound)})", f"[,{int(bound)})")
    yield from hints.texts
    yield from ("empty", "[0,1)", "(,)", "[-10,-5)", "[0,)")


def _day_ranges(hints: Hints, number: int) -> Candidates:
    first = _FIRST_DAY + timedelta(days=10 * (number % 100_000))
    yield f"[{first.isoformat()},{(first + timedelta(days=5)).isoformat()})"
    yield from hints.texts
    yield from ("empty", "(,)", "[2000-01-01,)", "[,2000-01-01)")


def _lists(element: str, *, hints: Hints, number: int, labels: Sequence[str]) -> Candidates:
    usual = _candidates(element, hints=hints, number=number, labels=labels)
    elements = list(dict.fromkeys(usual))
    yield array_constant(elements[:1])
    for text in hints.texts:
        with contextlib.suppress(ValueError):
            parsed = json.loads(text)
            if isinstance(parsed, list):
                words = [str(item) for item in parsed]
                yield from (array_constant(words[:1]), array_constant(words), array_constant([*words, "no such word"]))
    for length in _lengths(hints):
        yield array_constant(elements[:1] * length)
    yield from (array_constant([item]) for item in elements)
    yield from ("{}", "{NULL}", array_constant(elements[:2]))


_BY_NAME: dict[str, Callable[[Hints, int], Candidates]] = {
    "text": _texts,
    "citext": _texts,
    "character varying": _texts,
    "character": _texts,
    "smallint": _numbers,
    "integer": _numbers,
    "bigint": _numbers,
    "numeric": _numbers,
    "real": _numbers,
    "double precision": _numbers,
    "boolean": _booleans,
    "date": _dates,
    "timestamp with time zone": _moments,
    "timestamp without time zone": _moments,
    "time without time zone": _times,
    "time with time zone": _times,
    "interval": _intervals,
    "uuid": _uuids,
    "json": _documents,
    "jsonb": _documents,
    "bytea": _bytes,
    "point": _points,
    "polygon": _polygons,
    "inet": _addresses,
    "cidr": _addresses,
    "tsvector": _words,
    "int4range": _whole_ranges,
    "int8range": _whole_ranges,
    "numrange": _whole_ranges,
    "daterange": _day_ranges,
    "tsrange": _day_ranges,
    "tstzrange": _day_ranges,
}
