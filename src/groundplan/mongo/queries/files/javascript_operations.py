"""Operations of a write as statements of JavaScript."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import assert_never

from groundplan.mongo.commands import javascript
from groundplan.mongo.commands.notation import LINE_WIDTH
from groundplan.mongo.queries.binding import unbound
from groundplan.mongo.queries.files.javascript_names import identifier
from groundplan.mongo.queries.files.javascript_values import STEP, Values, member
from groundplan.mongo.queries.model import (
    BATCH,
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

Argument = Bson | str


@dataclass(slots=True)
class Statements:
    """The lines of a function's body; `count` is the expression for how many rows it is about, once that is known."""

    values: Values
    indent: int = STEP
    lines: list[str] = field(default_factory=list)
    count: str | None = None
    prefetches: int = 0

    def add(self, line: str) -> None:
        """Add a line, or several that are indented already but for the first."""
        self.lines.append(f"{' ' * self.indent}{line}")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Add a line that opens a block, what is added within it, and its end."""
        self.add(f"{head} {{" if head else "{")
        self.indent += STEP
        yield
        self.indent -= STEP
        self.add("}")

    def call(self, head: str, arguments: list[Argument], *, tail: str = ");") -> None:
        """Add a call, on one line where it fits, else with an argument to a line; a str is an expression as it is."""
        inner = self.indent + STEP
        texts = [
            value if isinstance(value, str) else self.values.literal(value, indent=inner, before=inner)
            for value in arguments
        ]
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
                with self._unless(operation.unless):
                    self._insert(operation)
            case UpdateDocuments():
                with self._unless(operation.unless):
                    self._update(operation)
            case DeleteDocuments():
                self._delete(operation)
            case Remember():
                self._remember(operation)
            case Refuse():
                with self._each(operation.each):
                    self._first(operation.query, "pointing", is_new=True)
                    self._refused(operation.message, "pointing !== null")
            case Require():
                known = None if self._is_at_hand(operation.each) else self._prefetch(operation)
                with self._each(operation.each):
                    self._require(operation, known)
            case TakeNumber():
                self._take(operation)
            case _:
                assert_never(operation)

    def collection(self, name: str) -> str:
        """Return the expression for a collection."""
        return f"within{javascript.collection(name).removeprefix('db')}"

    def variable(self, name: str) -> str:
        """Return the variable for what is kept under a name, made where there is none."""
        if name not in self.values.names:
            self.values.names[name] = identifier(name, taken=self.values.names.values())
        return self.values.names[name]

    def _source(self, each: str) -> str:
        return "made" if each == BATCH else self.variable(each)

    def _is_at_hand(self, each: str | None) -> bool:
        return each is None or (self.values.item is not None and self.values.item[0] == each)

    @contextmanager
    def at(self, each: str) -> Iterator[str]:
        """Spell values of the element at hand of a list; gives the variable for it."""
        outer = self.values
        variable = "row" if each == BATCH else "one"
        self.values = outer.at(each, variable)
        yield variable
        self.values = outer

    @contextmanager
    def _each(self, each: str | None) -> Iterator[None]:
        if each is None or self._is_at_hand(each):
            with self.block(""):
                yield
            return
        with self.at(each) as variable, self.block(f"for (const {variable} of {self._source(each)})"):
            yield

    @contextmanager
    def _unless(self, name: str | None) -> Iterator[None]:
        if name is None:
            yield
            return
        counted, self.count = self.count, self.count or "0"
        with self.block(f"if ({self.variable(name)}.length === 0)"):
            yield
        self.count = counted

    # Changes

    def _insert(self, operation: InsertDocuments) -> None:
        at = self.collection(operation.collection)
        inner = self.indent + STEP
        if self._is_at_hand(operation.each):
            self.call(f"{at}.insertOne(", [self.values.without_nulls(operation.document, indent=inner, before=inner)])
            self.count = self.count or "1"
            return
        source = self._source(operation.each or BATCH)
        with self.block(f"if ({source}.length > 0)"):
            inner = self.indent + STEP
            with self.at(operation.each or BATCH) as variable:
                document = self.values.without_nulls(operation.document, indent=inner, before=inner + 20)
            shown = document if document.startswith("present(") else f"({document})"
            self.call(f"{at}.insertMany(", [f"{source}.map(({variable}) => {shown})"])
        self.count = self.count or f"{source}.length"

    def _update(self, operation: UpdateDocuments) -> None:
        at = self.collection(operation.collection)
        if not self._is_at_hand(operation.each):
            self._bulk(operation, operation.each or BATCH)
            return
        verb = "updateMany" if operation.is_many else "updateOne"
        reached = "matchedCount"
        is_asked = operation.refusal is not None or self.count is None
        if not is_asked:
            self.call(f"{at}.{verb}(", self._arguments(operation))
            return
        with self.block(""):
            self.call(f"const done = {at}.{verb}(", self._arguments(operation))
            if operation.refusal is not None:
                self._refused(operation.refusal, f"done.{reached} === 0")
            if self.count is None:
                self.add(f"count += done.{reached}{' + done.upsertedCount' if operation.is_upsert else ''};")
                self.count = "count"

    def _arguments(self, operation: UpdateDocuments) -> list[Argument]:
        arguments: list[Argument] = [operation.filter, self._update_text(operation)]
        options: dict[str, Bson] = {"upsert": True} if operation.is_upsert else {}
        if operation.array_filters:
            options["arrayFilters"] = operation.array_filters
        return [*arguments, options] if options else arguments

    def _bulk(self, operation: UpdateDocuments | DeleteDocuments, each: str) -> None:
        at, source = self.collection(operation.collection), self._source(each)
        is_update = isinstance(operation, UpdateDocuments)
        kind = f"{'update' if is_update else 'delete'}{'Many' if operation.is_many else 'One'}"
        with self.block(f"if ({source}.length > 0)"):
            inner = self.indent + 2 * STEP
            with self.at(each) as variable:
                request: dict[str, Bson] = {"filter": operation.filter}
                if isinstance(operation, UpdateDocuments):
                    update = self._update_text(operation, indent=inner + STEP)
                    request["update"] = self.values.text(update) if isinstance(update, str) else update
                    request |= {"upsert": True} if operation.is_upsert else {}
                    request |= {"arrayFilters": operation.array_filters} if operation.array_filters else {}
                body = self.values.literal({kind: request}, indent=self.indent + STEP, before=self.indent + 30)
            refusal = operation.refusal if isinstance(operation, UpdateDocuments) else None
            is_asked = refusal is not None or self.count is None
            head = "const done = " if is_asked else ""
            self.call(f"{head}{at}.bulkWrite(", [f"{source}.map(({variable}) => ({body}))"])
            reached = "done.matchedCount" if is_update else "done.deletedCount"
            if is_update and isinstance(operation, UpdateDocuments) and operation.is_upsert:
                reached += " + done.upsertedCount"
            if refusal is not None:
                self._refused(refusal, f"{reached} < {source}.length")
            if self.count is None:
                self.add(f"count += {reached};")
                self.count = "count"

    def _update_text(self, operation: UpdateDocuments, *, indent: int | None = None) -> Argument:
        """Return an update; where `$set` may set NULL, the expression that takes such fields away."""
        update = operation.update
        if not isinstance(update, Mapping):
            return update
        values = self.values
        inner = self.indent + STEP if indent is None else indent
        plain: dict[str, Bson] = {}
        text = ""
        for operator, settings in update.items():
            if not isinstance(settings, Mapping):
                plain[operator] = settings
                continue
            if operator == "$set" and any(values.may_be_null(value) for value in settings.values()):
                lowered = values.lowered(settings, indent=inner + STEP)
                text = f"setting({values.literal(lowered, indent=inner, before=inner + 8)})"
                continue
            plain[operator] = self._operand(operator, settings, indent=inner + 2 * STEP)
        if not text:
            return plain
        if not plain:
            return text
        rest = values.literal(plain, indent=inner, before=inner + 3)
        return f"{{ ...{text}, ...{rest} }}"

    def _operand(self, operator: str, settings: Command, *, indent: int) -> Bson:
        """Return what an operator takes; new documents and first values are without what is NULL."""
        values = self.values
        if operator == "$setOnInsert" and any(map(values.may_be_null, settings.values())):
            return values.text(values.without_nulls(settings, indent=indent - STEP, before=indent))
        return dict(values.lowered(settings, indent=indent, is_certain=operator == "$push"))

    def _delete(self, operation: DeleteDocuments) -> None:
        if not self._is_at_hand(operation.each):
            self._bulk(operation, operation.each or BATCH)
            return
        head = f"{self.collection(operation.collection)}.{'deleteMany' if operation.is_many else 'deleteOne'}("
        if self.count is not None:
            self.call(head, [operation.filter])
            return
        self.call(f"count += {head}", [operation.filter], tail=").deletedCount;")
        self.count = "count"

    def _refused(self, message: str, condition: str) -> None:
        line = f"if ({condition}) throw new Error({javascript.quote(message)});"
        if self.indent + len(line) < LINE_WIDTH:
            self.add(line)
            return
        with self.block(f"if ({condition})"):
            self.add(f"throw new Error({javascript.quote(message)});")

    # Queries

    def query(self, query: Query, *, head: str, tail: str) -> None:
        """Add a statement whose value is what a query finds."""
        at = self.collection(query.collection)
        if isinstance(query, Find):
            self.call(f"{head}{at}.find(", [query.filter, query.projection], tail=f"){self.ordered(query)}{tail}")
        else:
            self.call(f"{head}{at}.aggregate(", [query.stages], tail=f"){tail}")

    def ordered(self, query: Find) -> str:
        """Return the calls that sort and limit what is found."""
        sort = "" if query.sort is None else f".sort({self.values.literal(query.sort, indent=self.indent, before=0)})"
        return sort if query.limit is None else f"{sort}.limit({query.limit})"

    def _remember(self, operation: Remember) -> None:
        variable = self.variable(operation.name)
        rows = ".toArray().map((result) => result.row)"
        if self._is_at_hand(operation.each):
            self.query(operation.query, head=f"const {variable} = ", tail=f"{rows};")
            return
        self.add(f"const {variable} = [];")
        with self._each(operation.each):
            self.query(operation.query, head=f"{variable}.push(...", tail=f"{rows});")

    def _first(self, query: Query, variable: str, *, is_new: bool) -> None:
        head = f"const {variable} = " if is_new else f"{variable} = "
        if isinstance(query, Find):
            self.call(f"{head}{self.collection(query.collection)}.findOne(", [query.filter, query.projection])
        else:
            self.query(query, head=head, tail=".toArray()[0] ?? null;")

    def _prefetch(self, operation: Require) -> str | None:
        """Ask for the targets of all rows at once; gives the expression for that of the row at hand."""
        asked = prefetch(operation)
        if asked is None:
            return None
        self.prefetches += 1
        name = f"targets{self.prefetches}"
        self.add(f"const {name} = new Map();")
        self.query(asked.query, head=f"const asked{self.prefetches} = ", tail=".toArray();")
        with self.block(f"for (const found of asked{self.prefetches})"):
            self.add(f"{name}.set(keyOf({member('found', asked.path)}), found);")
        with self.at(BATCH):
            return f"{name}.get(keyOf({self.values.spell(asked.value)})) ?? null"

    def _require(self, operation: Require, known: str | None) -> None:
        nullable = [
            self.values.spell(part)
            for part in unbound(operation.query)
            if isinstance(part, Given) and self.values.may_be_null(part)
        ]
        is_row = self.values.item is not None and self.values.item[0] == BATCH
        if not is_row:
            for _, name in operation.keeps:
                self.values.single.add(name)
        if not nullable:
            self._ask(operation, known, is_row=is_row)
            return
        for _, name in operation.keeps:
            if is_row:
                self.add(f"{member('row', name)} = null;")
        with self.block(f"if ({' && '.join(f'{text} != null' for text in dict.fromkeys(nullable))})"):
            self._ask(operation, known, is_row=is_row)

    def _ask(self, operation: Require, known: str | None, *, is_row: bool) -> None:
        if known is None:
            self._first(operation.query, "target", is_new=True)
        else:
            self.add(f"const target = {known};")
        self._refused(operation.message, "target === null")
        for path, name in operation.keeps:
            held = member("row", name) if is_row else self.variable(name)
            self.add(f"{held} = {member('target', path)} ?? null;")

    def _take(self, operation: TakeNumber) -> None:
        counter = javascript.quote(operation.counter)
        if operation.each is None:
            self.add(f"const [{self.variable(operation.name)}] = takeNumbers(database, {counter}, 1);")
        elif self._is_at_hand(operation.each):
            self.add(f"[{member('row', operation.name)}] = takeNumbers(database, {counter}, 1);")
        else:
            self.add(f"const numbers = takeNumbers(database, {counter}, made.length);")
            self.add(f"made.forEach((row, at) => {{ {member('row', operation.name)} = numbers[at]; }});")
