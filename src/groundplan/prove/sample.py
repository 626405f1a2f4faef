"""The sample in its tables: logical rows under the names that the design stores them by."""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.logical.model import LogicalModel
from groundplan.postgres.load import LoadedTable, TableRows, load_tables
from groundplan.postgres.load.load import Connect, Step
from groundplan.postgres.model import Schema
from groundplan.prove.evidence import TableSample
from groundplan.rows.model import Sample, Value


def table_rows(
    relation: str, columns: Sequence[str], rows: Sequence[tuple[Value, ...]], *, logical: LogicalModel, schema: Schema
) -> TableRows:
    """Return logical rows as rows of the table that stores their relation; generated columns take none."""
    table = schema.of_relation(relation)
    stored = {column.attribute: column for column in table.columns if column.generated is None}
    kept = [(position, name) for position, name in enumerate(columns) if name in stored]
    values = list(zip(*rows, strict=True)) if rows else [() for _ in columns]
    return TableRows(
        table=table.name,
        columns=tuple(stored[name].name for _, name in kept),
        types=tuple(logical.relation(relation).attribute(name).type for _, name in kept),
        values=tuple(values[position] for position, _ in kept),
    )


def load_sample(
    connect: Connect, sample: Sample, *, logical: LogicalModel, schema: Schema, on_step: Step
) -> tuple[LoadedTable, ...]:
    """Load a sample into a schema whose tables are empty. Raises EngineFailed where the server refuses a row."""
    rows = [
        table_rows(each.relation, each.columns, each.rows, logical=logical, schema=schema) for each in sample.relations
    ]
    return load_tables(connect, schema, rows, on_step=on_step)


def table_samples(loaded: Sequence[LoadedTable], *, logical: LogicalModel, schema: Schema) -> tuple[TableSample, ...]:
    """Return how many of the declared rows each table holds."""
    relations = {table.name: table.relation for table in schema.tables}
    return tuple(
        TableSample(table=each.table, declared=logical.relation(relation).rows.now, loaded=each.rows)
        for each in loaded
        if (relation := relations[each.table]) is not None
    )
