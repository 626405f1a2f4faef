"""Choose a foreign key for each reference, and give its columns the types of what they point at."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.amounts import count_in_words
from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import Reference, Relation
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.facts import Facts, word_of
from groundplan.postgres.design.names import Names
from groundplan.postgres.model import ForeignKey, Table

_CLEARING = (ReferentialAction.SET_NULL, ReferentialAction.SET_DEFAULT)


def choose_foreign_keys(draft: Draft) -> Draft:
    """Choose a foreign key for each reference, and give its columns the types of what they point at."""
    names = Names.of(draft.schema)
    types = _Types(draft)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        keys = tuple(_foreign_key(reference, name=_name(names, reference, table)) for reference in relation.references)
        columns = tuple(replace(column, type=types.of(table.name, column.name)) for column in table.columns)
        tables.append(replace(table, columns=columns, foreign_keys=keys))
        decisions += [
            _decision(draft.facts, relation, reference, key)
            for reference, key in zip(relation.references, keys, strict=True)
        ]
    return draft.with_tables(tables, decisions=decisions)


class _Types:
    """The types of columns, those of references followed to what they point at."""

    def __init__(self, draft: Draft) -> None:
        self._own = {
            (table.name, column.name): column.type for table in draft.schema.tables for column in table.columns
        }
        self._points_at: dict[tuple[str, str], tuple[str, str]] = {}
        for relation in draft.logical.relations:
            for reference in relation.references:
                for here, there in zip(reference.attributes, reference.target_attributes, strict=True):
                    if here not in reference.agrees:
                        self._points_at.setdefault((relation.name, here), (reference.target, there))

    def of(self, table: str, column: str) -> str:
        """Return the type of a column; keys that are references are followed to the last."""
        place = (table, column)
        seen: set[tuple[str, str]] = set()
        while place in self._points_at and place not in seen:
            seen.add(place)
            place = self._points_at[place]
        return self._own[place]


def _name(names: Names, reference: Reference, table: Table) -> str:
    return names.take(table.name, *reference.attributes, "fkey")


def _foreign_key(reference: Reference, *, name: str) -> ForeignKey:
    own = tuple(column for column in reference.attributes if column not in reference.agrees)
    is_partly_cleared = bool(reference.agrees) and reference.on_delete in _CLEARING
    return ForeignKey(
        name=name,
        columns=reference.attributes,
        target=reference.target,
        target_columns=reference.target_attributes,
        on_delete=reference.on_delete,
        on_update=reference.on_update,
        # What the reference shares with another one belongs to that one, and stays.
        set_columns=own if is_partly_cleared else (),
        is_deferrable=reference.is_deferrable,
        relationship=reference.relationship,
        origin=reference.origin,
    )


def _decision(facts: Facts, relation: Relation, reference: Reference, key: ForeignKey) -> Decision:
    rows = facts.relations[reference.target].rows.now
    actions = f"ON DELETE {key.on_delete.value.upper()}"
    if key.set_columns:
        actions += f" ({', '.join(key.set_columns)})"
    if key.on_update is not ReferentialAction.NO_ACTION:
        actions += f" ON UPDATE {key.on_update.value.upper()}"
    if key.is_deferrable:
        actions += " DEFERRABLE INITIALLY DEFERRED"
    return Decision(
        object=f"postgres.{relation.name}.{key.name}",
        topic="foreign_key",
        choice=f"REFERENCES {key.target} ({', '.join(key.target_columns)}) {actions}",
        rule="choose_foreign_keys",
        reason=_reason(reference),
        pin=f"postgres.{word_of(relation, reference)}.foreign_key",
        inputs=(
            Input(name=f"rows of {relation.name}", value=f"{relation.rows.now:,}"),
            Input(name=f"rows of {reference.target}", value=f"{rows:,}"),
            Input(
                name=f"{relation.name} for one of {reference.target}",
                value=(
                    f"{count_in_words(reference.fanout.p50)} usually, {count_in_words(reference.fanout.max)} at most"
                ),
            ),
        ),
        alternatives=(
            Alternative(
                choice="none",
                why_not="not built: rows that point at nothing appear within days, and every join has to expect them",
                cost=f"one look into {reference.target} for each {relation.name} row written less",
            ),
        ),
        origin=reference.origin,
    )


def _reason(reference: Reference) -> str:
    if reference.agrees:
        return (
            f"The engine itself refuses a {reference.name} with another {', '.join(reference.agrees)}: the key carries "
            "both columns."
        )
    if reference.is_deferrable:
        return "Checked at the commit, because the rows of a cycle need each other."
    return "The engine itself refuses a row that points at nothing; what a deletion does is said once, here."
