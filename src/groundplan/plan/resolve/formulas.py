"""Reads formulas: from text to resolved expressions, with every defect on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from groundplan.base.names import composed
from groundplan.base.origin import Origin
from groundplan.plan.defects import (
    Defect,
    DivisionByZero,
    FieldOutsideGroup,
    IncomparableTypes,
    OutsideLanguage,
    UnquotedValue,
    UnreadableFormula,
    UnstableCondition,
    ValueOutsideType,
)
from groundplan.plan.expressions import Expression, Literal, Path
from groundplan.plan.formula import Formula
from groundplan.plan.kinds import are_alike
from groundplan.plan.resolve.folding import divides_by_zero, folded
from groundplan.plan.resolve.masking import RAW_SQL, mask
from groundplan.plan.resolve.meant import meant_formula, why_unmeant
from groundplan.plan.resolve.operations import Known
from groundplan.plan.resolve.phrases import Broken, Phrase
from groundplan.plan.resolve.places import CHECK, DEFAULT, HINT, SET, FormulaPlace
from groundplan.plan.resolve.reading import NOTHING, UNKNOWN, Beside, Reading
from groundplan.plan.resolve.surveys import outside_group, survey
from groundplan.plan.resolve.tokens import MAX_TOKENS, TokenProblem, Untokenizable, tokenize
from groundplan.plan.resolve.typing import type_of
from groundplan.plan.resolve.values import NotOfType, list_constant, outside, text_constant
from groundplan.plan.scope import Scope
from groundplan.plan.types import AttributeType, Boolean, Enum, Json, ListOf, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One expression of a formula, with what the formula says behind it."""

    expression: Expression
    alias: str | None
    is_descending: bool
    is_nulls_first: bool | None
    origin: Origin


@dataclass(slots=True, kw_only=True)
class Formulas:
    """Reads formulas; collects their defects, whether any kept a formula from use, and where parameters stand first."""

    scope: Scope
    defects: list[Defect] = field(default_factory=list)
    parameters: dict[str, Origin] = field(default_factory=dict)
    has_failed: bool = False

    def expressions(
        self,
        formula: Formula,
        place: FormulaPlace,
        *,
        entity: str | None,
        aliases: Mapping[str, Expression] | None = None,
        group: tuple[Expression, ...] | None = None,
    ) -> tuple[Resolved, ...]:
        """Return the expressions of a formula; fewer, or none, where it has defects.

        `group` are the expressions that a read groups by, None where it does not.
        """
        reading = Reading(
            scope=self.scope, place=place, formula=formula, entity=entity, aliases=aliases or {}, defects=self.defects
        )
        found = []
        for phrase in self._phrases(reading):
            resolved = self._resolved(phrase, NOTHING, reading)
            stray = None if resolved is None or group is None else outside_group(resolved.expression, group)
            if stray is not None:
                self.defects.append(self._stray(stray, reading))
                self.has_failed = True
            elif resolved is not None:
                found.append(resolved)
        return tuple(found)

    def expression(
        self,
        formula: Formula,
        place: FormulaPlace,
        *,
        entity: str | None,
        beside: Beside = NOTHING,
    ) -> Expression | None:
        """Return the one expression of a formula; None where it has defects."""
        reading = Reading(scope=self.scope, place=place, formula=formula, entity=entity, defects=self.defects)
        resolved = [self._resolved(phrase, beside, reading) for phrase in self._phrases(reading)]
        return resolved[0].expression if resolved and resolved[0] is not None else None

    def value(
        self,
        formula: Formula,
        place: FormulaPlace,
        *,
        subject: str,
        beside: Beside,
        is_optional: bool,
        entity: str | None = None,
    ) -> Expression | None:
        """Return the expression that gives an attribute its value; None where it has defects or does not fit.

        Where a constant is expected and none can be read, the one finding is about what is meant.
        """
        before = len(self.defects)
        found = self._value(formula, place, subject=subject, beside=beside, is_optional=is_optional, entity=entity)
        if found is None and beside.type is not None and place in (DEFAULT, SET, HINT):
            defect = _misunderstood(formula, place, subject=subject, of=beside.type)
            if defect is not None:
                self.defects[before:] = [defect]
        return found

    def _value(
        self,
        formula: Formula,
        place: FormulaPlace,
        *,
        subject: str,
        beside: Beside,
        is_optional: bool,
        entity: str | None,
    ) -> Expression | None:
        reading = Reading(
            scope=self.scope, place=place, formula=formula, entity=entity, subject=subject, defects=self.defects
        )
        try:
            whole = _whole_value(formula.text, beside.type, place)
        except NotOfType as problem:
            self._misfit(str(problem), beside, reading)
            return None
        if whole is None:
            resolved = [self._resolved(phrase, beside, reading) for phrase in self._phrases(reading)]
            whole = resolved[0].expression if resolved and resolved[0] is not None else None
        return None if whole is None else self._fitting(whole, beside, reading, is_optional=is_optional)

    def _stray(self, path: Path, reading: Reading) -> Defect:
        text, origin = reading.written(path)
        return FieldOutsideGroup(what=reading.place.what, path=text, origin=origin)

    def _phrases(self, reading: Reading) -> tuple[Phrase, ...]:
        try:
            tokens = tokenize(reading.formula.text)
            return mask(tokens, suffixes=reading.place.suffixes, place=reading.at)
        except Untokenizable as problem:
            self.has_failed = True
            reading.report(_explain(problem, reading.at))
        except Broken as problem:
            self.has_failed = True
            reading.report(problem.defect)
        return ()

    def _resolved(self, phrase: Phrase, beside: Beside, reading: Reading) -> Resolved | None:
        from groundplan.plan.resolve.meaning import meaning_of

        before = len(self.defects)
        reading.names.clear()
        expression = meaning_of(phrase, beside=beside, reading=reading)
        survey(expression, reading)
        if divides_by_zero(expression):
            reading.report(DivisionByZero(what=reading.place.what, origin=reading.at(phrase.at)))
        for name, origin in reading.parameters.items():
            self.parameters.setdefault(name, origin)
        if any(not is_harmless(defect) for defect in self.defects[before:]):
            self.has_failed = True
            return None
        return Resolved(
            expression=expression,
            alias=phrase.alias,
            is_descending=phrase.is_descending,
            is_nulls_first=phrase.is_nulls_first,
            origin=reading.at(phrase.at),
        )

    def _fitting(self, value: Expression, beside: Beside, reading: Reading, *, is_optional: bool) -> Expression | None:
        if isinstance(value, Literal) and value.value is None and value != UNKNOWN and not is_optional:
            self._misfit("is no value, and a value is required", beside, reading)
            return None
        of = type_of(value)
        if beside.type is None or of is None:
            return value
        if not are_alike(beside.type, of):
            origin = reading.formula.origin
            self.defects.append(IncomparableTypes(operator=":=", left=beside.type, right=of, origin=origin))
            return None
        number = None if isinstance(value, Literal) else folded(value)
        constant = value if number is None else Literal(number)
        problem = outside(constant, beside.type) if isinstance(constant, Literal) else None
        if problem is not None:
            self._misfit(problem, beside, reading)
            return None
        return value

    def _misfit(self, because: str, beside: Beside, reading: Reading) -> None:
        self.defects.append(
            ValueOutsideType(
                attribute=reading.subject,
                type=beside.type,
                value=reading.formula.text,
                because=because,
                origin=reading.formula.origin,
            )
        )


