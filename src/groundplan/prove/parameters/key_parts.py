"""A parameter for a row whose key has several attributes, taken apart as an engine's query takes it: one for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from groundplan.plan.expressions import Binary, Every, Expression, Operator, Parameter, Path, with_children
from groundplan.prove.parameters.conditions import Conditional


class Asked(Protocol):
    """A parameter of a compiled query, of either engine."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def like(self) -> Path | None:
        """The path whose values fit it; None where nothing is known."""


_Parts = Mapping[str, tuple[Parameter, ...]]


def with_key_parts(pattern: Conditional, asked: Sequence[Asked]) -> Conditional:
    """Return a pattern that asks for the attributes of a key (`team_city`, `team_name`) where it asked for the row."""
    parts = {parameter.name: _parts(parameter, asked) for parameter in pattern.parameters}
    if not any(parts.values()):
        return pattern
    apart = tuple(each for parameter in pattern.parameters for each in parts[parameter.name] or (parameter,))
    found = replace(pattern, parameters=apart)
    return found if found.where is None else replace(found, where=_spread(found.where, parts))


def _parts(parameter: Parameter, asked: Sequence[Asked]) -> tuple[Parameter, ...]:
    """Return what the query has in a parameter's place; nothing where it has the parameter itself."""
    row = parameter.like
    if row is None or row.attribute is not None or any(each.name == parameter.name for each in asked):
        return ()
    return tuple(
        Parameter(name=each.name, type=each.like.type, like=each.like)
        for each in asked
        if each.like is not None
        and each.name.startswith(f"{parameter.name}_")
        and each.like.hops[: len(row.hops)] == row.hops
    )


def _spread(expression: Expression, parts: _Parts) -> Expression:
    match expression:
        case Binary(Operator.EQUAL, Path(), Parameter(name=name)) | Binary(
            Operator.EQUAL, Parameter(name=name), Path()
        ) if parts.get(name):
            return Every(
                tuple(Binary(Operator.EQUAL, part.like, part) for part in parts[name] if part.like is not None)
            )
        case _:
            return with_children(expression, lambda child: _spread(child, parts))
