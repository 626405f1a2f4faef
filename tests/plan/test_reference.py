"""The reference of the language: fresh, complete, and every example in it reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from groundplan.plan.grammar.type_words import TYPE_WORDS
from groundplan.plan.grammar.walk import every_record
from groundplan.plan.reader import read_plan
from groundplan.plan.reference import language_reference
from groundplan.plan.reference.page import every_section
from groundplan.plan.types import AttributeType, ElementType

ROOT = Path(__file__).parents[2]


def test_the_page_is_fresh() -> None:
    assert (ROOT / "docs" / "plan-language.md").read_text(encoding="utf-8") == language_reference()


def test_every_record_has_its_section() -> None:
    shown = [kind for section in every_section() for kind in section.kinds]
    assert sorted(shown) == sorted(record.kind for record in every_record())


CHAPTERS = re.split(r"\n(?=## )", language_reference())


@pytest.mark.parametrize("chapter", [one for one in CHAPTERS if "```" in one], ids=lambda one: one.splitlines()[0])
def test_every_example_reads(chapter: str, tmp_path: Path) -> None:
    found = re.findall(r"```(\S*)(?: (\S+))?\n(.*?)```", chapter, re.DOTALL)
    assert {language for language, _, _ in found} == {"yaml"}
    for _, name, text in found:
        (tmp_path / (name or "plan.yaml")).write_text(text, encoding="utf-8")
    reading = read_plan(tmp_path / "plan.yaml")
    assert reading.diagnostics == ()
    assert reading.plan is not None
    assert reading.plan.entities or reading.plan.name == "shop"


def test_every_type_is_shown() -> None:
    models = get_args(ElementType) + tuple(
        kind for kind in get_args(AttributeType) if kind not in get_args(ElementType)
    )
    assert {word.model for word in TYPE_WORDS} == set(models)
    page = language_reference()
    for word in TYPE_WORDS:
        assert f"| `{word.word}` | {word.means} |" in page


@pytest.mark.parametrize("key", [key for record in every_record() for key in record.keys], ids=lambda key: key.name)
def test_every_key_is_described_in_a_sentence(key) -> None:
    assert key.means.endswith(".")
    assert key.means[0].isupper()
    assert not key.default or not key.default.endswith(".")
    assert not (key.default and key.is_required)