def _misunderstood(formula: Formula, place: FormulaPlace, *, subject: str, of: AttributeType) -> Defect | None:
    """Return the defect of a text that is no formula but means a constant, or none of its type; None for the rest."""
    is_name = place is SET and _NAME.fullmatch(formula.text.strip()) is not None
    meant = None if is_name and not isinstance(of, Boolean) else meant_formula(formula.text, of)
    if meant is not None:
        return UnquotedValue(
            what=place.what, attribute=subject, type=of, value=formula.text, meant=meant, origin=formula.origin
        )
    because = None if place is SET else why_unmeant(formula.text, of)
    if because is None:
        return None
    return ValueOutsideType(attribute=subject, type=of, value=formula.text, because=because, origin=formula.origin)


def is_harmless(defect: Defect) -> bool:
    """Tell whether a formula can be used in spite of a defect."""
    return isinstance(defect, UnstableCondition) and defect.what == CHECK.what


def _whole_value(text: str, of: Known, place: FormulaPlace) -> Expression | None:
    """Return what a text means that is no expression: a value of an enum, JSON, a list, some words; else None.

    Raises NotOfType for JSON that is broken.
    """
    text = text.strip()
    match of:
        case Enum() if any(known.name == composed(text) for known in of.values):
            return Literal(composed(text), of)
        case Json() if text[:1] in ("{", "[") or _JSON_SCALAR.fullmatch(text):
            return text_constant(text, of)
        case ListOf() if text.startswith("["):
            return list_constant(text, of)
        case Text() if place.takes_words and _WORDS.fullmatch(text):
            return Literal(text, of)
        case _:
            return None


_NAME = re.compile(r"[^\W\d][\w.]*")
_WORDS = re.compile(r"\w+(?: \w+)+")
_JSON_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9.]+|true|false')


def _explain(problem: Untokenizable, at: Callable[[int], Origin]) -> Defect:
    origin = at(problem.at)
    outside_language = _OUTSIDE.get(problem.problem)
    if outside_language is not None:
        construct, instead = outside_language
        return OutsideLanguage(construct=construct, instead=instead, origin=origin)
    expected = _EXPECTED.get(problem.problem, "a name, a value or an operator")
    return UnreadableFormula(found=problem.found, expected=expected, origin=origin)


_OUTSIDE = {
    TokenProblem.COMMENT: ("a comment", "put comments behind # on a line of the plan"),
    TokenProblem.SEVERAL: ("a second statement", "write one expression, without a semicolon"),
    TokenProblem.DOLLAR: ("a dollar sign", "write parameters as :name and texts in single quotes"),
    TokenProblem.HIDDEN: ("a NUL character", "take it out"),
    TokenProblem.LONG_NUMBER: ("a number this long", "give it as a parameter"),
    TokenProblem.LONG_FORMULA: (f"more than {MAX_TOKENS} words and signs", RAW_SQL),
}
_EXPECTED = {
    TokenProblem.UNCLOSED_TEXT: "a second single quote that closes the text",
    TokenProblem.UNCLOSED_NAME: "a second double quote that closes the name",
    TokenProblem.EMPTY_NAME: "a name between the quotes",
}
