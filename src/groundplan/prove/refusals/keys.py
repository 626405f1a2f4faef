"""Primary keys, unique constraints and unique indexes: two rows that share one key and nothing else that is unique."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from groundplan.plan.expressions import Call, Expression, Local
from groundplan.postgres.model import Table
from groundplan.postgres.quoting import statements
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.claims import SQLSTATES, Claim, Kind, Proof
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.specimen import Command, Outcome, Scene
from groundplan.prove.specimen.hints import columns_of
from groundplan.prove.specimen.maker import Wishes
from groundplan.prove.specimen.trial import insertion


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueKey:
    """What no two rows share: keys that are columns or expressions, among the rows where `where` holds."""

    name: str
    kind: Kind
    keys: tuple[Expression, ...]
    where: Expression | None = None
    is_constraint: bool = True

    @property
    def columns(self) -> frozenset[str]:
        """The columns that the keys read."""
        return frozenset().union(*(columns_of(key) for key in self.keys))

    def is_implied_by(self, other: UniqueKey) -> bool:
        """Tell whether two rows that share this key always share the other: its keys are made of this one's."""
        plain = {key.name for key in self.keys if isinstance(key, Local)}
        return other.where in (None, self.where) and all(
            key in self.keys or columns_of(key) <= plain for key in other.keys
        )


def unique_keys(table: Table) -> tuple[UniqueKey, ...]:
    """Return everything that is unique about the rows of a table."""
    return (
        UniqueKey(
            name=table.primary_key.name,
            kind=Kind.PRIMARY_KEY,
            keys=tuple(Local(column) for column in table.primary_key.columns),
        ),
        *(
            UniqueKey(name=unique.name, kind=Kind.UNIQUE, keys=tuple(Local(column) for column in unique.columns))
            for unique in table.unique
        ),
        *(
            UniqueKey(
                name=index.name,
                kind=Kind.UNIQUE,
                keys=tuple(key.expression for key in index.keys),
                where=index.where,
                is_constraint=False,
            )
            for index in table.indexes
            if index.is_unique
        ),
    )


def key_proofs(stage: Stage) -> Iterator[tuple[Claim, Proof]]:
    """Yield the claim of everything that is unique about a table, with what tries it."""
    keys = unique_keys(stage.table)
    for key in keys:
        claim = Claim(table=stage.table.name, kind=key.kind, sqlstate=SQLSTATES[key.kind], name=key.name)
        yield claim, partial(_refuse, stage, claim, key, others=tuple(other for other in keys if other is not key))


def _refuse(stage: Stage, claim: Claim, key: UniqueKey, *, others: tuple[UniqueKey, ...]) -> ConstraintEvidence:
    holding = () if key.where is None else (key.where,)
    wishes = Wishes(filled=key.columns - _may_be_null(key), holding=holding)
    first, second, accepted = stage.two_good(wishes=wishes)
    refusal = Outcome()
    for bad in sharing_rows(stage.table, key, first=first, second=second):
        refusal = stage.trials.attempt_scenes(first, bad)
        if claim.is_met_by(refusal):
            return claim.evidence(refusal=refusal, accepted=accepted)
    bad = second.changed(_shared(stage.table, key.columns, first=first))
    implying = [other for other in others if key.is_implied_by(other)]
    if implying and refusal.constraint in {other.name for other in implying}:
        return _without(stage, claim, implying=implying, first=first, bad=bad, accepted=accepted)
    return claim.evidence(refusal=refusal, accepted=accepted)


def _may_be_null(key: UniqueKey) -> frozenset[str]:
    """Return the columns that only the predicate reads: `deleted_at IS NULL`."""
    return frozenset() if key.where is None else columns_of(key.where) - key.columns


def sharing_rows(table: Table, key: UniqueKey, *, first: Scene, second: Scene) -> tuple[Scene, ...]:
    """Return the second row with the first one's key: in other letters where the key ignores case, then as it is."""
    shared = _shared(table, key.columns, first=first)
    folded = {
        argument.name
        for found in key.keys
        if isinstance(found, Call) and found.function == "lower"
        for argument in found.arguments
        if isinstance(argument, Local)
    }
    scenes = [second.changed(shared)]
    if folded:
        other_case = {name: value.swapcase() if name in folded and value else value for name, value in shared.items()}
        scenes.insert(0, second.changed(other_case))
    return tuple(scenes)


def _shared(table: Table, columns: frozenset[str], *, first: Scene) -> dict[str, str | None]:
    """Return the first row's values of a key, and of the rest of each reference that the key is a part of."""
    wanted = set(columns)
    for key in table.foreign_keys:
        values = first.row.key(key.columns)
        if wanted & set(key.columns) and None not in values:
            wanted |= set(key.columns)
    return {name: first.row.values[name] for name in first.row.values if name in wanted}


def _without(
    stage: Stage, claim: Claim, *, implying: list[UniqueKey], first: Scene, bad: Scene, accepted: Outcome
) -> ConstraintEvidence:
    """Try a key whose every violation another one refuses first, with that one dropped until the trial is over."""
    table = stage.table.name
    drops = tuple(
        Command(
            sql=statements.drop_constraint(table, name=other.name)
            if other.is_constraint
            else statements.drop_index(other.name)
        )
        for other in implying
    )
    rows = tuple(insertion(row) for scene in (first, bad) for row in scene.rows)
    refusal = stage.trials.attempt(*drops, *rows)
    name = implying[0].name
    reason = f"two rows that share it also share {name}, which refuses them first; with that dropped, it refuses them"
    if not claim.is_met_by(refusal):
        reason = f"two rows that share it also share {name}; with that dropped it said {refusal.in_words}"
    return claim.evidence(refusal=refusal, accepted=accepted, implied_by=name, reason=reason)
