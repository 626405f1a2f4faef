"""Relationships: `Post.author > User: {inverse: posts}`, or the same with the target as a key."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NoReturn

from groundplan.plan.grammar.amounts import COUNT
from groundplan.plan.grammar.attributes import ATTRIBUTES
from groundplan.plan.grammar.findings import (
    CONFLICTING_KEYS,
    MISSING_KEY,
    REPEATED_MEMBER,
    UNREADABLE_RELATIONSHIP,
)
from groundplan.plan.grammar.forms import Atom, Flag, Form, Prose, Schema, ShortOrLong, Words
from groundplan.plan.grammar.names import name, names
from groundplan.plan.grammar.quoted_names import Token, spell_name, tokens
from groundplan.plan.grammar.records import Fields, Key, Named, NamedForm, Record
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Cursor, Unreadable
from groundplan.plan.model import Arrow, ReferentialAction, Relationship
from groundplan.plan.quantities import Fanout
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Entry, Node

KINDS: dict[str, Arrow] = {
    "n:1": Arrow.MANY_TO_ONE,
    "1:n": Arrow.ONE_TO_MANY,
    "1:1": Arrow.ONE_TO_ONE,
    "n:m": Arrow.MANY_TO_MANY,
    **{arrow.value: arrow for arrow in Arrow},
}
"""The kinds of relationships by number and by arrow."""

_MARKS = re.compile(r"<>|[-=]+>|<[-=]+|<|>|\s-(?=\s)|\.|\||\?")
_ARROWS = {arrow.value: arrow for arrow in Arrow}
_ADVICE = (
    "write source.name, an arrow and the target: Post.author > User (n:1), User.posts < Post (1:n), "
    "Profile.user - User (1:1), Post.tags <> Tag (n:m); a ? behind the target makes it optional"
)
_HEAD = ("to", "kind", "optional")
_BARE = r'("([^"]|"")+"|[^".<>|?]+)'


def _fanout(fields: Fields) -> Fanout:
    fields.check_rising("p50", "p99", "max")
    return Fanout(p50=fields.get("p50"), p99=fields.get("p99"), max=fields.get("max"))


FANOUT: Form[Fanout] = ShortOrLong(
    noun="a fan-out",
    example="{p50: 3, p99: 400, max: 20K}",
    short=Atom(
        noun="a fan-out",
        example="3",
        parse=lambda text: Fanout(p50=COUNT.parse(text)),
        spell=lambda fanout: COUNT.spell(fanout.p50 or 0),
        pattern=COUNT.pattern,
        is_number=True,
    ),
    long=Record(
        noun="a fan-out",
        example="{p50: 3, p99: 400, max: 20K}",
        kind="fanout",
        means="How many there are per one.",
        keys=(
            Key(name="p50", form=COUNT, means="The median.", example="3"),
            Key(name="p99", form=COUNT, means="The 99th percentile.", example="400"),
            Key(name="max", form=COUNT, means="The most.", example="20K"),
        ),
        build=_fanout,
        take=lambda fanout: {"p50": fanout.p50, "p99": fanout.p99, "max": fanout.max},
    ),
    is_short=lambda fanout: fanout == Fanout(p50=fanout.p50) and fanout.p50 is not None,
)

ACTION = Words(
    noun="a referential action",
    example="cascade",
    kind="actions",
    words={action.value: action for action in ReferentialAction},
)

_FANOUT_DEFAULT = "sources and targets spread evenly, as a listed assumption"

_BODY: Record[Relationship] = Record(
    noun="a relationship",
    example="{inverse: posts}",
    kind="relationship",
    means="How two entities belong together. The key says source, name, arrow and target.",
    model=Relationship,
    allows_nothing=True,
    keys=(
        Key(name="about", form=Prose(), means="What it means, in a sentence."),
        Key(
            name="to",
            form=names("the target", "User"),
            attribute="targets",
            means="The target, or several of which each source has one; only where the key has no arrow.",
        ),
        Key(
            name="kind",
            form=Words(noun="a kind", example="n:1", kind="kinds", words=KINDS),
            attribute="arrow",
            means="How many sources and targets it joins; only where the key has no arrow.",
            default="n:1",
        ),
        Key(
            name="optional",
            form=Flag(),
            attribute="is_optional",
            means="True where a source can do without a target; only where the key has no arrow.",
            default="false",
        ),
        Key(
            name="inverse",
            form=name("a name", "posts"),
            means="The name by which the target reaches its sources in paths.",
        ),
        Key(
            name="fanout",
            form=FANOUT,
            means="Targets per source, as the relationship is written; on n:1 and 1:1 it follows from the arrow.",
            default=_FANOUT_DEFAULT,
        ),
        Key(name="inverse_fanout", form=FANOUT, means="Sources per target.", default=_FANOUT_DEFAULT),
        Key(
            name="on_delete",
            form=ACTION,
            means="What happens to the source when its target is deleted.",
            default="cascade for a link, set null where optional, else restrict",
        ),
        Key(
            name="on_update",
            form=ACTION,
            means="What happens to the source when the key of its target changes.",
            default="no action",
        ),
        Key(
            name="same",
            form=name("a relationship", "post"),
            means="Another relationship that both sides must agree on: a reply stays under the post of its parent.",
        ),
        Key(name="attributes", form=ATTRIBUTES, means="The attributes of an n:m link."),
    ),
)


def parse_key(cursor: Cursor) -> dict[str, Any]:
    """Read `Post.author > User?`, or `Post.author` alone, as attributes of the model."""
    found = list(tokens(cursor, marks=_MARKS, rule=UNREADABLE_RELATIONSHIP, advice=_ADVICE))
    if not _are(found[:3], "n", ".", "n"):
        _fail(cursor, found, 'a relationship begins with its source and name, as in "Post.author"')
    said: dict[str, Any] = {"source": found[0].placed(cursor.place), "name": found[2].text}
    if len(found) == 3:
        return said
    arrow = found[3]
    if arrow.is_name or arrow.text not in _ARROWS:
        _fail(cursor, found[3:], f'an arrow is expected here, not "{arrow.text}"')
    targets = found[4:]
    if targets and not targets[-1].is_name and targets[-1].text == "?":
        said["is_optional"] = True
        targets = targets[:-1]
    if not targets:
        _fail(cursor, found[3:], "the target is missing")
    for at, token in enumerate(targets):
        if token.is_name == bool(at % 2) or (at % 2 and token.text != "|"):
            _fail(cursor, targets[at:], f'"{token.text}" is unexpected here')
    if len(targets) % 2 == 0:
        _fail(cursor, targets[-1:], "a target is missing behind |")
    seen: list[str] = []
    for token in targets[::2]:
        if token.text in seen:
            advice = "take one of them out"
            cursor.fail(REPEATED_MEMBER, f'"{token.text}" is a target twice', help=advice, at=token.offset)
        seen.append(token.placed(cursor.place))
    return {**said, "arrow": _ARROWS[arrow.text], "targets": tuple(seen)}


def _are(found: list[Token], *expected: str) -> bool:
    return [("n" if token.is_name else token.text) for token in found] == list(expected)


def _fail(cursor: Cursor, found: list[Token], message: str) -> NoReturn:
    cursor.fail(UNREADABLE_RELATIONSHIP, message, help=_ADVICE, at=found[0].offset if found else 0)


def spell_key(relationship: Relationship) -> str:
    """Spell source, name, arrow and targets."""
    targets = " | ".join(spell_name(target) for target in relationship.targets)
    label = f"{spell_name(relationship.source)}.{spell_name(relationship.name)}"
    return f"{label} {relationship.arrow.value} {targets}{'?' if relationship.is_optional else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelationshipForm(NamedForm[Relationship]):
    """A relationship, whose key says most of it."""

    def read_entry(self, entry: Entry, report: Report) -> Relationship | None:
        """Read the key and what is said beside it."""
        said: dict[str, Any] | None = None
        cursor = report.cursor(entry.key)
        try:
            said = parse_key(cursor)
        except Unreadable as problem:
            report.unreadable(problem, cursor.place)
        fields = _BODY.fields(entry.value, report, subject=f'relationship "{entry.key.text}"')
        if said is None or fields is None:
            return None
        fields.origin = entry.key.origin
        if "arrow" not in said:
            return self._long(fields, said)
        for key in _HEAD:
            if key in fields.places:
                message = f'"{key}" is said twice: the arrow says it too'
                report.add(CONFLICTING_KEYS, fields.place(key), message, help=f"take {key} or the arrow out")
        beside = {key: value for key, value in fields.values.items() if key not in _HEAD}
        return Relationship(**said, **beside, origin=fields.origin)

    def _long(self, fields: Fields, said: dict[str, Any]) -> Relationship | None:
        if "to" not in fields.places:
            label = f"{said['source']}.{said['name']}"
            message = 'a relationship without arrow needs the key "to"'
            advice = f"write {label} > Target as the key, or to: Target beside it"
            fields.report.add(MISSING_KEY, fields.origin, message, help=advice)
        if "to" not in fields.values:
            return None
        beside = {key: value for key, value in fields.values.items() if key not in _HEAD}
        return Relationship(
            **said,
            **beside,
            targets=fields.get("to"),
            arrow=fields.get("kind", Arrow.MANY_TO_ONE),
            is_optional=fields.get("optional", False),
            origin=fields.origin,
        )

    def write_entry(self, value: Relationship) -> tuple[str, Node]:
        """Write the key with its arrow."""
        return spell_key(value), self._write(value, without=_HEAD)

    def write_long_entry(self, value: Relationship) -> tuple[str, Node]:
        """Write the key without an arrow, and all else beside it."""
        return f"{spell_name(value.source)}.{spell_name(value.name)}", self._write(value, without=())

    def _write(self, value: Relationship, *, without: tuple[str, ...]) -> Node:
        said = _BODY.taken(value)
        forms = {key.name: key.form for key in _BODY.keys if key.name in said and key.name not in without}
        return nodes.mapping({key: form.write(said[key]) for key, form in forms.items()}, flow=True)

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of what stands beside the key."""
        return (_BODY,)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe the key and what stands beside it."""
        arrow = r"(\s*(<>|<|>)\s*\S.*|\s-\s\s*\S.*)?"
        return {"pattern": rf"^\s*{_BARE}\.{_BARE}{arrow}$"}, _BODY.schema()


RELATIONSHIPS: Named[Relationship] = Named(
    noun="relationships by source, name, arrow and target",
    example="{Post.author > User: {inverse: posts}}",
    of=RelationshipForm(),
)
