"""Looking things up in a sample along the plan's paths, as an application that knows its data would."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from groundplan.logical.model import LogicalModel, Reference, Relation, RelationKind, Role
from groundplan.plan.expressions import Expression, Hop, Local, Path
from groundplan.plan.model import ReferentialAction
from groundplan.plan.types import AttributeType
from groundplan.rows.expressions import CannotEvaluate, Span, compile_expression
from groundplan.rows.model import RelationRows, Sample, Value

Rows = Sequence[int]
"""Positions of rows in a relation of the sample."""

_Join = dict[tuple[Value, ...], list[int]]
_Step = Callable[[int], Rows]
_Formula = Callable[[int], Value | Span]


class SampleLookup:
    """A sample with the indexes that lookups need, each built when it is first asked for."""

    def __init__(self, logical: LogicalModel, sample: Sample) -> None:
        self._logical = logical
        self._sample = sample
        self._columns: dict[tuple[str, str], Sequence[Value]] = {}
        self._joins: dict[tuple[str, tuple[str, ...]], _Join] = {}
        self._key_columns: dict[tuple[str, tuple[str, ...]], list[tuple[Value, ...]]] = {}

    def relation(self, source: str) -> Relation:
        """Return the relation of an entity, or of an n:m relationship's label."""
        return self._logical.of_source(source)

    def rows(self, source: str) -> RelationRows:
        """Return the rows of an entity's relation."""
        return self._sample.of(self.relation(source).name)

    def column(self, relation: str, attribute: str) -> Sequence[Value]:
        """Return one column of a relation by its logical name."""
        key = (relation, attribute)
        if key not in self._columns:
            self._columns[key] = self._sample.of(relation).column(attribute)
        return self._columns[key]

    def attribute(self, path: Path) -> tuple[str, str] | None:
        """Return the relation and attribute that a path ends at; of a reached row its key, None for one of several."""
        relation = self.relation(path.reached)
        if path.attribute is None:
            return (relation.name, relation.primary_key[0]) if len(relation.primary_key) == 1 else None
        for attribute in relation.attributes:
            if attribute.declared == path.attribute and attribute.role is not Role.REFERENCE:
                return relation.name, attribute.name
        return None

    def type_of(self, path: Path) -> AttributeType | None:
        """Return the type of the values that a path reaches."""
        found = self.attribute(path)
        return None if found is None else self._logical.relation(found[0]).attribute(found[1]).type

    def frequencies(self, path: Path, rows: Rows) -> list[list[Value]]:
        """Return for each of the rows the values that a path reaches from it, NULL left out."""
        found = self.attribute(path)
        if found is None:
            return [[] for _ in rows]
        own = self._own_column(path)
        if own is not None:
            return [[] if own[row] is None else [own[row]] for row in rows]
        column, steps = self.column(*found), [self._step(hop) for hop in path.hops]
        reached: list[list[Value]] = []
        for row in rows:
            positions: Rows = (row,)
            for step in steps:
                positions = [there for here in positions for there in step(here)]
            reached.append([value for position in positions if (value := column[position]) is not None])
        return reached

    def _own_column(self, path: Path) -> Sequence[Value] | None:
        """Return the column of the path's own entity that holds its values; None where there is none."""
        relation = self.relation(path.entity)
        if not path.hops:
            found = self.attribute(path)
            return None if found is None else self.column(*found)
        target = self.attribute(path)
        if len(path.hops) != 1 or target is None:
            return None
        reference = self._stored_reference(path.hops[0])
        if reference is None or target[1] not in reference.target_attributes:
            return None
        return self.column(relation.name, reference.attributes[reference.target_attributes.index(target[1])])

    def where(self, entity: str, conditions: Sequence[Expression], *, now: datetime) -> Rows:
        """Return the rows that meet those of the conditions that one row alone can tell, and are not soft-deleted."""
        relation = self.relation(entity)
        found: Rows = range(len(self._sample.of(relation.name).rows))
        for attribute in relation.attributes:
            if attribute.role is Role.DELETED_AT:
                marks = self.column(relation.name, attribute.name)
                found = [row for row in found if marks[row] is None]
        for condition in conditions:
            test = self._formula(relation, condition, now=now)
            if test is not None:
                found = [row for row in found if _is_met(test, row)]
        return found

    def evaluated(self, entity: str, expression: Expression, rows: Rows, *, now: datetime) -> list[Value]:
        """Return what a formula over an entity's own attributes gives for rows, NULL left out; none where it cannot."""
        evaluate = self._formula(self.relation(entity), expression, now=now)
        if evaluate is None:
            return []
        try:
            found = [evaluate(row) for row in rows]
        except CannotEvaluate:
            return []
        return [value for value in found if value is not None and not isinstance(value, Span)]

    def _formula(self, relation: Relation, expression: Expression, *, now: datetime) -> _Formula | None:
        """Return a formula over a relation's own attributes as a function of a row's position; None where it is not."""
        columns: list[Sequence[Value]] = []

        def slot(name: Path | Local) -> tuple[int, AttributeType | None]:
            found = self.attribute(name) if isinstance(name, Path) and not name.hops else None
            if found is None:
                raise CannotEvaluate("a name outside the row")
            columns.append(self.column(*found))
            return len(columns) - 1, relation.attribute(found[1]).type

        try:
            evaluate = compile_expression(expression, slot=slot, now=now)
        except CannotEvaluate:
            return None
        return lambda row: evaluate([column[row] for column in columns])

    def has(self, relation: str, attributes: tuple[str, ...], key: tuple[Value, ...]) -> bool:
        """Tell whether a relation has a row with these values."""
        return key in self._join(relation, attributes)

    def positions(self, relation: str, attributes: tuple[str, ...], key: tuple[Value, ...]) -> Rows:
        """Return the rows of a relation that have these values."""
        return self._join(relation, attributes).get(key, ())

    def near_side(self, hop: Hop) -> Reference:
        """Return the reference by which the link of an n:m step points at the rows that the step starts from."""
        return _sides(self.relation(hop.relationship), is_inverse=hop.is_inverse)[0]

    def children(self, entity: str, *, actions: Collection[ReferentialAction]) -> Counter[int]:
        """Return how many rows point at each row of an entity by references with one of these actions on delete."""
        relation = self.relation(entity)
        found: Counter[int] = Counter()
        for other in self._logical.relations:
            for reference in other.references:
                if reference.target == relation.name and reference.on_delete in actions:
                    join = self._join(relation.name, reference.target_attributes)
                    for key in zip(*(self.column(other.name, name) for name in reference.attributes), strict=True):
                        found.update(join.get(key, ()))
        return found

    def _step(self, hop: Hop) -> _Step:
        """Return a function from a row to the rows that a step of a path leads to."""
        source = self.relation(hop.source).name
        link = next(
            (
                relation
                for relation in self._logical.relations
                if relation.kind is RelationKind.LINK and relation.source == hop.relationship
            ),
            None,
        )
        if link is not None:
            near, far = _sides(link, is_inverse=hop.is_inverse)
            linking = self._into(source=source, reference=near, holder=link.name)
            onward = self._out_of(holder=link.name, reference=far)
            return lambda row: [target for between in linking(row) for target in onward(between)]
        stored = self._stored_reference(hop)
        if stored is not None:
            return self._out_of(holder=source, reference=stored)
        holder = self.relation(hop.target)
        reference = next(found for found in holder.references if found.relationship == hop.relationship)
        return self._into(source=source, reference=reference, holder=holder.name)

    def _stored_reference(self, hop: Hop) -> Reference | None:
        """Return the reference by which the hop's own source points at its target; None for the other way round."""
        source = self.relation(hop.source)
        found = next((each for each in source.references if source.walked_by(each) == hop.relationship), None)
        if found is None or found.target != self.relation(hop.target).name:
            return None
        if hop.source == hop.target and hop.is_inverse:
            return None
        return found

    def _out_of(self, *, holder: str, reference: Reference) -> _Step:
        """Return the step from a row to the row it points at."""
        keys = self._keys(holder, reference.attributes)
        join = self._join(reference.target, reference.target_attributes)
        return lambda row: join.get(keys[row], ())

    def _into(self, *, source: str, reference: Reference, holder: str) -> _Step:
        """Return the step from a row to the rows of `holder` that point at it."""
        keys = self._keys(source, reference.target_attributes)
        join = self._join(holder, reference.attributes)
        return lambda row: join.get(keys[row], ())

    def _keys(self, relation: str, attributes: tuple[str, ...]) -> list[tuple[Value, ...]]:
        key = (relation, attributes)
        if key not in self._key_columns:
            self._key_columns[key] = list(zip(*(self.column(relation, name) for name in attributes), strict=True))
        return self._key_columns[key]

    def _join(self, relation: str, attributes: tuple[str, ...]) -> _Join:
        key = (relation, attributes)
        if key not in self._joins:
            found: _Join = {}
            for row, values in enumerate(zip(*(self.column(relation, name) for name in attributes), strict=True)):
                if None not in values:
                    found.setdefault(values, []).append(row)
            self._joins[key] = found
        return self._joins[key]


def _is_met(test: _Formula, row: int) -> bool:
    try:
        return test(row) is True
    except CannotEvaluate:
        return True  # only the engine can tell


def _sides(link: Relation, *, is_inverse: bool) -> tuple[Reference, Reference]:
    """Return the references of a link: the one to where a hop starts, then the one to where it leads."""
    order = {name: position for position, name in enumerate(link.primary_key)}
    source, target = sorted(
        (reference for reference in link.references if reference.relationship == link.source),
        key=lambda reference: order[reference.attributes[0]],
    )
    return (target, source) if is_inverse else (source, target)
