"""Which index a referential action finds its rows by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundplan.plan.expressions import Local
from groundplan.plan.model import ReferentialAction
from groundplan.postgres.model import ForeignKey, Schema, Table
from groundplan.postgres.quoting import statements
from groundplan.prove.specimen import Command, Trials


def serving_index(trials: Trials, *, table: Table, key: ForeignKey) -> str | None:
    """Return the index by which the rows that point at a key are found; None where the whole table would be read.

    The plan of the action's own query is asked for without sequential scans, which win on any small table. An index
    counts where its first column is one of the foreign key's.
    """
    query = statements.explain_rows_pointing_at(
        table.name, columns=key.columns, is_deleted=key.on_delete is ReferentialAction.CASCADE
    )
    with trials.taken_back():
        trials.connection.execute("SET LOCAL enable_seqscan = off")
        ((plan,),) = trials.run(Command(sql=query))
    leading = _leading_columns(trials.schema, table=table)
    for name in _indexes_used(plan[0]["Plan"]):
        if leading.get(name) in key.columns:
            return name
    return None


def _indexes_used(node: dict[str, Any]) -> Iterator[str]:
    if "Index Name" in node and "Index Cond" in node:
        yield node["Index Name"]
    for child in node.get("Plans", ()):
        yield from _indexes_used(child)


def _leading_columns(schema: Schema, *, table: Table) -> dict[str, str]:
    found = schema.table(table.name)
    leading = {found.primary_key.name: found.primary_key.columns[0]}
    leading |= {unique.name: unique.columns[0] for unique in found.unique}
    for index in found.indexes:
        first = index.keys[0].expression
        if isinstance(first, Local):
            leading[index.name] = first.name
    return leading
