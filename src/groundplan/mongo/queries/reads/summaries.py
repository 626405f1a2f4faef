"""Summaries: what is said of the rows at the end of a to-many path, one value for each row it is read from.

An array of the document itself is summed up where it is. Else one `$lookup` for each to-many path, with `$group` at its
end, gives all aggregates and lists over it: their fan-outs never multiply, and no row leaves the server for a count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.accumulators import accumulated, operand_of, operand_over
from groundplan.mongo.queries.reads.elements import ELEMENT, Elements, NotInElements
from groundplan.mongo.queries.reads.rows import Rows
from groundplan.mongo.queries.storage import Hops
from groundplan.plan.expressions import Aggregate, Expression, Path, paths
from groundplan.plan.types import Integer

if TYPE_CHECKING:
    from groundplan.mongo.queries.reads.formulas import Formulas


class _Summary:
    """One `$lookup` whose pipeline ends in one group."""

    def __init__(self, formulas: Formulas, prefix: Hops, *, is_link_enough: bool) -> None:
        from groundplan.mongo.queries.reads.formulas import Formulas

        outer = formulas.rows
        anchor = outer.first_many(prefix)
        if anchor is None:
            raise ValueError("the rows are at hand, nothing is to be summed up")
        self._outer = outer
        self.is_link_enough = is_link_enough
        self.rows = Rows.inside(outer, anchor, is_link_enough=is_link_enough)
        if prefix != anchor:
            self.rows.enter(prefix)
        self.formulas = Formulas(self.rows, formulas.parameters)
        self.rows.lookup.name = outer.names.take(f"{outer.words(prefix)}_summary")
        self._group: dict[str, Bson] = {"_id": None}
        self._is_ordered = False

    def finish(self) -> None:
        """Bring the `$lookup` behind everything that it refers to."""
        if self.rows.lookup in self._outer.stages:
            self._outer.stages.remove(self.rows.lookup)
        self._outer.stages.append(self.rows.lookup)
        ending = {"$group": self._group}
        self.rows.stages[:] = [stage for stage in self.rows.stages if stage is not self._ending]
        self.rows.stages.append(ending)
        self._ending = ending

    _ending: object = None

    def give(self, accumulator: Bson, *, wish: str) -> Bson:
        """Return what the outer document calls what an accumulator finds: nothing where there are no rows."""
        name = next((name for name, known in self._group.items() if known == accumulator), None)
        if name is None:
            name = wish
            while name in self._group:
                name += "_"
            self._group[name] = accumulator
        return {"$first": f"${self.rows.lookup.name}.{name}"}

    def order_by(self, prefix: Hops) -> None:
        """Sort the rows by the key of what the path reaches."""
        if self._is_ordered:
            return
        self._is_ordered = True
        keys: dict[str, Bson] = {}
        for name in self.rows.storage.reached(self.rows.entity, prefix).primary_key:
            operand = self.rows.operand(prefix, name)
            path = operand.path
            if path is None:
                path = self.rows.names.take(f"by_{name}")
                self.rows.stages.append({"$set": {path: operand.expression}})
            keys[path] = 1
        self.rows.stages.append({"$sort": keys})


class Summaries:
    """The summaries beside the rows of one pipeline, each found once."""

    def __init__(self, formulas: Formulas) -> None:
        self._formulas = formulas
        self._found: dict[tuple[Hops, bool], _Summary] = {}

    def aggregate(self, aggregate: Aggregate) -> Operand | None:
        """Return an aggregate across a to-many path; None where it is one over the rows themselves."""
        prefix = many_prefix(paths(aggregate.operand))
        if prefix is None:
            return None
        if self._formulas.rows.first_many(prefix) is None:
            raise Inexpressible("a sum over rows that are at hand already")
        counted = self._counted(aggregate, prefix)
        if counted is not None:
            return counted
        inside = self._in_elements(aggregate, prefix)
        if inside is not None:
            return inside
        summary = self._summary((aggregate,), prefix)
        parts = accumulated(aggregate, prefix, formulas=summary.formulas)
        found = operand_of(
            aggregate, parts, give=lambda accumulator: summary.give(accumulator, wish=aggregate.function)
        )
        summary.finish()
        return found

    def is_in_document(self, aggregate: Aggregate) -> bool:
        """Tell whether the document says an aggregate itself: by a count that it keeps, or by its elements."""
        prefix = many_prefix(paths(aggregate.operand))
        if prefix is None:
            return True
        return self._counted(aggregate, prefix) is not None or self._in_elements(aggregate, prefix) is not None

    def list_of(self, expression: Expression) -> Operand:
        """Return a formula over a to-many path as an ordered list; its type is that of its elements."""
        prefix = many_prefix(paths(expression))
        if prefix is None:
            raise ValueError("a list needs a to-many path")
        inside = self._list_in_elements(expression, prefix)
        if inside is not None:
            return inside
        summary = self._summary((expression,), prefix)
        value = summary.formulas.translator.value(expression)
        summary.order_by(prefix)
        pushed = {"$ifNull": (value.expression, None)} if value.is_optional else value.expression
        wish = "_".join(path.attribute for path in paths(expression) if path.attribute) or "keys"
        found = summary.give({"$push": pushed}, wish=wish)
        summary.finish()
        return Operand(expression={"$ifNull": (found, ())}, type=value.type)

    def _summary(self, expressions: tuple[Expression, ...], prefix: Hops) -> _Summary:
        from groundplan.mongo.queries.reads.formulas import is_link_enough

        is_enough = is_link_enough(expressions, prefix, rows=self._formulas.rows)
        for known in ((prefix, False), (prefix, is_enough)):
            if known in self._found:
                return self._found[known]
        self._found[prefix, is_enough] = _Summary(self._formulas, prefix, is_link_enough=is_enough)
        return self._found[prefix, is_enough]

    # What the document holds itself

    def _counted(self, aggregate: Aggregate, prefix: Hops) -> Operand | None:
        """Return the count that the document keeps."""
        match aggregate:
            case Aggregate(function="count", operand=Path(attribute=None, hops=hops), is_distinct=False):
                pass
            case _:
                return None
        rows = self._formulas.rows
        if hops != prefix or rows.first_many(hops) != prefix:
            return None
        step = rows.storage.step(hops[-1])
        side = step.near or step.holder
        if side is None or (step.far is not None and rows.storage.mark_of(step.target) is not None):
            return None
        source = rows.storage.reached(rows.entity, hops[:-1])
        path = rows.storage.places.counted(source.name, of=side.relation.name, reference=side.reference.name)
        if path is None:
            return None
        at = rows.place(hops[:-1])
        at.need(path)
        name = path.rpartition(".")[2]
        level = at.levels[-1]
        expression = f"${name}" if not level else f"${level}.{name}"
        found: Bson = {"$ifNull": (expression, 0)}
        return Operand(expression=found, type=Integer())

    def _elements(self, prefix: Hops) -> Elements | None:
        rows = self._formulas.rows
        if rows.first_many(prefix) != prefix:
            return None
        return Elements.of(rows, prefix, self._formulas.parameters)

    def _in_elements(self, aggregate: Aggregate, prefix: Hops) -> Operand | None:
        elements = self._elements(prefix)
        if elements is None:
            return None
        match aggregate:
            case Aggregate(function="count", operand=Path(attribute=None, hops=hops)) if hops == prefix:
                # The rows are different anyway: each stands in the array once.
                return Operand(expression={"$size": elements.items()}, type=Integer())
        operand = aggregate.operand
        if operand is None or (isinstance(operand, Path) and operand.attribute is None):
            return None
        try:
            value = elements.value(operand)
        except (NotInElements, Inexpressible):
            return None
        return operand_over(aggregate, value, items=elements.items(), element=ELEMENT)

    def _list_in_elements(self, expression: Expression, prefix: Hops) -> Operand | None:
        elements = self._elements(prefix)
        if elements is None:
            return None
        keys = elements.key_fields()
        try:
            value = elements.value(expression)
        except (NotInElements, Inexpressible):
            return None
        if not keys:
            return None
        in_order = {"$sortArray": {"input": elements.items(), "sortBy": dict.fromkeys(keys, 1)}}
        shown = {"$ifNull": (value.expression, None)} if value.is_optional else value.expression
        listed = {"$map": {"input": in_order, "as": ELEMENT, "in": shown}}
        return Operand(expression=listed, type=value.type)


def many_prefix(found: tuple[Path, ...]) -> Hops | None:
    """Return the longest beginning of the paths that ends in a to-many hop."""
    prefixes = [path.hops[:count] for path in found for count, hop in enumerate(path.hops, start=1) if hop.is_many]
    return max(prefixes, key=len, default=None)
