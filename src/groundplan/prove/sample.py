"""The sample in its tables: logical rows under the names that the design stores them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from groundplan.logical.model import LogicalModel, Relation
from groundplan.plan.patterns import ResolvedPlan
from groundplan.postgres.load import LoadedTable, Loading, TableRows
from groundplan.postgres.load.lanes import Connect
from groundplan.postgres.load.load import Step
from groundplan.postgres.model import Schema
from groundplan.postgres.quoting import statements
from groundplan.prove.evidence import POSTGRES, TableSample
from groundplan.rows.generate import generate_sample
from groundplan.rows.model import RelationRows, Sample, Value

if TYPE_CHECKING:
    import psycopg


def table_rows(rows: RelationRows, *, logical: LogicalModel, schema: Schema) -> TableRows:
    """Return logical rows as rows of the table that stores their relation; generated columns take none."""
    table, relation = schema.of_relation(rows.relation), logical.relation(rows.relation)
    stored = {column.attribute: column for column in table.columns if column.generated is None}
    kept = [(name, values) for name, values in zip(rows.columns, rows.values, strict=True) if name in stored]
    return TableRows(
        table=table.name,
        columns=tuple(stored[name].name for name, _ in kept),
        types=tuple(relation.attribute(name).type for name, _ in kept),
        values=tuple(values for _, values in kept),
    )


def one_row(relation: Relation, row: Mapping[str, Value], *, logical: LogicalModel, schema: Schema) -> TableRows:
    """Return one row, by logical names, as a row of the table that stores its relation."""
    columns = tuple(attribute.name for attribute in relation.attributes)
    values = tuple((row[name],) for name in columns)
    rows = RelationRows(relation=relation.name, columns=columns, values=values)
    return table_rows(rows, logical=logical, schema=schema)


def load_sample(
    connect: Connect,
    resolved: ResolvedPlan,
    logical: LogicalModel,
    schema: Schema,
    *,
    now: datetime,
    largest: int,
    seed: int,
    on_step: Step,
) -> tuple[Sample, tuple[TableSample, ...]]:
    """Make up a sample and load it into a schema whose tables are empty, a relation while the next one is made up.

    Raises RowsImpossible where the plan's rules leave no rows, EngineFailed where the server refuses one.
    """
    with Loading(connect, schema, on_step=on_step) as loading:
        sample = generate_sample(
            resolved,
            logical,
            now=now,
            largest=largest,
            seed=seed,
            on_relation=lambda rows: loading.add(table_rows(rows, logical=logical, schema=schema)),
        )
        loaded = loading.finish()
    return sample, table_samples(loaded, logical=logical, schema=schema)


def stored_rows(connection: psycopg.Connection, *, schema: Schema) -> dict[str, int]:
    """Return how many rows each materialized view holds."""
    counts: dict[str, int] = {}
    for view in schema.materialized_views:
        ((counts[view.name],),) = connection.execute(statements.count_rows(view.name).encode())
    return counts


def table_samples(loaded: Sequence[LoadedTable], *, logical: LogicalModel, schema: Schema) -> tuple[TableSample, ...]:
    """Return how many of the declared rows each table holds."""
    relations = {table.name: table.relation for table in schema.tables}
    return tuple(
        TableSample(engine=POSTGRES, table=each.table, declared=logical.relation(relation).rows.now, loaded=each.rows)
        for each in loaded
        if (relation := relations[each.table]) is not None
    )
