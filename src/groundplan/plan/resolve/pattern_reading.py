"""The reading of one access pattern: its formulas, members and parameters, and whether anything in it is broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from groundplan.base.origin import Origin
from groundplan.plan.access import ParameterHint
from groundplan.plan.defects import Defect
from groundplan.plan.expressions import Expression, Parameter, Path
from groundplan.plan.formula import Formula
from groundplan.plan.paths import member_path
from groundplan.plan.patterns import ParameterValue
from groundplan.plan.resolve.formulas import Formulas, Resolved
from groundplan.plan.resolve.parameters import unified
from groundplan.plan.resolve.places import HINT, FormulaPlace
from groundplan.plan.resolve.reading import NOTHING, Beside
from groundplan.plan.resolve.typing import type_of
from groundplan.plan.scope import Scope
from groundplan.plan.types import AttributeType

HOT = "hot"
"""The proposal of a frequent value for a parameter."""


class PatternReading:
    """One access pattern being resolved; defects go to `defects` as they are found."""

    def __init__(self, entity: str | None, *, scope: Scope, origin: Origin, defects: list[Defect]) -> None:
        self.entity = entity
        self.scope = scope
        self.origin = origin
        self.is_broken = False
        self._formulas = Formulas(scope=scope, defects=defects)

    def expression(self, formula: Formula, place: FormulaPlace, *, beside: Beside = NOTHING) -> Expression | None:
        """Return the expression of a formula; None, and the pattern is broken, where it has defects."""
        return self._kept(self._formulas.expression(formula, place, entity=self.entity, beside=beside))

    def expressions(
        self,
        formula: Formula,
        place: FormulaPlace,
        *,
        aliases: Mapping[str, Expression] | None = None,
        group: tuple[Expression, ...] | None = None,
    ) -> tuple[Resolved, ...]:
        """Return the expressions of a formula that may hold several."""
        found = self._formulas.expressions(formula, place, entity=self.entity, aliases=aliases, group=group)
        self.is_broken = self.is_broken or self._formulas.has_failed
        return found

    def value(
        self, formula: Formula, place: FormulaPlace, *, subject: str, beside: Beside, is_optional: bool
    ) -> Expression | None:
        """Return the expression that gives an attribute its value."""
        found = self._formulas.value(
            formula, place, subject=subject, beside=beside, is_optional=is_optional, entity=self.entity
        )
        return self._kept(found)

    def member(self, name: str) -> Path | None:
        """Return the path to an attribute or reference of the pattern's entity; without one the pattern is broken."""
        found = None if self.entity is None else member_path(self.entity, name, scope=self.scope)
        self.is_broken = self.is_broken or found is None
        return found

    def attribute(self, name: str) -> Path | None:
        """Return the path to an attribute of the pattern's entity; without one the pattern is broken."""
        found = self.member(name)
        if found is not None and found.attribute is None:
            self.is_broken = True
            return None
        return found

    def parameters(
        self, expressions: Iterable[Expression | None], hints: tuple[ParameterHint, ...]
    ) -> tuple[dict[str, Parameter], tuple[ParameterValue, ...]]:
        """Return the parameters of all expressions by name, and the values that the plan proposes for them."""
        kept = tuple(expressions)
        proposed = self.types_of_hints(hints)
        chosen, defects = unified(kept, hints=proposed, origins=self._formulas.parameters, otherwise=self.origin)
        self._formulas.defects.extend(defects)
        self.is_broken = self.is_broken or bool(defects)
        types = {name: parameter.type for name, parameter in chosen.items()}
        return chosen, self.values(hints, types=types)

    def values(
        self, hints: tuple[ParameterHint, ...], *, types: Mapping[str, AttributeType | None]
    ) -> tuple[ParameterValue, ...]:
        """Return the values that the plan proposes for parameters of these types; unknown names are left out."""
        found: list[ParameterValue] = []
        for hint in hints:
            if hint.name not in types:
                continue
            if hint.value.text.strip() == HOT:
                found.append(ParameterValue(name=hint.name, is_hot=True))
                continue
            beside = Beside(types[hint.name])
            value = self.value(hint.value, HINT, subject=f":{hint.name}", beside=beside, is_optional=True)
            if value is not None:
                found.append(ParameterValue(name=hint.name, value=value))
        return tuple(found)

    def types_of_hints(self, hints: tuple[ParameterHint, ...]) -> dict[str, AttributeType]:
        """Return the types of proposed values; their defects are found when they are read beside their parameters."""
        silent = Formulas(scope=self.scope)
        found: dict[str, AttributeType] = {}
        for hint in hints:
            value = silent.expression(hint.value, HINT, entity=None)
            of = None if value is None else type_of(value)
            if of is not None:
                found[hint.name] = of
        return found

    def _kept(self, found: Expression | None) -> Expression | None:
        self.is_broken = self.is_broken or found is None
        return found
