"""Functions and procedures as values: rendered here, compared with the catalog elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from groundplan.base.names import fit
from groundplan.postgres.ddl.remarks import remark
from groundplan.postgres.quoting import quote_identifier

SCHEMA_NAME = "public"
"""The schema that everything is created in; the bodies of functions name it, having no search path to trust."""


class RoutineKind(Enum):
    """What CREATE and DROP call a routine."""

    FUNCTION = "FUNCTION"
    PROCEDURE = "PROCEDURE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument, with the SQL of its default."""

    name: str
    type: str
    default: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Routine:
    """One PL/pgSQL routine.

    A function runs with a fixed search path (CREATE FUNCTION, "Writing SECURITY DEFINER Functions Safely"); a
    procedure that commits must not have one. `is_security_definer` lets it write what the caller may not; then nobody
    else may attach it to a table of their own.
    """

    name: str
    kind: RoutineKind
    arguments: tuple[Argument, ...] = ()
    returns: str | None = None
    body: str
    is_security_definer: bool = False
    search_path: tuple[str, ...] = ()
    purpose: str


TRUSTED_PATH = ("pg_catalog", "pg_temp")
"""pg_temp last, or a temporary table could stand in for a real one."""


PATH_WITH_EXTENSIONS = ("pg_catalog", SCHEMA_NAME, "pg_temp")
"""For bodies that compare values of an extension's type: without its operators citext compares as text does."""


def trigger_function(
    *,
    name: str,
    body: str,
    purpose: str,
    is_security_definer: bool = False,
    search_path: tuple[str, ...] = TRUSTED_PATH,
) -> Routine:
    """Return a function that a trigger calls."""
    return Routine(
        name=fit(name),
        kind=RoutineKind.FUNCTION,
        returns="trigger",
        body=body,
        is_security_definer=is_security_definer,
        search_path=search_path,
        purpose=purpose,
    )


def create_routine(routine: Routine) -> str:
    """Return the statements that create a routine, with what it is for."""
    kind, name = routine.kind.value, quote_identifier(routine.name)
    qualities = ["LANGUAGE plpgsql"]
    if routine.is_security_definer:
        qualities.append("SECURITY DEFINER")
    if routine.search_path:
        qualities.append(f"SET search_path = {', '.join(routine.search_path)}")
    returns = "" if routine.returns is None else f" RETURNS {routine.returns}"
    quote = dollar_quote(routine.body)
    statement = (
        f"{remark(routine.purpose)}\n"
        f"CREATE {kind} {name}({', '.join(_argument(argument) for argument in routine.arguments)}){returns}\n"
        f"{' '.join(qualities)} AS {quote}\n{routine.body}\n{quote};"
    )
    if routine.is_security_definer:
        statement += f"\nREVOKE ALL ON {kind} {name}({_signature(routine)}) FROM PUBLIC;"
    return statement


def drop_routine(routine: Routine) -> str:
    """Return the statement that drops a routine."""
    return f"DROP {routine.kind.value} {quote_identifier(routine.name)}({_signature(routine)});"


def qualified(name: str) -> str:
    """Return a name with the schema it lives in, for the body of a routine."""
    return f"{quote_identifier(SCHEMA_NAME)}.{quote_identifier(name)}"


def dollar_quote(body: str) -> str:
    """Return a dollar quote that the body does not hold (manual 4.1.2.4)."""
    tag, number = "$body$", 0
    while tag in body:
        number += 1
        tag = f"$body{number}$"
    return tag


def _argument(argument: Argument) -> str:
    default = "" if argument.default is None else f" DEFAULT {argument.default}"
    return f"{quote_identifier(argument.name)} {argument.type}{default}"


def _signature(routine: Routine) -> str:
    return ", ".join(argument.type for argument in routine.arguments)
