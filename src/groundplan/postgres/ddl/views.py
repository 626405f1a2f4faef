"""Views: the rows that are not soft-deleted, and stored answers with their refresh."""

from __future__ import annotations

from groundplan.postgres.ddl.columns import row_expression
from groundplan.postgres.ddl.remarks import remark
from groundplan.postgres.ddl.schedule import cron_job, spell_seconds
from groundplan.postgres.model import FilteredView, MaterializedView
from groundplan.postgres.quoting import quote_identifier, quote_identifiers


def create_view(view: FilteredView) -> str:
    """Return CREATE VIEW of the rows that are there for a reader."""
    what = remark(f"the rows of {view.table} that are not deleted")
    lines = [
        what,
        f"CREATE VIEW {quote_identifier(view.name)} AS",
        f"    SELECT {quote_identifiers(view.columns)}",
        f"    FROM {quote_identifier(view.table)}",
        f"    WHERE {row_expression(view.where)};",
    ]
    return "\n".join(lines)


def drop_view(view: FilteredView) -> str:
    """Return DROP VIEW."""
    return f"DROP VIEW {quote_identifier(view.name)};"


def create_materialized_view(view: MaterializedView, *, query: str) -> str:
    """Return CREATE MATERIALIZED VIEW, with how to keep it fresh."""
    refresh = refresh_statement(view)
    return "\n".join(
        [
            remark(f"the stored answer of {view.pattern}"),
            remark(f"refresh: every {spell_seconds(view.refresh_seconds)}, by pg_cron or any other scheduler:"),
            remark(f"    {refresh};"),
            remark(f"    {cron_job(f'refresh {view.name}', every_seconds=view.refresh_seconds, statement=refresh)};"),
            f"CREATE MATERIALIZED VIEW {quote_identifier(view.name)}",
            f"    ({quote_identifiers(name for name, _ in view.columns)}) AS",
            f"{query.strip().rstrip(';').rstrip()};",
        ]
    )


def refresh_statement(view: MaterializedView) -> str:
    """Return the statement that refreshes a view while it is being read."""
    return f"REFRESH MATERIALIZED VIEW CONCURRENTLY {quote_identifier(view.name)}"


def drop_materialized_view(view: MaterializedView) -> str:
    """Return DROP MATERIALIZED VIEW."""
    return f"DROP MATERIALIZED VIEW {quote_identifier(view.name)};"
