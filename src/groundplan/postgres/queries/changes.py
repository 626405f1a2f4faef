"""Updates and deletes.

Where a condition or a value needs joined rows, the rows to change are found and locked first (FOR UPDATE looks at a row
again after waiting for it, so the condition holds for what is changed), and changed by their key.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundplan.plan.expressions import Expression, Literal, Parameter, Path, conjuncts
from groundplan.plan.patterns import Assignment, DeletePattern, UpdatePattern
from groundplan.postgres.model import Column
from groundplan.postgres.queries.blocks import Block
from groundplan.postgres.queries.formulas import formula_sql, row_parameters
from groundplan.postgres.queries.model import CompiledWrite
from groundplan.postgres.queries.roots import entity_block, restrict
from groundplan.postgres.queries.select import Select, conjunction, in_parentheses, indented
from groundplan.postgres.queries.statement import Draft, identifier, qualified
from groundplan.postgres.queries.storage import Storage

_FOUND = "found"
"""The alias of the rows that are to be changed."""


def compile_update(pattern: UpdatePattern, *, storage: Storage) -> CompiledWrite:
    """Compile an update of the rows that are not soft-deleted; `updated_at` is left to its trigger."""
    return _compile(
        _Change(
            pattern=pattern.name,
            entity=pattern.entity,
            where=pattern.where,
            assignments=pattern.assignments,
            verb="UPDATE",
        ),
        storage,
    )


def compile_delete(pattern: DeletePattern, *, storage: Storage) -> CompiledWrite:
    """Compile a delete; where the entity's lifecycle says soft, rows are marked instead."""
    mark = storage.deletion_mark(pattern.entity)
    change = _Change(
        pattern=pattern.name,
        entity=pattern.entity,
        where=pattern.where,
        assignments=(),
        verb="DELETE" if mark is None else "UPDATE",
        mark=mark,
    )
    return _compile(change, storage)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """An update (`mark` set: to now) or a delete."""

    pattern: str
    entity: str
    where: Expression
    assignments: tuple[Assignment, ...]
    verb: str
    mark: Column | None = None


def _compile(change: _Change, storage: Storage) -> CompiledWrite:
    draft = Draft(storage)
    block = entity_block(change.entity, storage=storage, draft=draft)
    restrict(block, conjuncts(change.where))
    settings = _settings(change, block)
    if block.source_count == 1:
        text = _statement(change, storage, settings=settings, source=None, where=block.conditions)
    else:
        draft = Draft(storage)
        text = _found_first(change, storage, draft)
    return CompiledWrite(pattern=change.pattern, table=storage.table(change.entity).name, statement=draft.finish(text))


def _found_first(change: _Change, storage: Storage, draft: Draft) -> str:
    table = storage.table(change.entity).name
    found = entity_block(change.entity, storage=storage, draft=draft)
    restrict(found, conjuncts(change.where))
    own_alias = found.place(())
    outer = Block(storage, draft)
    outer.stand_on(found, alias=_FOUND)
    matches = tuple(
        f"{qualified(table, column.name)} = {outer.given_out(found.column((), column.name), wish=column.name)}"
        for column in storage.key(change.entity)
    )
    settings = _settings(change, outer)
    lock = "FOR UPDATE" if change.verb == "DELETE" else "FOR NO KEY UPDATE"
    inner = Select(outputs=found.given, sources=found.sources, where=found.conditions)
    text = f"{inner.text}\n{lock} OF {identifier(own_alias)}"
    source = f"{in_parentheses(text)} AS {identifier(_FOUND)}"
    return _statement(change, storage, settings=settings, source=source, where=matches)


def _statement(
    change: _Change, storage: Storage, *, settings: tuple[str, ...], source: str | None, where: tuple[str, ...]
) -> str:
    table = identifier(storage.table(change.entity).name)
    if change.verb == "DELETE":
        lines = [" ".join(("DELETE FROM", table))]
        lines += [] if source is None else [f"USING {source}"]
    else:
        lines = [f"UPDATE {table}", _set_clause(settings)]
        lines += [] if source is None else [f"FROM {source}"]
    return "\n".join([*lines, f"WHERE {conjunction(where)}"])


def _set_clause(settings: tuple[str, ...]) -> str:
    if len(settings) == 1 and "\n" not in settings[0]:
        return f"SET {settings[0]}"
    return "SET\n" + ",\n".join(indented(setting) for setting in settings)


def _settings(change: _Change, block: Block) -> tuple[str, ...]:
    if change.mark is not None:
        return (f"{identifier(change.mark.name)} = now()",)
    return tuple(setting for assignment in change.assignments for setting in _assigned(assignment, block))


def _assigned(assignment: Assignment, block: Block) -> tuple[str, ...]:
    storage, target = block.storage, assignment.target
    value = _like(assignment.value, target)
    if target.attribute is not None:
        column = storage.places(target)[0].column
        return (f"{identifier(column.name)} = {formula_sql(value, block=block)}",)
    # A column that another reference fills too is that one's to change (`same:`).
    shared = storage.step(target.hops[0]).shared
    held = tuple(here.name for here, _ in storage.reference_columns(target.hops[0]))
    values = _row_values(value, target, len(held), block)
    return tuple(f"{identifier(name)} = {sql}" for name, sql in zip(held, values, strict=True) if name not in shared)


def _like(value: Expression, target: Path) -> Expression:
    """Say of a parameter that nothing else is known of that it is like what it is assigned to."""
    return replace(value, like=target) if isinstance(value, Parameter) and value.like is None else value


def _row_values(value: Expression, target: Path, count: int, block: Block) -> tuple[str, ...]:
    match value:
        case _ if count == 1:
            return (formula_sql(value, block=block),)
        case Parameter():
            return row_parameters(value, like=target, block=block)
        case Literal(None):
            return ("NULL",) * count
        case Path():
            return tuple(block.column(place.hops, place.column.name) for place in block.storage.places(value))
        case _:
            raise ValueError(f"one value cannot fill {count} columns")
