"""Binary operators on values that are not NULL, as PostgreSQL defines them for the plan's types."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from groundplan.plan.expressions import Operator
from groundplan.rows.expressions.values import CannotEvaluate, Span, span_of
from groundplan.rows.model import Value

Operand = Value | Span
Apply = Callable[[Operand, Operand], Operand]

_COMPARISONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_EQUAL: operator.ge,
}


def operation(of: Operator) -> Apply:
    """Return what an operator does with two values that are not NULL.

    The result may be NULL (`settings -> 'absent'`). It raises CannotEvaluate for types that we do not know it on.
    """
    if of in _COMPARISONS:
        compare = _COMPARISONS[of]
        return lambda left, right: compare(*comparable(left, right))
    if of not in _OTHERS:
        raise CannotEvaluate(f"the operator {of.value} without the type of its operands")
    return _OTHERS[of]


def comparable(left: Operand, right: Operand) -> tuple[Any, Any]:
    """Return two values in a form that Python compares as PostgreSQL does (text by code point, collation C)."""
    if type(left) is type(right) and isinstance(left, str | int | datetime):
        return left, right
    first, second = _comparison_form(left), _comparison_form(right)
    if isinstance(first, datetime) != isinstance(second, datetime):
        first, second = _midnight(first), _midnight(second)
    numbers = (int, float, Decimal)
    if isinstance(first, numbers) and isinstance(second, numbers):
        return _comparable_numbers(first, second)
    if type(first) is not type(second):
        raise CannotEvaluate(f"a comparison of {type(left).__name__} with {type(right).__name__}")
    return first, second


def _comparison_form(value: Operand) -> object:
    match value:
        case Span():
            return (value.length,)
        case timedelta():
            return (span_of(value).length,)
        case UUID():
            return value.bytes
        case _:
            return value


def _midnight(value: object) -> object:
    return midnight(value) if isinstance(value, date) and not isinstance(value, datetime) else value


def midnight(day: date) -> datetime:
    """Return the instant a day begins, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _comparable_numbers(first: float | Decimal, second: float | Decimal) -> tuple[object, object]:
    # A number beside a double is compared as a double (manual 10.2).
    if isinstance(first, float) or isinstance(second, float):
        return float(first), float(second)
    return first, second


def _plus(left: Operand, right: Operand) -> Operand:
    match left, right:
        case ((Span() | timedelta()), (datetime() | date())):
            return _plus(right, left)
        case datetime(), (Span() | timedelta()):
            return _span(right).after(left)
        case date(), (Span() | timedelta()):
            return _span(right).after(midnight(left))
        case date(), int() if not isinstance(left, datetime):
            return left + timedelta(days=right)
        case int(), date() if not isinstance(right, datetime):
            return right + timedelta(days=left)
        case ((Span() | timedelta()), (Span() | timedelta())):
            return _span(left) + _span(right)
    return _arithmetic("+", operator.add, left, right)


def _minus(left: Operand, right: Operand) -> Operand:
    match left, right:
        case datetime(), datetime():
            return span_of(left - right) if left >= right else -span_of(right - left)
        case ((datetime() | date()), (Span() | timedelta())):
            return _plus(left, -_span(right))
        case date(), date() if not isinstance(left, datetime) and not isinstance(right, datetime):
            return (left - right).days
        case date(), int() if not isinstance(left, datetime):
            return left - timedelta(days=right)
        case ((Span() | timedelta()), (Span() | timedelta())):
            return _span(left) + -_span(right)
    return _arithmetic("-", operator.sub, left, right)


def _times(left: Operand, right: Operand) -> Operand:
    match left, right:
        case ((Span() | timedelta()), int()):
            span = _span(left)
            return Span(span.months * right, span.days * right, span.microseconds * right)
        case int(), (Span() | timedelta()):
            return _times(right, left)
    return _arithmetic("*", operator.mul, left, right)


def _divide(left: Operand, right: Operand) -> Operand:
    _refuse_zero(right)
    if isinstance(left, int) and isinstance(right, int):
        return _truncated(left, right)
    return _arithmetic("/", operator.truediv, left, right)


def _modulo(left: Operand, right: Operand) -> Operand:
    _refuse_zero(right)
    if isinstance(left, int) and isinstance(right, int):
        return left - right * _truncated(left, right)
    if isinstance(left, float) or isinstance(right, float):
        raise CannotEvaluate("% on doubles")
    return _arithmetic("%", operator.mod, left, right)  # Decimal's % has the sign of the dividend, as PostgreSQL's


def _truncated(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left >= 0) == (right > 0) else -quotient


def _refuse_zero(value: Operand) -> None:
    if isinstance(value, int | float | Decimal) and value == 0:
        raise CannotEvaluate("a division by zero")


def _arithmetic(sign: str, apply: Callable[[object, object], object], left: Operand, right: Operand) -> Operand:
    numbers = (int, float, Decimal)
    if not isinstance(left, numbers) or not isinstance(right, numbers) or isinstance(left, bool):
        raise CannotEvaluate(f"{type(left).__name__} {sign} {type(right).__name__}")
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    result = apply(left, right)
    if not isinstance(result, numbers):
        raise CannotEvaluate(f"{type(left).__name__} {sign} {type(right).__name__}")
    return result


def _span(value: Operand) -> Span:
    match value:
        case Span():
            return value
        case timedelta():
            return span_of(value)
        case _:
            raise CannotEvaluate(f"{type(value).__name__} as an interval")


