"""Operations of a write as statements of Python."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import assert_never

from groundplan.mongo.commands import python
from groundplan.mongo.commands.notation import LINE_WIDTH
from groundplan.mongo.queries.binding import unbound
from groundplan.mongo.queries.files.python_names import identifier
from groundplan.mongo.queries.files.python_values import Values, given_may_be_null
from groundplan.mongo.queries.model import (
    BATCH,
    Aggregate,
    Bson,
    Command,
    DeleteDocuments,
    Find,
    Given,
    InsertDocuments,
    Operation,
    Query,
    Refuse,
    Remember,
    Require,
    TakeNumber,
    UpdateDocuments,
)
from groundplan.mongo.queries.prefetch import prefetch
from groundplan.plan.types import Date, Email, Integer, Slug, Text, Timestamp, Url, Uuid

_STEP = 4
_ROW = "row"
_HASHABLE = (Uuid, Integer, Text, Slug, Email, Url, Timestamp, Date)
"""Types of keys that a dict can have as they are read."""


@dataclass(slots=True)
class Statements:
    """The lines of a function's body; `is_counted` tells that the first change has said how many rows it is about."""

    values: Values
    indent: int = _STEP
    lines: list[str] = field(default_factory=list)
    count: str | None = None

    def add(self, line: str = "") -> None:
        """Add a line, or several that are indented already but for the first."""
        self.lines.append(f"{' ' * self.indent}{line}".rstrip() if line else "")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that opens a block, and what is added within it."""
        self.add(head)
        self.indent += _STEP
        yield
        self.indent -= _STEP

    def call(self, head: str, arguments: list[tuple[str, Bson | str]], *, tail: str = ")") -> None:
        """Add a call, on one line where it fits, else with an argument to a line.

        Arguments are named where they have a name; a str is an expression as it is.
        """
        inner = self.indent + _STEP
        texts: list[str] = []
        for name, value in arguments:
            label = f"{name}=" if name else ""
            if not isinstance(value, str):
                value = self.values.literal(value, indent=inner, before=inner + len(label))
            texts.append(label + value)
        line = f"{head}{', '.join(texts)}{tail}"
        if "\n" not in line and self.indent + len(line) < LINE_WIDTH:
            self.add(line)
            return
        self.add(head)
        self.lines += [f"{' ' * inner}{text}," for text in texts]
        self.add(tail)

    def operate(self, operation: Operation) -> None:
        """Add the statements of an operation."""
        match operation:
            case InsertDocuments():
                self._insert(operation)
            case UpdateDocuments():
                self._update(operation)
            case DeleteDocuments():
                self._delete(operation)
            case Remember():
                self._remember(operation)
            case Refuse():
                self._refuse(operation)
            case Require():
                self._require(operation)
            case TakeNumber():
                self._take(operation)
            case _:
                assert_never(operation)

    def collection(self, name: str) -> str:
        """Return the expression for a collection."""
        return f"database[{python.quote(name)}]"

    def variable(self, name: str) -> str:
        """Return the variable for what is kept under a name, made where there is none."""
        if name not in self.values.names:
            self.values.names[name] = identifier(name, taken=self.values.names.values())
        return self.values.names[name]

    # Going through lists

    def source(self, each: str) -> str:
        """Return the list that an operation goes through."""
        return "made" if each == BATCH else self.variable(each)

    def _is_at_hand(self, each: str | None) -> bool:
        return each is None or (self.values.item is not None and self.values.item[0] == each)

    @contextmanager
    def each(self, name: str) -> Iterator[str]:
        """Spell values of the element at hand of a list; gives the words of a comprehension over it."""
        outer = self.values
        variable = _ROW if name == BATCH else "one"
        self.values = outer.at(name, variable)
        yield f"for {variable} in {self.source(name)}"
        self.values = outer

    # Changes

    def _insert(self, operation: InsertDocuments) -> None:
        if operation.unless is not None:
            counted, self.count = self.count, self.count or "0"
            with self.block(f"if not {self.variable(operation.unless)}:"):
                self._insert_now(operation)
            self.count = counted
        else:
            self._insert_now(operation)

    def _insert_now(self, operation: InsertDocuments) -> None:
        at = self.collection(operation.collection)
        inner = self.indent + _STEP
        if self._is_at_hand(operation.each):
            document = self.values.without_nulls(operation.document, indent=inner, before=inner)
            self.call(f"{at}.insert_one(", [("", document), ("session", "session")])
            self.count = self.count or "1"
            return
        each = operation.each or BATCH
        with self.each(each) as loop:
            document = self.values.without_nulls(operation.document, indent=inner, before=inner)
        with self.block(f"if {self.source(each)}:"):
            self.add(f"{at}.insert_many(")
            step = " " * (self.indent + _STEP)
            moved = document.replace("\n", "\n" + " " * _STEP)
            self.lines += [f"{step}[{moved} {loop}],", f"{step}session=session,"]
            self.add(")")
        self.count = self.count or f"len({self.source(each)})"

    def _update(self, operation: UpdateDocuments) -> None:
        if operation.unless is not None:
            counted, self.count = self.count, self.count or "0"
            with self.block(f"if not {self.variable(operation.unless)}:"):
                self._update_now(operation)
            self.count = counted
        else:
            self._update_now(operation)

    def _update_now(self, operation: UpdateDocuments) -> None:
        at = self.collection(operation.collection)
        if self._is_at_hand(operation.each):
            verb = "update_many" if operation.is_many else "update_one"
            is_asked = operation.refusal is not None or self.count is None
            head = "done = " if is_asked else ""
            self.call(f"{head}{at}.{verb}(", [*self._update_arguments(operation), ("session", "session")])
            reached = "done.matched_count"
            if operation.is_upsert:
                reached += " + (done.upserted_id is not None)"
            self._refused(operation.refusal, "done.matched_count == 0")
            self._counts(reached)
            return
        self._bulk(operation, operation.each or BATCH, "UpdateMany" if operation.is_many else "UpdateOne")

    def _bulk(self, operation: UpdateDocuments | DeleteDocuments, each: str, kind: str) -> None:
        suffix = "updates" if isinstance(operation, UpdateDocuments) else "deletes"
        variable = identifier(f"{operation.collection}_{suffix}")
        with self.each(each) as loop:
            self.add(f"{variable}: list[{kind}] = [")
            self.indent += _STEP
            if isinstance(operation, UpdateDocuments):
                self.call(f"{kind}(", self._update_arguments(operation))
            else:
                self.call(f"{kind}(", [("", operation.filter)])
            self.add(loop)
            self.indent -= _STEP
            self.add("]")
        at = self.collection(operation.collection)
        is_asked = self.count is None
        refusal = operation.refusal if isinstance(operation, UpdateDocuments) else None
        with self.block(f"if {variable}:"):
            head = "done = " if refusal is not None else ""
            self.add(f"{head}{at}.bulk_write({variable}, session=session)")
            reached = "done.matched_count"
            if isinstance(operation, UpdateDocuments) and operation.is_upsert:
                reached += " + done.upserted_count"
            self._refused(refusal, f"{reached} < len({variable})")
        if is_asked:
            self.count = f"len({variable})"

    def _update_arguments(self, operation: UpdateDocuments) -> list[tuple[str, Bson | str]]:
        arguments: list[tuple[str, Bson | str]] = [("", operation.filter), ("", self._update_text(operation))]
        if operation.is_upsert:
            arguments.append(("upsert", "True"))
        if operation.array_filters:
            arguments.append(("array_filters", operation.array_filters))
        return arguments

    def _update_text(self, operation: UpdateDocuments) -> Bson | str:
        """Return an update; where `$set` may set NULL, the expression that takes such fields away."""
        update = operation.update
        if not isinstance(update, Mapping):
            return update
        values = self.values
        inner = self.indent + _STEP
        plain: dict[str, Bson] = {}
        text = ""
        for operator, settings in update.items():
            if not isinstance(settings, Mapping):
                plain[operator] = settings
                continue
            if operator == "$set" and any(values.may_be_null(value) for value in settings.values()):
                lowered = values.lowered(settings, indent=inner + _STEP)
                body = values.literal(lowered, indent=inner, before=inner + 8)
                text = f"setting({body})"
                continue
            plain[operator] = self._operand(operator, settings, indent=inner + 2 * _STEP)
        if not text:
            return plain
        if not plain:
            return text
        rest = values.literal(plain, indent=inner, before=inner + 2)
        line = f"{text} | {rest}"
        return line if inner + len(line.rpartition("\n")[2]) < LINE_WIDTH else f"{text}\n{' ' * inner}| {rest}"

    def _operand(self, operator: str, settings: Command, *, indent: int) -> Bson:
        """Return what an operator takes; new documents and first values are without what is NULL."""
        values = self.values
        if operator == "$setOnInsert" and any(map(values.may_be_null, settings.values())):
            return values.text(values.without_nulls(settings, indent=indent - _STEP, before=indent))
        return dict(values.lowered(settings, indent=indent, is_certain=operator == "$push"))

    def _delete(self, operation: DeleteDocuments) -> None:
        if self._is_at_hand(operation.each):
            verb = "delete_many" if operation.is_many else "delete_one"
            at = self.collection(operation.collection)
            head = "done = " if self.count is None else ""
            self.call(f"{head}{at}.{verb}(", [("", operation.filter), ("session", "session")])
            self._counts("done.deleted_count")
            return
        self._bulk(operation, operation.each or BATCH, "DeleteMany" if operation.is_many else "DeleteOne")

    def _refused(self, message: str | None, condition: str) -> None:
        if message is not None:
            with self.block(f"if {condition}:"):
                self.add(f"raise WriteRefused({python.quote(message)})")

    def _counts(self, text: str) -> None:
        if self.count is None:
            self.add(f"count = {text}")
            self.count = "count"

    # Queries

    def query(self, query: Query, *, tail: str, head: str) -> None:
        """Add a statement whose value is what a query finds."""
        at = self.collection(query.collection)
        match query:
            case Find():
                self.call(
                    f"{head}{at}.find(",
                    [("", query.filter), ("", query.projection), ("session", "session")],
                    tail=f"){_sorted(query)}{tail}",
                )
            case Aggregate():
                self.call(f"{head}{at}.aggregate(", [("", query.stages), ("session", "session")], tail=f"){tail}")

    def _remember(self, operation: Remember) -> None:
        variable = self.variable(operation.name)
        self.values.kept.add(operation.name)
        self.add(f"{variable}: list[Document] = [")
        self.indent += _STEP
        if self._is_at_hand(operation.each):
            self.add('result["row"]')
            self.query(operation.query, head="for result in ", tail="")
        else:
            with self.each(operation.each or BATCH) as loop:
                self.add('result["row"]')
                self.add(loop)
                self.query(operation.query, head="for result in ", tail="")
        self.indent -= _STEP
        self.add("]")

    def _first(self, query: Query, variable: str) -> None:
        if isinstance(query, Find):
            at = self.collection(query.collection)
            arguments: list[tuple[str, Bson | str]] = [("", query.filter), ("", query.projection)]
            self.call(f"{variable} = {at}.find_one(", [*arguments, ("session", "session")])
        else:
            self.query(query, head=f"{variable} = next(", tail=", None)")

    def _refuse(self, operation: Refuse) -> None:
        if self._is_at_hand(operation.each):
            self._refuse_one(operation)
            return
        with self.each(operation.each or BATCH) as loop, self.block(f"{loop}:"):
            self._refuse_one(operation)

    def _refuse_one(self, operation: Refuse) -> None:
        self._first(operation.query, "pointing")
        self._refused(operation.message, "pointing is not None")

    def _require(self, operation: Require) -> None:
        if self._is_at_hand(operation.each):
            self._require_one(operation, known=None)
            return
        known = self._prefetch(operation)
        with self.each(operation.each or BATCH) as loop, self.block(f"{loop}:"):
            self._require_one(operation, known=known)

    def _prefetch(self, operation: Require) -> tuple[str, str] | None:
        """Ask for the targets of all rows at once; gives what they are in, and the value by which a row means one."""
        asked = prefetch(operation)
        parameter = None if asked is None else self.values.parameter(asked.value)
        if asked is None or parameter is None or not isinstance(parameter.type, _HASHABLE):
            return None
        self.add("targets = {")
        self.indent += _STEP
        self.add(f"found[{python.quote(asked.path)}]: found")
        self.query(asked.query, head="for found in ", tail="")
        self.indent -= _STEP
        self.add("}")
        with self.each(BATCH):
            return "targets", self.values.spell(asked.value)

    def _require_one(self, operation: Require, *, known: tuple[str, str] | None) -> None:
        nullable = [
            self.values.spell(part)
            for part in unbound(operation.query)
            if isinstance(part, Given) and given_may_be_null(part, self.values)
        ]
        is_row = self.values.item is not None and self.values.item[0] == BATCH
        for _, name in operation.keeps:
            if not is_row:
                self.variable(name)
                self.values.single.add(name)
        if not nullable:
            self._ask(operation, known, is_row=is_row)
            return
        for _, name in operation.keeps:
            self.add(f'row["{name}"] = None' if is_row else f"{self.variable(name)} = None")
        with self.block(f"if {' and '.join(f'{text} is not None' for text in dict.fromkeys(nullable))}:"):
            self._ask(operation, known, is_row=is_row)

    def _ask(self, operation: Require, known: tuple[str, str] | None, *, is_row: bool) -> None:
        if known is None:
            self._first(operation.query, "target")
        else:
            self.add(f"target = {known[0]}.get({known[1]})")
        self._refused(operation.message, "target is None")
        for path, name in operation.keeps:
            value = f"target.get({python.quote(path)})"
            self.add(f"row[{python.quote(name)}] = {value}" if is_row else f"{self.variable(name)} = {value}")

    def _take(self, operation: TakeNumber) -> None:
        counter = python.quote(operation.counter)
        if operation.each is None:
            self.add(f"({self.variable(operation.name)},) = take_numbers(database, {counter}, 1)")
        elif self._is_at_hand(operation.each):
            self.add(f"(row[{python.quote(operation.name)}],) = take_numbers(database, {counter}, 1)")
        else:
            numbers = f"take_numbers(database, {counter}, len(made))"
            with self.block(f"for row, number in zip(made, {numbers}, strict=True):"):
                self.add(f"row[{python.quote(operation.name)}] = number")


def _sorted(query: Find) -> str:
    sort = "" if query.sort is None else f".sort({python.literal(query.sort)})"
    return sort if query.limit is None else f"{sort}.limit({query.limit})"
