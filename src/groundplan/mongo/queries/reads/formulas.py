"""Formulas over the rows of a pipeline: what stands for a path, a condition on rows beside, a sum over them.

A to-many path in a condition means that there is such a row; in a value it belongs to an aggregate, or makes a list.
"""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.mongo.queries.conditions import Filters
from groundplan.mongo.queries.expressions import Leaf, Test, Translator
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Command
from groundplan.mongo.queries.operands import Operand, is_missing, is_there
from groundplan.mongo.queries.reads.elements import Elements
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.reads.rows import Rows
from groundplan.mongo.queries.reads.summaries import Summaries
from groundplan.mongo.queries.storage import Hops
from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Every,
    Expression,
    IsNull,
    Local,
    Not,
    Parameter,
    Path,
    children,
    paths,
)


class Formulas:
    """Writes formulas over the documents of one pipeline, which grows by what they need.

    `known` holds the operands of expressions that the documents hold already: keys of groups, sums.
    """

    def __init__(self, rows: Rows, parameters: Parameters) -> None:
        self.rows = rows
        self.parameters = parameters
        self.known: dict[Expression, Operand] = {}
        self.translator = Translator(self._leaf, rewrite=self._rewritten, known=self.known)
        self.filters = Filters(self.translator, special=self._over_elements)
        self.summaries = Summaries(self)
        self._tests: dict[Expression, Test] = {}

    def value(self, expression: Expression) -> Operand:
        """Return a formula's value; what lies at the end of a to-many path is an ordered list."""
        if expression not in self.known and self.first_many(expression) is not None:
            return self.summaries.list_of(expression)
        return self.translator.value(expression)

    def filter(self, condition: Expression) -> Command:
        """Return the filter that a condition is true; what it needs is looked up before."""
        return self.filters.filter(condition)

    def match(self, condition: Expression) -> None:
        """Keep the rows for which a condition is true."""
        found = self.filter(condition)
        if found:
            self.rows.stages.append({"$match": found})

    def first_many(self, expression: Expression) -> Hops | None:
        """Return where a to-many path outside every aggregate first leaves the rows at hand; None where none does."""
        if isinstance(expression, Aggregate) or expression in self.known:
            return None
        if isinstance(expression, Path):
            return self.rows.first_many(expression.hops)
        for child in children(expression):
            found = self.first_many(child)
            if found is not None:
                return found
        return None

    def _leaf(self, leaf: Leaf) -> Operand:
        match leaf:
            case Parameter():
                return self.parameters.operand(leaf)
            case Local():
                raise Inexpressible("an attribute without an entity stands in a read")
            case Aggregate():
                found = self.summaries.aggregate(leaf)
                if found is None:
                    raise Inexpressible(f"{leaf.function}() over the rows themselves stands where there are no groups")
                return found
            case Path():
                parts = self.rows.storage.parts(leaf)
                if len(parts) != 1:
                    raise Inexpressible("a key of several attributes is no single value")
                return self.rows.operand(parts[0].hops, parts[0].attribute)

    def _rewritten(self, condition: Expression) -> Test | None:
        if condition in self._tests:
            return self._tests[condition]
        found = self._test(condition)
        if found is not None:
            self._tests[condition] = found
        return found

    def _test(self, condition: Expression) -> Test | None:
        if isinstance(condition, Every | AnyOf | Not | Aggregate):
            return None
        anchor = self.first_many(condition)
        if anchor is not None:
            return self._exists(condition, anchor)
        match condition:
            case IsNull(operand=Path(attribute=None) as path, is_negated=is_negated):
                operand = self.rows.presence(path)
                if not operand.is_optional:
                    return Test(expression=is_negated)
                test = is_there(operand) if is_negated else is_missing(operand)
                return Test(expression=test, filter=_null_filter(operand, is_negated=is_negated))
            case _:
                return None

    def _exists(self, condition: Expression, anchor: Hops) -> Test:
        inner = Rows.inside(self.rows, anchor, is_link_enough=is_link_enough((condition,), anchor, rows=self.rows))
        is_wanted = True
        match condition:
            case Path(attribute=None, hops=hops) if hops == anchor:
                pass
            case IsNull(operand=Path(attribute=None, hops=hops), is_negated=is_negated) if hops == anchor:
                is_wanted = is_negated
            case _:
                Formulas(inner, self.parameters).match(condition)
        inner.stages.append({"$limit": 1})
        inner.lookup.is_projected = True
        inner.lookup.name = self.rows.names.take(f"some_{self.rows.words(anchor)}")
        self.rows.stages.append(inner.lookup)
        test = {"$ne" if is_wanted else "$eq": (f"${inner.lookup.name}", ())}
        return Test(expression=test, filter={inner.lookup.name: {"$ne": ()} if is_wanted else ()})

    def _over_elements(self, condition: Expression, is_wanted: bool) -> Command | None:  # noqa: FBT001 - Special
        """Return the filter for a condition that speaks of the elements of one array, without taking it apart."""
        if isinstance(condition, Every | AnyOf | Not | Aggregate) or condition in self.known:
            return None
        anchor = self.first_many(condition)
        if anchor is None:
            test = self._rewritten(condition)
            return test.filter if test is not None and is_wanted else None
        if condition in self._tests:
            return None
        elements = Elements.of(self.rows, anchor, self.parameters)
        found = None if elements is None else elements.filter(condition)
        if found is None:
            test = self._rewritten(condition)
            return test.filter if test is not None and is_wanted else None
        return found if is_wanted else {"$nor": (found,)}


def _null_filter(operand: Operand, *, is_negated: bool) -> Command | None:
    if operand.path is None:
        return None
    return {operand.path: {"$ne": None}} if is_negated else {operand.path: None}


def is_link_enough(expressions: Sequence[Expression], anchor: Hops, *, rows: Rows) -> bool:
    """Tell whether of the rows at the far end of links nothing is wanted but what the links say; false elsewhere."""
    step = rows.storage.step(anchor[-1])
    if step.far is None:
        return False
    for expression in expressions:
        for path in paths(expression):
            if path.hops[: len(anchor)] != anchor or (path.hops == anchor and path.attribute is None):
                continue
            near = rows.storage.nearest(rows.storage.parts(path)[0]) if path.hops == anchor else None
            if near is None or near.hops != anchor or not rows.storage.is_told_by_links(step, near.attribute):
                return False
    return True
