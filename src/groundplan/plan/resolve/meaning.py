"""From the SQL parser's tree to the plan's expressions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from groundplan.plan.defects import (
    ConditionNotBoolean,
    IncomparableTypes,
    OutsideLanguage,
    PathDefect,
    WrongArguments,
)
from groundplan.plan.expressions import (
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Expression,
    In,
    IsNull,
    Literal,
    Negative,
    Not,
    Operator,
    Parameter,
    Path,
    every,
    paths,
)
from groundplan.plan.kinds import NUMBERS, are_alike, kind_of, type_word
from groundplan.plan.paths import is_composite
from groundplan.plan.resolve.calls import ARRAY, array_of, call_expression
from groundplan.plan.resolve.casts import can_cast
from groundplan.plan.resolve.functions import ANY_OF
from groundplan.plan.resolve.leaf_meaning import has_own_type, leaf_expression, number_expression, text_expression
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
from groundplan.plan.resolve.masking import RAW_SQL
from groundplan.plan.resolve.operations import (
    ARITHMETIC,
    COMPARISONS,
    EQUALITIES,
    Known,
    NoOperation,
    expected_beside,
    result_of,
)
from groundplan.plan.resolve.parsing import OPERATORS, parse, row_of
from groundplan.plan.resolve.phrases import Phrase
from groundplan.plan.resolve.reading import NOTHING, UNKNOWN, Beside, Reading
from groundplan.plan.resolve.typing import list_of, type_of
from groundplan.plan.types import Boolean, Integer, Interval, ListOf

_BOOLEAN = Beside(Boolean())


def meaning_of(phrase: Phrase, *, beside: Beside, reading: Reading) -> Expression:
    """Return what a phrase means; `beside` is what its value is for. Defects go to `reading`."""
    tree = parse(phrase, reading)
    if tree is None:
        return UNKNOWN
    meaning = Meaning(phrase, reading)
    return meaning.condition(tree) if reading.place.is_condition else meaning.of(tree, beside)


class Meaning:
    """The reading of one phrase."""

    def __init__(self, phrase: Phrase, reading: Reading) -> None:
        self._phrase = phrase
        self.reading = reading

    def of(self, node: exp.Expr, beside: Beside = NOTHING) -> Expression:
        """Return the meaning of a node beside what gives its constants a type."""
        match node:
            case exp.Paren():
                return self.of(node.this, beside)
            case exp.Column():
                return leaf_expression(self.leaf(node), beside, self.reading)
            case exp.And() | exp.Or():
                return self._connected(node)
            case exp.Not():
                return _negated(self.condition(node.this))
            case exp.Neg():
                return self._negative(node, beside)
            case exp.Is():
                return self._is(node)
            case exp.In():
                return self._in(node)
            case exp.Between():
                return self._between(node)
            case exp.Case():
                return self._case(node, beside)
            case exp.Cast():
                return self._cast(node)
            case exp.Anonymous():
                return call_expression(self.function(node), node.expressions, beside, meaning=self)
            case exp.AtTimeZone():
                zone = Function("timezone", self.start(node))
                return call_expression(zone, [node.args["zone"], node.this], beside, meaning=self)
            case exp.Binary() if type(node) in OPERATORS:
                found = self._binary(OPERATORS[type(node)], node.this, node.expression, beside)
                return _negated(found) if node.args.get("negate") else found
            case _:
                return self.outside(f"{node.key.upper()}", node)

    def condition(self, node: exp.Expr) -> Expression:
        """Return the meaning of a node that has to be true or false."""
        found = self.of(node, _BOOLEAN)
        of = type_of(found)
        if of is None or isinstance(of, Boolean):
            return found
        return self.reading.report(
            ConditionNotBoolean(what=self.reading.place.what, type=of, origin=self.reading.at(self.start(node)))
        )

    # Placeholders and places

    def leaf(self, node: exp.Expr) -> Leaf:
        """Return the leaf that a placeholder stands for."""
        return self._phrase.leaves[int(node.name)]

    def function(self, node: exp.Anonymous) -> Function:
        """Return the function that a placeholder stands for."""
        found = self._phrase.leaves[int(node.name.removeprefix("fn"))]
        if not isinstance(found, Function):
            raise TypeError(f"{found} is no function")
        return found

    def start(self, node: exp.Expr) -> int:
        """Return the offset of the first leaf of a node."""
        found = [self.leaf(column).at for column in node.find_all(exp.Column)]
        found += [self.function(call).at for call in node.find_all(exp.Anonymous)]
        return min(found, default=self._phrase.at)

    def outside(self, construct: str, node: exp.Expr, *, instead: str = RAW_SQL) -> Expression:
        """Report SQL that formulas leave out."""
        origin = self.reading.at(self.start(node))
        return self.reading.report(OutsideLanguage(construct=construct, instead=instead, origin=origin))

    def rank(self, node: exp.Expr) -> int:
        """Tell how much a node needs a neighbour to have a type: 0 not at all, 3 entirely."""
        node = node.unnest()
        if isinstance(node, exp.Neg):
            return self.rank(node.this)
        if isinstance(node, exp.Anonymous) and self.function(node).name == ARRAY:
            ranks = [self.rank(item) for item in node.expressions]
            return max(ranks, default=3) if 0 not in ranks else 0
        if not isinstance(node, exp.Column):
            return 0
        match self.leaf(node):
            case NumberValue() | IntervalValue():
                return 1
            case Constant(value=value):
                return 3 if value is None else 1
            case TextValue():
                return 2
            case Name(is_bare=True) as name:
                return 0 if has_own_type(name, self.reading) else 2
            case ParameterName():
                return 3
            case _:
                return 0

    # Connectives

    def _connected(self, node: exp.And | exp.Or) -> Expression:
        parts = tuple(self.condition(part) for part in row_of(node))
        joined = every(parts) if isinstance(node, exp.And) else _either(parts)
        return UNKNOWN if joined is None else joined

    def _is(self, node: exp.Is) -> Expression:
        is_negated = bool(node.args.get("negate"))
        if isinstance(node.expression, exp.Null):
            return IsNull(operand=self.of(node.this), is_negated=is_negated)
        value = isinstance(node.expression, exp.Boolean) and bool(node.expression.this)
        operand = self.condition(node.this)
        is_known = isinstance(operand, Path) and not operand.is_optional and not operand.is_many
        known = operand if is_known else Call("coalesce", (operand, Literal(not value, Boolean())))
        return known if value is not is_negated else Not(known)

    def _in(self, node: exp.In) -> Expression:
        items = node.expressions
        if node.args.get("field") is not None:
            return self._in_parameter(node)
        if self.rank(node.this) > 0:
            first = self.of(items[0])
            operand = self.of(node.this, Beside(type_of(first), first if isinstance(first, Path) else None))
        else:
            operand = self.of(node.this)
        beside = self._beside(operand, type_of(operand))
        found = tuple(self.of(item, beside) for item in items)
        for item, value in zip(items, found, strict=True):
            self.check(Operator.EQUAL, operand, value, item)
        return In(operand=operand, items=found)

    def _in_parameter(self, node: exp.In) -> Expression:
        operand = self.of(node.this)
        of = type_of(operand)
        given = self.of(node.args["field"], Beside(None if of is None else list_of(of)))
        return Binary(Operator.EQUAL, operand, Call(ANY_OF, (given,)))

    def _between(self, node: exp.Between) -> Expression:
        low, high = node.args["low"], node.args["high"]
        first = self.of(low) if self.rank(node.this) > 0 else UNKNOWN
        operand = self.of(node.this, self._beside(first, type_of(first)))
        if any(path.is_many for path in paths(operand)):
            return self.outside("BETWEEN over several rows", node)
        beside = self._beside(operand, type_of(operand))
        bounds = []
        for operator, bound in ((Operator.GREATER_EQUAL, low), (Operator.LESS_EQUAL, high)):
            value = self.of(bound, beside)
            self.check(operator, operand, value, bound)
            bounds.append(Binary(operator, operand, value))
        return every(tuple(bounds)) or UNKNOWN

    # Operators

    def _binary(self, operator: Operator, left: exp.Expr, right: exp.Expr, beside: Beside) -> Expression:
        function = right.unnest()
        if isinstance(function, exp.Anonymous) and self.function(function).name == ANY_OF:
            return self._equal_any(operator, left, function)
        if operator in COMPARISONS and any(OPERATORS.get(type(side)) in COMPARISONS for side in (left, right)):
            return self.outside("a row of comparisons", right, instead="put one in brackets, or join two with `and`")
        is_left_first = self.rank(left) <= self.rank(right)
        first, second = (left, right) if is_left_first else (right, left)
        is_number = beside.type is not None and kind_of(beside.type) in NUMBERS
        wished = beside if operator in ARITHMETIC and (is_number or self.rank(first) > 1) else NOTHING
        known = self.of(first, Beside(wished.type))
        of = type_of(known)
        expected = expected_beside(operator, of, is_left=not is_left_first, wished=wished.type)
        if operator in (Operator.GET, Operator.GET_TEXT) and isinstance(self._leaf_of(second), NumberValue):
            expected = Integer()
        other = self.of(second, self._beside(known, expected))
        sides = (known, other) if is_left_first else (other, known)
        if not self.check(operator, *sides, second):
            return UNKNOWN
        return Binary(operator, *sides)

    def _leaf_of(self, node: exp.Expr) -> Leaf | None:
        inner = node.unnest()
        return self.leaf(inner) if isinstance(inner, exp.Column) else None

    def _beside(self, known: Expression, of: Known) -> Beside:
        return Beside(of, known if isinstance(known, Path) else None)

    def check(self, operator: Operator, left: Expression, right: Expression, node: exp.Expr) -> bool:
        """Report operands that cannot stand beside each other, at `node`; returns whether they can."""
        types = (type_of(left), type_of(right))
        at = self.reading.at(self.start(node))
        try:
            result_of(operator, *types)
        except NoOperation:
            self.reading.report(IncomparableTypes(operator=operator.value, left=types[0], right=types[1], origin=at))
            return False
        for side, other in ((left, right), (right, left)):
            if is_composite(side) and not (operator in EQUALITIES and _stands_beside_row(other, side)):
                self.reading.misplaced(side, PathDefect.COMPOSITE_KEY)
                return False
        return True

    def _equal_any(self, operator: Operator, left: exp.Expr, call: exp.Anonymous) -> Expression:
        """Read `value = any(list)`: a list attribute contains the value, or a parameter lists the values."""
        arguments = call.expressions
        if operator is not Operator.EQUAL or len(arguments) != 1:
            return self._wrong_any(call, ())
        if isinstance(self._leaf_of(arguments[0]), ParameterName):
            value = self.of(left)
            of = type_of(value)
            given = self.of(arguments[0], Beside(None if of is None else list_of(of)))
            return Binary(Operator.EQUAL, value, Call(ANY_OF, (given,)))
        whole = self.of(arguments[0])
        of = type_of(whole)
        if of is None:
            return UNKNOWN
        if not isinstance(of, ListOf):
            return self._wrong_any(call, (type_word(of),))
        value = self.of(left, Beside(of.of))
        if not self.check(Operator.CONTAINS, whole, array_of((value,), of), left):
            return UNKNOWN
        return Binary(Operator.CONTAINS, whole, array_of((value,), of))

    def _wrong_any(self, call: exp.Anonymous, given: tuple[str, ...]) -> Expression:
        return self.reading.report(
            WrongArguments(
                function=ANY_OF,
                given=given,
                takes=("value = any(list)",),
                origin=self.reading.at(self.function(call).at),
            )
        )

    def _negative(self, node: exp.Neg, beside: Beside) -> Expression:
        leaf = self._leaf_of(node.this)
        if isinstance(leaf, NumberValue):
            return number_expression(f"-{leaf.text}", leaf.at, beside, self.reading)
        operand = self.of(node.this, beside)
        of = type_of(operand)
        if of is not None and kind_of(of) not in NUMBERS and not isinstance(of, Interval):
            return self.reading.report(
                IncomparableTypes(operator="-", left=None, right=of, origin=self.reading.at(self.start(node)))
            )
        return Negative(operand)

    # Choices and casts

    def alike(self, nodes: Sequence[exp.Expr], beside: Beside) -> tuple[Expression, ...]:
        """Read values that share a type: what has one of its own gives it to the constants and parameters."""
        ranked = sorted(range(len(nodes)), key=lambda position: self.rank(nodes[position]))
        found: dict[int, Expression] = {}
        shared = beside
        for position in ranked:
            found[position] = self.of(nodes[position], shared)
            if shared.type is None:
                shared = self._beside(found[position], type_of(found[position]))
            elif (of := type_of(found[position])) is not None and not are_alike(shared.type, of):
                at = self.reading.at(self.start(nodes[position]))
                self.reading.report(IncomparableTypes(operator=",", left=shared.type, right=of, origin=at))
        return tuple(found[position] for position in range(len(nodes)))

    def _case(self, node: exp.Case, beside: Beside) -> Expression:
        branches = node.args["ifs"]
        conditions = tuple(
            self.condition(branch.this)
            if node.this is None
            else self._binary(Operator.EQUAL, node.this, branch.this, NOTHING)
            for branch in branches
        )
        default = node.args.get("default")
        nodes = [branch.args["true"] for branch in branches] + ([] if default is None else [default])
        values = self.alike(nodes, beside)
        return Case(
            branches=tuple(zip(conditions, values[: len(branches)], strict=True)),
            otherwise=None if default is None else values[-1],
        )

    def _cast(self, node: exp.Cast) -> Expression:
        target = self._phrase.leaves[int(node.args["to"].args["kind"].name.removeprefix("t"))]
        if not isinstance(target, TypeName):
            raise TypeError(f"{target} is no type")
        leaf = self._leaf_of(node.this)
        if isinstance(leaf, TextValue):
            return text_expression(leaf, Beside(target.type), self.reading)
        if isinstance(leaf, ParameterName):
            return self.of(node.this, Beside(target.type))
        operand = self.of(node.this)
        of = type_of(operand)
        if of is not None and not can_cast(of, target.type):
            at = self.reading.at(target.at)
            return self.reading.report(IncomparableTypes(operator="::", left=of, right=target.type, origin=at))
        return Cast(operand, target.type)


def _either(parts: tuple[Expression, ...]) -> Expression:
    """Join conditions with OR, flattened."""
    return AnyOf(tuple(inner for part in parts for inner in (part.parts if isinstance(part, AnyOf) else (part,))))


def _negated(condition: Expression) -> Expression:
    """Negate a condition. Over a to-many path NOT stays in front: no row may satisfy what follows."""
    if isinstance(condition, Not):
        return condition.operand
    if any(path.is_many for path in paths(condition)):
        return Not(condition)
    match condition:
        case In():
            return In(operand=condition.operand, items=condition.items, is_negated=not condition.is_negated)
        case IsNull():
            return IsNull(operand=condition.operand, is_negated=not condition.is_negated)
        case _:
            return Not(condition)


def _stands_beside_row(other: Expression, row: Expression) -> bool:
    match other, row:
        case Path(attribute=None), Path():
            return other.reached == row.reached
        case _:
            return isinstance(other, Parameter)
