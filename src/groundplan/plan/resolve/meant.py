"""What a person means by a value that is no formula: a date, an address or a range without its quotes."""

from __future__ import annotations

import json
import re

from groundplan.plan.resolve.tokens import MAX_DIGITS
from groundplan.plan.resolve.values import NotOfType, list_constant, number_constant, outside, text_constant
from groundplan.plan.types import (
    AttributeType,
    Boolean,
    Date,
    Decimal,
    Email,
    Float,
    Integer,
    Interval,
    Ip,
    ListOf,
    Money,
    Point,
    Range,
    Slug,
    Text,
    Time,
    Timestamp,
    Url,
    Uuid,
)

MAX_LENGTH = 200
"""Longest value that a message repeats in quotes."""

_TRUE = frozenset({"yes", "y", "on", "t", "1", "enabled"})
_FALSE = frozenset({"no", "n", "off", "f", "0", "disabled"})
_RANGES = {Integer: "int8range", Decimal: "numrange", Date: "daterange", Timestamp: "tstzrange"}
_EXAMPLES = {
    Integer: "int8range(1, 5)",
    Decimal: "numrange(0.5, 1.5)",
    Date: "daterange('2030-01-01', '2030-02-01')",
    Timestamp: "tstzrange('2030-01-01 10:00', '2030-01-01 12:00')",
}
_HALF_OPEN = re.compile(r"\[([^,()\[\]]+),([^,()\[\]]+)\)")
_PAIR = re.compile(r"\(?\s*([^,()]+),([^,()]+?)\s*\)?")
_AMOUNT = re.compile(r"(?:[A-Z]{3}|[^\w\s.,+-])?\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:[A-Za-z]+|[^\w\s.,+-])?")
_EMPTY_LISTS = frozenset({"{}", "[]", "()", "empty"})


def meant_formula(text: str, of: AttributeType) -> str | None:
    """Return the formula that a text is meant to be as a value of a type, `'2024-02-29'` for `2024-02-29`.

    None where the text is a formula with quotes of its own, or means nothing as a value of the type.
    """
    text = _bare(text)
    if not text or len(text) > MAX_LENGTH or text.lower() == "null":
        return None
    match of:
        case Date() if text.lower() in ("today", "now"):
            return "current_date"
        case Timestamp() if text.lower() in ("now", "today", "current_time"):
            return "now()"
        case Uuid() if text.lower() in ("uuid", "random", "auto", "generate"):
            return "gen_random_uuid()"
        case Boolean():
            return "true" if text.lower() in _TRUE else "false" if text.lower() in _FALSE else None
        case Email() | Url() | Slug() | Uuid() | Date() | Time() | Timestamp() | Interval() | Ip():
            return _quoted(text) if _is_value(text, of) else None
        case Text():
            return None if "(" in text or '"' in text or not _is_value(text, of) else _quoted(text)
        case Integer() | Float() | Decimal() | Money():
            amount = _AMOUNT.fullmatch(text)
            return amount.group(1) if amount and _is_number(amount.group(1), of) else None
        case Range():
            return _range(text, of)
        case Point():
            pair = _PAIR.fullmatch(text)
            numbers = [part.strip() for part in pair.groups()] if pair else []
            is_point = bool(numbers) and all(_is_number(number, Float()) for number in numbers)
            return f"point({', '.join(numbers)})" if is_point else None
        case ListOf():
            return _list(text, of)
        case _:
            return None


def why_unmeant(text: str, of: AttributeType) -> str | None:
    """Say why a text without quotes is no value of a type that needs them, of a bool or a range; None for a formula.

    The reason goes on from "it", as in "is not a date such as 2030-01-31".
    """
    text = text.strip()
    if "'" in text or "(" in text or text.lower() == "null":
        return None
    match of:
        case Boolean():
            return "is neither true nor false; write one of the two"
        case Email() | Url() | Slug() | Uuid() | Date() | Time() | Timestamp() | Interval() | Ip():
            return _why_not(text, of)
        case Range() if text.startswith("["):
            return f"is written by its function, without its upper bound, as in {_EXAMPLES[type(of.of)]}"
        case _:
            return None


def _bare(text: str) -> str:
    """Return a text without the quotes around the whole of it, which only some types are written in."""
    text = text.strip()
    return text[1:-1].strip() if re.fullmatch(r"'[^']*'", text) else text


def _is_value(text: str, of: AttributeType) -> bool:
    return _why_not(text, of) is None


def _why_not(text: str, of: AttributeType) -> str | None:
    try:
        return outside(text_constant(text, of), of)
    except NotOfType as problem:
        return str(problem)


def _is_number(text: str, of: AttributeType) -> bool:
    if re.fullmatch(r"[+-]?[0-9]+(?:\.[0-9]+)?", text) is None or len(text) > MAX_DIGITS:
        return False
    try:
        return outside(number_constant(text, of), of) is None
    except NotOfType:
        return False


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"


def _range(text: str, of: Range) -> str | None:
    found = _HALF_OPEN.fullmatch(text)
    if found is None:
        return None
    low, high = (part.strip().strip('"') for part in found.groups())
    name = _RANGES[type(of.of)]
    if isinstance(of.of, Integer | Decimal):
        is_fit = _is_number(low, of.of) and _is_number(high, of.of)
        return f"{name}({low}, {high})" if is_fit else None
    return f"{name}({_quoted(low)}, {_quoted(high)})" if _is_value(low, of.of) and _is_value(high, of.of) else None


def _list(text: str, of: ListOf) -> str | None:
    if text in _EMPTY_LISTS:
        return "[]"
    if any(sign in text for sign in "'()[]{}"):
        return None
    parts = [part.strip().strip('"') for part in text.split(",")]
    items = ", ".join(json.dumps(part, ensure_ascii=False) for part in parts)
    if isinstance(of.of, Integer | Float | Decimal | Money | Boolean):
        items = ", ".join(parts)
    try:
        list_constant(f"[{items}]", of)
    except NotOfType:
        return None
    return f"[{items}]"
