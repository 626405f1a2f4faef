"""Transactions, the workload that says how often things run, and rollups."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from groundplan.base.names import composed, did_you_mean
from groundplan.base.origin import PlacedName
from groundplan.plan.access import Isolation, Mix, Rollup, Transaction, Workload
from groundplan.plan.grammar.access import RATE_KEY, TARGET_KEY, check_file_name, with_load
from groundplan.plan.grammar.amounts import DURATION, RATE
from groundplan.plan.grammar.findings import IMPOSSIBLE_QUANTITY, MISSING_KEY, UNKNOWN_WORD
from groundplan.plan.grammar.forms import Atom, Form, Phrase, Prose, Schema, ShortOrLong, Words
from groundplan.plan.grammar.lifecycles import parse_span, spell_span
from groundplan.plan.grammar.names import check_name, name, names
from groundplan.plan.grammar.numbers import parse_percent, spell_percent
from groundplan.plan.grammar.reads import AGGREGATES
from groundplan.plan.grammar.records import Fields, Key, Named, NamedForm, Record
from groundplan.plan.grammar.report import Report
from groundplan.plan.grammar.scan import Unreadable
from groundplan.plan.quantities import Duration
from groundplan.plan.yaml import nodes
from groundplan.plan.yaml.nodes import Entry, Mapping, Node

_STEPS = names("a list of access patterns", "[add_bid, bump]", is_set=False)
_TRANSACTION_KEYS = (
    Key(name="about", form=Prose(), means="What it is for, in a sentence."),
    Key(name="steps", form=_STEPS, means="The access patterns that run as one, in order.", is_required=True),
    Key(
        name="isolation",
        form=Words(
            noun="an isolation level",
            example="read committed",
            kind="isolation levels",
            words={level.value: level for level in Isolation},
        ),
        means="How much of other transactions it sees.",
        default="read committed",
    ),
    RATE_KEY,
    TARGET_KEY,
)
_LONG: Record[Transaction] = Record(
    noun="a transaction",
    example="{steps: [add_bid, bump]}",
    kind="transaction",
    means="Access patterns that run as one.",
    keys=_TRANSACTION_KEYS,
    model=Transaction,
    build=lambda fields: with_load(Transaction, _TRANSACTION_KEYS, fields),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionForm(NamedForm[Transaction]):
    """A transaction by its name: its steps, or a mapping that says more."""

    def read_entry(self, entry: Entry, report: Report) -> Transaction | None:
        """Read steps or a mapping."""
        if isinstance(entry.value, Mapping):
            found = _LONG.read_entry(entry, report)
        else:
            steps = _STEPS.read(entry.value, report, subject=f'transaction "{entry.key.text}"')
            is_named = check_name(entry.key, report)
            found = None
            if steps is not None and is_named:
                found = Transaction(name=composed(entry.key.text), steps=steps, origin=entry.key.origin)
        return found if check_file_name(entry, report) else None

    def write_entry(self, value: Transaction) -> tuple[str, Node]:
        """Write the steps alone where there is nothing else to say."""
        if value == Transaction(name=value.name, steps=value.steps):
            return value.name, _STEPS.write(value.steps)
        return _LONG.write_entry(value)

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the long form."""
        return (_LONG,)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe both forms."""
        return None, {"anyOf": [_STEPS.schema(), _LONG.schema()]}


TRANSACTIONS: Named[Transaction] = Named(
    noun="transactions by name",
    example="{StoreBid: {steps: [add_bid, bump]}}",
    of=TransactionForm(),
)


def parse_weight(text: str) -> Fraction:
    """Read the share of the total that a pattern or a transaction has; a mix may add up to more than the total."""
    weight = parse_percent(text)
    if weight < 0:
        raise Unreadable(IMPOSSIBLE_QUANTITY, f"{text.strip()} is negative", help="write 0% or more")
    return weight


WEIGHT = Atom(
    noun="a percentage",
    example="3.74%",
    parse=parse_weight,
    spell=spell_percent,
    pattern=r"^\s*\+?[0-9][0-9_]*(\.[0-9]+)?\s*%\s*$",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MixForm(NamedForm[Mix]):
    """Weights of access patterns and transactions, by the name of their mix."""

    def read_entry(self, entry: Entry, report: Report) -> Mix | None:
        """Read every weight that can be read."""
        if not isinstance(entry.value, Mapping) or not entry.value.entries:
            expected = "weights such as {StoreBid: 3.74%, history: 10%}"
            report.wrong_shape(entry.value, subject=f'mix "{entry.key.text}"', expected=expected)
            return None
        said = [
            (
                PlacedName(composed(one.key.text), one.key.origin),
                WEIGHT.read(one.value, report, subject=f'the weight of "{one.key.text}"'),
            )
            for one in entry.value.entries
        ]
        weights = tuple((step, weight) for step, weight in said if weight is not None)
        if not check_name(entry.key, report) or not weights:
            return None
        return Mix(name=composed(entry.key.text), weights=weights, origin=entry.key.origin)

    def write_entry(self, value: Mix) -> tuple[str, Node]:
        """Write one weight a line."""
        return value.name, nodes.mapping({step: WEIGHT.write(weight) for step, weight in value.weights})

    def parts(self) -> tuple[Form[Any], ...]:
        """Return the form of a weight."""
        return (WEIGHT,)

    def entry_schema(self) -> tuple[Schema | None, Schema]:
        """Describe a mapping from names to weights."""
        return None, {"type": "object", "additionalProperties": WEIGHT.schema(), "minProperties": 1}


def _workload(fields: Fields) -> Workload | None:
    mixes: tuple[Mix, ...] = fields.get("mixes")
    known = [mix.name for mix in mixes]
    use = fields.get("use")
    if use is None and "use" not in fields.places and len(mixes) > 1:
        message = 'a workload with several mixes needs the key "use"'
        fields.report.add(MISSING_KEY, fields.origin, message, help=f"write use: {known[0]}")
    if use is not None and use not in known:
        advice = did_you_mean(use, known, kind="mixes")
        fields.report.add(UNKNOWN_WORD, fields.place("use"), f'the workload has no mix "{use}"', help=advice)
    if not mixes:
        return None
    return Workload(mixes=mixes, use=use if use in known else known[0], total=fields.get("total"), origin=fields.origin)


WORKLOAD: Record[Workload] = Record(
    noun="a workload",
    example="{mixes: {bidding: {StoreBid: 3.74%}}, total: 1000/s}",
    kind="workload",
    means="How often patterns and transactions run, as shares of one total, in place of a rate for each.",
    is_block=True,
    keys=(
        Key(
            name="mixes",
            form=Named(
                noun="mixes by name",
                example="{bidding: {StoreBid: 3.74%, history: 10%}}",
                of=MixForm(),
                allows_nothing=False,
            ),
            means="Mixes by name: each access pattern or transaction with its share of the total.",
            is_required=True,
        ),
        Key(
            name="use",
            form=name("a mix", "bidding"),
            means="The mix that the design is made for.",
            default="the only mix",
        ),
        Key(name="total", form=RATE, means="How often anything of the mix runs.", is_required=True, example="1000/s"),
    ),
    build=_workload,
    take=lambda workload: {"mixes": workload.mixes, "use": workload.use, "total": workload.total},
)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, and the attribute by which it is counted."""

    length: Duration
    by: str


