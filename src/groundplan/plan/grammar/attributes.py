"""Attributes: `title: text(255) unique`, or a mapping that says the same and more."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from groundplan.base.names import composed, did_you_mean
from groundplan.plan.formula import Formula
from groundplan.plan.grammar.distributions import DISTRIBUTION
from groundplan.plan.grammar.findings import CONFLICTING_KEYS, UNREADABLE_ATTRIBUTE
from groundplan.plan.grammar.forms import Flag, Form, Prose, Schema
from groundplan.plan.grammar.formulas import FormulaForm, FormulaOrJson, formula_at
from groundplan.plan.grammar.names import check_name
from groundplan.plan.grammar.numbers import shown
from groundplan.plan.grammar.quantities import spell_size
from groundplan.plan.grammar.records import Fields, Key, Named, NamedForm, Record
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Cursor, Unreadable
from groundplan.plan.grammar.type_forms import TYPE, sized
from groundplan.plan.grammar.type_texts import parse_type, spell_type, take_size, typical_size
from groundplan.plan.grammar.type_words import WORDS
from groundplan.plan.model import Attribute
from groundplan.plan.types import AttributeType, Distribution, Text
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Entry, Mapping, Node, Scalar

STAND_IN: AttributeType = Text()
"""The type of an attribute whose own type cannot be read, so that whoever names the attribute finds it."""

_WORD = re.compile(r"[^\W\d]\w*")
_PROPERTIES = {"unique": "is_unique", "secret": "is_secret", "optional": "is_optional"}
_HINTS = {
    **dict.fromkeys(("not", "required", "mandatory"), "leave it out: all attributes are required but those with a ?"),
    **dict.fromkeys(("null", "nullable"), "write ? behind the type"),
    **dict.fromkeys(("primary", "pk", "key"), "write key: [...] at the entity"),
    **dict.fromkeys(("default",), "write = and the default at the end"),
    **dict.fromkeys(("references", "ref", "fk"), "write a relationship such as Post.author > User"),
    **dict.fromkeys(("check",), "write checks: {...} at the entity"),
    **dict.fromkeys((">", "<", ">=", "<="), "write bounds as in int(0..), or checks: {...} at the entity"),
    **dict.fromkeys(("[]", "array"), "write list of before the type, as in list of text"),
    **dict.fromkeys(("index", "indexed"), "leave it out: indexes follow from the access patterns"),
}


_LONG: Record[Attribute] = Record(
    noun="an attribute",
    example="{type: text(255), unique: true}",
    kind="attribute",
    means="A fact about an entity.",
    model=Attribute,
    keys=(
        Key(name="about", form=Prose(), means="What it means, in a sentence."),
        Key(name="type", form=TYPE, means="What it can hold.", is_required=True),
        Key(
            name="optional",
            form=Flag(),
            attribute="is_optional",
            means="True where a row can do without it.",
            default="false",
        ),
        Key(
            name="unique",
            form=Flag(),
            attribute="is_unique",
            means="True where no two rows have the same value; several attributes together are `unique` of the entity.",
            default="false",
        ),
        Key(
            name="secret",
            form=Flag(),
            attribute="is_secret",
            means="True where it never appears in audit, history, caches, covering indexes, agent replies or reports.",
            default="false",
        ),
        Key(
            name="default",
            form=FormulaOrJson(noun="a default", example="now()"),
            means="The value of a new row that gives none: an expression without paths, an enum's word, or JSON.",
        ),
        Key(
            name="computed",
            form=FormulaForm(example="count(bids)"),
            means="The expression that it is derived from; how it is kept true is decided.",
        ),
        Key(name="values", form=DISTRIBUTION, means="How its values are spread."),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeForm(NamedForm[Attribute]):
    """An attribute by its name."""

    def read_entry(self, entry: Entry, report: Report) -> Attribute | None:
        """Read a name and either form; a type that cannot be read leaves the attribute with a stand-in."""
        name = composed(entry.key.text)
        subject = f'attribute "{name}"'
        bare = Attribute(name=name, type=STAND_IN, origin=entry.key.origin)
        match entry.value:
            case Mapping():
                fields = _LONG.fields(entry.value, report, subject=subject, name=entry.key)
                attribute = None if fields is None else self._long(fields)
            case Scalar(value=str()) if entry.value.text.strip():
                attribute = self._short(bare, entry.value, report)
            case _:
                report.wrong_shape(entry.value, subject=subject, expected="a type: text(255) or {type: text(255)}")
                attribute = bare
        return attribute if check_name(entry.key, report) else None

    def _long(self, fields: Fields) -> Attribute | None:
        if "type" in fields.places and "type" not in fields.values:
            return Attribute(name=fields.name, type=STAND_IN, origin=fields.origin)
        if fields.get("default") and fields.get("computed"):
            fields.report.add(
                CONFLICTING_KEYS,
                fields.place("default"),
                "a computed attribute has no default",
                help="take either default or computed out",
            )
            del fields.values["default"]
        values = fields.get("values", Distribution())
        if values.nulls:
            if fields.get("optional") is False:
                fields.report.add(
                    CONFLICTING_KEYS,
                    fields.place("values"),
                    "an attribute that is not optional has no nulls",
                    help="take either optional: false or nulls out",
                )
            fields.values["optional"] = True
        return _LONG.built(fields)

    def _short(self, attribute: Attribute, scalar: Scalar, report: Report) -> Attribute:
        cursor = report.cursor(scalar)
        try:
            attribute = replace(attribute, type=parse_type(cursor))
            while not cursor.is_done:
                attribute = replace(attribute, **take_property(cursor, attribute.type))
        except Unreadable as problem:
            report.unreadable(problem, cursor.place)
        return attribute

    def write_entry(self, value: Attribute) -> tuple[str, Node]:
        """Write the short form where it can say all."""
        if value.about is None and value.values == Distribution():
            return value.name, nodes.scalar(spell_attribute(value))
        return value.name, self.write_long(value)

    def write_long(self, value: Attribute) -> Node:
        """Write the long form."""
        said = _LONG.taken(value)
        if value.values.nulls:
            said.pop("optional", None)
        return nodes.mapping(
            {key.name: key.form.write(said[key.name]) for key in _LONG.keys if key.name in said}, flow=True
        )

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the long form."""
        return (_LONG,)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe both forms."""
        short = {
            "type": "string",
            "pattern": rf"^\s*({'|'.join(WORDS)})\b",
            "examples": [example for word in WORDS.values() for example in word.examples],
        }
        return None, {"anyOf": [short, _LONG.schema()]}


def take_property(cursor: Cursor, type_: AttributeType) -> dict[str, Any]:
    """Read what follows a type, one property at a time, as attributes of the model."""
    if cursor.take_mark("?"):
        return {"is_optional": True}
    size = take_size(cursor)
    if size is not None:
        return {"type": sized(type_, size)}
    if cursor.take_mark("="):
        return {"default": _take_formula(cursor, "a default is missing", "write one such as = 0 or = now()")}
    found = cursor.take(_WORD)
    word = found.group() if found else ""
    if word == "computed":
        return {"computed": _take_formula(cursor, "the expression is missing", "write computed count(bids)")}
    if word in _PROPERTIES:
        return {_PROPERTIES[word]: True}
    start = found.start() if found else cursor.at
    advice = _HINTS.get(word.lower() or cursor.rest.split()[0]) or did_you_mean(
        word, (*_PROPERTIES, "computed", "?", "~4KB", "= default"), kind="what can follow a type"
    )
    rest = word or cursor.rest.split()[0]
    return cursor.fail(UNREADABLE_ATTRIBUTE, f"an attribute has no property {shown(rest)}", help=advice, at=start)


def _take_formula(cursor: Cursor, problem: str, advice: str) -> Formula:
    text, start = cursor.take_rest()
    if not text:
        cursor.fail(UNREADABLE_ATTRIBUTE, problem, help=advice)
    return formula_at(text, cursor.place, start)


def spell_attribute(attribute: Attribute) -> str:
    """Spell all but the name, the description and the values of an attribute."""
    size = typical_size(attribute.type)
    parts = [spell_type(attribute.type) + ("?" if attribute.is_optional else "")]
    parts += [] if size is None else [f"~{spell_size(size)}"]
    parts += ["unique"] if attribute.is_unique else []
    parts += ["secret"] if attribute.is_secret else []
    parts += [f"= {attribute.default.text}"] if attribute.default else []
    parts += [f"computed {attribute.computed.text}"] if attribute.computed else []
    return " ".join(parts)


ATTRIBUTES: Named[Attribute] = Named(
    noun="attributes by name",
    example="{title: text(255), slug: slug unique}",
    of=AttributeForm(),
)
