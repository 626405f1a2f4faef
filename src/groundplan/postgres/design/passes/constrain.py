"""Constrain rows: checks from types and from the plan, and what is unique."""

from __future__ import annotations

from dataclasses import replace

from groundplan.base.decisions import Alternative, Decision, Input
from groundplan.logical.model import CandidateKey, Relation, RelationAttribute, Role
from groundplan.plan.expressions import Call, Expression, Local, walk
from groundplan.plan.model import DeletePolicy
from groundplan.plan.types import Email, Text
from groundplan.postgres.design.checks import type_condition
from groundplan.postgres.design.draft import Draft
from groundplan.postgres.design.facts import Facts
from groundplan.postgres.design.names import Names
from groundplan.postgres.design.text import in_words
from groundplan.postgres.model import Check, Index, IndexKey, Table, UniqueConstraint


def constrain(draft: Draft) -> Draft:
    """Constrain rows: checks from types and from the plan, and what is unique."""
    names = Names.of(draft.schema)
    tables: list[Table] = []
    decisions: list[Decision] = []
    for table in draft.schema.tables:
        relation = draft.facts.relations[table.name]
        checks, about_checks = _checks(draft, relation, table, names=names)
        unique, indexes, about_keys = _unique(draft.facts, relation, table, names=names)
        tables.append(replace(table, checks=checks, unique=unique, indexes=indexes))
        decisions += [*about_checks, *about_keys]
    return draft.with_tables(tables, decisions=decisions)


def _checks(
    draft: Draft, relation: Relation, table: Table, *, names: Names
) -> tuple[tuple[Check, ...], list[Decision]]:
    checks: list[Check] = []
    decisions: list[Decision] = []
    enums = {enum.name for enum in draft.schema.enums}
    for attribute in relation.attributes:
        condition = _of_type(attribute, table=table, enums=enums)
        if condition is not None:
            check = Check(
                name=names.take(table.name, attribute.name, "check"), condition=condition, origin=attribute.origin
            )
            checks.append(check)
            decisions.append(_check_decision(relation, check, about=attribute.declared, why="the type of the plan"))
    for wanted in relation.checks:
        columns = list(dict.fromkeys(node.name for node in walk(wanted.condition) if isinstance(node, Local)))
        parts = (wanted.name,) if wanted.name is not None else columns
        check = Check(name=names.take(table.name, *parts, "check"), condition=wanted.condition, origin=wanted.origin)
        checks.append(check)
        why = "the plan's own check" if wanted.name is not None else "what the plan's relationships and updates imply"
        decisions.append(_check_decision(relation, check, about="_".join(parts), why=why))
    return tuple(checks), decisions


def _of_type(attribute: RelationAttribute, *, table: Table, enums: set[str]) -> Expression | None:
    """Return the check that a type asks for, unless a reference or the column's own type does it already."""
    column_type = table.column(attribute.name).type
    if attribute.role in (Role.REFERENCE, Role.SURROGATE) or column_type in enums:
        return None
    if column_type.startswith("character varying(") and isinstance(attribute.type, Text):
        return type_condition(replace(attribute.type, maximum=None), name=attribute.name)
    return type_condition(attribute.type, name=attribute.name)


def _check_decision(relation: Relation, check: Check, *, about: str, why: str) -> Decision:
    return Decision(
        object=f"postgres.{relation.name}.{check.name}",
        topic="check",
        choice=f"CHECK ({in_words(check.condition)})",
        rule="constrain",
        reason=f"It says {why}, and no program can get round it.",
        pin=f"postgres.{relation.source}.{about}.check",
        alternatives=(
            Alternative(
                choice="in the application",
                why_not="not built: every program that writes would have to say the same, for ever",
                cost="one comparison for each row written less",
            ),
        ),
        origin=check.origin,
    )


def _unique(
    facts: Facts, relation: Relation, table: Table, *, names: Names
) -> tuple[tuple[UniqueConstraint, ...], tuple[Index, ...], list[Decision]]:
    constraints: list[UniqueConstraint] = []
    indexes: list[Index] = []
    decisions: list[Decision] = []
    for key in relation.candidate_keys:
        name = names.take(table.name, *key.attributes, "key")
        keys = tuple(_key(relation, table, attribute) for attribute in key.attributes)
        is_plain = key.where is None and all(isinstance(part.expression, Local) for part in keys)
        if is_plain:
            constraints.append(UniqueConstraint(name=name, columns=key.attributes, origin=key.origin))
        else:
            indexes.append(Index(name=name, keys=keys, is_unique=True, where=key.where, origin=key.origin))
        pointing = tuple(
            f"{holder.name}.{reference.name}"
            for holder, reference in facts.references_to[relation.name]
            if reference.target_attributes == key.attributes
        )
        decisions.append(_unique_decision(relation, key, name=name, keys=keys, is_plain=is_plain, pointing=pointing))
    return tuple(constraints), tuple(indexes), decisions


def _key(relation: Relation, table: Table, name: str) -> IndexKey:
    is_folded = isinstance(relation.attribute(name).type, Email) and table.column(name).type != "citext"
    return IndexKey(expression=Call("lower", (Local(name),)) if is_folded else Local(name))


def _unique_decision(
    relation: Relation,
    key: CandidateKey,
    *,
    name: str,
    keys: tuple[IndexKey, ...],
    is_plain: bool,
    pointing: tuple[str, ...],
) -> Decision:
    is_folded = any(not isinstance(part.expression, Local) for part in keys)
    parts = ", ".join(in_words(part.expression) for part in keys)
    where = "" if key.where is None else f" WHERE {in_words(key.where)}"
    reason = "No two rows can have the same, whoever writes them and however many at once."
    if pointing:
        reason = f"A foreign key needs a unique constraint to point at, and {', '.join(sorted(pointing))} points here."
    elif relation.lifecycle.delete is DeletePolicy.SOFT and is_plain:
        reason = "No two rows can have the same; whether deleted ones count is decided beside it."
    if is_folded:
        reason = "A@x.org and a@x.org are one address: the index folds case, as the comparisons of every query do."
    elif not is_plain:
        reason = "A constraint cannot have a condition; a unique index can."
    alternatives: tuple[Alternative, ...] = (
        Alternative(
            choice="looking before writing",
            why_not="not built: two transactions look at the same time and both find nothing",
        ),
    )
    if is_folded:
        citext = Alternative(choice="citext", why_not="not built: pin the type of the attribute to get it")
        alternatives = (citext, *alternatives)
    return Decision(
        object=f"postgres.{relation.name}.{name}",
        topic="unique",
        choice=f"UNIQUE ({parts}){where}",
        rule="constrain",
        reason=reason,
        pin=f"postgres.{relation.source}.{_words(relation, key)}.unique",
        inputs=(Input(name="columns", value=", ".join(key.attributes)),),
        alternatives=alternatives,
        origin=key.origin,
    )


def _words(relation: Relation, key: CandidateKey) -> str:
    return "_".join(dict.fromkeys(relation.attribute(name).declared for name in key.attributes))
