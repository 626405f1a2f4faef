"""schema.sql: every object of the design, in an order that loads, and the script that takes it away again."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.postgres.ddl.enums import create_enum, drop_enum
from groundplan.postgres.ddl.expiry import expiry_routine
from groundplan.postgres.ddl.extensions import create_extension, drop_extension
from groundplan.postgres.ddl.foreign_keys import add_foreign_key, drop_foreign_key, late_foreign_keys
from groundplan.postgres.ddl.indexes import create_index
from groundplan.postgres.ddl.remarks import remark, section
from groundplan.postgres.ddl.routines import SCHEMA_NAME, Routine, create_routine, drop_routine
from groundplan.postgres.ddl.tables import comments_on, create_table, drop_table
from groundplan.postgres.ddl.triggers import create_trigger, trigger_routine
from groundplan.postgres.ddl.views import create_materialized_view, create_view, drop_materialized_view, drop_view
from groundplan.postgres.model import Schema, Table
from groundplan.postgres.quoting import quote_identifier

QUIET = "client_min_messages = warning"
"""What an extension that is there already has to say is no news."""


def schema_sql(schema: Schema, *, views: Mapping[str, str]) -> str:
    """Return the script that creates a schema in an empty database.

    `views` gives the query of each materialized view by its name. Raises KeyError where one is missing.
    """
    head = [
        remark(f"The whole schema, for PostgreSQL {schema.version}. Load it into an empty database:"),
        remark("    psql -Xq -v ON_ERROR_STOP=1 --single-transaction -f schema.sql"),
        "",
        f"SET {QUIET};",
        f"SET search_path = {quote_identifier(SCHEMA_NAME)};",
    ]
    tail = "RESET search_path;\nRESET client_min_messages;"
    return "\n\n".join(["\n".join(head), *creation(schema, views=views), tail]) + "\n"


def drop_sql(schema: Schema) -> str:
    """Return the script that drops everything schema.sql creates, and refuses where something else depends on it."""
    head = [
        remark("Drops everything that schema.sql creates, with all rows in it."),
        "",
        f"SET search_path = {quote_identifier(SCHEMA_NAME)};",
    ]
    return "\n\n".join(["\n".join(head), *removal(schema), "RESET search_path;"]) + "\n"


def creation(schema: Schema, *, views: Mapping[str, str]) -> tuple[str, ...]:
    """Return the statements that create a schema, in blocks that a blank line sets apart."""
    late = late_foreign_keys(schema)
    blocks = [
        *_titled("Extensions", ["\n".join(create_extension(name) for name in schema.extensions)]),
        *_titled("Enums", [create_enum(enum) for enum in schema.enums]),
        *_titled("Tables", [block for table in schema.tables for block in _table(table, schema=schema)]),
        *_titled("Foreign keys whose target had to be there first", [add_foreign_key(*found) for found in late]),
        *_titled("Triggers", _triggers(schema)),
        *_titled("Views", [create_view(view) for view in schema.views]),
        *_titled("Materialized views", _materialized_views(schema, views=views)),
        *_titled("Expiry", [create_routine(expiry_routine(expiry)) for expiry in schema.expiries]),
    ]
    return tuple(blocks)


def removal(schema: Schema) -> tuple[str, ...]:
    """Return the statements that drop a schema, in blocks, the reverse of its creation."""
    groups = (
        [drop_routine(expiry_routine(expiry)) for expiry in reversed(schema.expiries)],
        [drop_materialized_view(view) for view in reversed(schema.materialized_views)],
        [drop_view(view) for view in reversed(schema.views)],
        [drop_foreign_key(*found) for found in reversed(late_foreign_keys(schema))],
        [drop_table(table) for table in reversed(schema.tables)],
        [drop_routine(routine) for routine in reversed(_trigger_routines(schema))],
        [drop_enum(enum) for enum in reversed(schema.enums)],
        [drop_extension(name) for name in reversed(schema.extensions)],
    )
    return tuple("\n".join(group) for group in groups if group)


def schema_routines(schema: Schema) -> tuple[Routine, ...]:
    """Return every function and procedure of a schema, each once."""
    return (*_trigger_routines(schema), *(expiry_routine(expiry) for expiry in schema.expiries))


def _titled(title: str, blocks: list[str]) -> tuple[str, ...]:
    filled = [block for block in blocks if block]
    return (section(title), *filled) if filled else ()


def _table(table: Table, *, schema: Schema) -> tuple[str, ...]:
    late = {key.name for owner, key in late_foreign_keys(schema) if owner.name == table.name}
    return (
        create_table(table, schema=schema, late=late),
        *(create_index(index, on=table.name) for index in table.indexes),
        "\n".join(comments_on(table)),
    )


def _triggers(schema: Schema) -> list[str]:
    blocks: list[str] = []
    created: set[Routine] = set()
    for table in schema.tables:
        for trigger in table.triggers:
            routine = trigger_routine(trigger, table=table, schema=schema)
            if routine not in created:
                created.add(routine)
                blocks.append(create_routine(routine))
            blocks.append(create_trigger(trigger, table=table, routine=routine))
    return blocks


def _trigger_routines(schema: Schema) -> tuple[Routine, ...]:
    routines = (
        trigger_routine(trigger, table=table, schema=schema) for table in schema.tables for trigger in table.triggers
    )
    return tuple(dict.fromkeys(routines))


def _materialized_views(schema: Schema, *, views: Mapping[str, str]) -> list[str]:
    return [
        block
        for view in schema.materialized_views
        for block in (
            create_materialized_view(view, query=views[view.name]),
            *(create_index(index, on=view.name) for index in view.indexes),
        )
    ]
