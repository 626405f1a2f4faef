"""Whatever a plan holds, resolving it gives findings and never an exception; and it is quick."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from groundplan.plan.formula import Formula
from groundplan.plan.model import Plan
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve import resolve
from groundplan.plan.resolve.formulas import Formulas
from groundplan.plan.resolve.places import CHECK, DEFAULT, FIELD, GROUPED_FIELD, ORDER, SET, WHERE
from groundplan.plan.resolve.reading import Beside
from groundplan.plan.scope import Scope
from groundplan.plan.support import not_designed_yet

PLAN = """
entities:
  Post:
    attributes: {title: text, status: "enum(draft, published)", at: timestamp, price: money, meta: json,
                 labels: list of text, during: range of date, ok: bool, end: date, 🙂: int}
  Comment: {attributes: {text: text}}
relationships:
  Comment.post > Post: {inverse: comments}
"""
READING = read_plan_text(PLAN, file="plan.yaml")
assert READING.plan is not None
SCOPE = Scope(READING.plan)
TYPES = [None, *(attribute.type for attribute in READING.plan.entities[0].attributes)]
PLACES = st.sampled_from((WHERE, CHECK, FIELD, GROUPED_FIELD, ORDER, SET, DEFAULT))
PIECES = st.sampled_from(
    (
        "title", "status", "at", "comments", "comments.text", "draft", "'x'", "5", "1.5", ":a", "(", ")", "[",
        "]", ",", "and", "or", "not", "is", "null", "in", "between", "like", "case", "when", "then", "else",
        "end", "=", "<", "+", "-", "*", "/", "%", "||", "@>", "->>", "?", "~", "::", "int", "decimal(9,2)",
        "count(", "max(", "lower(", "any(", "array[", "distinct", "as", "desc", "nulls", "first",
        "extract(year from", "cast(", "at time zone", "true", "now()", "1 day", "interval '1 day'",
        "date '2030-01-01'", "🙂", '"a ""b"""', ".", ";", "--", "/*", "$1", "select", "from", "'", '"',
    )
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60) | st.lists(PIECES, max_size=16).map(" ".join), PLACES, st.sampled_from(TYPES))
@example("(" * 5000, WHERE, None)
@example("not " * 5000 + "ok", WHERE, None)
@example("-" * 3000 + "5", WHERE, None)
@example("- " * 300 + "5", WHERE, None)
@example("1 + " * 400 + "1", WHERE, None)
@example("ok and " * 400 + "ok", WHERE, None)
@example("case when " * 300, WHERE, None)
@example("9" * 5000, DEFAULT, None)
@example("1e999", DEFAULT, None)
@example("[" * 3000, DEFAULT, TYPES[6])
@example('{"a":' * 3000, DEFAULT, TYPES[5])
@example("ok between ok is null and ok", WHERE, None)
def test_any_text_gives_a_meaning_or_findings(text: str, place: object, of: object) -> None:
    formulas = Formulas(scope=SCOPE)
    found = formulas.expressions(Formula(text=text), place, entity="Post")  # type: ignore[arg-type]
    assert found or formulas.defects
    formulas.value(
        Formula(text=text),
        place,  # type: ignore[arg-type]
        subject="Post.x",
        beside=Beside(of),  # type: ignore[arg-type]
        is_optional=True,
        entity="Post",
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.from_type(Plan))
def test_any_plan_gives_findings(plan: Plan) -> None:
    assert all(str(finding) for finding in resolve(plan).diagnostics)
    assert all(str(finding) for finding in not_designed_yet(plan))


ROOT = Path(__file__).parents[3]
EXAMPLES = [
    re.findall(r"\w+|[^\w\s]|\s+", path.read_text(encoding="utf-8"))
    for path in (ROOT / "examples" / "blog.plan.yaml", ROOT / "tests" / "plan" / "reader" / "cases" / "rest.plan.yaml")
]
SLIPS = st.sampled_from(
    (
        "", "'", '"', "{}", "[]", "null", "true", "-1", "1/0", "1e999", "é", "\u200d", "\t", ":", ",", " #", "&a", "*a",
        "- ", "|", "(", ")", "now()", "id", "count(*)", "2024-01-01", "text", "enum()", "enum(a 200%)", "> User", "<>",
        "[1,5)", "list of list", "%", "is null", "in ()", "$1", ";", "--", "\n", "\n      ", "a.b.c", "trues: 5%",
        "= 5", "?", "unique", "computed 1", "~0", "0..", "..0",
    )
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(EXAMPLES), st.data())
def test_a_plan_with_slips_gives_findings(example: list[str], data: st.DataObject) -> None:
    written = list(example)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(written) - 1))
        written[at : at + data.draw(st.integers(0, 1))] = [data.draw(SLIPS)]
    reading = read_plan_text("".join(written), file="plan.yaml")
    if reading.plan is None:
        assert reading.diagnostics
        return
    found = (*reading.diagnostics, *resolve(reading.plan).diagnostics, *not_designed_yet(reading.plan))
    assert all(one.message and one.help and one.origin.line > 0 for one in found)


def large_plan(*, entities: int, formulas: int) -> str:
    lines = ["entities:"]
    for number in range(entities):
        attributes = ", ".join(f"a{one}: {kind}" for one, kind in enumerate(("text", "int", "timestamp?", "bool") * 3))
        lines.append(f"  E{number}: {{attributes: {{{attributes}}}}}")
    lines.append("relationships:")
    lines += [f"  E{number}.next > E{number - 1}: {{inverse: previous}}" for number in range(1, entities)]
    lines.append("access:")
    for number in range(formulas // 2):
        entity = 1 + number % (entities - 2)
        where = "a0 = :a and a1 > 5 and a2 > now() - 1 day and next.a0 like 'x%' and previous.a3"
        lines.append(f'  p{number}: {{read: E{entity}, where: "{where}", order: a2 desc, page: 20}}')
    return "\n".join(lines) + "\n"


def test_a_large_plan_is_resolved_quickly() -> None:
    reading = read_plan_text(large_plan(entities=60, formulas=200), file="plan.yaml")
    assert reading.plan is not None
    resolve(reading.plan)  # the parser is imported on the way
    best = min(_seconds(reading.plan) for _ in range(3))
    assert best < 0.5


def _seconds(plan: Plan) -> float:
    start = time.process_time()
    assert len(resolve(plan).patterns) == 100
    return time.process_time() - start


def test_the_parser_is_imported_only_for_a_formula() -> None:
    program = (
        "import sys; from groundplan.plan.resolve import resolve; from groundplan.plan.rules import RULES; "
        "from groundplan.plan.model import Plan; resolve(Plan(name='empty')); sys.exit('sqlglot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
