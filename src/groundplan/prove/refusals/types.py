"""Types that limit: a value that a native enum, a length, a precision or a number of dimensions does not take."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from groundplan.postgres.model import Column, Schema
from groundplan.postgres.quoting import array_constant
from groundplan.prove.evidence import ConstraintEvidence
from groundplan.prove.refusals.claims import Claim, Kind, Proof
from groundplan.prove.refusals.stage import Stage
from groundplan.prove.specimen.candidates import base_type

Misfit = tuple[str, str]
"""The SQLSTATE of a refusal, and a value that asks for it."""

_NO_LABEL = "no such label"


def type_proofs(stage: Stage) -> Iterator[tuple[Claim, Proof]]:
    """Yield the claim of every column of a table whose type limits its values, with what tries it."""
    for column in stage.table.columns:
        misfit = misfit_of(column, schema=stage.trials.schema)
        if misfit is not None and column.generated is None:
            sqlstate, value = misfit
            claim = Claim(table=stage.table.name, kind=Kind.TYPE, sqlstate=sqlstate, column=column.name)
            yield claim, partial(_refuse, stage, claim, value)


def _refuse(stage: Stage, claim: Claim, value: str) -> ConstraintEvidence:
    column = claim.column or ""
    scene, accepted = stage.good(filled=frozenset({column}))
    return claim.evidence(refusal=stage.trials.attempt_scenes(scene.changed({column: value})), accepted=accepted)


def misfit_of(column: Column, *, schema: Schema) -> Misfit | None:
    """Return what a column's type refuses, and how; None for a type without a limit of the plan's."""
    element = column.type.removesuffix("[]")
    misfit = _misfit_of(element, schema=schema)
    if misfit is None or element == column.type:
        return misfit
    sqlstate, value = misfit
    return sqlstate, array_constant([value])


def _misfit_of(type_name: str, *, schema: Schema) -> Misfit | None:
    labels = next((enum.values for enum in schema.enums if enum.name == type_name), None)
    if labels is not None:
        word = _NO_LABEL
        while word in labels:
            word += "!"
        return "22P02", word
    match base_type(type_name):
        case "character varying" | "character", (length,), False:
            return "22001", "x" * (length + 1)
        case "numeric", (precision, scale), False:
            return "22003", "1" + "0" * (precision - scale)
        case "vector", (dimensions,), False:
            return "22000", "[" + ",".join(["0"] * (dimensions + 1)) + "]"
        case _:
            return None
