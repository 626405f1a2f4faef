"""The two examples that the language was designed by, word for word, as complete plans."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundplan.base.diagnostics import Diagnostic
from groundplan.plan.reader import read_plan
from groundplan.plan.resolve import resolve
from groundplan.plan.support import not_designed_yet

EXAMPLES = Path(__file__).parent / "reader" / "cases"

REFERRED_TO = """
plan: rest
targets: {postgres: 18}
include: rest.plan.yaml
entities:
  Shop: {attributes: {name: text}}
  Bid: {attributes: {amount: money}}
  Room: {attributes: {name: text}}
  Device: {attributes: {serial: text unique}}
  Ticket: {attributes: {title: text}}
  Message: {attributes: {text: text}}
  Attachment: {attributes: {url: url}}
relationships:
  Item.shop > Shop: {inverse: items}
  Booking.room > Room: {}
  Bid.item > Item: {inverse: bids}
access:
  add_bid: {insert: Bid}
"""
"""The entities and relationships that the second example names, and the pattern that its transaction begins with."""

OWN = {
    "      sku:        text(20)\n": "      starts_at:  timestamp\n      ends_at:    timestamp\n",
    '    exclude: [{room: "=", during: "&&"}]\n': "    attributes: {during: range of timestamp}\n",
}
"""Attributes that the second example names within its own entities, by the line of it that they are written behind."""


def findings(path: Path) -> list[Diagnostic]:
    reading = read_plan(path)
    assert reading.plan is not None
    return [*reading.diagnostics, *resolve(reading.plan).diagnostics, *not_designed_yet(reading.plan)]


def test_the_first_example_is_designed_whole() -> None:
    assert [found.code for found in findings(EXAMPLES / "blog.plan.yaml")] == []


@pytest.fixture
def second(tmp_path: Path) -> Path:
    text = (EXAMPLES / "rest.plan.yaml").read_text(encoding="utf-8")
    for line, more in OWN.items():
        assert text.count(line.rstrip("\n")) == 1
        at = text.index("\n", text.index(line.rstrip("\n"))) + 1
        text = text[:at] + more + text[at:]
    (tmp_path / "rest.plan.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "whole.plan.yaml").write_text(REFERRED_TO, encoding="utf-8")
    return tmp_path / "whole.plan.yaml"


def test_the_second_example_says_nothing_wrong(second: Path) -> None:
    found = findings(second)
    assert {one.code for one in found} == {"PL900"}
    assert [one.message.removesuffix(" not designed yet") for one in found] == [
        'the tenant of "Item" is',
        'the computed attribute "Item.nb_of_bids" is',
        'a dependency within "Order" is',
        'the retention of "Reading" is',
        'the rollup "hourly" is',
        'the polymorphic relationship "Attachment.subject" to Ticket | Message is',
    ]


def test_an_update_of_what_is_computed_needs_its_transaction(second: Path) -> None:
    included = second.parent / "rest.plan.yaml"
    text = included.read_text(encoding="utf-8")
    included.write_text(text.replace("steps: [add_bid, bump]", "steps: [add_bid]"), encoding="utf-8")
    assert [one.code for one in findings(second) if one.code != "PL900"] == ["PL165"]
