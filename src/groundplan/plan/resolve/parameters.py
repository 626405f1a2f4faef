"""The parameters of an access pattern: one type each, wherever they stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from groundplan.base.origin import Origin
from groundplan.plan.defects import UntypedParameter
from groundplan.plan.expressions import Expression, Parameter, parameters, with_children
from groundplan.plan.kinds import are_alike
from groundplan.plan.types import AttributeType


def unified(
    expressions: Iterable[Expression | None],
    *,
    hints: Mapping[str, AttributeType],
    origins: Mapping[str, Origin],
    otherwise: Origin,
) -> tuple[dict[str, Parameter], tuple[UntypedParameter, ...]]:
    """Return each parameter once, by name, with what is wrong with their types.

    The first place that gives a parameter a type decides; the value that the plan proposes (`hints`) counts last.
    `origins` are the places of parameters.
    """
    found: dict[str, list[Parameter]] = {}
    for expression in expressions:
        for parameter in parameters(expression):
            found.setdefault(parameter.name, []).append(parameter)
    chosen: dict[str, Parameter] = {}
    defects: list[UntypedParameter] = []
    for name, uses in found.items():
        typed = [use for use in uses if use.type is not None or use.like is not None]
        if not typed and name in hints:
            typed = [Parameter(name=name, type=hints[name])]
        chosen[name] = typed[0] if typed else uses[0]
        types = tuple(dict.fromkeys(use.type for use in typed if use.type is not None))
        clashing = next((of for of in types if not are_alike(types[0], of)), None)
        if not typed or clashing is not None:
            clash = () if clashing is None else (types[0], clashing)
            defects.append(UntypedParameter(name=name, types=clash, origin=origins.get(name, otherwise)))
    return chosen, tuple(defects)


def with_parameters(expression: Expression, chosen: Mapping[str, Parameter]) -> Expression:
    """Return an expression in which every parameter has the type that was chosen for it."""
    if isinstance(expression, Parameter):
        return chosen[expression.name]
    return with_children(expression, lambda child: with_parameters(child, chosen))
