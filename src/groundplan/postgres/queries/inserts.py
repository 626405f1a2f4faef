"""Inserts: one row by values, many rows by one array for each column."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.logical.model import RelationAttribute, Role
from groundplan.plan.expressions import Path
from groundplan.plan.patterns import InsertPattern
from groundplan.postgres.model import Column
from groundplan.postgres.queries.model import CompiledWrite, QueryParameter, ResultColumn
from groundplan.postgres.queries.select import Output, Select, Sort, in_parentheses, indented
from groundplan.postgres.queries.statement import Draft, identifier, placeholder_name, qualified, unused
from groundplan.postgres.queries.storage import Storage

_ENGINES_OWN = frozenset({Role.SURROGATE, Role.CREATED_AT, Role.UPDATED_AT, Role.DELETED_AT})
"""Attributes that have a default of the engine's and that no caller gives."""

GIVEN = "given"
"""The alias of the rows that the arrays of a bulk statement make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenColumn:
    """A column that the caller gives a value for, by a parameter of that name."""

    column: Column
    parameter: str
    like: Path

    @property
    def takes_default(self) -> bool:
        """Tell whether NULL stands for the column's default; an optional column takes NULL as it is."""
        return self.column.default is not None and not self.column.is_nullable


def given_columns(entity: str, *, storage: Storage, takes_key: bool = False) -> tuple[GivenColumn, ...]:
    """Return the columns that a caller fills; parameters have the plan's words where these are one column each.

    With `takes_key` that may be a surrogate key too, unless it is a number of a sequence.
    """
    table = storage.table(entity)
    left_out = _ENGINES_OWN - {Role.SURROGATE} if takes_key else _ENGINES_OWN
    attributes = [each for each in storage.relation(entity).attributes if each.role not in left_out]
    stored = [(each, storage.column_of(table, each.name)) for each in attributes]
    filled = [(each, column) for each, column in stored if column.generated is None and not column.is_identity]
    found: list[GivenColumn] = []
    for attribute, column in filled:
        like, is_whole = _path(entity, attribute, column, storage)
        wish = placeholder_name(attribute.declared if is_whole else attribute.name)
        name = unused(wish, among=[given.parameter for given in found])
        found.append(GivenColumn(column=column, parameter=name, like=like))
    return tuple(found)


def _path(entity: str, attribute: RelationAttribute, column: Column, storage: Storage) -> tuple[Path, bool]:
    """Return what a column stores, and whether it stores all of that: a key can have several columns."""
    if attribute.role is Role.SURROGATE:
        return Path(entity=entity, attribute=attribute.declared, type=attribute.type, is_optional=False), True
    if attribute.role is not Role.REFERENCE:
        known = storage.scope.attributes(entity)[attribute.declared]
        path = Path(entity=entity, attribute=attribute.declared, type=known.type, is_optional=known.is_optional)
        return path, True
    hop = storage.scope.references_of(entity)[attribute.declared]
    reference = Path(
        entity=entity,
        hops=(hop,),
        attribute=None,
        type=storage.scope.key_type(hop.target),
        is_optional=hop.is_optional,
    )
    parts = dict(zip(storage.key(hop.target), storage.key_paths(reference), strict=True))
    if len(parts) == 1:
        return reference, True
    return next(parts[there] for here, there in storage.reference_columns(hop) if here.name == column.name), False


def compile_insert(pattern: InsertPattern, *, storage: Storage) -> CompiledWrite:
    """Compile an insert; a batch is inserted from arrays, one for each column.

    A row that others may point at before it is there, in a cycle of required references, can be given its key.
    """
    draft = Draft(storage)
    table = storage.table(pattern.entity)
    given = given_columns(pattern.entity, storage=storage, takes_key=storage.is_awaited(pattern.entity))
    is_bulk = pattern.batch > 1 and bool(given)
    rows = (
        bulk_rows(given, draft=draft, storage=storage) if is_bulk else single_row(given, draft=draft, storage=storage)
    )
    returning = generated_key(pattern.entity, storage=storage)
    text = f"{insert_into(table.name, given)}\n{rows}{returning_clause(returning)}"
    return CompiledWrite(
        pattern=pattern.name,
        table=table.name,
        statement=draft.finish(text),
        returning=returning,
        is_bulk=is_bulk,
    )


