"""The parameters of a read, collected while it is written."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.mongo.queries.model import Given, MongoParameter, Preparation
from groundplan.mongo.queries.operands import Operand, constant
from groundplan.plan.expressions import Binary, Call, Expression, IsNull, Operator, Parameter, walk
from groundplan.plan.resolve.functions import ANY_OF
from groundplan.plan.types import AttributeType, Email, ListOf

_TOLERANT = frozenset({"coalesce", "concat", "greatest", "least", "nullif"})
"""Functions that a read calls with a parameter which may be NULL."""


class Parameters:
    """Parameters in the order they are asked for; what the read's expressions do with them says what they can be."""

    def __init__(self, expressions: Iterable[Expression]) -> None:
        self._found: dict[str, MongoParameter] = {}
        nodes = [node for expression in expressions for node in walk(expression)]
        self._lists = {
            argument.name
            for node in nodes
            if isinstance(node, Call) and node.function == ANY_OF
            for argument in node.arguments
            if isinstance(argument, Parameter)
        }
        self._patterns = {
            node.right.name
            for node in nodes
            if isinstance(node, Binary)
            and node.operator in (Operator.LIKE, Operator.ILIKE)
            and isinstance(node.right, Parameter)
        }
        self._optional = {
            argument.name for node in nodes for argument in _tolerated(node) if isinstance(argument, Parameter)
        }

    def operand(self, parameter: Parameter) -> Operand:
        """Return the operand of a parameter of the plan's."""
        is_list = parameter.name in self._lists
        of = _type_of(parameter)
        if is_list and isinstance(of, ListOf):
            of = of.of
        is_optional = parameter.name in self._optional
        self.add(
            MongoParameter(name=parameter.name, type=of, like=parameter.like, is_list=is_list, is_optional=is_optional)
        )
        preparation = Preparation.NONE
        if parameter.name in self._patterns:
            preparation = Preparation.LIKE_PATTERN
        elif isinstance(of, Email):
            preparation = Preparation.LOWER_CASE
        return constant(Given(parameter.name, preparation), of, is_optional=is_optional)

    def add(self, parameter: MongoParameter) -> None:
        """Add a parameter that is not there yet."""
        self._found.setdefault(parameter.name, parameter)

    @property
    def found(self) -> tuple[MongoParameter, ...]:
        """The parameters so far."""
        return tuple(self._found.values())


def _type_of(parameter: Parameter) -> AttributeType | None:
    if parameter.type is not None:
        return parameter.type
    return None if parameter.like is None else parameter.like.type


def _tolerated(node: Expression) -> tuple[Expression, ...]:
    match node:
        case IsNull():
            return (node.operand,)
        case Call(function, arguments) if function in _TOLERANT:
            return arguments
        case _:
            return ()