SPAN: Form[Span] = ShortOrLong(
    noun="a period",
    example="1 hour by at",
    short=Phrase(
        noun="a period",
        example="1 hour by at",
        parse=lambda cursor: Span(*parse_span(cursor, example="1 hour by at")),
        spell=lambda span: spell_span(span.length, span.by),
        pattern=r"\sby\s",
    ),
    long=Record(
        noun="a period",
        example="{length: 1 hour, by: at}",
        kind="period",
        means="A period of time, and the attribute that tells to which one a row belongs.",
        model=Span,
        keys=(
            Key(name="length", form=DURATION, means="How long a period is.", is_required=True, example="1 hour"),
            Key(
                name="by",
                form=name("an attribute", "at"),
                means="The timestamp or date that tells to which period a row belongs.",
                is_required=True,
            ),
        ),
    ),
    is_short=lambda _span: True,
)


def _rollup(fields: Fields) -> Rollup:
    every: Span = fields.get("every")
    return Rollup(
        name=fields.name,
        of=fields.get("of"),
        by=fields.get("by", ()),
        every=every.length,
        at=every.by,
        fields=fields.get("fields"),
        keep=fields.get("keep"),
        origin=fields.origin,
    )


def _rollup_said(rollup: Rollup) -> dict[str, Any]:
    return {
        "of": rollup.of,
        "by": rollup.by or None,
        "every": Span(rollup.every, rollup.at),
        "fields": rollup.fields,
        "keep": rollup.keep,
    }


ROLLUP: Record[Rollup] = Record(
    noun="a rollup",
    example='{of: Reading, by: [device], every: 1 hour by at, fields: ["avg(value) as mean"]}',
    kind="rollup",
    means="A summary of an entity per group and period, kept when its rows are gone.",
    keys=(
        Key(name="of", form=name("an entity", "Reading"), means="The entity that is summed up.", is_required=True),
        Key(
            name="by",
            form=names("the names of the groups", "[device]"),
            means="The attributes and relationships that make groups.",
            default="one group",
        ),
        Key(
            name="every",
            form=SPAN,
            means="The period, and the attribute that tells to which one a row belongs.",
            is_required=True,
        ),
        Key(name="fields", form=AGGREGATES, means="The aggregates, each with its name.", is_required=True),
        Key(name="keep", form=DURATION, means="How long the summary is kept.", default="for ever", example="2 years"),
    ),
    build=_rollup,
    take=_rollup_said,
)

ROLLUPS: Named[Rollup] = Named(noun="rollups by name", example=f"{{hourly: {ROLLUP.example}}}", of=ROLLUP)
