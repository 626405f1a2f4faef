"""Which target each row points at: positions in the target's rows, by fan-out, before any value is drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from groundplan.logical.model import Reference, Relation
from groundplan.rows.fanouts import spread
from groundplan.rows.model import Clip

Positions = list[int | None]
"""For each row the position of the row it points at; None where it points at none."""

_SWAPS = 40
"""How often a pair that is there twice looks for another to change partners with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a reference chooses from: rows of the sample, and the rows declared."""

    rows: int
    declared: int


def draw_positions(
    reference: Reference, *, rows: int, target: Target, limit: int | None, is_ordered: bool, random: Random
) -> Positions:
    """Return a position for each row, so that each target has its share of sources.

    They come in random order, or target by target (`is_ordered`). `limit` is how many sources one target can have,
    where a key of the relation bounds that.
    """
    pointing = rows
    if reference.is_optional:
        pointing = rows - round(rows * reference.null_share)
    if reference.is_unique:
        chosen: Positions = [*random.sample(range(target.rows), min(pointing, target.rows))]
    else:
        counts = spread(
            reference.fanout,
            targets=target.rows,
            declared_targets=target.declared,
            sources=pointing,
            limit=limit,
            random=random,
        )
        chosen = [position for position, count in enumerate(counts) for _ in range(count)]
    chosen.extend([None] * (rows - len(chosen)))
    if not is_ordered:
        random.shuffle(chosen)
    return chosen


def largest_fanout(positions: Positions) -> int:
    """Return the most rows that point at one target."""
    counts: dict[int, int] = {}
    for position in positions:
        if position is not None:
            counts[position] = counts.get(position, 0) + 1
    return max(counts.values(), default=0)


def clip_of(reference: Reference, positions: Positions, *, target: Target, relation: Relation) -> Clip | None:
    """Return how far the sample stays behind a declared maximum; None where it keeps it, or none is declared."""
    wanted, kept = round(reference.fanout.max), largest_fanout(positions)
    if not reference.fanout.is_bounded or reference.fanout.is_assumed or kept >= wanted:
        return None
    if target.rows < target.declared:
        reason = f"{target.rows:,} of {target.declared:,} rows of {reference.target} are in the sample"
    else:
        reason = f"{len(positions):,} of {relation.rows.now:,} rows of {relation.name} are in the sample"
    return Clip(relationship=reference.relationship, wanted=wanted, kept=kept, reason=reason)


def make_distinct(columns: Sequence[Positions], *, targets: Sequence[int], random: Random) -> set[int]:
    """Rearrange positions in place until no combination occurs twice; returns the rows that stay double.

    The last column's values change places between rows, so each target keeps its number of sources; where that
    does not help, a row gets another target. Rows that point at nothing are never double.
    """
    shuffle = _Shuffle(columns, targets=targets[-1], random=random)
    return {row for row in shuffle.doubles() if not shuffle.swap(row) and not shuffle.replace(row)}


class _Shuffle:
    """Columns of positions whose last one is rearranged; `_seen` are the combinations of rows that may stay."""

    def __init__(self, columns: Sequence[Positions], *, targets: int, random: Random) -> None:
        self._last, self._others = columns[-1], columns[:-1]
        self._targets = targets
        self._random = random
        self._seen: set[tuple[int | None, ...]] = set()
        self._pending: set[int] = set()

    def doubles(self) -> list[int]:
        """Return the rows whose combination an earlier row has."""
        for row, combination in enumerate(zip(*self._others, self._last, strict=True)):
            if None in combination:
                continue
            if combination in self._seen:
                self._pending.add(row)
            else:
                self._seen.add(combination)
        return sorted(self._pending)

    def swap(self, row: int) -> bool:
        """Let a row and a random other one change targets; tell whether that made the row's combination new."""
        last, seen = self._last, self._seen
        mine = tuple(column[row] for column in self._others)
        for _ in range(_SWAPS):
            partner = int(self._random.random() * len(last))
            theirs = tuple(column[partner] for column in self._others)
            if partner in self._pending or last[partner] is None or None in theirs:
                continue
            new_mine, new_theirs = (*mine, last[partner]), (*theirs, last[row])
            if new_mine not in seen and new_theirs not in seen and new_mine != new_theirs:
                seen.discard((*theirs, last[partner]))
                seen.update((new_mine, new_theirs))
                last[row], last[partner] = last[partner], last[row]
                self._pending.discard(row)
                return True
        return False

    def replace(self, row: int) -> bool:
        """Give a row any other target that makes its combination new; tell whether there is one."""
        mine = tuple(column[row] for column in self._others)
        start = int(self._random.random() * self._targets)
        for step in range(self._targets):
            candidate = (start + step) % self._targets
            if (*mine, candidate) not in self._seen:
                self._last[row] = candidate
                self._seen.add((*mine, candidate))
                self._pending.discard(row)
                return True
        return False


def trees(
    capacities: Sequence[int], *, groups: Sequence[int | None], null_share: float, is_optional: bool, random: Random
) -> Positions:
    """Return a parent for each row among the rows before it in its group.

    `capacities` says how many children a row takes before others are asked; a required reference of a row without
    a predecessor points at the row itself.
    """
    open_slots: dict[int | None, list[int]] = {}
    members: dict[int | None, list[int]] = {}
    found: Positions = []
    owed = 0.0
    for row, group in enumerate(groups):
        owed += 1 - null_share
        slots, before = open_slots.setdefault(group, []), members.setdefault(group, [])
        wants = not is_optional or random.random() < owed
        if wants and before:
            found.append(_take(slots, before, random))
            owed -= 1
        else:
            found.append(None if is_optional else row)
        before.append(row)
        slots.extend([row] * capacities[row])
    return found


def _take(slots: list[int], before: Sequence[int], random: Random) -> int:
    if not slots:
        return before[int(random.random() * len(before))]
    chosen = int(random.random() * len(slots))
    slots[chosen], slots[-1] = slots[-1], slots[chosen]
    return slots.pop()


def within_group(
    wanted: Positions, *, groups: Sequence[int | None], target_groups: Sequence[int | None], random: Random
) -> Positions:
    """Return for each row that points somewhere a target of the row's own group; None where the group has none."""
    by_group: dict[int | None, list[int]] = {}
    for member, group in enumerate(target_groups):
        by_group.setdefault(group, []).append(member)
    found: Positions = []
    for position, group in zip(wanted, groups, strict=True):
        choices = by_group.get(group, [])
        found.append(choices[int(random.random() * len(choices))] if position is not None and choices else None)
    return found


def keys_of_references(relation: Relation) -> Iterator[tuple[Reference, ...]]:
    """Yield, for each key made of references alone, the references that make it, two or more."""
    by_attribute: Mapping[str, Reference] = {
        name: reference for reference in relation.references for name in reference.attributes
    }
    for key in (relation.primary_key, *(key.attributes for key in relation.candidate_keys)):
        if all(name in by_attribute for name in key):
            members = tuple(dict.fromkeys(by_attribute[name] for name in key))
            if len(members) > 1:
                yield members
