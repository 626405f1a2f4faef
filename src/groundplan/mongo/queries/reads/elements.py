"""Rows that a document holds as an array, looked at where they are: `$elemMatch`, `$map`, `$size`.

That takes no `$lookup` and no `$unwind`, but only what the elements and the document around them say themselves can be
asked. Whatever needs more gives None, and the array is taken apart.
"""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.mongo.queries.conditions import Filters
from groundplan.mongo.queries.expressions import Leaf, Translator
from groundplan.mongo.queries.filters import NOTHING, together
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import Bson, Command
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.reads.rows import Rows
from groundplan.mongo.queries.storage import Hops, Side
from groundplan.plan.expressions import Expression, IsNull, Parameter, Path, children

ELEMENT = "element"
"""The variable that stands for the element at hand."""


class NotInElements(Exception):
    """Something that the elements of an array do not hold."""


class Elements:
    """The rows at the end of `anchor` as elements of the array `path` of the documents of `rows`."""

    def __init__(self, rows: Rows, anchor: Hops, side: Side, path: str, parameters: Parameters) -> None:
        self._rows = rows
        self._anchor = anchor
        self._side = side
        self._parameters = parameters
        self.path = path
        self.translator = Translator(self._leaf)

    @classmethod
    def of(cls, rows: Rows, anchor: Hops, parameters: Parameters) -> Elements | None:
        """Return the array that holds the rows at the end of a to-many path; None where no document at hand does."""
        step = rows.storage.step(anchor[-1])
        side = step.near or step.holder
        if side is None or not rows.holds(anchor[:-1]):
            return None
        if rows.parent is not None and anchor[: len(rows.anchor)] != rows.anchor:
            return None
        if step.far is not None and rows.storage.mark_of(step.target) is not None:
            return None
        held = rows.array_of(anchor[:-1], side)
        return None if held is None else cls(rows, anchor, side, held[1], parameters)

    def filter(self, condition: Expression) -> Command | None:
        """Return the filter that a condition holds for one of the elements; None where they do not say it."""
        mark = self._rows.storage.mark_of(self._side.relation)
        alive: Command = {} if mark is None else {self._own_field(mark): None}
        match condition:
            case Path(attribute=None, hops=hops) if hops == self._anchor:
                return self._match(alive)
            case IsNull(operand=Path(attribute=None, hops=hops), is_negated=is_negated) if hops == self._anchor:
                found = self._match(alive)
                return found if is_negated else {"$nor": (found,)}
        try:
            found = Filters(self.translator, path_of=self._path).filter(condition)
            if found == NOTHING:
                return NOTHING
            if not _has_expression(found):
                return self._match(together([found, alive]))
            # Inside $elemMatch no $expr can stand.
            tests = {"$map": {"input": self.items(), "as": ELEMENT, "in": self.translator.truth(condition)}}
        except (NotInElements, Inexpressible):
            return None
        return {"$expr": {"$anyElementTrue": (tests,)}}

    def _match(self, wanted: Command) -> Command:
        if not wanted:
            return {f"{self.path}.0": {"$exists": True}}
        if len(wanted) == 1:
            ((field, test),) = wanted.items()
            if test is not None and not field.startswith("$") and not isinstance(test, Mapping):
                return {f"{self.path}.{field}": test}
            if isinstance(test, Mapping) and tuple(test) in (("$eq",), ("$in",)) and not field.startswith("$"):
                return {f"{self.path}.{field}": test}
        return {self.path: {"$elemMatch": wanted}}

    def items(self) -> Bson:
        """Return the elements that are not marked as deleted."""
        whole: Bson = {"$ifNull": (f"${self.path}", ())}
        mark = self._rows.storage.mark_of(self._side.relation)
        if mark is None:
            return whole
        is_live = {"$lte": (f"$${ELEMENT}.{self._own_field(mark)}", None)}
        return {"$filter": {"input": whole, "as": ELEMENT, "cond": is_live}}

    def value(self, expression: Expression) -> Operand:
        """Return a formula's value over the element at hand. Raises NotInElements, Inexpressible."""
        for part in children(expression):
            self._refuse_rows(part)
        return self.translator.value(expression)

    def _refuse_rows(self, expression: Expression) -> None:
        if isinstance(expression, Path) and expression.attribute is None and expression.type is None:
            raise NotInElements

    def key_fields(self) -> tuple[str, ...] | None:
        """Return the fields of an element by which the rows at the end of the path are ordered; None for others."""
        step = self._rows.storage.step(self._anchor[-1])
        if step.far is None:
            names = step.target.primary_key
        else:
            held = {there: here for here, there in step.far.pairs}
            names = tuple(held.get(name, "") for name in step.target.primary_key)
        try:
            fields = tuple(self._own_field(name) for name in names if not self._is_around(name))
        except NotInElements:
            return None
        return fields

    def _is_around(self, attribute: str) -> bool:
        places = self._rows.storage.places
        depth = places.spot(self._side.relation.name, attribute).depth if attribute else -1
        return attribute != "" and depth < len(places.place(self._side.relation.name).steps)

    def _own_field(self, attribute: str) -> str:
        places = self._rows.storage.places
        try:
            spot = places.spot(self._side.relation.name, attribute)
        except KeyError:
            raise NotInElements from None
        if spot.depth != len(places.place(self._side.relation.name).steps):
            raise NotInElements
        return spot.field

    def _path(self, operand: Operand) -> str | None:
        text = operand.expression
        start = f"$${ELEMENT}."
        return text[len(start) :] if isinstance(text, str) and text.startswith(start) else None

    def _leaf(self, leaf: Leaf) -> Operand:
        match leaf:
            case Parameter():
                return self._parameters.operand(leaf)
            case Path() if self._rows.first_many(leaf.hops) in (None, self._anchor):
                return self._of_path(leaf)
            case _:
                raise NotInElements

    def _of_path(self, path: Path) -> Operand:
        storage = self._rows.storage
        parts = storage.parts(path)
        if len(parts) != 1:
            raise NotInElements
        if path.hops[: len(self._anchor)] != self._anchor:
            # A field of the document around is the same for all elements, but only a formula can say so.
            if not self._rows.holds(path.hops):
                raise NotInElements
            return self._rows.operand(parts[0].hops, parts[0].attribute)
        part = storage.nearest(parts[0])
        step = storage.step(self._anchor[-1])
        attribute = part.attribute
        if part.hops != self._anchor:
            raise NotInElements
        if step.far is not None:
            held = {there: here for here, there in step.far.pairs}
            copy = storage.copy_in_link(step, attribute)
            if attribute not in held and copy is not None:
                return Operand(expression=f"$${ELEMENT}.{copy.name}", type=copy.type, is_optional=copy.is_optional)
            if attribute not in held:
                raise NotInElements
            attribute = held[attribute]
        known = self._side.relation.attribute(attribute)
        field = self._own_field(attribute)
        return Operand(expression=f"$${ELEMENT}.{field}", type=known.type, is_optional=known.is_optional)


def _has_expression(found: Bson) -> bool:
    match found:
        case Mapping():
            return "$expr" in found or any(map(_has_expression, found.values()))
        case tuple():
            return any(map(_has_expression, found))
        case _:
            return False
