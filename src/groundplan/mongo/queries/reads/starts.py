"""Reads that begin elsewhere: a condition fixes one related row, or few, so its rows are found from there.

`author.username = :name` is one author by an index, whose posts another index has in the order of the page; to look up
the author of every post would read them all. `bids.user = :user` is the bids of one user, and each leads to its item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from groundplan.mongo.queries.filters import together
from groundplan.mongo.queries.model import Command
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.joins import find_by
from groundplan.mongo.queries.reads.parameters import Parameters
from groundplan.mongo.queries.reads.roots import needs_lookup
from groundplan.mongo.queries.reads.rows import Rows
from groundplan.mongo.queries.reads.stages import LookupStage, Stage
from groundplan.mongo.queries.storage import Side, Step, Storage
from groundplan.plan.expressions import Binary, Call, Expression, Operator, Path, paths
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.resolve.functions import ANY_OF

ROW = "row"
LINK = "link"


class Start(Protocol):
    """Where a read begins: `condition` is the one that this takes the place of.

    `keeps_order` tells that the rows of the read are found from one document in one step, so that they can be sorted
    and limited there.
    """

    @property
    def condition(self) -> Expression:
        """The condition of the read that this answers."""

    @property
    def collection(self) -> str:
        """The collection that the pipeline begins at."""

    @property
    def keeps_order(self) -> bool:
        """Whether the rows can be sorted and limited where they are found."""

    def around(self, stages: list[Stage], *, formulas: Formulas) -> list[Stage]:
        """Return the pipeline that begins there and finds by `stages` the rows that belong to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAtOne:
    """A start at the one related row that a condition fixes; `own` is the condition, seen from its entity `target`."""

    condition: Expression
    own: Expression
    target: str
    step: Step
    collection: str
    keeps_order: bool

    def around(self, stages: list[Stage], *, formulas: Formulas) -> list[Stage]:
        """Return the pipeline that begins at the related row and finds by `stages` the rows that belong to it."""
        storage = formulas.rows.storage
        begin = Rows.of_entity(self.target, storage=storage)
        fixed = Formulas(begin, formulas.parameters)
        filters: list[Command] = [fixed.filter(self.own)]
        mark = storage.deletion_mark(self.target)
        if mark is not None and self.step.reference is None:
            filters.append({storage.places.path(self.step.target.name, mark): None})
        found: list[Stage] = [{"$match": together(filters)}]
        found += self._ways(stages, fixed, formulas)
        return [*found, {"$unwind": f"${ROW}"}, {"$replaceWith": f"${ROW}"}]

    def _ways(self, stages: list[Stage], fixed: Formulas, formulas: Formulas) -> list[Stage]:
        storage, root = formulas.rows.storage, formulas.rows
        source = storage.relation(root.entity)
        rows = LookupStage(name=ROW, is_projected=False)
        if self.step.reference is not None:
            matches = [(fixed.rows.operand((), there), here) for here, there in self.step.pairs]
            find_by(rows, source, matches, storage=storage, is_live=False)
            rows.stages += stages
            return [rows]
        near, far = self.step.near, self.step.far
        if near is None or far is None:
            raise ValueError("rows are found from a related one by a reference or by links")
        if self.keeps_order:
            ((here, there),) = far.pairs
            rows.source = storage.places.place(source.name).collection
            rows.local = _path(fixed.rows, there)
            rows.foreign = storage.places.path(far.relation.name, here)
            rows.stages += stages
            return [rows]
        return [
            *self._over_links(near, far, fixed, storage),
            *self._row(stages, near, rows, source.name, storage),
        ]

    def _over_links(self, near: Side, far: Side, fixed: Formulas, storage: Storage) -> Sequence[Stage]:
        links = LookupStage(name=LINK)
        matches = [(fixed.rows.operand((), there), here) for here, there in far.pairs]
        find_by(links, far.relation, matches, storage=storage)
        for here, _ in near.pairs:
            links.needed[storage.places.path(far.relation.name, here)] = None
        return [links, {"$unwind": f"${LINK}"}]

    def _row(
        self, stages: list[Stage], near: Side, rows: LookupStage, source: str, storage: Storage
    ) -> Sequence[Stage]:
        ((here, there),) = near.pairs
        rows.source = storage.places.place(source).collection
        rows.local = f"{LINK}.{storage.places.path(near.relation.name, here)}"
        rows.foreign = storage.places.path(source, there)
        rows.stages += stages
        return [rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAtMany:
    """A start at the rows of `side` that a condition leaves, each of which points at a row of the read.

    `own` is the condition, seen from `source`: the entity of those rows, or the label of links. `is_one_each` tells
    that no two of them point at the same row.
    """

    condition: Expression
    own: Expression
    source: str
    side: Side
    collection: str
    is_one_each: bool
    keeps_order: bool = False

    def around(self, stages: list[Stage], *, formulas: Formulas) -> list[Stage]:
        """Return the pipeline that begins at those rows and finds by `stages` the rows they point at."""
        storage = formulas.rows.storage
        begin = Rows.of_entity(self.source, storage=storage)
        filters: list[Command] = [Formulas(begin, formulas.parameters).filter(self.own)]
        mark = storage.mark_of(self.side.relation)
        if mark is not None:
            filters.append({storage.places.path(self.side.relation.name, mark): None})
        ((here, there),) = self.side.pairs
        path = storage.places.path(self.side.relation.name, here)
        found: list[Stage] = [{"$match": together(filters)}]
        if not self.is_one_each:
            found.append({"$group": {"_id": f"${path}"}})
            path = "_id"
        rows = LookupStage(name=ROW, local=path, is_projected=False, stages=list(stages))
        source = storage.relation(formulas.rows.entity)
        rows.source = storage.places.place(source.name).collection
        rows.foreign = storage.places.path(source.name, there)
        return [*found, rows, {"$unwind": f"${ROW}"}, {"$replaceWith": f"${ROW}"}]


def _path(rows: Rows, attribute: str) -> str:
    return rows.operand((), attribute).path or attribute


def find_start(
    pattern: ReadPattern, conditions: tuple[Expression, ...], *, storage: Storage, parameters: Parameters
) -> Start | None:
    """Return the first condition that fixes related rows by which the rows of a read can be found; None for none."""
    place = storage.places.place(storage.relation(pattern.entity).name)
    if place.steps:
        return None
    if any(_is_selective(condition, pattern.entity, storage) for condition in conditions):
        return None
    for condition in conditions:
        found = _start(condition, pattern.entity, storage, parameters)
        if found is not None:
            return found
    return None


def _is_selective(condition: Expression, entity: str, storage: Storage) -> bool:
    """Tell whether a condition fixes rows of the read itself by a unique attribute or by a reference."""
    path = _fixed_path(condition)
    if path is None or path.is_many:
        return False
    parts = storage.parts(path)
    near = storage.nearest(parts[0])
    return len(parts) == 1 and not near.hops and _finds_few(storage, entity, near.attribute)


def _finds_few(storage: Storage, source: str, attribute: str) -> bool:
    relation = storage.relation(source)
    if storage.is_unique(relation, {attribute}, is_alive=True):
        return True
    return any(attribute in reference.attributes for reference in relation.references)


def _fixed_path(condition: Expression) -> Path | None:
    """Return what a condition compares with one value."""
    match condition:
        case Binary(Operator.EQUAL, Path() as path, value) if _is_one_value(value):
            return path
        case Binary(Operator.EQUAL, value, Path() as path) if _is_one_value(value):
            return path
        case _:
            return None


def _start(condition: Expression, entity: str, storage: Storage, parameters: Parameters) -> Start | None:
    path = _fixed_path(condition)
    if path is None or not path.hops:
        return None
    step = storage.step(path.hops[0])
    parts = storage.parts(path)
    near = storage.nearest(parts[0])
    if len(parts) != 1 or not near.hops:
        return None
    is_told = near.hops == path.hops[:1] and storage.is_told_by_links(step, near.attribute)
    if step.holder is not None or (is_told and storage.mark_of(step.target) is None):
        return _start_at_many(condition, path, step, storage, parameters)
    return _start_at_one(condition, path, step, entity, storage)


def _with_path(condition: Expression, path: Path) -> Expression:
    match condition:
        case Binary(operator, Path(), right):
            return Binary(operator, path, right)
        case Binary(operator, left, _):
            return Binary(operator, left, path)
        case _:
            raise ValueError(f"{condition} compares no path")


def _start_at_many(
    condition: Expression, path: Path, step: Step, storage: Storage, parameters: Parameters
) -> StartAtMany | None:
    side = step.near or step.holder
    if side is None or len(side.pairs) != 1 or storage.places.place(side.relation.name).steps:
        return None
    source = side.relation.source
    hops = path.hops[1:]
    if step.far is not None:
        hops = (storage.scope.references_of(source)[step.far.reference.name], *hops)
    own = _with_path(condition, Path(entity=source, hops=hops, attribute=path.attribute, type=path.type))
    near = storage.nearest(storage.parts(Path(entity=source, hops=hops, attribute=path.attribute, type=path.type))[0])
    if any(hop.is_many for hop in hops) or needs_lookup(own, source, storage=storage, parameters=parameters):
        return None
    if step.far is None and (near.hops or not _finds_few(storage, source, near.attribute)):
        return None
    attributes = {near.attribute, *(here for here, _ in side.pairs)}
    return StartAtMany(
        condition=condition,
        own=own,
        source=source,
        side=side,
        collection=storage.places.place(side.relation.name).collection,
        is_one_each=not near.hops and storage.is_unique(side.relation, attributes, is_alive=True),
    )


def _start_at_one(condition: Expression, path: Path, step: Step, entity: str, storage: Storage) -> StartAtOne | None:
    part = storage.parts(path)[0]
    if len(path.hops) != 1 or storage.nearest(part) != part or storage.places.place(step.target.name).steps:
        return None
    is_reference = step.reference is not None
    if not storage.is_unique(step.target, {part.attribute}, is_alive=not is_reference):
        return None
    if is_reference and _is_copied(entity, step, part.attribute, storage):
        return None
    keeps_order = is_reference
    if step.near is not None and step.far is not None:
        around = storage.places.embedded(step.near.relation.name)
        keeps_order = around is not None and around.reference == step.near.reference.name
        if len(step.near.pairs) != 1 or (keeps_order and len(step.far.pairs) != 1):
            return None
    target = path.hops[0].target
    return StartAtOne(
        condition=condition,
        own=_with_path(condition, Path(entity=target, hops=(), attribute=path.attribute, type=path.type)),
        target=target,
        step=step,
        collection=storage.places.place(step.target.name).collection,
        keeps_order=keeps_order,
    )


def _is_copied(entity: str, step: Step, attribute: str, storage: Storage) -> bool:
    """Tell whether the documents of a read hold a copy of what is asked for: it can be asked there."""
    reference = step.reference
    if reference is None:
        return False
    return storage.places.copy_of(storage.relation(entity).name, reference.name, attribute) is not None


def _is_one_value(value: Expression) -> bool:
    return not paths(value) and not (isinstance(value, Call) and value.function == ANY_OF)
