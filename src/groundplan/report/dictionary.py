"""dictionary.md: every table, column, constraint and index, with what it is for."""

from __future__ import annotations

from groundplan.plan.expressions import Expression, Local, Path
from groundplan.postgres.model import (
    AuditTrigger,
    Check,
    Column,
    ForeignKey,
    Index,
    SoftDeleteTrigger,
    Table,
    TouchTrigger,
    Trigger,
)
from groundplan.postgres.quoting import expression_sql
from groundplan.report.markdown import code, table, text
from groundplan.report.model import DesignResult


def data_dictionary(result: DesignResult) -> str:
    """Render the data dictionary; holds no measured value."""
    lines = [f"# Data dictionary: {text(result.plan.name)}", ""]
    for each in result.postgres.schema.tables:
        lines.extend(_table(each))
    for view in result.postgres.schema.views:
        shown = f"the rows of {code(view.table)} where {code(_sql(view.where))}"
        lines.extend([f"## {text(view.name)}", "", f"A view: {shown}.", ""])
    for stored in result.postgres.schema.materialized_views:
        lines.extend(
            [
                f"## {text(stored.name)}",
                "",
                f"A materialized view: the stored answer of {code(stored.pattern)}, to be refreshed every "
                f"{stored.refresh_seconds:g} s.",
                "",
            ]
        )
        lines.extend(table(("column", "type"), ((code(name), code(kind)) for name, kind in stored.columns)))
        lines.extend(table(("index", "on", "for"), (_index(index) for index in stored.indexes)))
    return "\n".join(lines).rstrip() + "\n"


def _table(each: Table) -> list[str]:
    lines = [f"## {text(each.name)}", ""]
    if each.comment:
        lines.extend([text(each.comment), ""])
    lines.extend(table(("column", "type", "", "default", "about"), (_column(column, each) for column in each.columns)))
    lines.extend(table(("constraint", "says"), _constraints(each)))
    lines.extend(table(("index", "on", "for"), (_index(index) for index in each.indexes)))
    lines.extend(table(("trigger", "does"), ((code(entry.name), _trigger(entry)) for entry in each.triggers)))
    return lines


def _column(column: Column, each: Table) -> tuple[str, ...]:
    marks = ["key"] if column.name in each.primary_key.columns else []
    marks.extend("reference" for key in each.foreign_keys if column.name in key.columns)
    marks.append("optional" if column.is_nullable else "required")
    if column.is_secret:
        marks.append("secret")
    if column.is_identity:
        given = "identity"
    elif column.generated is not None:
        given = f"generated as {code(_sql(column.generated))}"
    else:
        given = "" if column.default is None else code(_sql(column.default))
    return code(column.name), code(column.type), ", ".join(dict.fromkeys(marks)), given, text(column.comment or "")


def _constraints(each: Table) -> list[tuple[str, str]]:
    found = [(code(each.primary_key.name), f"primary key {code(', '.join(each.primary_key.columns))}")]
    found.extend((code(unique.name), f"unique {code(', '.join(unique.columns))}") for unique in each.unique)
    found.extend((code(key.name), _foreign_key(key)) for key in each.foreign_keys)
    found.extend((code(check.name), _check(check)) for check in each.checks)
    for exclusion in each.exclusions:
        members = ", ".join(f"{name} with {operator}" for name, operator in exclusion.members)
        found.append((code(exclusion.name), f"no two rows with {code(members)}"))
    return found


def _foreign_key(key: ForeignKey) -> str:
    deferrable = ", checked at the end of the transaction" if key.is_deferrable else ""
    target = f"{key.target} ({', '.join(key.target_columns)})"
    return (
        f"{code(', '.join(key.columns))} refers to {code(target)}; "
        f"on delete {key.on_delete.value}, on update {key.on_update.value}{deferrable}"
    )


def _check(check: Check) -> str:
    return code(_sql(check.condition))


def _index(index: Index) -> tuple[str, str, str]:
    keys = ", ".join(
        _sql(key.expression)
        + (" desc" if key.is_descending else "")
        + (f" {key.operator_class}" if key.operator_class else "")
        for key in index.keys
    )
    unique = "unique, " if index.is_unique else ""
    include = f" including {code(', '.join(index.include))}" if index.include else ""
    where = f" where {code(_sql(index.where))}" if index.where is not None else ""
    serves = ", ".join(text(name) for name in index.serves)
    return code(index.name), f"{unique}{index.method.value} {code(keys)}{include}{where}", serves


def _trigger(trigger: Trigger) -> str:
    match trigger:
        case TouchTrigger():
            return f"sets {code(trigger.column)} on every update"
        case AuditTrigger():
            return f"writes who, when, what and the changed columns to {code(trigger.audit_table)}"
        case SoftDeleteTrigger():
            return f"carries a soft delete ({code(trigger.column)}) on to what refers to the row"


def _sql(expression: Expression) -> str:
    return expression_sql(expression, name=_plain_name)


def _plain_name(name: Path | Local) -> str:
    return name.name if isinstance(name, Local) else str(name.attribute)
