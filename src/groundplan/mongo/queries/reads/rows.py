"""Rows in a pipeline: which documents stand for the rows that paths lead to, and what has to be looked up for them.

`Rows` is one pipeline in the making. It begins at a collection, or inside another pipeline, at the rows that a to-many
path leads to from there. The value of a path is looked for where it is nearest: a key of a referenced row in the row
that references it, then in copies beside that, then in the document at hand, and only then by `$lookup`.
"""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.logical.model import Relation
from groundplan.mongo.places import Place
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.queries.operands import Operand
from groundplan.mongo.queries.reads.held import At, Names
from groundplan.mongo.queries.reads.joins import find_by, joined, levels_of, variable_of
from groundplan.mongo.queries.reads.stages import LookupStage, Stage
from groundplan.mongo.queries.storage import Hops, Side, Step, Storage
from groundplan.plan.expressions import Path


class Rows:
    """One pipeline in the making, whose documents stand for the rows of `entity` or those that `anchor` leads to."""

    def __init__(self, storage: Storage, entity: str, *, parent: Rows | None = None, anchor: Hops = ()) -> None:
        self.storage = storage
        self.entity = entity
        self.parent = parent
        self.anchor = anchor
        self.lookup = LookupStage(name="", is_projected=False)
        self.names = Names()
        self._at: dict[Hops, At] = {}
        self._links: dict[Hops, At] = {}
        self._may_be_missing: set[Hops] = set()

    @property
    def stages(self) -> list[Stage]:
        """The stages by now."""
        return self.lookup.stages

    @property
    def collection(self) -> str:
        """The collection that the pipeline begins at."""
        return self.lookup.source or ""

    # How a pipeline begins

    @classmethod
    def of_entity(cls, entity: str, *, storage: Storage) -> Rows:
        """Begin at the collection that holds an entity's rows; embedded ones are not taken apart yet."""
        rows = cls(storage, entity)
        relation = storage.relation(entity)
        place = storage.places.place(relation.name)
        rows.lookup.source = place.collection
        rows._hold((), relation, place)
        return rows

    def _hold(self, hops: Hops, relation: Relation, place: Place) -> None:
        top = self.storage.places.model.collection(place.collection).document
        self.names.taken.update(field.name for field in top.fields)
        self._at[hops] = At(relation=relation, levels=levels_of("", place))

    @classmethod
    def inside(cls, parent: Rows, anchor: Hops, *, is_link_enough: bool = False) -> Rows:
        """Begin at the rows that `anchor` leads to from a row of `parent`, the last hop being to many.

        `is_link_enough` tells that nothing is wanted of the rows at the far end of links but what the links say.
        """
        rows = cls(parent.storage, parent.entity, parent=parent, anchor=anchor)
        rows._begin(is_link_enough=is_link_enough)
        return rows

    def _begin(self, *, is_link_enough: bool) -> None:
        step = self.storage.step(self.anchor[-1])
        side = step.near or step.holder
        if side is None:
            raise ValueError(f"{self.anchor[-1].relationship} leads to one row")
        if step.far is not None and self._begin_behind_links(step, side, step.far, is_link_enough=is_link_enough):
            return
        at = self._begin_with_elements(side) or self._begin_with_lookup(side)
        self._entered(self.anchor, step, at)

    def _entered(self, hops: Hops, step: Step, at: At) -> None:
        if step.near is None:
            self._at[hops] = at
            return
        self._links[hops] = at
        if self.storage.mark_of(step.target) is not None:
            self._place_far_side(hops)

    def array_of(self, hops: Hops, side: Side) -> tuple[At, str] | None:
        """Return the row that `hops` lead to and the path of the array in which it holds the rows of `side`.

        None where its document holds none, or where the array was taken apart already.
        """
        embedded = self.storage.places.embedded(side.relation.name)
        if embedded is None or embedded.reference != side.reference.name or not embedded.is_many:
            return None
        at = self.place(hops)
        level = at.levels[-1]
        if level is None:
            return None
        path = joined(level, embedded.name)
        if any(path in held.levels[1:] for held in (*self._at.values(), *self._links.values())):
            return None
        at.need(self.storage.places.place(side.relation.name).path)
        return at, path

    def _begin_with_elements(self, side: Side) -> At | None:
        found = self._outer.array_of(self.anchor[:-1], side)
        if found is None:
            return None
        at, path = found
        self.lookup.documents = self._variable({"$ifNull": (f"${path}", ())}, wish=path.rpartition(".")[2])
        document = self.storage.places.place(side.relation.name).document
        self.names.taken.update(field.name for field in document.fields)
        own = At(relation=side.relation, levels=(*(None for _ in at.levels), ""))
        self._leave_deleted(own)
        return own

    def _begin_behind_links(self, step: Step, side: Side, far: Side, *, is_link_enough: bool) -> bool:
        """Begin at the rows at the far end of links that the outer document holds: each of them has one link."""
        place = self.storage.places.place(step.target.name)
        is_needed = not is_link_enough or self.storage.mark_of(step.target) is not None
        if not is_needed or len(far.pairs) != 1 or place.steps:
            return False
        found = self._outer.array_of(self.anchor[:-1], side)
        if found is None:
            return False
        ((here, there),) = far.pairs
        spot = self.storage.places.spot(side.relation.name, here)
        if spot.depth != len(self.storage.places.place(side.relation.name).steps):
            return False
        self.lookup.source = place.collection
        self.lookup.local = joined(found[1], spot.field)
        self.lookup.foreign = self.storage.places.path(step.target.name, there)
        self._hold(self.anchor, step.target, place)
        self._leave_deleted(self._at[self.anchor])
        return True

    def _begin_with_lookup(self, side: Side) -> At:
        matches = [(self._outer.operand(self.anchor[:-1], there), here) for here, there in side.pairs]
        place = self.storage.places.place(side.relation.name)
        self._hold(self.anchor, side.relation, place)
        at = self._at.pop(self.anchor)
        find_by(self.lookup, side.relation, matches, storage=self.storage)
        return at

    def _leave_deleted(self, at: At) -> None:
        mark = self.storage.mark_of(at.relation)
        if mark is not None:
            self.stages.append({"$match": {self._field(at, mark)[1:]: None}})

    @property
    def _outer(self) -> Rows:
        if self.parent is None:
            raise ValueError("a pipeline of its own has no outer one")
        return self.parent

    # What is asked of a pipeline

    def holds(self, hops: Hops) -> bool:
        """Tell whether the rows at the end of `hops` are at hand one by one."""
        if hops in self._at or hops in self._links:
            return True
        return self.parent is not None and self.parent.holds(hops)

    def may_be_missing(self, hops: Hops) -> bool:
        """Tell whether the row at the end of `hops` can be absent."""
        for count in range(len(hops), 0, -1):
            if hops[:count] in self._may_be_missing:
                return True
            if hops[:count] in self._at or hops[:count] in self._links or hops[:count] == self.anchor:
                return False
            if hops[count - 1].is_optional:
                return True
        return False

    def first_many(self, hops: Hops) -> Hops | None:
        """Return the shortest beginning of `hops` that reaches rows which are not at hand one by one."""
        for count, hop in enumerate(hops, start=1):
            if hop.is_many and not self.holds(hops[:count]):
                return hops[:count]
        return None

    def operand(self, hops: Hops, attribute: str) -> Operand:
        """Return an attribute of the row that `hops` lead to, looking up what that needs."""
        if self._is_outside(hops):
            return self._from_outside(hops, attribute)
        return (
            self._where_referenced(hops, attribute)
            or self._where_copied(hops, attribute)
            or self._of(self.place(hops), hops, attribute)
        )

    def _is_outside(self, hops: Hops) -> bool:
        return self.parent is not None and hops[: len(self.anchor)] != self.anchor

    def _of(self, at: At, hops: Hops, attribute: str) -> Operand:
        places = self.storage.places
        known = at.relation.attribute(attribute)
        if at.levels[places.spot(at.relation.name, attribute).depth] is None:
            around = places.embedded(at.relation.name)
            reference = places.reference(at.relation.name, "" if around is None else around.reference)
            held = dict(zip(reference.attributes, reference.target_attributes, strict=True))
            return self._from_outside(self.anchor[:-1], held[attribute])
        is_missing = self.may_be_missing(hops)
        expression: Bson = self._field(at, attribute)
        if is_missing and at.is_inside and places.spot(at.relation.name, attribute).depth < len(at.levels) - 1:
            # The document around holds it, even where there is none inside.
            expression = {"$cond": ({"$gt": (f"${at.levels[-1]}", None)}, expression, "$$REMOVE")}
        return Operand(expression=expression, type=known.type, is_optional=known.is_optional or is_missing)

    def presence(self, path: Path) -> Operand:
        """Return what is NULL exactly where a path to one row reaches none."""
        part = self.storage.presence(path)
        if path.hops and not self._is_outside(path.hops):
            step = self.storage.step(path.hops[-1])
            if step.holder is not None and not path.hops[-1].is_many and self.place(path.hops).is_inside:
                is_optional = self.may_be_missing(path.hops)
                return Operand(expression=f"${self.place(path.hops).levels[-1]}", type=None, is_optional=is_optional)
        return self.operand(part.hops, part.attribute)

    def _field(self, at: At, attribute: str) -> str:
        spot = self.storage.places.spot(at.relation.name, attribute)
        at.need(self.storage.places.path(at.relation.name, attribute))
        return f"${joined(at.levels[spot.depth] or '', spot.field)}"

    def _from_outside(self, hops: Hops, attribute: str) -> Operand:
        outer = self._outer.operand(hops, attribute)
        name = self._variable(outer.expression, wish=attribute)
        return Operand(expression=name, type=outer.type, is_optional=outer.is_optional)

    def _variable(self, expression: Bson, *, wish: str) -> str:
        return variable_of(self.lookup, expression, wish=wish)

    def _where_referenced(self, hops: Hops, attribute: str) -> Operand | None:
        """Return a key attribute of a referenced row from the row that references it."""
        if not hops:
            return None
        step = self.storage.step(hops[-1])
        if step.far is not None:
            here = next((here for here, there in step.far.pairs if there == attribute), None)
            # A soft-deleted row has to be looked at.
            if hops not in self._links or self.storage.mark_of(step.target) is not None:
                return None
            if here is None:
                return self._copied_in_link(hops, step, attribute)
            return self._of(self._links[hops], hops, here)
        here = next((here for here, there in step.pairs if there == attribute), None)
        if step.reference is None or here is None or (here in step.shared and hops[-1].is_optional):
            return None
        return self.operand(hops[:-1], here)

    def _copied_in_link(self, hops: Hops, step: Step, attribute: str) -> Operand | None:
        copy, link = self.storage.copy_in_link(step, attribute), self._links[hops]
        if copy is None or hops in self._at:
            return None
        link.need(joined(self.storage.places.place(link.relation.name).path, copy.name))
        expression = f"${joined(link.levels[-1] or '', copy.name)}"
        return Operand(expression=expression, type=copy.type, is_optional=copy.is_optional)

    def _where_copied(self, hops: Hops, attribute: str) -> Operand | None:
        """Return the copy of a referenced row's attribute in the row that references it."""
        if not hops or hops in self._at:
            return None
        step = self.storage.step(hops[-1])
        if step.reference is None:
            return None
        holder = self.storage.reached(self.entity, hops[:-1])
        copied = self.storage.places.copied(holder.name, step.reference.name)
        for found in () if copied is None else copied.fields:
            if copied is not None and found.attribute == attribute:
                at = self.place(hops[:-1])
                path = self.storage.places.copy_of(holder.name, step.reference.name, attribute)
                at.need(path or "")
                known = step.target.attribute(attribute)
                is_optional = known.is_optional or copied.is_optional or self.may_be_missing(hops[:-1])
                expression = f"${joined(at.levels[-1] or '', f'{copied.name}.{found.name}')}"
                return Operand(expression=expression, type=known.type, is_optional=is_optional)
        return None

    # Joining

    def place(self, hops: Hops) -> At:
        """Bring the row that `hops` lead to into the documents, where it is not there yet."""
        if hops in self._at:
            return self._at[hops]
        step = self.storage.step(hops[-1])
        if step.far is not None:
            return self._place_far_side(hops)
        is_missing = hops[-1].is_optional or self.may_be_missing(hops[:-1])
        found = self._in_same_document(hops, step)
        if found is None:
            matches = [(self.operand(hops[:-1], here), there) for here, there in step.pairs]
            found = self._look_up(hops, step.target, matches, is_missing=is_missing, is_live=step.reference is None)
        if is_missing:
            self._may_be_missing.add(hops)
        self._at[hops] = found
        return found

    def _in_same_document(self, hops: Hops, step: Step) -> At | None:
        places = self.storage.places
        if step.reference is not None:
            source = self.storage.reached(self.entity, hops[:-1])
            around = places.embedded(source.name)
            if around is None or around.reference != step.reference.name:
                return None
            levels = self.place(hops[:-1]).levels[:-1]
            if None in levels:
                return None
            return At(relation=step.target, levels=levels, stage=self.place(hops[:-1]).stage)
        side = step.holder
        inner = None if side is None else places.embedded(side.relation.name)
        if side is None or inner is None or inner.reference != side.reference.name or inner.is_many:
            return None
        at = self.place(hops[:-1])
        path = joined(at.levels[-1] or "", inner.name)
        mark = self.storage.mark_of(side.relation)
        if mark is not None:
            name = self.names.take(self.words(hops))
            is_gone = {"$gt": (f"${path}.{places.spot(side.relation.name, mark).field}", None)}
            self.stages.append({"$set": {name: {"$cond": (is_gone, "$$REMOVE", f"${path}")}}})
            path = name
        at.need(places.place(side.relation.name).path)
        return At(relation=side.relation, levels=(*at.levels, path), stage=at.stage, is_inside=True)

    def _look_up(
        self,
        hops: Hops,
        relation: Relation,
        matches: Sequence[tuple[Operand, str]],
        *,
        is_missing: bool,
        is_live: bool,
    ) -> At:
        """Look up a row; a referenced one is kept though it is marked as deleted: a post still shows its author."""
        stage = LookupStage(name=self.names.take(self.words(hops)))
        find_by(stage, relation, matches, storage=self.storage, is_live=is_live)
        self.stages.append(stage)
        unwind: dict[str, Bson] = {"path": f"${stage.name}"}
        if is_missing:
            unwind["preserveNullAndEmptyArrays"] = True
        self.stages.append({"$unwind": unwind if is_missing else f"${stage.name}"})
        return At(
            relation=relation, levels=levels_of(stage.name, self.storage.places.place(relation.name)), stage=stage
        )

    def _place_far_side(self, hops: Hops) -> At:
        if hops in self._at:
            return self._at[hops]
        step = self.storage.step(hops[-1])
        link = self._links[hops]
        far = step.far
        if far is None:
            raise ValueError(f"{hops[-1].relationship} has no links")
        around = self.storage.places.embedded(link.relation.name)
        if around is not None and around.reference == far.reference.name and None not in link.levels[:-1]:
            at = At(relation=step.target, levels=link.levels[:-1], stage=link.stage)
            self._at[hops] = at
            self._leave_deleted(at)
            return at
        matches = [(self._of(link, hops, here), there) for here, there in far.pairs]
        self._at[hops] = self._look_up(hops, step.target, matches, is_missing=False, is_live=True)
        return self._at[hops]

    def enter(self, hops: Hops) -> None:
        """Make the rows at the end of a to-many path documents of this pipeline, one for each."""
        if self.holds(hops):
            return
        step = self.storage.step(hops[-1])
        side = step.near or step.holder
        if side is None:
            raise ValueError(f"{hops[-1].relationship} leads to one row")
        held = self.array_of(hops[:-1], side)
        if held is not None:
            source, path = held
            name = self.names.take(self.words(hops))
            self.stages.append({"$set": {name: f"${path}"}})
            self.stages.append({"$unwind": f"${name}"})
            at = At(relation=side.relation, levels=(*source.levels, name))
            self._leave_deleted(at)
        else:
            matches = [(self.operand(hops[:-1], there), here) for here, there in side.pairs]
            at = self._look_up(hops, side.relation, matches, is_missing=False, is_live=True)
        self._entered(hops, step, at)

    def words(self, hops: Hops) -> str:
        """Return what the row at the end of `hops` is called: `author`, `comments_author`."""
        start = max(0, len(self.anchor) - 1)
        return "_".join(self.storage.word(hop) for hop in hops[start:]) or "row"
