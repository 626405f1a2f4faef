"""What only reads have: fields, order, search, nearness and the latest row per group."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from groundplan.base.names import composed
from groundplan.base.origin import PlacedName
from groundplan.plan.access import Latest, Near, Search
from groundplan.plan.formula import Formula
from groundplan.plan.grammar.amounts import DISTANCE
from groundplan.plan.grammar.forms import Flag, Form, Schema, ShortOrLong, Words
from groundplan.plan.grammar.formulas import FormulaForm, FormulaList, formula
from groundplan.plan.grammar.names import name, names
from groundplan.plan.grammar.records import Fields, Key, Record
from groundplan.plan.grammar.report import Report
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Mapping, Node

_FIELD: Form[Formula] = ShortOrLong(
    noun="a field",
    example="count(comments) as comment_count",
    short=FormulaForm(noun="a field", example="author.username"),
    long=Record(
        noun="a field",
        example="{value: count(comments), as: comment_count}",
        kind="field",
        means="A result of a read.",
        keys=(
            Key(
                name="value",
                form=formula("count(comments)"),
                means="An attribute, a path such as `author.username`, or an expression.",
                is_required=True,
            ),
            Key(name="as", form=name("a name", "comment_count"), means="The name of the result.", default="its path"),
        ),
        build=lambda fields: _with_words(fields.get("value"), "as", fields.get("as")),
        take=lambda field: {"value": field},
    ),
    is_short=lambda _field: True,
)

FIELDS = FormulaList(noun="a list of fields", example="[title, author.username]", of=_FIELD)
AGGREGATES = FormulaList(noun="a list of aggregates", example="[avg(value) as mean]", of=_FIELD)


def _with_words(formula: Formula, *words: str | None) -> Formula:
    """Return the formula with words behind it; None as soon as one is missing."""
    return formula if None in words else replace(formula, text=" ".join((formula.text, *filter(None, words))))


def _order(fields: Fields) -> Formula:
    direction = "desc" if fields.get("descending") else None
    nulls = fields.get("nulls")
    ordered = _with_words(fields.get("by"), direction)
    return _with_words(ordered, "nulls", nulls)


_ORDER_KEY: Form[Formula] = ShortOrLong(
    noun="a sort key",
    example="published_at desc",
    short=FormulaForm(noun="a sort key", example="published_at desc"),
    long=Record(
        noun="a sort key",
        example="{by: published_at, descending: true}",
        kind="order",
        means="What rows are sorted by.",
        keys=(
            Key(
                name="by",
                form=formula("published_at"),
                means="An attribute, a path or an expression.",
                is_required=True,
            ),
            Key(name="descending", form=Flag(), means="True for the largest first.", default="false"),
            Key(
                name="nulls",
                form=Words(noun="a place", example="last", kind="places", words={"first": "first", "last": "last"}),
                means="Where rows without a value come.",
                default="last, or first where descending",
            ),
        ),
        build=_order,
        take=lambda key: {"by": key},
    ),
    is_short=lambda _key: True,
)

ORDER = FormulaList(noun="what to sort by", example="published_at desc", of=_ORDER_KEY, is_text_first=True)
GROUP = FormulaList(
    noun="what to group by",
    example="""["date_trunc('hour', at)"]""",
    of=formula("date_trunc('hour', at)"),
)

_MEMBERS = names("the searched attributes", "[title, content]")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchedNames(Form[Search]):
    """Attributes that are searched, in English."""

    noun: str = "the searched attributes"
    example: str = "[title, content]"

    def read(self, node: Node, report: Report, *, subject: str) -> Search | None:
        """Read names."""
        members = _MEMBERS.read(node, report, subject=subject)
        return None if members is None else Search(members=members, origin=node.origin)

    def write(self, value: Search) -> Node:
        """Write names."""
        return _MEMBERS.write(value.members)

    def schema(self) -> Schema:
        """Describe names."""
        return _MEMBERS.schema()


SEARCH: Form[Search] = ShortOrLong(
    noun="a search",
    example="{in: [title, content], language: english}",
    short=SearchedNames(),
    long=Record(
        noun="a search",
        example="{in: [title, content], language: english}",
        kind="search",
        means="Full-text search for `:words`, all of which must match.",
        model=Search,
        keys=(
            Key(
                name="in",
                form=_MEMBERS,
                attribute="members",
                means="The attributes that are searched, by falling weight.",
                is_required=True,
            ),
            Key(
                name="language",
                form=name("a language", "english"),
                means="The language whose word stems are compared, or `simple` for none.",
                default="english",
            ),
        ),
    ),
    is_short=lambda search: search.language == "english",
)

_CENTER = FormulaForm(noun="a point", example='":here"')
_SHORT_NEAR = "{coordinates: ':here', within: 5km}"
_WITHIN = Key(name="within", form=DISTANCE, means="How far away at most.", is_required=True)

_LONG_NEAR: Record[Near] = Record(
    noun="a nearness",
    example=_SHORT_NEAR,
    kind="near",
    means="Rows within a distance of a point, nearest first.",
    model=Near,
    keys=(
        Key(
            name="attribute",
            form=name("an attribute", "coordinates"),
            means="The point of a row.",
            is_required=True,
        ),
        Key(name="center", form=_CENTER, means="The point that it is near to.", is_required=True),
        _WITHIN,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearForm(Form[Near]):
    """An attribute, the point it is near to, and how far away at most: `{coordinates: ":here", within: 5km}`."""

    noun: str = "a nearness"
    example: str = _SHORT_NEAR

    def read(self, node: Node, report: Report, *, subject: str) -> Near | None:
        """Read the form with the attribute as a key, or the one that names it."""
        if not isinstance(node, Mapping):
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        others = [entry for entry in node.entries if entry.key.text != "within"]
        if len(others) != 1 or others[0].key.text in ("attribute", "center"):
            return _LONG_NEAR.read(node, report, subject=subject)
        attribute = others[0].key.text
        short = Record(
            noun=self.noun,
            example=_SHORT_NEAR,
            kind="near",
            means=_LONG_NEAR.means,
            keys=(Key(name=attribute, form=_CENTER, means="", is_required=True), _WITHIN),
            build=lambda fields: Near(
                attribute=PlacedName(composed(attribute), others[0].key.origin),
                center=fields.get(attribute),
                within=fields.get("within"),
                origin=fields.origin,
            ),
        )
        return short.read(node, report, subject=subject)

    def write(self, value: Near) -> Node:
        """Write the attribute as a key, unless that has a meaning of its own."""
        if value.attribute in ("attribute", "center", "within"):
            return _LONG_NEAR.write(value)
        said = {value.attribute: _CENTER.write(value.center), "within": DISTANCE.write(value.within)}
        return nodes.mapping(said, flow=True)

    def schema(self) -> Schema:
        """Describe both."""
        short = {
            "type": "object",
            "properties": {"within": {"description": _WITHIN.means, **DISTANCE.schema()}},
            "additionalProperties": _CENTER.schema(),
            "required": ["within"],
            "minProperties": 2,
            "maxProperties": 2,
        }
        return {"anyOf": [_LONG_NEAR.schema(), short]}

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form that names the attribute."""
        return (_LONG_NEAR,)


LATEST: Record[Latest] = Record(
    noun="a latest row",
    example="{per: device, by: at}",
    kind="latest",
    means="The newest row of each group.",
    model=Latest,
    keys=(
        Key(
            name="per",
            form=name("a name", "device"),
            means="The attribute or relationship that makes the groups.",
            is_required=True,
        ),
        Key(
            name="by",
            form=name("an attribute", "at"),
            means="The attribute by which the newest is found.",
            is_required=True,
        ),
    ),
)
