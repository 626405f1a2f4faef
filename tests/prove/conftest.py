"""Short words for schemas of a table or two, and a database to load them into."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from groundplan.logical.model import LogicalModel, Relation, RelationAttribute, RelationKind, Role, RowEstimate
from groundplan.plan.expressions import Call, Expression, Local
from groundplan.plan.model import ReferentialAction
from groundplan.plan.types import Text
from groundplan.postgres.ddl import schema_sql
from groundplan.postgres.model import (
    Check,
    Column,
    ForeignKey,
    Index,
    IndexKey,
    PrimaryKey,
    Schema,
    Table,
    UniqueConstraint,
)
from groundplan.postgres.server import EmbeddedPostgres

ACTIONS = {action.value: action for action in ReferentialAction}
OPTIONAL = "?"


class Build:
    """Builds schemas: a type that ends in `?` makes a column optional."""

    def column(self, name: str, type_name: str, **options) -> Column:
        is_nullable = type_name.endswith(OPTIONAL)
        return Column(
            name=name, type=type_name.removesuffix(OPTIONAL), is_nullable=is_nullable, attribute=name, **options
        )

    def table(self, name: str, columns: dict[str, str], *, key: tuple[str, ...] = ("id",), **options) -> Table:
        """A table; where `id` is the key and no column, it is a uuid."""
        listed = [self.column(column, type_name) for column, type_name in columns.items()]
        if key == ("id",) and "id" not in columns:
            listed.insert(0, self.column("id", "uuid", default=Call("uuidv7")))
        checks = options.pop("checks", {})
        return Table(
            name=name,
            relation=name,
            columns=tuple(listed),
            primary_key=PrimaryKey(name=f"{name}_pkey", columns=key),
            unique=tuple(
                UniqueConstraint(name=f"{name}_{'_'.join(members)}_key", columns=members)
                for members in options.pop("unique", ())
            ),
            checks=tuple(Check(name=f"{name}_{title}_check", condition=found) for title, found in checks.items()),
            **options,
        )

    def reference(
        self,
        table: str,
        column: str | tuple[str, ...],
        target: str,
        to: str | tuple[str, ...] = "id",
        *,
        on_delete: str = "no action",
        on_update: str = "no action",
        **options,
    ) -> ForeignKey:
        columns = (column,) if isinstance(column, str) else column
        return ForeignKey(
            name=f"{table}_{'_'.join(columns)}_fkey",
            columns=columns,
            target=target,
            target_columns=(to,) if isinstance(to, str) else to,
            on_delete=ACTIONS[on_delete],
            on_update=ACTIONS[on_update],
            **options,
        )

    def index(self, name: str, *keys: Expression | str, **options) -> Index:
        expressions = (Local(key) if isinstance(key, str) else key for key in keys)
        return Index(name=name, keys=tuple(IndexKey(expression=found) for found in expressions), **options)

    def schema(self, *tables: Table, **options) -> Schema:
        return Schema(version=18, tables=tables, **options)

    def logical(self, schema: Schema, *, mark: str = "deleted_at") -> LogicalModel:
        """The relations of a schema, as far as behaviours ask for them."""
        return LogicalModel(
            relations=tuple(
                Relation(
                    name=table.name,
                    kind=RelationKind.ENTITY,
                    source=table.name,
                    primary_key=table.primary_key.columns,
                    rows=RowEstimate(now=1, growth=None, is_assumed=True),
                    attributes=tuple(
                        RelationAttribute(
                            name=column.name,
                            declared=column.name,
                            type=Text(),
                            role=Role.DELETED_AT if column.name == mark else Role.PLAN,
                        )
                        for column in table.columns
                    ),
                )
                for table in schema.tables
                if table.relation is not None
            )
        )


@pytest.fixture
def build() -> Build:
    return Build()


@pytest.fixture(scope="module")
def shared(postgres_server: EmbeddedPostgres, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """One database for the tests of a module: emptying it is quicker than making another."""
    name = f"prove_{request.module.__name__.replace('.', '_')}"
    postgres_server.create_database(name)
    try:
        with postgres_server.connect(name) as connection:
            yield connection
    finally:
        postgres_server.drop_database(name)


@pytest.fixture
def loaded(shared: psycopg.Connection) -> Callable[..., psycopg.Connection]:
    """Empty the database, load a schema, then run statements that change it behind the model's back."""

    def load(schema: Schema, *changes: str) -> psycopg.Connection:
        shared.execute("SET client_min_messages = warning; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        for script in (schema_sql(schema, views={}), *changes):
            shared.execute(script.encode())
        return shared

    return load
