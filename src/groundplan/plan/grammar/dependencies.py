"""Dependencies: `zip -> city, country`, `course ->> book`, `join: [a, b], [b, c]`, and mappings that say the same."""

from __future__ import annotations

import re
from typing import Any

from groundplan.plan.grammar.findings import CONFLICTING_KEYS, MISSING_KEY, REPEATED_MEMBER, UNREADABLE_DEPENDENCY
from groundplan.plan.grammar.forms import Flag, Form, Listed, Phrase, ShortOrLong
from groundplan.plan.grammar.names import names
from groundplan.plan.grammar.quoted_names import Token, spell_name, tokens
from groundplan.plan.grammar.records import Fields, Key, Record
from groundplan.plan.grammar.scan import Cursor
from groundplan.plan.model import Dependency, FunctionalDependency, JoinDependency, MultivaluedDependency

_MARKS = re.compile(r"->>|->|,|\[|\]")
_JOIN = re.compile(r"join\s*:")
_ADVICE = 'write "zip -> city, country", "course ->> book" or "join: [a, b], [b, c]"'


def parse_dependency(cursor: Cursor) -> Dependency:
    """Read a dependency in its short form."""
    cursor.skip_blanks()
    origin = cursor.place(cursor.at)
    if cursor.take(_JOIN):
        return JoinDependency(parts=_join_parts(cursor), origin=origin)
    found = list(tokens(cursor, marks=_MARKS, rule=UNREADABLE_DEPENDENCY, advice=_ADVICE))
    arrows = [at for at, token in enumerate(found) if not token.is_name and token.text in ("->", "->>")]
    if len(arrows) != 1:
        message = "a dependency needs an arrow" if not arrows else "a dependency has one arrow"
        cursor.fail(UNREADABLE_DEPENDENCY, message, help=_ADVICE, at=found[arrows[1]].offset if arrows else 0)
    determinant = _names(cursor, found[: arrows[0]])
    dependent = _names(cursor, found[arrows[0] + 1 :])
    if found[arrows[0]].text == "->":
        return FunctionalDependency(determinant=determinant, dependent=dependent, origin=origin)
    return MultivaluedDependency(determinant=determinant, dependent=dependent, origin=origin)


def _join_parts(cursor: Cursor) -> tuple[tuple[str, ...], ...]:
    """Read `[a, b], [b, c]`."""
    parts: list[tuple[str, ...]] = []
    inside: list[Token] | None = None
    is_comma_due = False
    for token in tokens(cursor, marks=_MARKS, rule=UNREADABLE_DEPENDENCY, advice=_ADVICE):
        if inside is None:
            expected = "," if is_comma_due else "["
            if token.is_name or token.text != expected:
                message = f'"{expected}" is expected here'
                cursor.fail(UNREADABLE_DEPENDENCY, message, help=_ADVICE, at=token.offset)
            inside = None if is_comma_due else []
            is_comma_due = False
        elif not token.is_name and token.text == "]":
            parts.append(_names(cursor, inside))
            inside, is_comma_due = None, True
        else:
            inside.append(token)
    if not is_comma_due or len(parts) < 2:
        cursor.fail(UNREADABLE_DEPENDENCY, "a join dependency needs two parts or more", help=_ADVICE, at=0)
    return tuple(parts)


def _names(cursor: Cursor, found: list[Token]) -> tuple[str, ...]:
    """Read names with commas between them."""
    for at, token in enumerate(found):
        if token.is_name == bool(at % 2) or (at % 2 and token.text != ","):
            cursor.fail(UNREADABLE_DEPENDENCY, f'"{token.text}" is unexpected here', help=_ADVICE, at=token.offset)
    if len(found) % 2 == 0:
        at = found[-1].offset if found else cursor.at
        cursor.fail(UNREADABLE_DEPENDENCY, "a name is missing", help=_ADVICE, at=at)
    seen: list[str] = []
    for token in found[::2]:
        if token.text in seen:
            cursor.fail(REPEATED_MEMBER, f'"{token.text}" is named twice', help="take one of them out", at=token.offset)
        seen.append(token.placed(cursor.place))
    return tuple(seen)


def spell_dependency(dependency: Dependency) -> str:
    """Spell a dependency in its short form."""
    match dependency:
        case FunctionalDependency():
            return f"{_spell_names(dependency.determinant)} -> {_spell_names(dependency.dependent)}"
        case MultivaluedDependency():
            return f"{_spell_names(dependency.determinant)} ->> {_spell_names(dependency.dependent)}"
        case JoinDependency():
            return "join: " + ", ".join(f"[{_spell_names(part)}]" for part in dependency.parts)


def _spell_names(names: tuple[str, ...]) -> str:
    return ", ".join(spell_name(name) for name in names)


def _long(fields: Fields) -> Dependency | None:
    parts, determinant, dependent = fields.get("join"), fields.get("determinant"), fields.get("dependent")
    sides = {"determinant", "dependent"}
    if "join" in fields.places and (sides | {"multivalued"}) & fields.places.keys():
        message = "a dependency is either a join or has two sides"
        fields.report.add(CONFLICTING_KEYS, fields.place("join"), message, help=_ADVICE)
        return None
    if parts is not None:
        return JoinDependency(parts=parts, origin=fields.origin)
    if "join" in fields.places:
        return None
    for key in sorted(sides - fields.places.keys()):
        fields.report.add(MISSING_KEY, fields.origin, f'a dependency needs the key "{key}"', help=f"write {key}: [...]")
    if determinant is None or dependent is None:
        return None
    kind = MultivaluedDependency if fields.get("multivalued") else FunctionalDependency
    return kind(determinant=determinant, dependent=dependent, origin=fields.origin)


def _said(dependency: Dependency) -> dict[str, Any]:
    match dependency:
        case JoinDependency():
            return {"join": dependency.parts}
        case FunctionalDependency():
            return {"determinant": dependency.determinant, "dependent": dependency.dependent}
        case MultivaluedDependency():
            return {"determinant": dependency.determinant, "dependent": dependency.dependent, "multivalued": True}


DEPENDENCY: Form[Dependency] = ShortOrLong(
    noun="a dependency",
    example='"zip -> city, country"',
    short=Phrase(
        noun="a dependency",
        example='"zip -> city, country"',
        parse=parse_dependency,
        spell=spell_dependency,
        pattern=r"->|^\s*join\s*:",
    ),
    long=Record(
        noun="a dependency",
        example="{determinant: [zip], dependent: [city, country]}",
        kind="dependency",
        means="A rule of the domain: what determines what, beside the keys.",
        keys=(
            Key(
                name="determinant",
                form=names("the determining names", "[zip]"),
                means="The attributes or relationships that determine the others.",
            ),
            Key(
                name="dependent",
                form=names("the dependent names", "[city, country]"),
                means="The attributes or relationships that they determine.",
            ),
            Key(
                name="multivalued",
                form=Flag(),
                means="True where they determine a set of values (`->>`), not one value each.",
                default="false",
            ),
            Key(
                name="join",
                form=Listed(
                    noun="the parts of a join dependency",
                    example="[[a, b], [b, c]]",
                    of=names("a part", "[a, b]"),
                    minimum=2,
                ),
                means="The parts whose join the entity equals, in place of the other keys.",
            ),
        ),
        build=_long,
        take=_said,
    ),
    is_short=lambda _dependency: True,
)

DEPENDENCIES = Listed(
    noun="a list of dependencies",
    example='["zip -> city, country"]',
    of=DEPENDENCY,
    allows_one=True,
    minimum=0,
    is_block=True,
)
