"""What goes with a row: the actions of references that point at it, as foreign keys and triggers do them in SQL.

The rows to go are kept first, and what follows from them is found by their keys; within the transaction that all of it
takes place in, the order is for the reader: refusals, the rows themselves, and then what pointed at them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from groundplan.logical.actions import is_said
from groundplan.logical.model import Reference, Relation, Role
from groundplan.mongo.model import KEY
from groundplan.mongo.queries.inexpressible import Inexpressible
from groundplan.mongo.queries.model import (
    Aggregate,
    Bson,
    Command,
    DeleteDocuments,
    Moment,
    Operation,
    Query,
    Refuse,
    Remember,
    UpdateDocuments,
)
from groundplan.mongo.queries.writes.address import Conditions, address, element_conditions, equal_to
from groundplan.mongo.queries.writes.changes import Changes
from groundplan.mongo.queries.writes.context import Context, attribute_of, mark_of
from groundplan.mongo.queries.writes.found import (
    conditioned_query,
    kept_rows,
    key_pairs,
    keys_around,
    of_kept,
    pointing_pairs,
)
from groundplan.mongo.queries.writes.given import default_value
from groundplan.mongo.queries.writes.kept import count_kept, counts_of, refresh_subsets
from groundplan.mongo.queries.writes.references import still_pointed_at
from groundplan.mongo.queries.writes.trail import is_audited, trail_of_removed
from groundplan.mongo.queries.writes.updates import follow_update, kept_attributes, update_kept
from groundplan.plan.model import ReferentialAction

_REFUSING = (ReferentialAction.RESTRICT, ReferentialAction.NO_ACTION)
_CLEARING = (ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """Rows of `holder` that point by `reference` at rows that go; `is_soft` marks them as well where they can be."""

    holder: Relation
    reference: Reference
    is_soft: bool


@dataclass(slots=True)
class Removal:
    """Operations for rows that go, collected relation by relation."""

    context: Context
    operations: list[Operation] = field(default_factory=list)
    _on_the_way: list[str] = field(default_factory=list)

    def remove(self, relation: Relation, *, rows: str, is_soft: bool, is_gone: bool = False) -> None:
        """Remove rows that are kept as `rows`, or mark them; `is_gone` where the document around them went already."""
        if relation.name in self._on_the_way:
            raise Inexpressible(f"rows of {relation.name} take each other along in a circle")
        self._on_the_way.append(relation.name)
        pointing = self._pointing(relation, is_soft=is_soft)
        for each in pointing:
            if each.reference.on_delete in _REFUSING and not self._is_itself(each, relation):
                self._refuse(each, rows=rows)
        inside = [each for each in pointing if self._is_inside(each, relation) and not is_soft]
        names = {
            each.holder.name: self._keep(each, rows=rows, is_inside=True)
            for each in inside
            if self._has_consequences(each.holder)
        }
        if is_soft:
            self._mark(relation, rows=rows)
        elif not is_gone:
            self._delete(relation, rows=rows)
        if not is_soft:
            self.operations += count_kept(relation, self.context.places, rows=rows, by=-1)
            self.operations += refresh_subsets(relation, self.context.places, rows=rows)
            self.operations += trail_of_removed(relation, rows=rows)
        for each in pointing:
            if each.reference.on_delete in _CLEARING:
                self._clear(each, rows=rows)
        for each in pointing:
            if each.reference.on_delete is not ReferentialAction.CASCADE or each.reference.target == each.holder.name:
                continue
            if each in inside:
                if each.holder.name in names:
                    self.remove(each.holder, rows=names[each.holder.name], is_soft=False, is_gone=True)
                continue
            self._carry_on(each, rows=rows)
        self._on_the_way.pop()

    def _pointing(self, relation: Relation, *, is_soft: bool) -> tuple[Pointing, ...]:
        """Return what points at a relation; where rows are only marked, what the plan says nothing of stays."""
        context = self.context
        return tuple(
            Pointing(holder=holder, reference=reference, is_soft=is_soft and mark_of(holder) is not None)
            for holder, reference in context.key_references(relation.name)
            if not is_soft or is_said(context.facts, holder, reference)
        )

    def _is_inside(self, pointing: Pointing, relation: Relation) -> bool:
        around = self.context.places.embedded(pointing.holder.name)
        return around is not None and around.reference == pointing.reference.name and relation is not pointing.holder

    @staticmethod
    def _is_itself(pointing: Pointing, relation: Relation) -> bool:
        """Tell whether rows of one relation point at each other: among those that go together nothing is refused."""
        return pointing.holder.name == relation.name and pointing.reference.on_delete is ReferentialAction.NO_ACTION

    def _has_consequences(self, relation: Relation) -> bool:
        """Tell whether anything besides follows from a row of a relation going."""
        places = self.context.places
        return bool(
            self.context.key_references(relation.name)
            or counts_of(relation, places)
            or any(True for _ in places.subsets(relation.name))
            or is_audited(relation)
        )

    def conditions(self, pointing: Pointing, *, rows: str) -> tuple[Conditions, str | None]:
        """Return the conditions on rows that point at kept ones, and the list to go through for them."""
        places, holder = self.context.places, pointing.holder
        own = {
            here: there
            for here, there in pointing_pairs(pointing.reference).items()
            if here not in pointing.reference.agrees
        }
        equal, each = of_kept(own, rows=rows)
        found = equal_to(places, holder.name, equal)
        if pointing.is_soft:
            mark = mark_of(holder)
            if mark is not None:
                spot = places.spot(holder.name, mark)
                found.levels[spot.depth][spot.field] = None
        return found, each

    def _refuse(self, pointing: Pointing, *, rows: str) -> None:
        conditions, each = self.conditions(pointing, rows=rows)
        query = conditioned_query(self.context.places, pointing.holder.name, conditions, fields={}, limit=1)
        message = still_pointed_at(pointing.holder, pointing.reference)
        self.operations.append(Refuse(query=query, message=message, each=each))

    def _keep(self, pointing: Pointing, *, rows: str, is_inside: bool = False) -> str:
        """Keep rows that point at kept ones, with those that point at them in turn where they take each other along."""
        holder = pointing.holder
        name = f"{holder.name}_by_{pointing.reference.name}" if rows == "found" else f"{holder.name}_of_{rows}"
        conditions, each = self.conditions(pointing, rows=rows)
        query = kept_rows(
            self.context.places, holder.name, conditions, attributes=kept_attributes(holder, self.context)
        )
        whole = self.with_descendants(holder, query, is_soft=pointing.is_soft, is_inside=is_inside)
        self.operations.append(Remember(name=name, query=whole, each=each))
        return name

    def _stays_inside(self, relation: Relation, own: Reference) -> bool:
        """Tell whether rows that point at each other are always in one document."""
        around = self.context.places.embedded(relation.name)
        if around is None:
            return False
        return set(self.context.places.reference(relation.name, around.reference).attributes) <= set(own.agrees)

    def with_descendants(self, relation: Relation, query: Query, *, is_soft: bool, is_inside: bool = False) -> Query:
        """Let a query of kept rows find those too that go with them because they point at each other."""
        own = next(
            (
                each.reference
                for each in self._pointing(relation, is_soft=is_soft)
                if each.holder.name == relation.name and each.reference.on_delete is ReferentialAction.CASCADE
            ),
            None,
        )
        if own is None or not isinstance(query, Aggregate) or (is_inside and self._stays_inside(relation, own)):
            return query
        return _closure(relation, own, query, self.context, is_soft=is_soft)

    def _mark(self, relation: Relation, *, rows: str) -> None:
        mark, touched = mark_of(relation), attribute_of(relation, Role.UPDATED_AT)
        if mark is None:
            raise Inexpressible(f"{relation.name} has nothing to mark deleted rows by")
        values: dict[str, Bson] = {mark: Moment()}
        if touched is not None:
            values[touched] = Moment()
        changes = Changes(relation=relation, values=values)
        self.operations.append(update_kept(changes, self.context, rows=rows))
        self.operations += count_kept(relation, self.context.places, rows=rows, by=-1)
        self.operations += follow_update(relation, changes, self.context, rows=rows)

    def _delete(self, relation: Relation, *, rows: str) -> None:
        self.operations.append(delete_kept(relation, self.context, rows=rows))

    def _clear(self, pointing: Pointing, *, rows: str) -> None:
        """Empty references to rows that go, or set them to their default; what another one shares stays."""
        holder, reference, places = pointing.holder, pointing.reference, self.context.places
        own = [name for name in reference.attributes if name not in reference.agrees]
        is_null = reference.on_delete is ReferentialAction.SET_NULL
        values: dict[str, Bson] = {name: None if is_null else default_value(holder.attribute(name)) for name in own}
        touched = attribute_of(holder, Role.UPDATED_AT)
        if touched is not None:
            values[touched] = Moment()
        copied = places.copied(holder.name, reference.name)
        extra: dict[str, Bson] = {} if copied is None else {copied.name: None}
        name = self._keep(pointing, rows=rows)
        changes = Changes(relation=holder, values=values, extra=extra)
        self.operations.append(update_kept(changes, self.context, rows=name))
        self.operations += follow_update(
            holder, changes, self.context, rows=name, moved=self._counted(holder, reference)
        )

    def _counted(self, holder: Relation, reference: Reference) -> tuple[str, ...]:
        return tuple(each.name for each, _ in counts_of(holder, self.context.places) if each.name == reference.name)

    def _carry_on(self, pointing: Pointing, *, rows: str) -> None:
        name = self._keep(pointing, rows=rows)
        self.remove(pointing.holder, rows=name, is_soft=pointing.is_soft)


def delete_kept(relation: Relation, context: Context, *, rows: str) -> DeleteDocuments | UpdateDocuments:
    """Return what removes kept rows from where they live."""
    around = keys_around(relation, context.places)
    equal, each = of_kept(key_pairs(relation), rows=rows, beside=around)
    conditions = equal_to(context.places, relation.name, equal)
    return delete_at(relation, conditions, context, is_many=each is None, each=each)


def delete_at(
    relation: Relation, conditions: Conditions, context: Context, *, is_many: bool, each: str | None
) -> DeleteDocuments | UpdateDocuments:
    """Return what removes the rows for which conditions hold: documents, elements or a sub-document."""
    place = context.places.place(relation.name)
    found = address(place, conditions)
    if not place.steps:
        return DeleteDocuments(collection=place.collection, filter=found.filter, is_many=is_many, each=each)
    field_name = place.steps[-1].name
    if not place.steps[-1].is_array:
        update: Command = {"$unset": {found.prefix: ""}}
        filters = found.array_filters
    else:
        pulled = element_conditions(found)
        base = _around(found.prefix)
        path = f"{base}.{field_name}" if base else field_name
        update = {"$set": {path: ()}} if pulled is None else {"$pull": {path: pulled}}
        filters = found.array_filters if pulled is None else found.array_filters[:-1]
    where = found.filter
    if not conditions.levels[-1]:
        inside = f"{place.path}.0" if place.steps[-1].is_array else place.path
        where = {**where, inside: {"$exists": True}}
    return UpdateDocuments(
        collection=place.collection, filter=where, update=update, is_many=is_many, array_filters=filters, each=each
    )


def _around(prefix: str) -> str:
    """Return the path of the document that an element is in: without its array's name and the positional operator."""
    parts = prefix.split(".")
    return ".".join(parts[:-2])


