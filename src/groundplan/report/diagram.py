"""What an entity-relationship diagram shows, before any format: boxes with rows, and lines between them."""

from __future__ import annotations

from dataclasses import dataclass

from groundplan.plan.expressions import Local
from groundplan.postgres.model import AuditTrigger, ForeignKey, Index, Schema, Table, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    """One column in a box.

    `label` is what is drawn of its name, where `depth` sets it in below another row; `note` says more of it.
    """

    name: str
    type: str
    is_key: bool
    is_foreign: bool
    is_unique: bool
    is_nullable: bool
    label: str | None = None
    depth: int = 0
    note: str | None = None

    @property
    def shown(self) -> str:
        """The name as it is drawn."""
        return self.name if self.label is None else self.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One table; `is_own` tells that the design made it, not the plan (an audit trail)."""

    name: str
    rows: tuple[BoxRow, ...]
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One foreign key: from the referencing box to its target.

    `is_unique` means at most one source per target, `is_optional` that a source can be without target. A line that is
    not `is_enforced` refuses nothing: it leads from an audit trail, which has no columns for it, to what it records, or
    from a field of a document to what it names. `label` says what a line is where its columns do not.
    """

    name: str
    source: str
    columns: tuple[str, ...]
    target: str
    target_columns: tuple[str, ...]
    is_unique: bool
    is_optional: bool
    is_enforced: bool = True
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Boxes and lines, in the order of the schema."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def diagram(schema: Schema) -> Diagram:
    """Return what the entity-relationship diagram of a schema shows."""
    foreign_keys = (_line(table, key) for table in schema.tables for key in table.foreign_keys)
    trails = (_trail(table, trigger) for table in schema.tables for trigger in table.triggers)
    known = {table.name for table in schema.tables}
    return Diagram(
        boxes=tuple(_box(table) for table in schema.tables),
        lines=(*foreign_keys, *(line for line in trails if line is not None and line.source in known)),
    )


def marks(row: BoxRow) -> tuple[str, ...]:
    """Return the abbreviations in front of a column: of the primary key, a foreign key, unique by itself."""
    found = (("PK", row.is_key), ("FK", row.is_foreign), ("UQ", row.is_unique and not row.is_key))
    return tuple(mark for mark, is_set in found if is_set)


def _box(table: Table) -> Box:
    foreign = {column for key in table.foreign_keys for column in key.columns}
    unique = {columns[0] for columns in _unique_sets(table) if len(columns) == 1}
    return Box(
        name=table.name,
        rows=tuple(
            BoxRow(
                name=column.name,
                type=_short(column.type),
                is_key=column.name in table.primary_key.columns,
                is_foreign=column.name in foreign,
                is_unique=column.name in unique,
                is_nullable=column.is_nullable,
            )
            for column in table.columns
        ),
        is_own=table.relation is None,
    )


def _line(table: Table, key: ForeignKey) -> Line:
    columns = set(key.columns)
    return Line(
        name=key.name,
        source=table.name,
        columns=key.columns,
        target=key.target,
        target_columns=key.target_columns,
        is_unique=any(set(unique) <= columns for unique in _unique_sets(table)),
        is_optional=any(table.column(name).is_nullable for name in key.columns),
    )


def _trail(table: Table, trigger: Trigger) -> Line | None:
    if not isinstance(trigger, AuditTrigger):
        return None
    return Line(
        name=trigger.name,
        source=trigger.audit_table,
        columns=(),
        target=table.name,
        target_columns=(),
        is_unique=False,
        is_optional=False,
        is_enforced=False,
    )


def _unique_sets(table: Table) -> tuple[tuple[str, ...], ...]:
    constraints = (table.primary_key.columns, *(unique.columns for unique in table.unique))
    indexes = (_plain_columns(index) for index in table.indexes if index.is_unique)
    return (*constraints, *(columns for columns in indexes if columns))


def _plain_columns(index: Index) -> tuple[str, ...]:
    """Return the columns of an index over nothing but columns, else nothing."""
    names = tuple(key.expression.name for key in index.keys if isinstance(key.expression, Local))
    return names if len(names) == len(index.keys) else ()


def _short(type_name: str) -> str:
    """Shorten the standard's long type names to the ones that people say."""
    return type_name.replace("timestamp with time zone", "timestamptz").replace("character varying", "varchar")
