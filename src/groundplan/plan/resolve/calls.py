"""What a call means: a function of the list, an aggregate, or a list of values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal as DecimalNumber
from typing import TYPE_CHECKING

from groundplan.base.origin import Origin
from groundplan.plan.defects import (
    AggregateDefect,
    MisplacedAggregate,
    MisplacedPath,
    OutsideLanguage,
    PathDefect,
    UnknownFunction,
    ValueOutsideType,
    WrongArguments,
)
from groundplan.plan.expressions import Aggregate, Call, Expression, Literal, paths
from groundplan.plan.kinds import type_word
from groundplan.plan.paths import collection_of
from groundplan.plan.resolve.functions import (
    AGGREGATES,
    ANY_OF,
    FUNCTIONS,
    KnownFunction,
    Signature,
)
from groundplan.plan.resolve.leaves import Function
from groundplan.plan.resolve.operations import Known
from groundplan.plan.resolve.places import Aggregation
from groundplan.plan.resolve.reading import NOTHING, UNKNOWN, Beside, Reading
from groundplan.plan.resolve.typing import list_of, type_of
from groundplan.plan.types import ListOf

if TYPE_CHECKING:
    from sqlglot import exp

    from groundplan.plan.resolve.meaning import Meaning

ARRAY = "array"


def call_expression(
    function: Function, arguments: Sequence[exp.Expr], beside: Beside, *, meaning: Meaning
) -> Expression:
    """Return what calling a function with arguments means."""
    reading = meaning.reading
    if function.name in AGGREGATES:
        return _aggregate(function, arguments, meaning)
    if function.is_distinct or function.is_star:
        return reading.report(
            OutsideLanguage(
                construct=f"{'distinct' if function.is_distinct else '*'} in {function.name}()",
                instead="only aggregate functions take it",
                origin=reading.at(function.at),
            )
        )
    if function.name == ARRAY:
        return _array(function, arguments, beside, meaning)
    if function.name == ANY_OF:
        return _wrong(function, (), ("value = any(list)",), reading)
    known = FUNCTIONS.get(function.name)
    if known is None:
        names = (*FUNCTIONS, *AGGREGATES)
        return reading.report(UnknownFunction(function=function.name, known=names, origin=reading.at(function.at)))
    reading.check_volatility(known, function.at)
    if any(signature.is_common for signature in known.signatures):
        return _called(known, function, meaning.alike(arguments, beside), reading)
    return _called(known, function, _arguments(known, arguments, meaning), reading)


def _arguments(known: KnownFunction, nodes: Sequence[exp.Expr], meaning: Meaning) -> tuple[Expression, ...]:
    """Read arguments: those with a type of their own choose the signature, which gives the others theirs."""
    given: list[Expression | None] = [None if meaning.rank(node) > 0 else meaning.of(node) for node in nodes]
    types = tuple(None if argument is None else type_of(argument) for argument in given)
    signature = known.signature(types) if nodes else None
    found: list[Expression] = []
    for position, (argument, node) in enumerate(zip(given, nodes, strict=True)):
        if argument is not None:
            found.append(argument)
            continue
        of = None if signature is None or meaning.rank(node) == 1 else signature.expects(position)
        found.append(meaning.of(node, Beside(of)))
    return tuple(found)


def _called(
    known: KnownFunction, function: Function, arguments: tuple[Expression, ...], reading: Reading
) -> Expression:
    given = tuple(type_of(argument) for argument in arguments)
    signature = known.signature(given)
    if signature is None:
        takes = tuple(f"{known.name}({way.words})" for way in known.signatures)
        return _wrong(function, given, takes, reading)
    if signature.units and _is_unknown_unit(arguments[0], signature):
        shown = arguments[0].value if isinstance(arguments[0], Literal) else "the first argument"
        because = f"is none of {', '.join(signature.units)}"
        return reading.report(
            ValueOutsideType(
                attribute=f"the unit of {known.name}",
                type=None,
                value=f"'{shown}'",
                because=because,
                origin=reading.at(function.at),
            )
        )
    return Call(known.name, arguments)


def _is_unknown_unit(argument: Expression, signature: Signature) -> bool:
    return argument != UNKNOWN and not (isinstance(argument, Literal) and argument.value in signature.units)


def _wrong(function: Function, given: tuple[Known, ...], takes: tuple[str, ...], reading: Reading) -> Expression:
    words = tuple(type_word(of) for of in given)
    return reading.report(
        WrongArguments(function=function.name, given=words, takes=takes, origin=reading.at(function.at))
    )


def _array(function: Function, nodes: Sequence[exp.Expr], beside: Beside, meaning: Meaning) -> Expression:
    element = Beside(beside.type.of) if isinstance(beside.type, ListOf) else NOTHING
    items = meaning.alike(nodes, element)
    of = element.type or next((known for item in items if (known := type_of(item)) is not None), None)
    listed = None if of is None else list_of(of)
    if listed is None:
        given = tuple(type_of(item) for item in items)
        return _wrong(function, given, ("array[value, …] of values with a known type",), meaning.reading)
    return array_of(items, listed)


def array_of(items: tuple[Expression, ...], of: ListOf) -> Expression:
    """Return a list: a constant as JSON text, any other as `array_append` to an empty one."""
    if all(isinstance(item, Literal) and item.value is not None for item in items):
        texts = [_json(item) for item in items if isinstance(item, Literal)]
        return Literal(f"[{','.join(texts)}]", of)
    found: Expression = Literal("[]", of)
    for item in items:
        found = Call("array_append", (found, item))
    return found


def _json(item: Literal) -> str:
    if isinstance(item.value, DecimalNumber):
        return format(item.value, "f")
    return json.dumps(item.value, ensure_ascii=False)


def _aggregate(function: Function, nodes: Sequence[exp.Expr], meaning: Meaning) -> Expression:
    reading = meaning.reading
    place, at = reading.place, reading.at(function.at)
    because = None
    if place.aggregation is Aggregation.NONE:
        because = AggregateDefect.PLACE
    elif reading.is_in_aggregate:
        because = AggregateDefect.NESTED
    elif function.is_star and place.aggregation is Aggregation.COLLECTIONS:
        because = AggregateDefect.OWN_ROWS
    if because is not None:
        return reading.report(MisplacedAggregate(what=place.what, function=function.name, because=because, origin=at))
    if function.is_star and function.name == "count":
        return Aggregate(function="count", operand=None)
    if len(nodes) != 1:
        return _wrong(function, tuple(None for _ in nodes), (f"{function.name}(value)",), reading)
    reading.is_in_aggregate = True
    operand = meaning.of(nodes[0])
    reading.is_in_aggregate = False
    if operand == UNKNOWN:
        return UNKNOWN
    given = (type_of(operand),)
    signatures = AGGREGATES[function.name].signatures
    if AGGREGATES[function.name].signature(given) is None:
        takes = tuple(f"{function.name}({way.words})" for way in signatures)
        return _wrong(function, given, takes, reading)
    found = Aggregate(function=function.name, operand=operand, is_distinct=function.is_distinct)
    return _over_rows(found, function, at, reading)


def _over_rows(found: Aggregate, function: Function, at: Origin, reading: Reading) -> Expression:
    """Return an aggregate, unless its place does not have the rows that it counts."""
    collections = {collection_of(path) for path in paths(found.operand) if path.is_many}
    because = None
    if reading.place.aggregation is Aggregation.COLLECTIONS and not collections:
        because = AggregateDefect.OWN_ROWS
    if reading.place.aggregation is Aggregation.GROUPS and collections:
        because = AggregateDefect.COLLECTION
    if because is not None:
        return reading.report(
            MisplacedAggregate(what=reading.place.what, function=function.name, because=because, origin=at)
        )
    if len(collections) > 1:
        return reading.report(
            MisplacedPath(what=reading.place.what, path=function.name, because=PathDefect.TWO_COLLECTIONS, origin=at)
        )
    return found
