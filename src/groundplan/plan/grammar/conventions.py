"""What holds for the whole plan: target engines, conventions and pinned decisions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundplan.base.names import composed
from groundplan.plan.grammar.constraints import NORMAL_FORM
from groundplan.plan.grammar.findings import DECLARED_TWICE, IMPOSSIBLE_QUANTITY, UNREADABLE_QUANTITY
from groundplan.plan.grammar.forms import Atom, Flag, Form, Schema, ShortOrLong, Words, text_node
from groundplan.plan.grammar.numbers import parse_count, shown
from groundplan.plan.grammar.records import Key, Record
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.model import Conventions, KeyKind, Number, Pin, Targets
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Mapping, Node, Scalar

LATEST_MAJOR = 99
"""Largest major version that is taken for one."""


def parse_version(text: str) -> int:
    """Read the major version of an engine."""
    if "." in text:
        major = text.strip().partition(".")[0]
        advice = f"write {major}" if major else "write one such as 18"
        raise Unreadable(UNREADABLE_QUANTITY, f"{shown(text)} is no major version", help=advice)
    version = parse_count(text)
    if not 1 <= version <= LATEST_MAJOR:
        raise Unreadable(IMPOSSIBLE_QUANTITY, f"there is no version {version}", help="write one such as 18")
    return version


VERSION = Atom(
    noun="a major version", example="18", parse=parse_version, spell=str, pattern=r"^\s*[0-9]{1,2}\s*$", is_number=True
)

TARGETS: Record[Targets] = Record(
    noun="the target engines",
    example="{postgres: 18, mongo: 6}",
    kind="targets",
    means="The engines that are designed for, by major version.",
    model=Targets,
    keys=(
        Key(name="postgres", form=VERSION, means="The major version of PostgreSQL.", default="no design for it"),
        Key(name="mongo", form=VERSION, means="The major version of MongoDB.", default="no design for it", example="6"),
    ),
)

_NAMES: Form[Number] = ShortOrLong(
    noun="a naming convention",
    example="snake_case plural",
    short=Words(
        noun="a naming convention",
        example="snake_case plural",
        kind="naming conventions",
        words={
            **{f"snake_case {number.value}": number for number in Number},
            **{number.value: number for number in Number},
        },
    ),
    long=Record(
        noun="a naming convention",
        example="{case: snake_case, number: plural}",
        kind="names",
        means="How relations are named.",
        keys=(
            Key(
                name="case",
                form=Words(noun="a case", example="snake_case", kind="cases", words={"snake_case": "snake_case"}),
                means="How words are joined.",
                default="snake_case",
            ),
            Key(
                name="number",
                form=Words(
                    noun="a number",
                    example="plural",
                    kind="numbers",
                    words={number.value: number for number in Number},
                ),
                means="Whether the relation of `Post` is `posts` or `post`.",
                default="plural",
            ),
        ),
        build=lambda fields: fields.get("number", Number.PLURAL),
        take=lambda number: {"case": "snake_case", "number": number},
    ),
    is_short=lambda _number: True,
)

CONVENTIONS: Record[Conventions] = Record(
    noun="conventions",
    example="{keys: uuid, timestamps: true, names: snake_case plural}",
    kind="conventions",
    means="What holds for every entity unless it says otherwise.",
    model=Conventions,
    keys=(
        Key(
            name="keys",
            form=Words(
                noun="a kind of key",
                example="uuid",
                kind="kinds of keys",
                words={kind.value: kind for kind in KeyKind},
            ),
            means="What the surrogate key of an entity without `key` is: a `uuid`, or an `identity` bigint.",
            default="uuid",
        ),
        Key(
            name="timestamps",
            form=Flag(),
            attribute="has_timestamps",
            means="True where every entity has `created_at` and `updated_at`.",
            default="true",
        ),
        Key(name="names", form=_NAMES, means="How relations are named.", default="snake_case plural"),
        Key(
            name="normal_form",
            form=NORMAL_FORM,
            means="The normal form that every entity must reach.",
            default="BCNF",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinsForm(Form[tuple[Pin, ...]]):
    """Choices by the keys that decisions show; nested mappings stand for keys with dots."""

    noun: str = "choices by the keys of decisions"
    example: str = "{mongo.Comment.post: reference}"

    def read(self, node: Node, report: Report, *, subject: str) -> tuple[Pin, ...] | None:
        """Read every choice that can be read."""
        if isinstance(node, Scalar) and node.value is None:
            return ()
        if not isinstance(node, Mapping):
            report.wrong_shape(node, subject=subject, expected=self.expected)
            return None
        pins: dict[str, Pin] = {}
        for pin in self._pins(node, report, prefix=""):
            if pin.key in pins:
                message = f'the decision "{pin.key}" is pinned twice'
                report.add(
                    DECLARED_TWICE, pin.origin, message, help=f"keep this one or the one at {pins[pin.key].origin}"
                )
            pins.setdefault(pin.key, pin)
        return tuple(pins.values())

    def _pins(self, node: Mapping, report: Report, *, prefix: str) -> Iterator[Pin]:
        for entry in node.entries:
            key = prefix + composed(entry.key.text.strip())
            match entry.value:
                case Mapping(entries=entries) if entries:
                    yield from self._pins(entry.value, report, prefix=f"{key}.")
                case Scalar(value=value, text=text) if value is not None and text.strip():
                    yield Pin(key=key, choice=text.strip(), origin=entry.key.origin)
                case _:
                    report.wrong_shape(
                        entry.value, subject=f'the choice of "{key}"', expected="one of its alternatives"
                    )

    def write(self, value: tuple[Pin, ...]) -> Node:
        """Write one choice a line."""
        return nodes.mapping({pin.key: text_node(pin.choice) for pin in value})

    def schema(self) -> Schema:
        """Describe choices and nested mappings of them."""
        choice = {"type": ["string", "number", "boolean", "object"]}
        return {"type": ["object", "null"], "additionalProperties": choice}


PINS = PinsForm()
