"""The frame of a relation's rows: when each came into being and which rows it points at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from groundplan.logical.model import Reference, Relation
from groundplan.rows.fanouts import spread
from groundplan.rows.model import Clip
from groundplan.rows.references import (
    Positions,
    Target,
    clip_of,
    draw_positions,
    keys_of_references,
    make_distinct,
    trees,
    within_group,
)
from groundplan.rows.timeline import History, after_parents

_SPARE_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Moments and positions of a relation's rows in the order they came into being, the spare ones at the end.

    `rows` counts those that are not spare, `positions` has one list per reference, `distinct` lists the keys that
    hold by the choice of positions alone.
    """

    rows: int
    references: tuple[Reference, ...]
    born: Sequence[int]
    positions: tuple[Positions, ...]
    distinct: tuple[tuple[str, ...], ...]
    clips: tuple[Clip, ...]


def draw_links(
    relation: Relation,
    *,
    rows: int,
    spare: int,
    declared: Mapping[str, int],
    sizes: Mapping[str, int],
    spares: Mapping[str, int],
    known: Mapping[str, Links],
    history: History,
    seed: int,
) -> Links:
    """Decide when rows came into being and where they point.

    `declared`, `sizes` and `spares` count the rows of the relations pointed at: declared, in the sample, held back;
    `known` are the links of the relations that are done.
    """
    return _Drawing(
        relation,
        rows=rows,
        spare=spare,
        declared=declared,
        sizes=sizes,
        spares=spares,
        known=known,
        history=history,
        seed=seed,
    ).run()


