"""What the catalog has to say about a model: facts made from the model alone, but for how expressions are printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from groundplan.plan.expressions import Local
from groundplan.postgres.catalog.facts import (
    UNKNOWN,
    Catalog,
    CheckFacts,
    ColumnFacts,
    EnumFacts,
    ExclusionFacts,
    ExtensionFacts,
    Facts,
    ForeignKeyFacts,
    IndexFacts,
    IndexKeyFacts,
    KeyFacts,
    RoutineFacts,
    TableFacts,
    Text,
    TriggerFacts,
    ViewFacts,
)
from groundplan.postgres.ddl import Routine, schema_routines
from groundplan.postgres.ddl.triggers import trigger_routine
from groundplan.postgres.model import (
    AuditTrigger,
    Column,
    FilteredView,
    ForeignKey,
    Index,
    IndexKey,
    Schema,
    SoftDeleteTrigger,
    Table,
    TouchTrigger,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class _Printed:
    """How the server prints the model's expressions, by the identity of the object they are of."""

    facts: Mapping[tuple[str, ...], Facts]

    def column(self, table: str, name: str) -> ColumnFacts | None:
        found = self.facts.get(("column", table, name))
        return found if isinstance(found, ColumnFacts) else None

    def condition(self, table: str, name: str) -> Text:
        found = self.facts.get(("constraint", table, name))
        return found.condition if isinstance(found, CheckFacts) else UNKNOWN

    def index(self, name: str) -> IndexFacts | None:
        found = self.facts.get(("index", name))
        return found if isinstance(found, IndexFacts) else None

    def predicate(self, name: str) -> Text:
        found = self.index(name)
        return UNKNOWN if found is None else found.predicate

    def definition(self, *identity: str) -> Text:
        found = self.facts.get(identity)
        return found.definition if isinstance(found, ViewFacts | TriggerFacts) else UNKNOWN


def expected_catalog(schema: Schema, *, printed: Catalog) -> Catalog:
    """Return the facts that a database holding exactly `schema` would give; `printed` are the scratch schema's."""
    by_identity = _Printed(printed.by_identity())
    facts: list[Facts] = [ExtensionFacts(name=name) for name in schema.extensions]
    facts += [EnumFacts(name=enum.name, values=enum.values) for enum in schema.enums]
    for table in schema.tables:
        facts += _table_facts(table, schema=schema, printed=by_identity)
    facts += [_routine(routine) for routine in schema_routines(schema)]
    facts += _views(schema, printed=by_identity)
    return Catalog(tuple(facts))


def _table_facts(table: Table, *, schema: Schema, printed: _Printed) -> list[Facts]:
    key = table.primary_key
    return [
        TableFacts(name=table.name, columns=tuple(column.name for column in table.columns), comment=table.comment),
        *(_column(column, table=table, schema=schema, printed=printed) for column in table.columns),
        KeyFacts(table=table.name, name=key.name, kind="primary key", columns=key.columns),
        *(
            KeyFacts(table=table.name, name=unique.name, kind="unique", columns=unique.columns)
            for unique in table.unique
        ),
        *(
            CheckFacts(table=table.name, name=check.name, condition=printed.condition(table.name, check.name))
            for check in table.checks
        ),
        *(_foreign_key(foreign_key, table=table) for foreign_key in table.foreign_keys),
        *(
            ExclusionFacts(
                table=table.name,
                name=exclusion.name,
                method="gist",
                members=exclusion.members,
                predicate=None if exclusion.where is None else printed.predicate(exclusion.name),
            )
            for exclusion in table.exclusions
        ),
        *(_index(index, on=table.name, printed=printed) for index in table.indexes),
        *(_trigger(trigger, table=table, schema=schema, printed=printed) for trigger in table.triggers),
    ]


def _column(column: Column, *, table: Table, schema: Schema, printed: _Printed) -> ColumnFacts:
    seen = printed.column(table.name, column.name)
    return ColumnFacts(
        table=table.name,
        name=column.name,
        type=_type(column, table=table, schema=schema, printed=printed),
        # A primary key makes its columns NOT NULL.
        is_nullable=column.is_nullable and column.name not in table.primary_key.columns,
        default=None if column.default is None else UNKNOWN if seen is None else seen.default,
        generated=None if column.generated is None else UNKNOWN if seen is None else seen.generated,
        generated_kind="" if column.generated is None else "s",
        identity_kind="d" if column.is_identity else "",
        comment=column.comment,
    )


