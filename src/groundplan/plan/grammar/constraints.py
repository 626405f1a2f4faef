"""What rows must satisfy: attributes that are unique together, checks, exclusions, and the normal form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from groundplan.base.names import composed, did_you_mean
from groundplan.base.origin import PlacedName
from groundplan.plan.grammar.findings import UNKNOWN_WORD, UNREADABLE_TEXT, WRONG_SHAPE
from groundplan.plan.grammar.forms import Form, Listed, Phrase, Prose, Schema, ShortOrLong, Words
from groundplan.plan.grammar.formulas import NamedFormula, formula
from groundplan.plan.grammar.names import name, names
from groundplan.plan.grammar.records import Key, Named, Record
from groundplan.plan.grammar.report import Report, kind_of
from groundplan.plan.grammar.scan import Cursor
from groundplan.plan.model import Exclusion, NamedCheck, NormalForm, NormalFormWish, UniqueTogether
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence, Style

_OPERATOR = re.compile(r"[-+*/<>=~!@#%^&|`?]{1,8}")  # PostgreSQL manual 4.1.3
_WISH = re.compile(r"(\S+)(\s+because\s+)?")

_TOGETHER = names("the names that are unique together", "[shop, sku]")

_UNIQUE_LONG: Record[UniqueTogether] = Record(
    noun="a unique combination",
    example='{on: [shop, sku], where: "sku is not null"}',
    kind="unique",
    means="Attributes and relationships that are unique together.",
    model=UniqueTogether,
    keys=(
        Key(
            name="on",
            form=_TOGETHER,
            attribute="members",
            means="The attributes and relationships that are unique together.",
            is_required=True,
        ),
        Key(name="where", form=formula("sku is not null"), means="The condition that makes it partial."),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members(Form[UniqueTogether]):
    """Names in brackets that are unique together."""

    noun: str = "names that are unique together"
    example: str = "[shop, sku]"

    def read(self, node: Node, report: Report, *, subject: str) -> UniqueTogether | None:
        """Read a list of names."""
        if not isinstance(node, Sequence):
            report.wrong_shape(node, subject=subject, expected="a list in the list: [[shop, sku]]")
            return None
        members = _TOGETHER.read(node, report, subject=subject)
        return None if members is None else UniqueTogether(members=members, origin=node.origin)

    def write(self, value: UniqueTogether) -> Node:
        """Write a list of names."""
        return _TOGETHER.write(value.members)

    def schema(self) -> Schema:
        """Describe a list of names."""
        return {"type": "array", "items": _TOGETHER.of.schema(), "minItems": 1, "uniqueItems": True}


UNIQUE_ENTRY: Form[UniqueTogether] = ShortOrLong(
    noun="a unique combination",
    example="[shop, sku]",
    short=Members(),
    long=_UNIQUE_LONG,
    is_short=lambda unique: unique.where is None,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UniqueList(Listed[UniqueTogether]):
    """Combinations of names; names that are not in a list of their own are one slip, not many."""

    noun: str = "a list of lists"
    example: str = "[[shop, sku]]"
    of: Form[UniqueTogether] = UNIQUE_ENTRY
    minimum: int = 0

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[UniqueTogether, ...] | None:
        """Read every combination that can be read."""
        if not isinstance(node, Sequence) or not node.items or not all(isinstance(item, Scalar) for item in node.items):
            return Listed.read(self, node, report, subject=subject)
        written = ", ".join(item.text for item in node.items if isinstance(item, Scalar))
        advice = f"write [[{written}]] if they are unique together, or unique behind the type of each attribute"
        report.add(WRONG_SHAPE, node.origin, f"{subject} is a list of names, not of lists", help=advice)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks(Form[tuple[NamedCheck, ...]]):
    """Conditions by name, or a list of conditions with or without names."""

    noun: str = "checks by name"
    example: str = "{dates: starts_at < ends_at}"

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[NamedCheck, ...] | None:
        """Read every condition that can be read."""
        match node:
            case Mapping():
                return _BY_NAME.read(node, report, subject=subject)
            case Sequence():
                return _IN_A_LIST.read(node, report, subject=subject)
            case _:
                report.wrong_shape(node, subject=subject, expected=self.expected)
                return None

    def write(self, value: tuple[NamedCheck, ...]) -> Node:
        """Write a mapping where every check has a name of its own."""
        given = [check.name for check in value if check.name is not None]
        if len(set(given)) == len(value):
            return _BY_NAME.write(value)
        return _IN_A_LIST.write(value)

    def schema(self) -> Schema:
        """Describe both."""
        return {"anyOf": [_BY_NAME.schema(), _IN_A_LIST.schema()]}

    def parts(self) -> tuple[Form[Any], ...]:
        """Return both."""
        return (_BY_NAME, _IN_A_LIST)


_CONDITION = formula("starts_at < ends_at")
_BY_NAME: Named[NamedCheck] = Named(
    noun="checks by name",
    example="{dates: starts_at < ends_at}",
    of=NamedFormula(
        of=_CONDITION,
        make=lambda name, condition, origin: NamedCheck(name=name, formula=condition, origin=origin),
        take=lambda check: (check.name or "", check.formula),
    ),
    is_block=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamelessCheck(Form[NamedCheck]):
    """A condition without a name."""

    noun: str = "a condition"
    example: str = "starts_at < ends_at"

    def read(self, node: Node, report: Report, *, subject: str) -> NamedCheck | None:
        """Read a condition."""
        condition = _CONDITION.read(node, report, subject=subject)
        return None if condition is None else NamedCheck(name=None, formula=condition, origin=condition.origin)

    def write(self, value: NamedCheck) -> Node:
        """Write the condition."""
        return _CONDITION.write(value.formula)

    def schema(self) -> Schema:
        """Describe a condition."""
        return _CONDITION.schema()


_IN_A_LIST = Listed(
    noun="a list of checks",
    example='["starts_at < ends_at"]',
    of=ShortOrLong(
        noun="a check",
        example='"starts_at < ends_at"',
        short=NamelessCheck(),
        long=Record(
            noun="a check",
            example="{name: dates, check: starts_at < ends_at}",
            kind="check",
            means="A condition that every row satisfies.",
            model=NamedCheck,
            build=lambda fields: NamedCheck(name=fields.get("name"), formula=fields.get("check"), origin=fields.origin),
            keys=(
                Key(name="name", form=name("a name", "dates"), means="The name of the constraint.", default="chosen"),
                Key(
                    name="check",
                    form=_CONDITION,
                    attribute="formula",
                    means="The condition, over attributes of the same row.",
                    is_required=True,
                ),
            ),
        ),
        is_short=lambda check: check.name is None,
    ),
    minimum=0,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExclusionForm(Form[Exclusion]):
    """Members and operators: no two rows for which every pair holds."""

    noun: str = "an exclusion"
    example: str = '{room: "=", during: "&&"}'

    def read(self, node: Node, report: Report, *, subject: str) -> Exclusion | None:
        """Read names and operators."""
        if not isinstance(node, Mapping) or not node.entries:
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        members: list[tuple[str, str]] = []
        for entry in node.entries:
            operator = entry.value.text.strip() if isinstance(entry.value, Scalar) else ""
            if _OPERATOR.fullmatch(operator):
                members.append((PlacedName(composed(entry.key.text), entry.key.origin), operator))
            else:
                found = kind_of(entry.value) if not operator else f'"{operator}"'
                advice = 'write "=" for equal or "&&" for overlapping values'
                report.add(UNREADABLE_TEXT, entry.value.origin, f"{found} is no operator", help=advice)
        return Exclusion(members=tuple(members), origin=node.origin) if len(members) == len(node.entries) else None

    def write(self, value: Exclusion) -> Node:
        """Write names and operators."""
        operators = {name: nodes.scalar(operator, style=Style.DOUBLE) for name, operator in value.members}
        return nodes.mapping(operators, flow=True)

    def schema(self) -> Schema:
        """Describe a mapping from names to operators."""
        operator = {"type": "string", "pattern": r"^\s*[-+*/<>=~!@#%^&|`?]{1,8}\s*$"}
        return {"type": "object", "additionalProperties": operator, "minProperties": 1}


EXCLUDE = Listed(
    noun="a list of exclusions",
    example='[{room: "=", during: "&&"}]',
    of=ExclusionForm(),
    allows_one=True,
    minimum=0,
)

NORMAL_FORM = Words(
    noun="a normal form",
    example="BCNF",
    kind="normal forms",
    words={form.value: form for form in NormalForm},
)


def parse_wish(cursor: Cursor) -> NormalFormWish:
    """Read a normal form with its reason: `BCNF`, `2NF because the report reads it whole`."""
    found = cursor.take(_WISH)
    word = found.group(1) if found else ""
    if word not in NORMAL_FORM.words:
        advice = did_you_mean(word, NORMAL_FORM.words, kind=NORMAL_FORM.kind)
        cursor.fail(UNKNOWN_WORD, f'"{word}" is no normal form', help=advice, at=found.start() if found else 0)
    because, _ = cursor.take_rest()
    if bool(because) != bool(found and found.group(2)):
        advice = 'write one such as "2NF because the report reads it whole"'
        cursor.fail(UNREADABLE_TEXT, "the reason of a normal form follows the word because", help=advice, at=0)
    return NormalFormWish(form=NORMAL_FORM.words[word], because=because or None)


WISH: Form[NormalFormWish] = ShortOrLong(
    noun="a normal form",
    example="BCNF",
    short=Phrase(
        noun="a normal form",
        example="2NF because the report reads it whole",
        parse=parse_wish,
        spell=lambda wish: f"{wish.form.value} because {wish.because}" if wish.because else wish.form.value,
        pattern=rf"^\s*({'|'.join(NORMAL_FORM.words)})(\s+because\s+\S[\s\S]*)?\s*$",
    ),
    long=Record(
        noun="a normal form",
        example="{form: 2NF, because: the report reads it whole}",
        kind="normal_form",
        means="The normal form that the relations of an entity must reach.",
        model=NormalFormWish,
        keys=(
            Key(name="form", form=NORMAL_FORM, means="The normal form.", is_required=True),
            Key(name="because", form=Prose(), means="Why a lower one is wanted: a deliberate denormalization."),
        ),
    ),
    is_short=lambda _wish: True,
)
