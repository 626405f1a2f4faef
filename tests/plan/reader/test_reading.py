"""What holds for every reading: nothing raises, all is found at once, and large plans are read fast."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.base.errors import SourceUnreadable
from groundplan.plan.grammar.walk import every_record
from groundplan.plan.reader import PlanReading, read_plan, read_plan_text
from groundplan.plan.writer import write_plan
from groundplan.plan.yaml.nodes import Node, mapping, sequence
from groundplan.plan.yaml.writer import write_document

CASES = Path(__file__).parent / "cases"
EXAMPLES = [path.read_text(encoding="utf-8") for path in sorted(CASES.glob("*.plan.yaml"))]
thorough = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))

KEYS = tuple(dict.fromkeys(key.name for record in every_record() for key in record.keys))
WORDS = (
    "User", "Post", "Post.author > User", "a", "a.b", "email unique", "text(3", "enum(a 10%, b)", "list of", "2M", "-5",
    "3%", "3%/month", "5/s", "90 days", "90 days by at", "5km", "a -> b", "join: [a], [b]", "join: [", "->", "zipf",
    "2NF because", "in order", "soft", "hot", "null", "5ms", "9" * 5000, "1e999", "99.9.9", "٣", "²", "5²K", "%", "'",
    '"', "(", "🚗", "a, b", ",", "=", "text =", "text ~", "text ?? unique", "decimal(1e9,2)", "int(1..2..3)",
    "vector(99999999999999999999)", "enum(a (b))", "range of range of int", "list of list", "? ? ?", "~ ~", "a | b",
)  # fmt: skip
scalars = st.sampled_from(WORDS) | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
keys = st.sampled_from((*KEYS, *KEYS, *WORDS)).filter(lambda key: len(key) < 100)


def collections(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(children, max_size=3) | st.dictionaries(keys, children, max_size=4)


def node(value: Any) -> Node | str | int | float | bool | None:
    if isinstance(value, dict):
        return mapping({key: node(inner) for key, inner in value.items()})
    return sequence(map(node, value)) if isinstance(value, list) else value


trees = st.recursive(scalars, collections, max_leaves=25)
sections = st.dictionaries(
    st.sampled_from([key.name for key in every_record()[0].keys]),
    st.dictionaries(keys, trees, max_size=3) | trees,
    max_size=5,
)


def sound(reading: PlanReading) -> None:
    """A plan without findings is one that can be written and read again."""
    assert (reading.plan is None) <= bool(reading.diagnostics)
    for found in reading.diagnostics:
        assert found.message
        assert found.help
        assert (found.origin.line, found.origin.column) >= (1, 1)
    if reading.plan is not None:
        again = read_plan_text(write_plan(reading.plan), file="again.yaml")
        assert again.diagnostics == ()
        assert again.plan == reading.plan


@given(said=sections)
@thorough
def test_whatever_stands_under_the_keys_is_read_or_found_wrong(said: dict[str, Any]) -> None:
    root = node(said)
    assert not isinstance(root, str | int | float | None)
    sound(read_plan_text(write_document(root), file="any.yaml"))


@given(
    text=st.sampled_from(EXAMPLES),
    cuts=st.lists(
        st.tuples(
            st.floats(0, 1), st.integers(0, 12), st.sampled_from((*WORDS[:30], "", ":", "\n", "  ", "{", "]", "#", "?"))
        ),
        min_size=1,
        max_size=3,
    ),
)
@thorough
def test_a_plan_with_slips_is_read_or_found_wrong(text: str, cuts: list[tuple[float, int, str]]) -> None:
    for place, length, instead in cuts:
        at = int(place * len(text))
        text = text[:at] + instead + text[at + length :]
    sound(read_plan_text(text, file="any.yaml"))


def test_a_plan_with_errors_holds_all_that_could_be_read() -> None:
    reading = read_plan_text(
        """
