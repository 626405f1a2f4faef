"""What a name, a text, a number or a parameter means where it stands."""

from __future__ import annotations

from typing import assert_never

from groundplan.base.names import composed
from groundplan.plan.defects import (
    MisplacedParameter,
    MisplacedPath,
    PathDefect,
    UnknownEnumValue,
    ValueOutsideType,
)
from groundplan.plan.expressions import Call, Expression, Literal, Parameter, Path
from groundplan.plan.kinds import Kind, kind_of
from groundplan.plan.paths import path_from
from groundplan.plan.resolve.functions import FUNCTIONS, WITHOUT_PARENTHESES
from groundplan.plan.resolve.leaves import (
    Constant,
    Function,
    IntervalValue,
    Leaf,
    Name,
    NumberValue,
    ParameterName,
    TextValue,
    TypeName,
)
from groundplan.plan.resolve.places import Reach
from groundplan.plan.resolve.reading import Beside, Reading
from groundplan.plan.resolve.values import NotOfType, number_constant, text_constant
from groundplan.plan.types import AttributeType, Boolean, Enum, Interval


def leaf_expression(leaf: Leaf, beside: Beside, reading: Reading) -> Expression:
    """Return the meaning of a leaf beside what gives it a type."""
    match leaf:
        case Name():
            return _name(leaf, beside, reading)
        case TextValue():
            return text_expression(leaf, beside, reading)
        case NumberValue():
            return number_expression(leaf.text, leaf.at, beside, reading)
        case Constant():
            return _constant(leaf, beside, reading)
        case IntervalValue():
            return Literal(leaf.text, Interval())
        case ParameterName():
            return _parameter(leaf, beside, reading)
        case Function() | TypeName():
            raise TypeError(f"{type(leaf).__name__} is no value")
        case _:
            assert_never(leaf)


def has_own_type(name: Name, reading: Reading) -> bool:
    """Tell whether a name means the same whatever it stands beside: a path, a result, the current date."""
    if name.is_bare and (reading.alias(name.text) is not None or name.text.lower() in WITHOUT_PARENTHESES):
        return True
    if reading.entity is None or reading.place.reach is Reach.NOWHERE:
        return False
    steps = [step for step, _ in name.steps]
    return isinstance(path_from(reading.entity, steps, scope=reading.scope, place=lambda _: reading.at(0)), Path)


def _name(leaf: Name, beside: Beside, reading: Reading) -> Expression:
    if leaf.is_bare and _is_value(leaf.text, beside.type):
        return Literal(leaf.text, beside.type)
    if reading.entity is None or reading.place.reach is Reach.NOWHERE:
        return _word(leaf, beside, reading)
    result = reading.alias(leaf.text) if leaf.is_bare else None
    if result is not None:
        return result
    steps = [step for step, _ in leaf.steps]
    found = path_from(
        reading.entity, steps, scope=reading.scope, place=lambda position: reading.at(leaf.steps[position][1])
    )
    if isinstance(found, Path):
        return _reached(found, leaf, reading)
    if leaf.is_bare:
        if leaf.text.lower() in WITHOUT_PARENTHESES:
            return _clock(leaf, reading)
        if isinstance(beside.type, Enum):
            return _not_in_enum(leaf.text, leaf.at, beside.type, beside, reading)
    return reading.report(found)


def _clock(leaf: Name, reading: Reading) -> Expression:
    """Return a function that is written without brackets: `current_date`."""
    function = FUNCTIONS[leaf.text.lower()]
    reading.check_volatility(function, leaf.at)
    return Call(function.name)