def _closure(relation: Relation, own: Reference, query: Aggregate, context: Context, *, is_soft: bool) -> Aggregate:
    """Let a query go on from its rows to those that point at them, and so on, each row once."""
    place = context.places.place(relation.name)
    if place.steps or len(relation.primary_key) != 1:
        raise Inexpressible(f"rows of {relation.name} inside other documents take each other along")
    (key,) = relation.primary_key
    here = next(here for here, there in pointing_pairs(own).items() if there == key)
    path = context.places.path(relation.name, key)
    walk: dict[str, Bson] = {
        "from": place.collection,
        "startWith": f"${path}",
        "connectFromField": path,
        "connectToField": context.places.path(relation.name, here),
        "as": "descendants",
    }
    mark = mark_of(relation)
    if is_soft and mark is not None:
        walk["restrictSearchWithMatch"] = {context.places.path(relation.name, mark): None}
    descendants: tuple[Command, ...] = (
        {"$graphLookup": walk},
        {"$project": {KEY: 0, "all": {"$concatArrays": (("$$ROOT",), "$descendants")}}},
        {"$unwind": "$all"},
        {"$group": {KEY: f"$all.{path}", "document": {"$first": "$all"}}},
        {"$replaceWith": "$document"},
    )
    return Aggregate(collection=query.collection, stages=(*query.stages[:-1], *descendants, query.stages[-1]))