entities:
  User: {attributes: {email: emial, name: text(50), age: int uniqe}, rows: many}
  Post: {attributes: {title: text(255)}}
access:
  users: {read: User, page: none, where: name = :name}
  broken: {where: a = 1}
""",
        file="plan.yaml",
    )
    assert [found.code for found in reading.diagnostics] == ["PL028", "PL030", "PL026", "PL026", "PL035"]
    assert reading.plan is not None
    assert [[attribute.name for attribute in entity.attributes] for entity in reading.plan.entities] == [
        ["email", "name", "age"],
        ["title"],
    ]
    assert [pattern.name for pattern in reading.plan.access] == ["users"]


def test_there_is_no_plan_without_a_mapping() -> None:
    assert read_plan_text("- a\n", file="plan.yaml").plan is None
    assert read_plan_text("a: [\n", file="plan.yaml").plan is None
    assert read_plan_text("", file="plan.yaml").plan is None


def test_a_plan_is_named_for_its_file_where_it_does_not_say() -> None:
    named = [read_plan_text("entities: {}\n", file=file).plan for file in ("shop.plan.yaml", "a/b.yaml", "<text>", "")]
    assert [plan.name for plan in named if plan] == ["shop", "b", "text", "plan"]


def test_a_missing_file_is_a_broken_call(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreadable):
        read_plan(tmp_path / "missing.yaml")


def test_findings_of_yaml_and_of_the_language_come_together() -> None:
    reading = read_plan_text("entities:\n  User: {}\n  User: {}\n  no: {rwos: 5}\n  1: {}\n", file="plan.yaml")
    assert [found.code for found in reading.diagnostics] == ["PL004", "PL021", "PL005"]
    assert reading.plan is not None
    assert [entity.name for entity in reading.plan.entities] == ["User", "no", "1"]


def test_reading_loads_no_package_that_only_later_stages_need() -> None:
    script = "import sys, groundplan.plan.reader, groundplan.plan.writer; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = {name.partition(".")[0] for name in run.stdout.split()}
    assert "groundplan" in loaded
    assert not loaded & {"pydantic", "sqlglot", "jsonschema", "psycopg", "typer", "rich"}


def large_plan() -> str:
    """A plan of 1.2 MB: the attributes, relationships and patterns of a thousand and more entities."""
    entities, relationships, access = [], [], []
    for n in range(2050):
        entities.append(
            f"  Entity{n}:\n    about: The thing with number {n}.\n    rows: {{now: {n + 1}K, growth: 3%/month}}\n"
            "    attributes:\n      email:  email unique\n      name:   text(3..50)\n"
            "      status: enum(a 10%, b 85%, c 5%) = a\n"
            "      price:  decimal(10,2)?\n      at:     {type: timestamp, values: {arrives: in order, late: 5 min}}\n"
        )
        relationships.append(
            f"  Entity{n}.parent > Entity{n // 2}?: {{inverse: children, inverse_fanout: {{p50: 2, max: 20K}}}}\n"
        )
        access.append(
            f"  read_{n}: {{read: Entity{n}, where: email = :email, one: true, fields: [name, status], rate: 5/s}}\n"
            f"  page_{n}: {{read: Entity{n}, where: status = 'a', order: at desc, page: 20, target: 50ms}}\n"
        )
    sections = {"entities": entities, "relationships": relationships, "access": access}
    return "plan: large\n" + "".join(f"{name}:\n{''.join(parts)}" for name, parts in sections.items())


def test_a_large_plan_is_read_fast() -> None:
    """1.5 s on a quiet machine; the processor's time, and some room, because tests share it."""
    text = large_plan()
    assert 1_150_000 < len(text) < 1_300_000
    start = time.process_time()
    reading = read_plan_text(text, file="large.plan.yaml")
    assert time.process_time() - start < 3
    assert reading.diagnostics == ()
    assert reading.plan is not None
    assert len(reading.plan.entities) == 2050