def insert_into(table: str, given: tuple[GivenColumn, ...]) -> str:
    """Return `INSERT INTO table (columns)`."""
    columns = ", ".join(identifier(each.column.name) for each in given)
    return f"INSERT INTO {identifier(table)} ({columns})" if given else f"INSERT INTO {identifier(table)}"


def single_row(given: tuple[GivenColumn, ...], *, draft: Draft, storage: Storage) -> str:
    """Return VALUES with one parameter for each column."""
    if not given:
        return "DEFAULT VALUES"
    values = [
        or_default(draft.parameter(_parameter(each, storage.without_modifier(each.column.type))), each, draft=draft)
        for each in given
    ]
    return "VALUES (\n" + ",\n".join(indented(value) for value in values) + "\n)"


def bulk_rows(given: tuple[GivenColumn, ...], *, draft: Draft, storage: Storage) -> str:
    """Return the SELECT that makes rows of one array for each column."""
    values = [bulk_value(each, draft=draft, storage=storage) for each in given]
    return "SELECT\n" + ",\n".join(indented(value) for value in values) + f"\nFROM {bulk_source(given, draft, storage)}"


def bulk_source(given: tuple[GivenColumn, ...], draft: Draft, storage: Storage, *, position: str | None = None) -> str:
    """Return `unnest(arrays) AS given (columns)`; with `position` rows are numbered by it."""
    arrays = ",\n".join(
        indented(draft.parameter(_parameter(each, f"{_element_type(each.column, storage)}[]"))) for each in given
    )
    names = [each.column.name for each in given]
    numbered = "" if position is None else " WITH ORDINALITY"
    columns = ", ".join(identifier(name) for name in (*names, *([] if position is None else [position])))
    return f"unnest(\n{arrays}\n){numbered} AS {identifier(GIVEN)} ({columns})"


def bulk_value(given: GivenColumn, *, draft: Draft, storage: Storage) -> str:
    """Return the value of a column in a bulk statement.

    An array of arrays would have to be rectangular, and unnest would flatten it: lists come as JSON arrays.
    """
    value = qualified(GIVEN, given.column.name)
    type_name = storage.without_modifier(given.column.type)
    if type_name.endswith("[]"):
        element = storage.cast(type_name.removesuffix("[]"))
        elements = Select(
            outputs=(Output(sql=f'"item"."value"::{element}'),),
            sources=(f'jsonb_array_elements_text({value}) WITH ORDINALITY AS "item" ("value", "position")',),
            order=(Sort(sql='"item"."position"'),),
        )
        array = f"ARRAY{in_parentheses(elements.text)}"
        value = f"CASE WHEN {value} IS NULL OR {value} = 'null' THEN NULL ELSE {array} END"
    return or_default(value, given, draft=draft)


def or_default(value: str, given: GivenColumn, *, draft: Draft) -> str:
    """Return a value that is the column's default where the caller gives NULL."""
    if given.column.default is None or not given.takes_default:
        return value
    default = draft.expression(given.column.default, name=lambda node: identifier(str(node)))
    return f"COALESCE({value}, {default})"


def _element_type(column: Column, storage: Storage) -> str:
    type_name = storage.without_modifier(column.type)
    return "jsonb" if type_name.endswith("[]") else type_name


def _parameter(given: GivenColumn, type_name: str) -> QueryParameter:
    return QueryParameter(
        name=given.parameter,
        type=type_name,
        like=given.like,
        column=given.column.name,
        is_optional=given.column.is_nullable or given.takes_default,
    )


def generated_key(entity: str, *, storage: Storage) -> tuple[ResultColumn, ...]:
    """Return the key columns that the engine makes up, so that the caller has to be told."""
    surrogates = {each.name for each in storage.relation(entity).attributes if each.role is Role.SURROGATE}
    return tuple(
        ResultColumn(name=column.name, type=column.type)
        for column in storage.key(entity)
        if column.attribute in surrogates
    )


def returning_clause(columns: tuple[ResultColumn, ...]) -> str:
    """Return `RETURNING columns` on a line of its own, nothing where there are none."""
    return "" if not columns else "\nRETURNING " + ", ".join(identifier(column.name) for column in columns)
