"""Every character of a text leads back to where it stands in the file, however it is written there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.plan.yaml.nodes import Mapping, Scalar, Style, mapping, scalar
from groundplan.plan.yaml.places import places_of
from groundplan.plan.yaml.reader import read_document
from groundplan.plan.yaml.writer import write_document


def check_places(text: str) -> None:
    document = read_document(text, file="plan.yaml").document
    assert document is not None
    assert isinstance(document.root, Mapping)
    found = document.root.entries[0].value
    assert isinstance(found, Scalar)
    place = places_of(found, document.source)
    for offset, character in enumerate(found.text):
        if not character.isspace():
            at = document.source.offset(place(offset))
            assert document.source.text[at] in (character, "\\"), (offset, character)


@pytest.mark.parametrize(
    "text",
    [
        "a: one two",
        "a: one\n  two  \n\n  three",
        "a: >\n  one\n  two\n\n    three\n",
        "a: |2-  # why\n\n    one\n    two\n",
        "a:\n  |\n  one\n   two\n",
        "a: 'it''s   \n  one'",
        r'a: "\u0041 \"b\" \x41c"',
        'a: "one\\\n   two\\n\n\n  three"',
        "{a: one\n  two, b: 1}",
        "a: |\r\n  one\r\n  two\r\n",
    ],
)
def test_each_character_has_its_place(text: str) -> None:
    check_places(text)


@given(
    st.text(st.sampled_from("ab '\"\\\n:é😀"), min_size=1, max_size=30).filter(lambda text: text.strip() == text),
    st.sampled_from(Style),
)
def test_each_character_that_is_written_has_its_place(text: str, style: Style) -> None:
    check_places(write_document(mapping({"a": scalar(text, style=style)})))
