"""What formulas mean, from Markdown: formulas, and a line for the meaning of each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from groundplan.base.origin import Origin, Stretches
from groundplan.plan.defects import Defect, IncomparableTypes
from groundplan.plan.expressions import (
    Aggregate,
    AnyOf,
    Binary,
    Call,
    Case,
    Cast,
    Every,
    Expression,
    In,
    IsNull,
    Literal,
    Local,
    Negative,
    Not,
    Parameter,
)
from groundplan.plan.expressions import Path as PlanPath
from groundplan.plan.formula import Formula
from groundplan.plan.kinds import type_word
from groundplan.plan.reader import read_plan_text
from groundplan.plan.resolve.formulas import Formulas
from groundplan.plan.resolve.places import FIELD, WHERE
from groundplan.plan.scope import Scope, inverse_name

PLAN = """
entities:
  User: {attributes: {username: text}}
  Post:
    attributes:
      title: text
      status: enum(draft, published)
      published_at: timestamp?
      price: money
      rating: int
      meta: json
      labels: list of text
      during: range of timestamp
      is_open: bool
      is_new: bool?
  Tag: {attributes: {name: text}}
  Comment: {attributes: {text: text}}
  Odd:
    attributes:
      {end: timestamp, desc: int, order: int, from: date, select: text, user: text, 🙂: bool, 'my "name"': int}
relationships:
  Post.author > User: {inverse: posts}
  Post.tags <> Tag: {inverse: posts}
  Comment.post > Post: {inverse: comments}
  Comment.author > User: {inverse: comments}
"""
READING = read_plan_text(PLAN, file="plan.yaml")
assert READING.plan is not None
SCOPE = Scope(READING.plan)
CODES: dict[type[Defect], str] = {IncomparableTypes: "PL106"}
SECTION = re.compile(
    r"## (?P<title>[^\n]+)\n\n```sql\n(?P<formulas>.*?)```\n\n```text\n(?P<meanings>.*?)```\n", re.DOTALL
)


def cases() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    content = Path(__file__).with_name("meanings.md").read_text(encoding="utf-8")
    sections = list(SECTION.finditer(content))
    if len(sections) != content.count("\n## "):
        raise ValueError("a section is not of the form of the others")
    for section in sections:
        formulas, meanings = section["formulas"].splitlines(), section["meanings"].splitlines()
        found += zip(formulas, meanings, strict=True)
    return found


def typed(of: object) -> str:
    return "?" if of is None else type_word(of)  # type: ignore[arg-type]


def shown(expression: Expression, *, is_inner: bool = False) -> str:
    inner = [shown(part, is_inner=True) for part in parts_of(expression)]
    match expression:
        case PlanPath():
            return path_shown(expression)
        case Literal(value=str() as value):
            return f"'{value}':{typed(expression.type)}"
        case Literal():
            return f"{expression.value}:{typed(expression.type)}"
        case Parameter():
            like = "" if expression.like is None else f"~{path_shown(expression.like)}"
            return f":{expression.name}:{typed(expression.type)}{like}"
        case Binary():
            text = f"{inner[0]} {expression.operator.value} {inner[1]}"
            return f"({text})" if is_inner else text
        case Every() | AnyOf():
            parts = "; ".join(shown(part) for part in expression.parts)
            return f"{'And' if isinstance(expression, Every) else 'Or'}[{parts}]"
        case Not():
            return f"Not({shown(expression.operand)})"
        case Negative():
            return f"Neg({inner[0]})"
        case IsNull():
            return f"{'NotNull' if expression.is_negated else 'IsNull'}({inner[0]})"
        case In():
            return f"{'NotIn' if expression.is_negated else 'In'}({inner[0]}; {', '.join(inner[1:])})"
        case Call():
            return f"{expression.function}({', '.join(inner)})"
        case Aggregate():
            distinct = "distinct " if expression.is_distinct else ""
            return f"{expression.function}{{{distinct}{inner[0] if inner else '*'}}}"
        case Case():
            return f"Case({', '.join(shown(part) for part in parts_of(expression))})"
        case Cast():
            return f"Cast({inner[0]}; {typed(expression.type)})"
        case Local():
            return expression.name


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    from groundplan.plan.expressions import children

    return children(expression)


def path_shown(path: PlanPath) -> str:
    words = []
    for hop in path.hops:
        relationship = SCOPE.relationship(hop.relationship)
        words.append(f"^{inverse_name(relationship)}" if hop.is_inverse else relationship.name)
    return ".".join([path.entity, *words, path.attribute or "*"])


@pytest.mark.parametrize(("formula", "meaning"), cases(), ids=lambda text: text)
def test_meaning(formula: str, meaning: str) -> None:
    formulas = Formulas(scope=SCOPE)
    entity = "Odd" if "Odd." in meaning else "Post"
    found = formulas.expression(Formula(text=formula), WHERE, entity=entity)
    if found is None:
        assert "! " + " ".join(CODES[type(defect)] for defect in formulas.defects) == meaning
    else:
        assert shown(found) == meaning


@pytest.mark.parametrize(
    ("formula", "meanings"),
    [
        ("count(comments)", ["count{Post.^comments.*}"]),
        ("count(distinct tags.name) as n, title", ["count{distinct Post.tags.name} as n", "Post.title"]),
        ("max(comments.created_at) as last", ["max{Post.^comments.created_at} as last"]),
        ("sum(comments.author.posts.price * 2)", ["sum{(Post.^comments.author.^posts.price * 2:decimal)}"]),
        ("tags.name", ["Post.tags.name"]),
        ('title as "a b"', ["Post.title as a b"]),
    ],
)
def test_fields(formula: str, meanings: list[str]) -> None:
    formulas = Formulas(scope=SCOPE)
    found = formulas.expressions(Formula(text=formula), FIELD, entity="Post")
    assert not formulas.defects
    assert [shown(one.expression) + (f" as {one.alias}" if one.alias else "") for one in found] == meanings


def test_a_finding_points_at_the_character() -> None:
    formulas = Formulas(scope=SCOPE)
    formula = Formula(text="title = :t and author.usrname = :x", origin=Origin("plan.yaml", 7, 12))
    assert formulas.expression(formula, WHERE, entity="Post") is None
    assert [defect.origin for defect in formulas.defects] == [Origin("plan.yaml", 7, 34)]


def test_a_finding_points_into_the_line_that_holds_the_character() -> None:
    formulas = Formulas(scope=SCOPE)
    begin = Origin("plan.yaml", 7, 12)
    stretches = Stretches(((0, begin), (11, Origin("plan.yaml", 8, 5))))
    formulas.expression(
        Formula(text="title = :t and nme = :x", origin=begin, stretches=stretches), WHERE, entity="Post"
    )
    assert [defect.origin for defect in formulas.defects] == [Origin("plan.yaml", 8, 9)]
