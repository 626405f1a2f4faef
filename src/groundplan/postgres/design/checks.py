"""The conditions that types put on values: bounds, forms and lists of words, as expressions over one column."""

from __future__ import annotations

import json
from decimal import Decimal as DecimalNumber
from typing import assert_never

from groundplan.plan.expressions import Binary, Call, Expression, In, IsNull, Literal, Local, Not, Operator, every
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

EMAIL_FORM = r"^[^@\s]+@[^@\s]+\.[^@\s.]+$"
"""Something, one @, something with a dot in it: stricter patterns refuse real addresses (RFC 5321, 6531)."""

URL_FORM = r"^https?://[^\s/?#]+[^\s]*$"
SLUG_FORM = "^[a-z0-9]+(-[a-z0-9]+)*$"

LONGEST_CHECKED_ELEMENT = 255
"""The largest repetition of a regular expression (DUPMAX, manual 9.7.3.2); longer elements are not counted."""


def type_condition(type: AttributeType, *, name: str) -> Expression | None:  # noqa: A002 - the word of the plan
    """Return what every value of a type satisfies, over the column `name`; None where its column type says it all."""
    column = Local(name)
    match type:
        case Text():
            return _between(Call("char_length", (column,)), type.minimum, type.maximum)
        case Email():
            return Binary(Operator.MATCHES_ANY_CASE, column, Literal(value=EMAIL_FORM))
        case Url():
            return Binary(Operator.MATCHES_ANY_CASE, column, Literal(value=URL_FORM))
        case Slug():
            return Binary(Operator.MATCHES, column, Literal(value=SLUG_FORM))
        case Integer() | Float() | Decimal():
            return _between(column, type.minimum, type.maximum)
        case Bytes():
            return _between(Call("octet_length", (column,)), None, type.maximum)
        case Enum():
            return In(operand=column, items=tuple(Literal(value=value.name, type=type) for value in type.values))
        case Point():
            return every(
                (
                    *_bounds(Call("longitude", (column,)), -180, 180),
                    *_bounds(Call("latitude", (column,)), -90, 90),
                )
            )
        case ListOf():
            return _list_condition(type, column)
        case (
            Uuid() | Money() | Boolean() | Date() | Time() | Timestamp() | Interval() | Json() | Polygon() | Ip()
            | Vector() | Range()
        ):  # fmt: skip
            return None
        case _:
            assert_never(type)


Bound = int | DecimalNumber | None


def _bounds(value: Expression, least: Bound, most: Bound) -> tuple[Expression, ...]:
    found: list[Expression] = []
    if least is not None:
        found.append(Binary(Operator.GREATER_EQUAL, value, Literal(value=least)))
    if most is not None:
        found.append(Binary(Operator.LESS_EQUAL, value, Literal(value=most)))
    return tuple(found)


def _between(value: Expression, least: Bound, most: Bound) -> Expression | None:
    return every(_bounds(value, least, most))


def _list_condition(type: ListOf, column: Local) -> Expression | None:  # noqa: A002
    """Bound the length of a list and the form of its elements, none of which is NULL."""
    parts: list[Expression] = []
    if type.maximum is not None:
        parts.append(Binary(Operator.LESS_EQUAL, Call("cardinality", (column,)), Literal(value=type.maximum)))
    parts.append(IsNull(operand=Call("array_position", (column, Literal(value=None)))))
    match type.of:
        case Integer() | Float() | Decimal():
            elements = Call("all", (column,))
            if type.of.minimum is not None:
                parts.append(Binary(Operator.LESS_EQUAL, Literal(value=type.of.minimum), elements))
            if type.of.maximum is not None:
                parts.append(Binary(Operator.GREATER_EQUAL, Literal(value=type.of.maximum), elements))
        case Enum():
            words = json.dumps([value.name for value in type.of.values], ensure_ascii=False)
            parts.append(Binary(Operator.CONTAINED, column, Literal(value=words, type=type)))
        case Text():
            form = _length_form(type.of)
            parts += [] if form is None else [_every_element(column, form, flag="s")]
        case Email():
            parts.append(_every_element(column, EMAIL_FORM, flag="i"))
        case Url():
            parts.append(_every_element(column, URL_FORM, flag="i"))
        case Slug():
            parts.append(_every_element(column, SLUG_FORM))
        case Uuid() | Money() | Boolean() | Date() | Time() | Timestamp() | Interval() | Ip():
            pass
        case _:
            assert_never(type.of)
    return every(tuple(parts))


def _length_form(type: Text) -> str | None:  # noqa: A002
    """Return the regular expression of text of allowed length; None where it is not bounded, or too high to count."""
    least, most = type.minimum or 0, type.maximum
    if least > LONGEST_CHECKED_ELEMENT or (most is not None and most > LONGEST_CHECKED_ELEMENT):
        return None
    if least == 0 and most is None:
        return None
    return f"^.{{{least},{'' if most is None else most}}}$"


def _every_element(column: Local, form: str, *, flag: str = "") -> Expression:
    """Return the condition that every element of a list has a form.

    `form ~ ALL (list)` would take the elements for patterns; a JSON path looks into each (manual 9.16.2.3).
    """
    pattern = json.dumps(form) + (f' flag "{flag}"' if flag else "")
    strays = Call(
        "jsonb_path_exists", (Call("to_jsonb", (column,)), Literal(value=f"$[*] ? (!(@ like_regex {pattern}))"))
    )
    return Not(strays)
