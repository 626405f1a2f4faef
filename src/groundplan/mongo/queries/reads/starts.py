"""Reads that begin elsewhere: a condition fixes one related row, so its rows are found from there.

`author.username = :name` is one author by an index, whose posts another index has in the order of the page; to look up
the author of every post would read them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundplan.mongo.queries.filters import together
from groundplan.mongo.queries.model import Command
from groundplan.mongo.queries.reads.formulas import Formulas
from groundplan.mongo.queries.reads.rows import Rows, find_by
from groundplan.mongo.queries.reads.stages import LookupStage, Stage
from groundplan.mongo.queries.storage import Side, Step, Storage
from groundplan.plan.expressions import Binary, Call, Expression, Operator, Path, paths
from groundplan.plan.patterns import ReadPattern
from groundplan.plan.resolve.functions import ANY_OF

ROW = "row"
LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The related row that a condition fixes: `own` is the condition on it, from its own entity.

    `keeps_order` tells that the rows of the read are found from it in one step, so that they can be sorted and limited
    there.
    """

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


def _path(rows: Rows, attribute: str) -> str:
    return rows.operand((), attribute).path or attribute


def find_start(pattern: ReadPattern, conditions: tuple[Expression, ...], *, storage: Storage) -> Start | None:
    """Return the first condition that fixes a related row by which the rows of a read can be found; None for none."""
    place = storage.places.place(storage.relation(pattern.entity).name)
    if place.steps:
        return None
    for condition in conditions:
        found = _start(condition, pattern.entity, storage)
        if found is not None:
            return found
    return None


def _start(condition: Expression, entity: str, storage: Storage) -> Start | None:
    match condition:
        case Binary(Operator.EQUAL, Path() as path, value) if _is_one_value(value):
            pass
        case Binary(Operator.EQUAL, value, Path() as path) if _is_one_value(value):
            pass
        case _:
            return None
    parts = storage.parts(path)
    if len(path.hops) != 1 or len(parts) != 1 or storage.nearest(parts[0]) != parts[0]:
        return None
    hop = path.hops[0]
    step = storage.step(hop)
    if step.holder is not None or storage.places.place(step.target.name).steps:
        return None
    is_reference = step.reference is not None
    if not storage.is_unique(step.target, {parts[0].attribute}, is_alive=not is_reference):
        return None
    if is_reference and _is_copied(entity, step, parts[0].attribute, storage):
        return None
    keeps_order = is_reference
    if step.near is not None and step.far is not None:
        if len(step.near.pairs) != 1:
            return None
        around = storage.places.embedded(step.near.relation.name)
        is_inside = around is not None and around.reference == step.near.reference.name
        if is_inside and len(step.far.pairs) != 1:
            return None
        keeps_order = is_inside
        if parts[0].attribute in {there for _, there in step.far.pairs} and is_inside:
            return None  # the document itself says it
    own = Path(entity=hop.target, hops=(), attribute=path.attribute, type=path.type)
    return Start(
        condition=condition,
        own=Binary(Operator.EQUAL, own, value),
        target=hop.target,
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
