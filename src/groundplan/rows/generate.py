"""Synthetic rows for every relation: referentially right, as many and as skewed as the plan says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from uuid import UUID

from groundplan.base.collector import collector_paused
from groundplan.base.errors import RowsImpossible
from groundplan.logical.model import LogicalModel, Reference, Relation, RelationAttribute, Role
from groundplan.plan.patterns import InsertPattern, ResolvedPlan, UpsertPattern
from groundplan.plan.types import Integer, Uuid
from groundplan.rows.columns import ColumnTask, draw_column, draw_substitutes
from groundplan.rows.exclusions import keep_apart
from groundplan.rows.expectations import Expectations, expectations_of
from groundplan.rows.links import Links, draw_links
from groundplan.rows.model import Clip, RelationRows, Sample, Value
from groundplan.rows.repair import broken_checks, repair
from groundplan.rows.sizes import SampleSizes, sample_sizes
from groundplan.rows.timeline import History, history_of, instants, milliseconds

LARGEST = 200_000
"""Rows of the largest relation where nobody says otherwise."""

SPARE = 64
"""Rows of each relation that are held back; as many as its largest batch where that is more."""

_SUBSTITUTES = 64


@dataclass(slots=True, kw_only=True)
class _Draft:
    """A relation while its rows are made up; the spare rows stand at the end of every column."""

    relation: Relation
    links: Links
    columns: dict[str, list[Value]] = field(default_factory=dict)


OnRelation = Callable[[RelationRows], None]
"""Called with the rows of a relation as soon as they are final."""


def generate_sample(
    resolved: ResolvedPlan,
    logical: LogicalModel,
    *,
    now: datetime,
    largest: int = LARGEST,
    seed: int,
    on_relation: OnRelation | None = None,
) -> Sample:
    """Make up rows for every relation of a model.

    `now` is the moment that the rows lead up to, aware; `largest` the size of the largest relation. The same
    arguments give the same rows, in whichever order independent things are declared. Raises RowsImpossible, naming the
    rule of the plan that no row satisfies.
    """
    with collector_paused():
        return _Generator(resolved, logical, now=now, largest=largest, seed=seed).run(on_relation or _ignore)


def _ignore(_rows: RelationRows) -> None:
    """Wait for the whole sample."""


class _Generator:
    def __init__(
        self, resolved: ResolvedPlan, logical: LogicalModel, *, now: datetime, largest: int, seed: int
    ) -> None:
        self._logical = logical
        self._now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._seed = seed
        self._sizes = sample_sizes(logical, largest=largest)
        self._spare = _spare_rows(resolved, logical, self._sizes)
        self._expectations: Expectations = expectations_of(resolved, now=self._now)
        self._drafts: dict[str, _Draft] = {}
        self._clips: list[Clip] = list(self._sizes.clips)

    def run(self, on_relation: OnRelation) -> Sample:
        rows: dict[str, RelationRows] = {}

        def finish(draft: _Draft) -> None:
            found = rows[draft.relation.name] = self._rows(draft, is_spare=False)
            on_relation(found)

        for relation in self._logical.relations:
            draft = self._draft(relation)
            self._drafts[relation.name] = draft
            self._fill_in_references(draft)
            self._settle(draft)
            if not self._ahead(draft):
                finish(draft)
        for draft in self._drafts.values():
            if draft.relation.name not in rows:
                self._point_ahead(draft)
                finish(draft)
        return Sample(
            seed=self._seed,
            scale=self._sizes.scale,
            relations=tuple(rows[name] for name in self._drafts),
            clips=tuple(self._clips),
            spare=tuple(self._rows(draft, is_spare=True) for draft in self._drafts.values()),
        )

    def _draft(self, relation: Relation) -> _Draft:
        history = history_of(relation, now=milliseconds(self._now))
        links = draw_links(
            relation,
            rows=self._sizes.of(relation.name),
            spare=self._spare[relation.name],
            declared={target: self._logical.relation(target).rows.now for target in _targets(relation)},
            sizes={target: self._sizes.of(target) for target in _targets(relation)},
            spares={target: self._spare[target] for target in _targets(relation)},
            known={name: draft.links for name, draft in self._drafts.items()},
            history=history,
            seed=self._seed,
        )
        self._clips.extend(links.clips)
        draft = _Draft(relation=relation, links=links)
        moments = instants(links.born)
        for attribute in relation.attributes:
            if attribute.role is not Role.REFERENCE:
                task = self._task(relation, attribute, history)
                draft.columns[attribute.name] = draw_column(task, born=links.born, moments=moments)
        return draft

    def _task(self, relation: Relation, attribute: RelationAttribute, history: History) -> ColumnTask:
        return ColumnTask(
            relation=relation,
            attribute=attribute,
            is_unique=(attribute.name,) in _keys(relation),
            expectation=self._expectations.of(relation.source, attribute.declared),
            history=history,
            seed=self._seed,
        )

    def _fill_in_references(self, draft: _Draft) -> None:
        """Add the columns that point at other rows, then put all columns in the relation's order."""
        for name in (attribute.name for attribute in draft.relation.attributes):
            self._column(draft, name)
        draft.columns = {attribute.name: draft.columns[attribute.name] for attribute in draft.relation.attributes}

    def _column(self, draft: _Draft, name: str) -> list[Value]:
        """Return a column, made from the target's key where it is a reference; keys are never made of each other."""
        if name not in draft.columns:
            reference = _provider(draft.relation, name)
            draft.columns[name] = self._pointing(draft, reference, name)
        return draft.columns[name]

    def _pointing(self, draft: _Draft, reference: Reference, name: str) -> list[Value]:
        target_name = reference.target_attributes[reference.attributes.index(name)]
        if reference.target in self._drafts:
            keys = self._column(self._drafts[reference.target], target_name)
        else:
            keys = self._stand_ins(reference.target, target_name)
        return [
            None if position is None else keys[position] for position in draft.links.positions[_index(draft, reference)]
        ]

    def _stand_ins(self, relation: str, attribute: str) -> list[Value]:
        """Return values that tell the rows of a relation apart whose own values are not drawn yet."""
        count = self._sizes.of(relation) + self._spare[relation]
        match self._logical.relation(relation).attribute(attribute).type:
            case Uuid():
                return [UUID(int=number) for number in range(count)]
            case Integer():
                return list(range(count))
            case _:
                return [str(number) for number in range(count)]

    def _settle(self, draft: _Draft) -> None:
        """Make every check, key and exclusion of a relation hold."""
        relation, columns = draft.relation, draft.columns
        history = history_of(relation, now=milliseconds(self._now))
        keep_apart(relation, columns)

        def substitutes(attribute: RelationAttribute, turn: int) -> list[Value]:
            task = self._task(relation, attribute, history)
            return draw_substitutes(task, count=_SUBSTITUTES, rows=len(draft.links.born), turn=turn)

        repair(
            relation,
            columns,
            distinct=(*_known_to_differ(relation), *draft.links.distinct),
            substitutes=substitutes,
            now=self._now,
            random=Random(f"{self._seed}/{relation.name}/repair"),  # noqa: S311 - no secret
        )
        if relation.exclusions:
            keep_apart(relation, columns)
            for title in broken_checks(relation, columns, now=self._now):
                raise RowsImpossible(
                    f"no rows of {relation.name} were found that satisfy {title} and keep apart what is excluded",
                    help="loosen the check or the exclusion",
                )

    def _ahead(self, draft: _Draft) -> tuple[Reference, ...]:
        """Return the references to relations that come later: a cycle of them."""
        order = {relation.name: place for place, relation in enumerate(self._logical.relations)}
        own = order[draft.relation.name]
        return tuple(reference for reference in draft.relation.references if order[reference.target] > own)

    def _point_ahead(self, draft: _Draft) -> None:
        """Make the columns again that point at relations which came later."""
        for reference in self._ahead(draft):
            for name in reference.attributes:
                if _provider(draft.relation, name) is reference:
                    draft.columns[name] = self._pointing(draft, reference, name)

    def _rows(self, draft: _Draft, *, is_spare: bool) -> RelationRows:
        part = slice(draft.links.rows, None) if is_spare else slice(draft.links.rows)
        return RelationRows(
            relation=draft.relation.name,
            columns=tuple(draft.columns),
            values=tuple(column[part] for column in draft.columns.values()),
        )


