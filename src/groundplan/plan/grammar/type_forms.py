"""Types as forms: the text, and the mapping that says the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from groundplan.plan import types
from groundplan.plan.grammar.amounts import SHARE
from groundplan.plan.grammar.brackets import Piece, check_enum
from groundplan.plan.grammar.findings import UNKNOWN_KEY, UNREADABLE_TYPE
from groundplan.plan.grammar.forms import Form, Phrase, Schema, ShortOrLong, Words, text_node
from groundplan.plan.grammar.numbers import spell_decimal
from groundplan.plan.grammar.quantities import parse_size, spell_size
from groundplan.plan.grammar.records import Fields, Key, Record
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Cursor, Unreadable, nowhere
from groundplan.plan.grammar.type_texts import parse_type, spell_type, take_size, typical_size, with_typical
from groundplan.plan.grammar.type_words import WORDS, Arguments, TypeWord, word_of
from groundplan.plan.types import AttributeType, EnumValue
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar, Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceForm(Form[Piece]):
    """A number or a word that a type makes sense of."""

    def read(self, node: Node, report: Report, *, subject: str) -> Piece | None:
        """Take the text of a scalar as it is, with its place."""
        if isinstance(node, Scalar) and node.value is not None and not isinstance(node.value, bool):
            return Piece(node.text.strip(), report.place(node))
        report.wrong_shape(node, subject=subject, expected=self.expected)
        return None

    def write(self, value: Piece) -> Node:
        """Write the text."""
        return text_node(value.text)

    def schema(self) -> Schema:
        """Describe a number or a text."""
        return {"type": ["number", "string"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnumValues(Form[tuple[EnumValue, ...]]):
    """The values of an enum: a list of words, or a mapping from words to their shares."""

    noun: str = "the values of an enum"
    example: str = "[draft, published] or {draft: 10%, published: 90%}"

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[EnumValue, ...] | None:
        """Read words with or without shares."""
        match node:
            case Sequence(items=items) if items:
                said: list[tuple[Node, Node | None]] = [(item, None) for item in items]
            case Mapping(entries=entries) if entries:
                said = [(entry.key, entry.value) for entry in entries]
            case _:
                report.wrong_shape(node, subject=subject, expected=self.expected)
                return None
        read = [(self._value(word, share, report), word.origin) for word, share in said]
        values = [(value, origin) for value, origin in read if value is not None]
        try:
            return check_enum(values) if values else None
        except Unreadable as problem:
            report.unreadable(problem, lambda _offset: node.origin)
            return None

    def _value(self, word: Node, share: Node | None, report: Report) -> EnumValue | None:
        if not isinstance(word, Scalar) or word.value is None or not word.text.strip():
            report.wrong_shape(word, subject="a value of the enum", expected="a word")
            return None
        if share is None or (isinstance(share, Scalar) and share.value is None):
            return EnumValue(word.text)
        return EnumValue(word.text, SHARE.read(share, report, subject=f'the share of "{word.text}"'))

    def write(self, value: tuple[EnumValue, ...]) -> Node:
        """Write a mapping where there are shares, else a list."""
        if any(one.share is not None for one in value):
            shares = {one.name: None if one.share is None else SHARE.write(one.share) for one in value}
            return nodes.mapping(shares, flow=True)
        return nodes.sequence([one.name for one in value], flow=True)

    def schema(self) -> Schema:
        """Describe both."""
        share = {"anyOf": [SHARE.schema(), {"type": "null"}]}
        words = {"type": "array", "items": {"type": ["string", "number", "boolean"]}, "minItems": 1}
        return {"anyOf": [words, {"type": "object", "additionalProperties": share, "minProperties": 1}]}


def parse_whole_type(cursor: Cursor) -> AttributeType:
    """Read a type with its usual size and nothing behind it."""
    type_ = parse_type(cursor)
    size = take_size(cursor)
    if size is not None:
        type_ = sized(type_, size)
    if cursor.is_done:
        return type_
    rest = cursor.rest
    word = rest.split()[0]
    beside = {"?": "optional: true", "optional": "optional: true", "=": "default: ..."}
    advice = beside.get(word[0]) or beside.get(word) or f"{word}: true"
    cursor.skip_blanks()
    return cursor.fail(UNREADABLE_TYPE, f'"{rest}" is no part of a type', help=f'write "{advice}" beside the type')


def sized(type_: AttributeType, size: Piece) -> AttributeType:
    """Return the type with its usual size."""
    found = with_typical(type_, size.parsed(parse_size))
    if found is None:
        problem = Unreadable(UNREADABLE_TYPE, "the type has no usual size", help="give one to text, json or bytes only")
        problem.origin = size.place(0)
        raise problem
    return found


def spell_whole_type(type_: AttributeType) -> str:
    """Spell a type with its usual size."""
    size = typical_size(type_)
    return spell_type(type_) if size is None else f"{spell_type(type_)} ~{spell_size(size)}"


def _type(fields: Fields) -> AttributeType | None:
    word: TypeWord = fields.get("name")
    given = [key for key in fields.places if key != "name"]
    strangers = [key for key in given if key not in word.takes]
    for key in strangers:
        takes = f"it takes {', '.join(word.takes)}" if word.takes else "it takes nothing"
        fields.report.add(UNKNOWN_KEY, fields.place(key), f'the type {word.word} has no key "{key}"', help=takes)
    if strangers or any(key not in fields.values for key in given):
        return None
    texts = {key: fields.get(key) for key in given if key not in ("values", "of")}
    said = Arguments(texts=texts, values=fields.get("values", ()), of=fields.get("of"))
    try:
        return word.made_of(said)
    except Unreadable as problem:
        fields.report.unreadable(problem, lambda _offset: fields.origin)
        return None


def _type_said(type_: AttributeType) -> dict[str, Any]:
    """Return what the long form says of a type, by key."""
    said: dict[str, Any] = {"name": WORDS[word_of(type_)]}
    match type_:
        case types.Text() | types.Integer() | types.Float():
            said.update(min=type_.minimum, max=type_.maximum)
        case types.Decimal():
            said.update(precision=type_.precision, scale=type_.scale, min=type_.minimum, max=type_.maximum)
        case types.Bytes():
            said.update(max=type_.maximum)
        case types.Enum():
            said.update(values=type_.values)
        case types.Vector():
            said.update(dimensions=type_.dimensions)
        case types.Range():
            said.update(of=type_.of)
        case types.ListOf():
            said.update(of=type_.of, max=type_.maximum)
        case _:  # nothing but its name, and a usual size
            pass
    size = None if isinstance(type_, types.ListOf) else typical_size(type_)
    if size is not None:
        said["typical"] = Piece(spell_size(size), nowhere)
    return {key: _piece(part) if isinstance(part, int | Decimal) else part for key, part in said.items()}


def _piece(number: int | Decimal) -> Piece:
    return Piece(str(number) if isinstance(number, int) else spell_decimal(number), nowhere)


_NUMBER = PieceForm(noun="a number", example="50")
_SIZE = PieceForm(noun="a size", example="4KB")

TYPE_TEXT = Phrase(
    noun="a type",
    example="text(255)",
    parse=parse_whole_type,
    spell=spell_whole_type,
    pattern=rf"^\s*({'|'.join(WORDS)})\b",
)

TYPE: Form[AttributeType] = ShortOrLong(
    noun="a type",
    example="text(255), int or {name: text, max: 255}",
    short=TYPE_TEXT,
    long=Record(
        noun="a type",
        example="{name: text, max: 255}",
        kind="type",
        means="What an attribute can hold.",
        keys=(
            Key(
                name="name",
                form=Words(noun="the name of a type", example="text", kind="types", words=WORDS),
                means="The name of the type; each takes only some of the other keys.",
                is_required=True,
            ),
            Key(name="min", form=_NUMBER, means="The smallest value, or the fewest characters.", example="1"),
            Key(name="max", form=_NUMBER, means="The largest value, or the most characters, bytes or elements."),
            Key(name="typical", form=_SIZE, means="The usual size of a text, a JSON value or bytes."),
            Key(name="precision", form=_NUMBER, means="How many digits a decimal has in all.", example="10"),
            Key(name="scale", form=_NUMBER, means="How many of them stand after the point.", default="0", example="2"),
            Key(name="dimensions", form=_NUMBER, means="How many numbers a vector has.", example="384"),
            Key(name="values", form=EnumValues(), means="The words of an enum, with their shares of the rows."),
            Key(name="of", form=TYPE_TEXT, means="The type of the elements of a list, or of the bounds of a range."),
        ),
        build=_type,
        take=_type_said,
    ),
    is_short=lambda _type: True,
)
