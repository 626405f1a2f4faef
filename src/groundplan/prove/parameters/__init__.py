"""Realistic parameters: values that occur in the sample often, usually and never, and rows that fit in beside it."""

from groundplan.prove.parameters.conditions import (
    ABSENT,
    HOT,
    TYPICAL,
    Case,
    Choice,
    Conditional,
    NoValue,
    choose_constants,
    choose_parameters,
)
from groundplan.prove.parameters.key_parts import Asked, with_key_parts
from groundplan.prove.parameters.spelling import Spelled, spell, spell_all, spell_bulk

__all__ = [
    "ABSENT",
    "HOT",
    "TYPICAL",
    "Asked",
    "Case",
    "Choice",
    "Conditional",
    "NoValue",
    "Spelled",
    "choose_constants",
    "choose_parameters",
    "spell",
    "spell_all",
    "spell_bulk",
    "with_key_parts",
]
