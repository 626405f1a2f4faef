"""Compiled queries: commands with what goes in and what comes out, before they are spelled in JavaScript or Python.

A command is a document as the server takes it, of mappings, tuples and plain values; where the caller gives a value
there stands a `Given`, and where the moment of the call matters a `Moment`. Mongosh, Python and the proof fill them in.

NULL is a field that is not there: an inserted field whose `Given` is None is left out, and one that `$set` would set is
unset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from groundplan.base.decisions import Decision
from groundplan.plan.access import Isolation
from groundplan.plan.expressions import Path
from groundplan.plan.patterns import NullsOrder
from groundplan.plan.types import AttributeType


class Preparation(Enum):
    """What is done to a caller's value before it goes into a command."""

    NONE = "as it is"
    LOWER_CASE = "in lower case"
    ALL_WORDS = "each word in quotes, so that all must be there"
    LIKE_PATTERN = "from a LIKE pattern to a regular expression"


BATCH = "rows"
"""The name of what a bulk write takes: a list of rows, each with its parameters by name."""


@dataclass(frozen=True, slots=True)
class Given:
    """The value of a parameter, or of what an operation before this one kept.

    `member` takes one member: of the row at hand in an operation for `each` row, else its different values in all rows.
    `otherwise` stands in for NULL.
    """

    name: str
    preparation: Preparation = Preparation.NONE
    member: str | None = None
    otherwise: Bson = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The time of the call, so many calendar months, days and milliseconds later (earlier where negative).

    `is_day` takes the beginning of that day in UTC, which is how a date is stored.
    """

    months: int = 0
    days: int = 0
    milliseconds: int = 0
    is_day: bool = False


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key made at the time of the call: a UUID of version 7; the same wherever the name stands in a row's write."""

    name: str = "id"


Bson = (
    None | bool | int | float | str | bytes | Decimal | UUID | date | datetime | Given | Moment | NewKey
    | tuple["Bson", ...] | Mapping[str, "Bson"]
)  # fmt: skip
"""A value in a command. A whole number is an int of BSON where it fits 32 bits, else a long."""

Command = Mapping[str, Bson]
"""A filter, a stage, an update or an option."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MongoParameter:
    """One parameter. `like` is the path whose values fit it, None where nothing is known.

    `attribute` is set for what becomes an attribute's value in a write; `is_list` ones take several values, `is_batch`
    ones are given in each of the `rows` of a bulk write.
    """

    name: str
    type: AttributeType | None
    like: Path | None = None
    attribute: str | None = None
    is_list: bool = False
    is_batch: bool = False
    is_optional: bool = False
    is_cursor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultField:
    """One field of the result; `is_internal` ones carry the cursor and are not asked for by the plan.

    `type` is None where the result has none of the plan's types (a list of rows). `is_list` for an ordered list.
    """

    name: str
    type: AttributeType | None
    is_list: bool = False
    is_internal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CursorKey:
    """One sort key of a keyset page: the result field that holds it, and the parameter that takes it back."""

    field: str
    parameter: str
    is_descending: bool
    nulls: NullsOrder
    is_nullable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """`find`: filter, projection, sort and limit."""

    collection: str
    filter: Command
    projection: Command
    sort: Command | None = None
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """`aggregate`: stages in order."""

    collection: str
    stages: tuple[Command, ...]


Query = Find | Aggregate


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a pattern or transaction is for: `task` is its verb and entity (`reads Post`), the rest is the plan's.

    `rate` is per second, `target_ms` in milliseconds; None where nothing says it.
    """

    task: str = ""
    about: str | None = None
    rate: float | None = None
    target_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRead:
    """A read: the query, and for pages the one that continues after a cursor."""

    pattern: str
    purpose: Purpose = Purpose()
    first: Query
    fields: tuple[ResultField, ...]
    parameters: tuple[MongoParameter, ...] = ()
    next: Query | None = None
    cursor: tuple[CursorKey, ...] = ()
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertDocuments:
    """`insertOne`, or `insertMany` where `each` names the batch that every document is made from.

    Left out where what is kept as `unless` holds anything.
    """

    collection: str
    document: Command
    each: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDocuments:
    """`updateOne` or `updateMany`; several of them as one `bulkWrite` where `each` names the batch.

    `each` can name any list that was kept. `update` is a document of update operators or a pipeline. `refusal` breaks
    the write off with that message where nothing matches. Left out where what is kept as `unless` holds anything.
    """

    collection: str
    filter: Command
    update: Command | tuple[Command, ...]
    is_many: bool = False
    is_upsert: bool = False
    array_filters: tuple[Command, ...] = ()
    each: str | None = None
    refusal: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteDocuments:
    """`deleteOne` or `deleteMany`; several of them as one `bulkWrite` where `each` names a list."""

    collection: str
    filter: Command
    is_many: bool = False
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """A query whose first result field is kept as the list `name` for the operations after it.

    Where `each` names a list, the query is asked for each of its elements, and all that is found is kept in one list.
    """

    name: str
    query: Query
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Break the transaction off with `message` where the query finds anything, for any element of the list `each`."""

    query: Query
    message: str
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Require:
    """Break the transaction off with `message` unless the query finds a document: one for `each` row of a batch.

    It is not asked with a value that is NULL, as a reference that is NULL points at nothing. `keeps` pairs fields of
    what is found with the names that their values are kept under, in the row at hand where there is one.
    """

    query: Query
    message: str
    each: str | None = None
    keeps: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNumber:
    """Take the next whole number of a counter and keep it as `name`, in `each` row of a batch where that is said.

    The counter is the document of COUNTERS whose `_id` is `counter`, and `last` in it what was taken last. As with a
    sequence nobody waits for it to be committed: it is taken outside the transaction, and gaps remain.
    """

    name: str
    counter: str
    each: str | None = None


COUNTERS = "counters"
"""The collection that holds the last number taken for each key that is counted."""


Operation = InsertDocuments | UpdateDocuments | DeleteDocuments | Remember | Refuse | Require | TakeNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledWrite:
    """An insert, update, upsert or delete: its operations, in order.

    `needs_transaction` tells why one is needed, None where one document is all that changes. The first of the
    operations that changes something says how many rows the pattern is about. `each` names the batch where all of the
    operations are done for one row after the other.
    """

    pattern: str
    purpose: Purpose = Purpose()
    operations: tuple[Operation, ...]
    parameters: tuple[MongoParameter, ...]
    needs_transaction: str | None = None
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledRaw:
    """The plan's own command; None where it gives none for MongoDB."""

    pattern: str
    purpose: Purpose = Purpose()
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCompiled:
    """A pattern that MongoDB's language does not say, with the reason and what to do."""

    pattern: str
    purpose: Purpose = Purpose()
    reason: str
    help: str


CompiledPattern = CompiledRead | CompiledWrite | CompiledRaw | NotCompiled


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledTransaction:
    """Steps that take effect together, at a read concern that gives the isolation asked for."""

    name: str
    purpose: Purpose = Purpose()
    isolation: Isolation
    read_concern: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledWorkload:
    """Every access pattern and transaction of a plan, in the plan's order, with what was decided about them."""

    patterns: tuple[CompiledPattern, ...]
    transactions: tuple[CompiledTransaction, ...]
    decisions: tuple[Decision, ...] = ()

    def pattern(self, name: str) -> CompiledPattern:
        """Return the compiled pattern of that name; KeyError where there is none."""
        for compiled in self.patterns:
            if compiled.pattern == name:
                return compiled
        raise KeyError(name)