def _spare_rows(resolved: ResolvedPlan, logical: LogicalModel, sizes: SampleSizes) -> dict[str, int]:
    batches = {
        pattern.entity: pattern.batch
        for pattern in sorted(
            (pattern for pattern in resolved.patterns if isinstance(pattern, InsertPattern | UpsertPattern)),
            key=lambda pattern: pattern.batch,
        )
    }
    return {
        relation.name: min(max(SPARE, batches.get(relation.source, 0)), sizes.room(relation.name))
        for relation in logical.relations
    }


def _targets(relation: Relation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reference.target for reference in relation.references))


def _keys(relation: Relation) -> tuple[tuple[str, ...], ...]:
    return (relation.primary_key, *(key.attributes for key in relation.candidate_keys))


def _known_to_differ(relation: Relation) -> tuple[tuple[str, ...], ...]:
    """Return the single attributes whose values differ by construction."""
    references = {name for reference in relation.references for name in reference.attributes}
    alone = {key[0] for key in _keys(relation) if len(key) == 1}
    return tuple(
        (attribute.name,)
        for attribute in relation.attributes
        if attribute.role is Role.SURROGATE or (attribute.name in alone and attribute.name not in references)
    )


def _provider(relation: Relation, name: str) -> Reference:
    """Return the reference that an attribute's value comes from: of two that share it, the one that decides it."""
    providers = [reference for reference in relation.references if name in reference.attributes]
    return next((reference for reference in providers if name not in reference.agrees), providers[0])


def _index(draft: _Draft, reference: Reference) -> int:
    found: Sequence[Reference] = draft.relation.references
    return next(place for place, candidate in enumerate(found) if candidate is reference)