def _concatenate(left: Operand, right: Operand) -> Operand:
    match left, right:
        case str(), str():
            return left + right
        case str(), int() if not isinstance(right, bool):
            return left + str(right)
        case int(), str() if not isinstance(left, bool):
            return str(left) + right
        case tuple(), tuple():
            return left + right
        case dict(), dict():
            return left | right
    raise CannotEvaluate(f"{type(left).__name__} || {type(right).__name__}")


def ranges_overlap(left: tuple[Value, ...], right: tuple[Value, ...]) -> bool:
    """Tell whether two ranges (lower, upper) share a point; None is no bound, an empty range shares none."""
    return all(_is_below(low, high) for low in (left[0], right[0]) for high in (left[1], right[1]))


def _is_below(low: Value, high: Value) -> bool:
    if low is None or high is None:
        return True
    first, second = comparable(low, high)
    return bool(first < second)


def range_contains(whole: tuple[Value, ...], part: Operand) -> bool:
    """Tell whether a range holds another range, or a single value."""
    if isinstance(part, tuple):
        lower = whole[0] is None or (part[0] is not None and not _is_below(part[0], whole[0]))
        upper = whole[1] is None or (part[1] is not None and not _is_below(whole[1], part[1]))
        return lower and upper
    if isinstance(part, Span):
        raise CannotEvaluate("an interval in a range")
    return (whole[0] is None or not _is_below(part, whole[0])) and _is_below(part, whole[1])


def json_contains(whole: Value, part: Value) -> bool:
    """Tell whether JSON holds other JSON (manual 8.14.3): objects by key, lists as sets, scalars when equal."""
    match whole, part:
        case dict(), dict():
            return all(key in whole and json_contains(whole[key], inner) for key, inner in part.items())
        case tuple(), tuple():
            return all(any(json_contains(item, inner) for item in whole) for inner in part)
        case _:
            return _is_same_scalar(whole, part)


def _is_same_scalar(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return not isinstance(left, dict | tuple) and left == right


def _has_key(left: Operand, right: Operand) -> Operand:
    if isinstance(left, dict | tuple) and isinstance(right, str):
        return right in left
    return False if isinstance(right, str) else _unknown("?", left, right)


def _get(left: Operand, right: Operand) -> Operand:
    match left, right:
        case dict(), str() if left.get(right, "") is None:
            raise CannotEvaluate("JSON's null, which is not NULL")
        case dict(), str():
            return left.get(right)
        case tuple(), int():
            return left[right] if -len(left) <= right < len(left) else None
    return None


def _get_text(left: Operand, right: Operand) -> Operand:
    found = _get(left, right)
    match found:
        case None | str():
            return found
        case bool():
            return "true" if found else "false"
        case int():
            return str(found)
    raise CannotEvaluate("->> of what is neither text nor a whole number")


def _like(left: Operand, right: Operand) -> Operand:
    return _matches_pattern(left, right, flags=0)


def _ilike(left: Operand, right: Operand) -> Operand:
    return _matches_pattern(left, right, flags=re.IGNORECASE)


def _matches_pattern(left: Operand, right: Operand, *, flags: int) -> bool:
    if not isinstance(left, str) or not isinstance(right, str):
        raise CannotEvaluate("LIKE on what is no text")
    return _like_pattern(right, flags).fullmatch(left) is not None


@lru_cache(maxsize=256)
def _like_pattern(pattern: str, flags: int) -> re.Pattern[str]:
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        match character:
            case "%":
                parts.append(".*")
            case "_":
                parts.append(".")
            case "\\":
                parts.append(re.escape(next(characters, "\\")))
            case _:
                parts.append(re.escape(character))
    return re.compile("".join(parts), flags | re.DOTALL)


def _matches(left: Operand, right: Operand) -> Operand:
    return _matches_expression(left, right, flags=0)


def _matches_any_case(left: Operand, right: Operand) -> Operand:
    return _matches_expression(left, right, flags=re.IGNORECASE)


def _matches_expression(left: Operand, right: Operand, *, flags: int) -> bool:
    if not isinstance(left, str) or not isinstance(right, str):
        raise CannotEvaluate("~ on what is no text")
    return _expression(right, flags).search(left) is not None


@lru_cache(maxsize=256)
def _expression(pattern: str, flags: int) -> re.Pattern[str]:
    try:
        # In PostgreSQL's advanced expressions $ is the very end of the text (manual 9.7.3.6), as \Z is here.
        return re.compile(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), flags | re.DOTALL)
    except re.error as error:
        raise CannotEvaluate(f"the regular expression '{pattern}'") from error


def _unknown(sign: str, left: Operand, right: Operand) -> Operand:
    raise CannotEvaluate(f"{type(left).__name__} {sign} {type(right).__name__}")


_OTHERS: dict[Operator, Apply] = {
    Operator.PLUS: _plus,
    Operator.MINUS: _minus,
    Operator.TIMES: _times,
    Operator.DIVIDE: _divide,
    Operator.MODULO: _modulo,
    Operator.CONCATENATE: _concatenate,
    Operator.HAS_KEY: _has_key,
    Operator.GET: _get,
    Operator.GET_TEXT: _get_text,
    Operator.LIKE: _like,
    Operator.ILIKE: _ilike,
    Operator.MATCHES: _matches,
    Operator.MATCHES_ANY_CASE: _matches_any_case,
}
