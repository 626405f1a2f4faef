"""Upserts: insert, or update the row that a unique key says is the same."""

from __future__ import annotations

from groundplan.plan.expressions import Local, Path
from groundplan.plan.patterns import UpsertPattern
from groundplan.postgres.model import Column
from groundplan.postgres.queries.inserts import (
    GIVEN,
    GivenColumn,
    bulk_source,
    bulk_value,
    generated_key,
    given_columns,
    insert_into,
    returning_clause,
    single_row,
)
from groundplan.postgres.queries.model import CompiledWrite
from groundplan.postgres.queries.select import indented
from groundplan.postgres.queries.statement import Draft, identifier, qualified, unused
from groundplan.postgres.queries.storage import Storage, UniqueKey


def compile_upsert(pattern: UpsertPattern, *, storage: Storage) -> CompiledWrite:
    """Compile an upsert: a row is written whole, so what the caller leaves out takes its default either way.

    Raises ValueError where nothing makes `on` unique, which the plan's rules find before.
    """
    draft = Draft(storage)
    table = storage.table(pattern.entity)
    given = given_columns(pattern.entity, storage=storage)
    key = _conflict_key(pattern, storage)
    is_bulk = pattern.batch > 1
    rows = _bulk_rows(given, key, draft, storage) if is_bulk else single_row(given, draft=draft, storage=storage)
    returning = generated_key(pattern.entity, storage=storage)
    action = _action(given, key, must_return=bool(returning))
    text = (
        f"{insert_into(table.name, given)}\n{rows}\n"
        f"ON CONFLICT {_conflict_target(key, draft)} {action}{returning_clause(returning)}"
    )
    return CompiledWrite(
        pattern=pattern.name,
        table=table.name,
        statement=draft.finish(text),
        returning=returning,
        is_bulk=is_bulk,
    )


def on_columns(on: tuple[Path, ...], *, storage: Storage) -> tuple[Column, ...]:
    """Return the columns of the row itself that `on` means."""
    found: dict[str, Column] = {}
    for path in on:
        hops = path.hops
        if len(hops) == 1 and path.attribute is None:
            found.update((column.name, column) for column, _ in storage.reference_columns(hops[0]))
        else:
            found.update((place.column.name, place.column) for place in map(storage.nearest, storage.places(path)))
    return tuple(found.values())


def _conflict_key(pattern: UpsertPattern, storage: Storage) -> UniqueKey:
    """Return the unique key that decides; a constraint before an index, one for all rows before a partial one."""
    wanted = {column.name for column in on_columns(pattern.on, storage=storage)}
    matching = [key for key in storage.unique_keys(storage.table(pattern.entity)) if set(key.columns) == wanted]
    if not matching:
        raise ValueError(f"nothing makes {', '.join(sorted(wanted))} unique in {pattern.entity}")
    return min(matching, key=lambda key: (key.where is not None, key.index is not None))


def _conflict_target(key: UniqueKey, draft: Draft) -> str:
    if key.index is None:
        return f"({', '.join(identifier(column) for column in key.columns)})"
    keys = ", ".join(draft.expression(part.expression, name=_own_name) for part in key.index.keys)
    where = "" if key.where is None else f" WHERE {draft.expression(key.where, name=_own_name)}"
    return f"({keys}){where}"


def _own_name(node: Path | Local) -> str:
    if isinstance(node, Path):
        raise ValueError("an index speaks of its table's columns")
    return identifier(node.name)


def _same_in(key: UniqueKey, given: tuple[GivenColumn, ...]) -> frozenset[str]:
    """Return the columns of a key that cannot differ between two rows it takes for one: all but those without case."""
    parts = (
        key.columns
        if key.index is None
        else [part.expression.name for part in key.index.keys if isinstance(part.expression, Local)]
    )
    without_case = {each.column.name for each in given if each.column.type == "citext"}
    return frozenset(parts) - without_case


def _action(given: tuple[GivenColumn, ...], key: UniqueKey, *, must_return: bool) -> str:
    changed = [each.column.name for each in given if each.column.name not in _same_in(key, given)]
    if not changed and not must_return:
        return "DO NOTHING"
    # Nothing to change, but RETURNING shows only rows that were written.
    names = changed or [key.columns[0]]
    return "DO UPDATE SET\n" + ",\n".join(
        indented(f"{identifier(name)} = EXCLUDED.{identifier(name)}") for name in names
    )


def _bulk_rows(given: tuple[GivenColumn, ...], key: UniqueKey, draft: Draft, storage: Storage) -> str:
    """Return the rows of a batch, of several with one key the last.

    One statement cannot write a row twice (SQLSTATE 21000). Sorted by key, so that batches do not deadlock.
    """
    position = unused("position", among=[each.column.name for each in given])
    same = _same_row(given, key, position, draft)
    values = ",\n".join(indented(bulk_value(each, draft=draft, storage=storage)) for each in given)
    source = bulk_source(given, draft, storage, position=position)
    order = ", ".join((*same, f"{qualified(GIVEN, position)} DESC"))
    return f"SELECT DISTINCT ON ({', '.join(same)})\n{values}\nFROM {source}\nORDER BY {order}"


def _given_name(node: Path | Local) -> str:
    if isinstance(node, Path):
        raise ValueError("an index speaks of its table's columns")
    return qualified(GIVEN, node.name)


def _same_row(given: tuple[GivenColumn, ...], key: UniqueKey, position: str, draft: Draft) -> tuple[str, ...]:
    """Return what tells rows of a batch apart, as the unique key does."""
    if key.index is None:
        columns = tuple(qualified(GIVEN, column) for column in key.columns)
    else:
        columns = tuple(draft.expression(part.expression, name=_given_name) for part in key.index.keys)
    optional = [each.column.name for each in given if each.column.is_nullable and each.column.name in key.columns]
    # NULLs are distinct to a unique key, but not to DISTINCT ON.
    apart = tuple(
        f"CASE WHEN {qualified(GIVEN, column)} IS NULL THEN {qualified(GIVEN, position)} END" for column in optional
    )
    return (*columns, *apart)