def _type(column: Column, *, table: Table, schema: Schema, printed: _Printed) -> Text:
    """Return a type as format_type prints it, which for an enum's name may take quotes."""
    if column.type.removesuffix("[]") not in {enum.name for enum in schema.enums}:
        return column.type
    seen = printed.column(table.name, column.name)
    return UNKNOWN if seen is None else seen.type


def _foreign_key(key: ForeignKey, *, table: Table) -> ForeignKeyFacts:
    return ForeignKeyFacts(
        table=table.name,
        name=key.name,
        columns=key.columns,
        target=key.target,
        target_columns=key.target_columns,
        on_delete=key.on_delete.value,
        on_update=key.on_update.value,
        set_columns=key.set_columns,
        is_deferrable=key.is_deferrable,
        is_deferred=key.is_deferrable,
    )


def _index(index: Index, *, on: str, printed: _Printed) -> IndexFacts:
    seen = printed.index(index.name)
    return IndexFacts(
        name=index.name,
        table=on,
        method=index.method.value,
        keys=tuple(
            _index_key(key, seen=None if seen is None else seen.keys[place]) for place, key in enumerate(index.keys)
        ),
        is_unique=index.is_unique,
        include=index.include,
        predicate=None if index.where is None else UNKNOWN if seen is None else seen.predicate,
    )


def _index_key(key: IndexKey, *, seen: IndexKeyFacts | None) -> IndexKeyFacts:
    is_column = isinstance(key.expression, Local)
    default_class: Text = UNKNOWN if seen is None else seen.operator_class
    return IndexKeyFacts(
        column=key.expression.name if isinstance(key.expression, Local) else None,
        expression=None if is_column else UNKNOWN if seen is None else seen.expression,
        operator_class=default_class if key.operator_class is None else key.operator_class,
        is_descending=key.is_descending,
        is_nulls_first=key.is_nulls_first,
    )


def _trigger(trigger: Trigger, *, table: Table, schema: Schema, printed: _Printed) -> TriggerFacts:
    timing, events = _when(trigger)
    return TriggerFacts(
        table=table.name,
        name=trigger.name,
        timing=timing,
        events=events,
        level="row",
        function=trigger_routine(trigger, table=table, schema=schema).name,
        definition=printed.definition("trigger", table.name, trigger.name),
    )


def _when(trigger: Trigger) -> tuple[str, tuple[str, ...]]:
    match trigger:
        case TouchTrigger():
            return "before", ("update",)
        case AuditTrigger():
            return "after", ("insert", "delete", "update")
        case SoftDeleteTrigger():
            return "after", ("update",)
        case _:
            assert_never(trigger)


def _routine(routine: Routine) -> RoutineFacts:
    defaults = ", ".join(argument.default for argument in routine.arguments if argument.default is not None)
    settings = (f"search_path={', '.join(routine.search_path)}",) if routine.search_path else ()
    return RoutineFacts(
        name=routine.name,
        kind=routine.kind.value.lower(),
        argument_names=tuple(argument.name for argument in routine.arguments),
        argument_types=tuple(argument.type for argument in routine.arguments),
        argument_defaults=defaults or None,
        returns=routine.returns,
        language="plpgsql",
        body=f"\n{routine.body}\n",
        is_security_definer=routine.is_security_definer,
        settings=settings,
        is_public=not routine.is_security_definer,
    )


def _views(schema: Schema, *, printed: _Printed) -> list[Facts]:
    facts: list[Facts] = [_view(view, schema=schema, printed=printed) for view in schema.views]
    for stored in schema.materialized_views:
        facts.append(
            ViewFacts(
                name=stored.name,
                kind="materialized view",
                columns=stored.columns,
                definition=printed.definition("materialized view", stored.name),
            )
        )
        facts += [_index(index, on=stored.name, printed=printed) for index in stored.indexes]
    return facts


def _view(view: FilteredView, *, schema: Schema, printed: _Printed) -> ViewFacts:
    table = schema.table(view.table)
    return ViewFacts(
        name=view.name,
        kind="view",
        columns=tuple(
            (name, _type(table.column(name), table=table, schema=schema, printed=printed)) for name in view.columns
        ),
        definition=printed.definition("view", view.name),
    )