def _word(leaf: Name, beside: Beside, reading: Reading) -> Expression:
    """Return the meaning of a name where there is no row whose attribute it could be."""
    if leaf.is_bare:
        if leaf.text.lower() in WITHOUT_PARENTHESES:
            return _clock(leaf, reading)
        if isinstance(beside.type, Enum):
            return _not_in_enum(leaf.text, leaf.at, beside.type, beside, reading)
        if reading.place.takes_words and beside.type is not None and kind_of(beside.type) is Kind.TEXT:
            return text_expression(TextValue(leaf.text, leaf.at), beside, reading)
    return reading.report(
        MisplacedPath(what=reading.place.what, path=leaf.text, because=PathDefect.NO_ROW, origin=reading.at(leaf.at))
    )


def _reached(path: Path, leaf: Name, reading: Reading) -> Expression:
    """Return a path, unless it leads further than its place permits."""
    because = None
    match reading.place.reach:
        case Reach.OWN_ROW if path.is_many:
            because = PathDefect.MANY_ROWS
        case Reach.OWN_ROW if path.hops:
            references = reading.scope.references_of(path.entity).values()
            is_own = len(path.hops) == 1 and path.attribute is None and path.hops[0] in references
            because = None if is_own else PathDefect.OTHER_ROW
        case Reach.ONE_ROW if path.is_many and not reading.is_in_aggregate:
            because = PathDefect.MANY_ROWS
        case _:
            because = None
    reading.seen(path, leaf)
    return path if because is None else reading.misplaced(path, because)


def _is_value(word: str, of: AttributeType | None) -> bool:
    return isinstance(of, Enum) and any(known.name == word for known in of.values)


def _not_in_enum(text: str, at: int, of: Enum, beside: Beside, reading: Reading) -> Expression:
    values = tuple(known.name for known in of.values)
    attribute = subject_of(beside, reading)
    return reading.report(UnknownEnumValue(attribute=attribute, value=text, values=values, origin=reading.at(at)))


def subject_of(beside: Beside, reading: Reading) -> str:
    """Say whose value a constant would be: `Post.status`."""
    if beside.path is None:
        return reading.subject
    return f"{beside.path.reached}.{beside.path.attribute or 'key'}"


def text_expression(leaf: TextValue, beside: Beside, reading: Reading) -> Expression:
    """Return a text as a value of the type beside it."""
    if beside.type is None:
        return Literal(leaf.text)
    if isinstance(beside.type, Enum) and not _is_value(composed(leaf.text), beside.type):
        return _not_in_enum(leaf.text, leaf.at, beside.type, beside, reading)
    try:
        return text_constant(leaf.text, beside.type)
    except NotOfType as problem:
        return _outside(f"'{leaf.text}'", str(problem), leaf.at, beside, reading)


def number_expression(text: str, at: int, beside: Beside, reading: Reading) -> Expression:
    """Return a number with its sign as a value of the type beside it."""
    try:
        return number_constant(text, beside.type)
    except NotOfType as problem:
        return _outside(text, str(problem), at, beside, reading)


def _outside(value: str, because: str, at: int, beside: Beside, reading: Reading) -> Expression:
    attribute = subject_of(beside, reading)
    return reading.report(
        ValueOutsideType(attribute=attribute, type=beside.type, value=value, because=because, origin=reading.at(at))
    )


def _constant(leaf: Constant, beside: Beside, reading: Reading) -> Expression:
    if leaf.value is None:
        return Literal(None, beside.type)
    if _is_value(leaf.text, beside.type):
        return Literal(leaf.text, beside.type)
    if beside.type is None or isinstance(beside.type, Boolean):
        return Literal(leaf.value, Boolean())
    return _outside(leaf.text, "is a truth value", leaf.at, beside, reading)


def _parameter(leaf: ParameterName, beside: Beside, reading: Reading) -> Expression:
    if not reading.place.has_parameters:
        return reading.report(MisplacedParameter(what=reading.place.what, name=leaf.name, origin=reading.at(leaf.at)))
    is_like = beside.path is not None and beside.path.type == beside.type
    parameter = Parameter(name=leaf.name, type=beside.type, like=beside.path if is_like else None)
    reading.parameters.setdefault(leaf.name, reading.at(leaf.at))
    return parameter