class _Drawing:
    def __init__(
        self,
        relation: Relation,
        *,
        rows: int,
        spare: int,
        declared: Mapping[str, int],
        sizes: Mapping[str, int],
        spares: Mapping[str, int],
        known: Mapping[str, Links],
        history: History,
        seed: int,
    ) -> None:
        self._relation = relation
        self._rows = rows
        self._spare = spare
        self._declared, self._sizes, self._spares, self._known = declared, sizes, spares, known
        self._history = history
        self._seed = seed
        self._positions: dict[Reference, Positions] = {}

    def run(self) -> Links:
        outward = [reference for reference in self._relation.references if reference.target != self._relation.name]
        for reference in sorted(outward, key=lambda reference: bool(reference.agrees)):
            self._positions[reference] = self._outward(reference)
        self._separate()
        born = self._sorted_by_time()
        for reference in self._relation.references:
            if reference.target == self._relation.name:
                self._positions[reference] = self._inward(reference)
        clips = tuple(self._clips())
        self._add_spare()
        return Links(
            rows=self._rows,
            references=self._relation.references,
            born=[*born, *([self._history.now] * self._spare)],
            positions=tuple(self._positions[reference] for reference in self._relation.references),
            distinct=tuple(
                tuple(name for reference in members for name in reference.attributes)
                for members in self._separated_keys()
            ),
            clips=clips,
        )

    def _random(self, reference: Reference | None, purpose: str) -> Random:
        name = "" if reference is None else reference.name + "/" + ",".join(reference.attributes)
        return Random(f"{self._seed}/{self._relation.name}/{name}/{purpose}")  # noqa: S311 - no secret

    def _target(self, reference: Reference) -> Target:
        return Target(rows=self._size(reference.target), declared=self._declared[reference.target])

    def _size(self, relation: str) -> int:
        if relation == self._relation.name:
            return self._rows
        return self._known[relation].rows if relation in self._known else self._sizes[relation]

    def _outward(self, reference: Reference) -> Positions:
        positions = draw_positions(
            reference,
            rows=self._rows,
            target=self._target(reference),
            limit=self._limit(reference),
            is_ordered=not self._positions,  # rows are sorted by time afterwards, which is shuffling enough for one
            random=self._random(reference, "positions"),
        )
        return self._agreed(reference, positions) if reference.agrees else positions

    def _limit(self, reference: Reference) -> int | None:
        """Return how many sources one target can have, where a key made of references bounds that."""
        limits = [
            math.prod(self._size(other.target) for other in members if other is not reference)
            for members in self._separated_keys()
            if reference in members
        ]
        return min(limits, default=None)

    def _agreed(self, reference: Reference, positions: Positions) -> Positions:
        """Let a row and its target point at the same third row: `same:` of the plan."""
        shared, groups = self._shared(reference)
        if shared is None:
            return positions
        if reference.is_optional:
            mine = self._positions[shared]
            return within_group(
                positions, groups=mine, target_groups=groups, random=self._random(reference, "agreement")
            )
        self._positions[shared] = [None if position is None else groups[position] for position in positions]
        return positions

    def _shared(self, reference: Reference) -> tuple[Reference | None, Positions]:
        """Return our reference to the third row, and where the target's rows point by theirs."""
        shared = next(
            (
                other
                for other in self._relation.references
                if other is not reference and set(reference.agrees) <= set(other.attributes)
            ),
            None,
        )
        target = self._known.get(reference.target)
        if shared is None or target is None:
            return None, []
        places = {name: place for place, name in enumerate(reference.attributes)}
        theirs = {reference.target_attributes[places[name]] for name in reference.agrees}
        for candidate, positions in zip(target.references, target.positions, strict=True):
            if theirs <= set(candidate.attributes) and candidate.target == shared.target:
                return shared, positions[: target.rows]
        return None, []

    def _separate(self) -> None:
        """Make the keys hold that consist of references alone, and drop the rows for which that is impossible."""
        doubles: set[int] = set()
        for members in self._separated_keys():
            doubles |= make_distinct(
                [self._positions[reference] for reference in members],
                targets=[self._size(reference.target) for reference in members],
                random=self._random(members[-1], "distinct"),
            )
        if doubles:
            for reference, positions in self._positions.items():
                self._positions[reference] = [position for row, position in enumerate(positions) if row not in doubles]
            self._rows -= len(doubles)

    def _separated_keys(self) -> list[tuple[Reference, ...]]:
        return [
            members
            for members in keys_of_references(self._relation)
            if all(reference.target != self._relation.name for reference in members)
        ]

    def _sorted_by_time(self) -> Sequence[int]:
        random = self._random(None, "born")
        drawn = self._history.draw(self._rows, random=random)
        for reference, positions in self._positions.items():
            parent = self._known.get(reference.target)
            if parent is not None:
                start = self._history.start
                before = [start if position is None else parent.born[position] for position in positions]
                drawn = after_parents(drawn, before, now=self._history.now, random=random)
        order = sorted(range(self._rows), key=drawn.__getitem__)
        for reference, positions in self._positions.items():
            self._positions[reference] = [positions[row] for row in order]
        return [drawn[row] for row in order]

    def _inward(self, reference: Reference) -> Positions:
        random = self._random(reference, "tree")
        if reference.is_unique:
            return draw_positions(
                reference,
                rows=self._rows,
                target=self._target(reference),
                limit=None,
                is_ordered=False,
                random=random,
            )
        capacities = spread(
            reference.fanout,
            targets=self._rows,
            declared_targets=max(self._rows, self._relation.rows.now),
            sources=self._rows - (round(self._rows * reference.null_share) if reference.is_optional else 0),
            limit=None,
            random=random,
        )
        groups, _ = self._groups(reference)
        return trees(
            capacities,
            groups=groups or [None] * self._rows,
            null_share=reference.null_share if reference.is_optional else 0.0,
            is_optional=reference.is_optional,
            random=random,
        )

    def _clips(self) -> list[Clip]:
        found = (
            clip_of(reference, self._positions[reference], target=self._target(reference), relation=self._relation)
            for reference in self._relation.references
        )
        return [clip for clip in found if clip is not None]

    def _add_spare(self) -> None:
        """Point the spare rows where rows of the sample point; where a target is taken, at a spare row of its own."""
        taken = {reference for reference in self._relation.references if reference.is_unique}
        self._spare = min([self._spare, *(self._spare_of(reference.target) for reference in taken)])
        for reference in sorted(self._relation.references, key=lambda reference: bool(reference.agrees)):
            positions = self._positions[reference]
            if reference in taken:
                first = self._size(reference.target)
                positions.extend(range(first, first + self._spare))
            elif reference.agrees or reference.target == self._relation.name:
                positions.extend(self._spare_in_group(reference))
            else:
                random = self._random(reference, "spare")
                positions.extend(random.choices(positions, k=self._spare) if positions else [None] * self._spare)
        for members in self._separated_keys():
            self._separate_spare(members)

    def _spare_of(self, relation: str) -> int:
        return self._spare if relation == self._relation.name else self._spares[relation]

    def _spare_in_group(self, reference: Reference) -> Positions:
        """Choose among the rows of the sample that the reference's own rows agree with."""
        random = self._random(reference, "spare")
        if not reference.is_optional and reference.target != self._relation.name:
            shared, groups = self._shared(reference)
            chosen = random.choices(self._positions[reference][: self._rows], k=self._spare)
            if shared is not None:
                self._positions[shared][self._rows :] = [
                    None if position is None else groups[position] for position in chosen
                ]
            return chosen
        mine, theirs = self._groups(reference)
        by_group: dict[int | None, list[int]] = {}
        for position, group in enumerate(theirs):
            by_group.setdefault(group, []).append(position)
        found: Positions = []
        for row in range(self._rows, self._rows + self._spare):
            choices = by_group.get(mine[row] if mine else None, [])
            wants = not reference.is_optional or random.random() >= reference.null_share
            found.append(choices[int(random.random() * len(choices))] if wants and choices else None)
        if not reference.is_optional:
            found = [self._rows + step if position is None else position for step, position in enumerate(found)]
        return found

    def _groups(self, reference: Reference) -> tuple[Sequence[int | None], Sequence[int | None]]:
        """Return what our rows (spare ones too) and the target's rows have to agree on; empty for nothing."""
        if reference.target != self._relation.name:
            shared, theirs = self._shared(reference)
            return ([], [None] * self._size(reference.target)) if shared is None else (self._positions[shared], theirs)
        for other in self._relation.references:
            if other is not reference and reference.agrees and set(reference.agrees) <= set(other.attributes):
                return self._positions[other], self._positions[other][: self._rows]
        return [], [None] * self._rows

    def _separate_spare(self, members: tuple[Reference, ...]) -> None:
        """Give spare rows combinations that no row has; a target of the first reference's own spare rows is new."""
        columns = [self._positions[reference] for reference in members]
        seen = set(zip(*(column[: self._rows] for column in columns), strict=True))
        first = members[0]
        random = self._random(first, "spare pairs")
        for step in range(self._spare):
            row = self._rows + step
            for _ in range(_SPARE_ATTEMPTS):
                if tuple(column[row] for column in columns) not in seen:
                    break
                columns[-1][row] = int(random.random() * self._size(members[-1].target))
            else:
                columns[0][row] = self._size(first.target) + step % max(1, self._spare_of(first.target))
            seen.add(tuple(column[row] for column in columns))
