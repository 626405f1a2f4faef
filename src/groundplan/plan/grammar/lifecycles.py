"""How many rows an entity has, and how they live and die."""

from __future__ import annotations

import re

from groundplan.base.names import composed
from groundplan.base.origin import PlacedName
from groundplan.plan.grammar.amounts import COUNT, DURATION, GROWTH
from groundplan.plan.grammar.findings import UNREADABLE_TEXT
from groundplan.plan.grammar.forms import Atom, Flag, Form, Phrase, ShortOrLong, Words
from groundplan.plan.grammar.names import name
from groundplan.plan.grammar.numbers import shown
from groundplan.plan.grammar.quantities import parse_duration, spell_duration
from groundplan.plan.grammar.records import Key, Record
from groundplan.plan.grammar.scan import Cursor, Unreadable
from groundplan.plan.model import DeletePolicy, Lifecycle, Retention
from groundplan.plan.quantities import Duration, Volume

_BY = re.compile(r"\sby\s")

VOLUME: Form[Volume] = ShortOrLong(
    noun="a number of rows",
    example="2M or {now: 2M, growth: 3%/month}",
    short=Atom(
        noun="a number of rows",
        example="2M",
        parse=lambda text: Volume(now=COUNT.parse(text)),
        spell=lambda volume: COUNT.spell(volume.now or 0),
        pattern=COUNT.pattern,
        is_number=True,
    ),
    long=Record(
        noun="a number of rows",
        example="{now: 2M, growth: 3%/month}",
        kind="rows",
        means="How many rows there are, and how that grows.",
        model=Volume,
        keys=(
            Key(name="now", form=COUNT, means="How many rows there are."),
            Key(name="growth", form=GROWTH, means="How that grows: compound, or by a number of rows.", default="none"),
        ),
    ),
    is_short=lambda volume: volume.now is not None and volume.growth is None,
)


def parse_span(cursor: Cursor, *, example: str) -> tuple[Duration, str]:
    """Read a length of time and the attribute that it is counted by: `90 days by at`."""
    text = cursor.text
    found = _BY.search(text)
    if found is None or not text[found.end() :].strip():
        raise Unreadable(
            UNREADABLE_TEXT,
            f'{shown(text)} does not say "by" which attribute time is counted',
            help=f"write one such as {example}",
        )
    cursor.at = found.end()
    by, at = cursor.take_rest()
    return parse_duration(text[: found.start()]), PlacedName(composed(by), cursor.place(at))


def spell_span(length: Duration, by: str) -> str:
    """Spell a length of time and the attribute that it is counted by."""
    return f"{spell_duration(length)} by {by}"


RETENTION: Form[Retention] = ShortOrLong(
    noun="a retention",
    example="90 days by created_at",
    short=Phrase(
        noun="a retention",
        example="90 days by created_at",
        parse=lambda cursor: _retention(*parse_span(cursor, example="90 days by created_at")),
        spell=lambda retention: spell_span(retention.keep, retention.by),
        pattern=r"\sby\s",
    ),
    long=Record(
        noun="a retention",
        example="{keep: 90 days, by: created_at}",
        kind="retain",
        means="How long rows are kept.",
        model=Retention,
        keys=(
            Key(name="keep", form=DURATION, means="How long rows are kept.", is_required=True, example="90 days"),
            Key(
                name="by",
                form=name("an attribute", "created_at"),
                means="The timestamp or date from which that is counted.",
                is_required=True,
            ),
        ),
    ),
    is_short=lambda _retention: True,
)


def _retention(keep: Duration, by: str) -> Retention:
    return Retention(keep=keep, by=by)


LIFECYCLE: Record[Lifecycle] = Record(
    noun="a lifecycle",
    example="{delete: soft, audit: true}",
    kind="lifecycle",
    means="How rows live and die.",
    model=Lifecycle,
    keys=(
        Key(
            name="delete",
            form=Words(
                noun="a way to delete",
                example="soft",
                kind="ways to delete",
                words={policy.value: policy for policy in DeletePolicy},
            ),
            means="What deleting does: `hard` removes the row, `soft` marks it with `deleted_at`.",
            default="hard",
        ),
        Key(
            name="audit",
            form=Flag(),
            attribute="has_audit",
            means="True for an audit trail: who changed what and when, old and new.",
            default="false",
        ),
        Key(
            name="history",
            form=Flag(),
            attribute="has_history",
            means="True for a history: every version of a row with the time it held.",
            default="false",
        ),
        Key(
            name="retain",
            form=RETENTION,
            means="How long rows are kept, counted by which attribute.",
            default="for ever",
        ),
        Key(
            name="expires",
            form=name("an attribute", "expires_at"),
            means="The timestamp after which a row is as good as gone.",
            default="never",
        ),
    ),
)
