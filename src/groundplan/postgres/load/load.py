"""Many rows into new tables, quickly, and tables left as a running server would have them.

Rows go in by COPY on two connections, before secondary indexes are built and without row triggers: an audit trail of
rows that nobody wrote would be noise. `session_replication_role = replica` skips foreign keys, too, so each is
verified afterwards by one anti-join, which is what ALTER TABLE … VALIDATE CONSTRAINT does (ri_triggers.c,
RI_Initial_Check). Checks, keys and exclusion constraints are the server's own throughout. VACUUM and ANALYZE come last:
without statistics and visibility map no plan would be the one that the design gets in use.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from groundplan.base.errors import EngineFailed
from groundplan.plan.types import AttributeType
from groundplan.postgres.load.cells import cells
from groundplan.postgres.load.lanes import Connect, Lanes
from groundplan.postgres.model import ForeignKey, Schema, Table
from groundplan.postgres.quoting import quote_identifier, quote_identifiers, quote_text

if TYPE_CHECKING:
    import psycopg

Step = Callable[[str], None]
"""Called with what was done, such as the name of a table."""

_CHUNK_ROWS = 4000
_CHUNK_BYTES = 512 * 1024
_ONE_LANE_ROWS = 10_000
_SWITCH_SECONDS = 0.001
"""A thread that makes rows gives way after so long, so that the server never waits for its next chunk."""

_PROBED_ROWS = 50
"""So many rows tell how wide the others are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRows:
    """The rows of one table, column by column; `types` says how each column's values are written."""

    table: str
    columns: tuple[str, ...]
    types: tuple[AttributeType, ...]
    values: tuple[Sequence[object], ...]

    def __len__(self) -> int:
        return len(self.values[0]) if self.values else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedTable:
    """A table and how many rows it holds now."""

    table: str
    rows: int


def load_tables(
    connect: Connect, schema: Schema, rows: Iterable[TableRows], *, on_step: Step
) -> tuple[LoadedTable, ...]:
    """Fill the tables of a schema that is there, and make them ready to be asked.

    Raises EngineFailed where the server refuses a row or a reference points nowhere, with its words.
    """
    with Loading(connect, schema, on_step=on_step) as loading:
        for each in rows:
            loading.add(each)
        return loading.finish()


class Loading:
    """Tables being filled, in a thread of its own, while whoever has the rows goes on making more of them."""

    def __init__(self, connect: Connect, schema: Schema, *, on_step: Step) -> None:
        self._schema = schema
        self._on_step = on_step
        self._lanes = Lanes(connect)
        self._waiting: queue.SimpleQueue[TableRows | None] = queue.SimpleQueue()
        self._copying = threading.Thread(target=self._copy_all, name="copying")
        self._failure: BaseException | None = None
        self._added: list[TableRows] = []
        self._indexes: dict[str, list[str]] = {}

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            lanes = opening.enter_context(self._lanes)
            self._indexes = _drop_secondary_indexes(lanes.first, [table.name for table in self._schema.tables])
            opening.pop_all()
        self._switch_seconds = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._copying.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None:
            self._lanes.stop()
        self._end_copying()
        sys.setswitchinterval(self._switch_seconds)
        self._lanes.__exit__(kind, error, trace)

    def add(self, rows: TableRows) -> None:
        """Hand over the rows of a table; it is copied when its turn comes."""
        self._added.append(rows)
        self._waiting.put(rows)

    def finish(self) -> tuple[LoadedTable, ...]:
        """Wait until all is copied, then build indexes, take statistics, verify references and fill views.

        Raises EngineFailed where the server refuses a row or a reference points nowhere, with its words.
        """
        self._end_copying()
        if self._failure is not None:
            raise self._failure
        by_size = {each.table: len(each) for each in self._added}
        tables = sorted(self._schema.tables, key=lambda table: (-by_size.get(table.name, 0), table.name))
        self._lanes.run([_finishing(table.name, self._indexes.get(table.name, ())) for table in tables])
        _advance_identities(self._lanes.first, self._schema, self._added)
        verifying = [_verifying(table, key) for table in tables for key in table.foreign_keys]
        self._lanes.run([*(_refreshing(view.name) for view in self._schema.materialized_views), *verifying])
        for view in self._schema.materialized_views:
            self._on_step(view.name)
        return tuple(LoadedTable(table=each.table, rows=len(each)) for each in self._added)

    def _copy_all(self) -> None:
        while (rows := self._waiting.get()) is not None and not self._lanes.is_stopped():
            try:
                _copy(self._lanes, rows)
                self._on_step(rows.table)
            except BaseException as error:  # noqa: BLE001 - raised again where the rows come from
                self._failure = error
                return

    def _end_copying(self) -> None:
        self._waiting.put(None)
        if self._copying.is_alive():
            self._copying.join()


def copy_rows(connection: psycopg.Connection, rows: TableRows) -> None:
    """COPY a few rows inside the connection's transaction, with everything that triggers and foreign keys do.

    Raises psycopg.Error for a row that the server refuses.
    """
    with connection.cursor().copy(_copy_statement(rows)) as copy:
        copy.write(_text(rows, slice(0, len(rows))))


def _copy_statement(rows: TableRows) -> bytes:
    return f"COPY {quote_identifier(rows.table)} ({quote_identifiers(rows.columns)}) FROM STDIN".encode()


def _copy(lanes: Lanes, rows: TableRows) -> None:
    """COPY one table: a large one on all connections at once, chunk by chunk, so rows stay nearly in order."""
    import psycopg

    statement = _copy_statement(rows)
    chunks, lock = _chunks(rows), threading.Lock()
    is_alone = len(rows) < _ONE_LANE_ROWS and not _is_wide(rows)

    def work(connection: psycopg.Connection) -> None:
        if is_alone and connection is not lanes.first:
            return
        connection.execute("SET session_replication_role = replica")
        with connection.cursor().copy(statement) as copy:
            while not lanes.is_stopped():
                with lock:
                    chunk = next(chunks, None)
                if chunk is None:
                    break
                copy.write(_text(rows, chunk))
        connection.execute("SET session_replication_role = origin")

    try:
        lanes.together(work)
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        raise _refused(f'sample rows of table "{rows.table}"', error) from error


def _chunks(rows: TableRows) -> Iterator[slice]:
    size = max(1, min(_CHUNK_ROWS, _CHUNK_BYTES // _width(rows)))
    return (slice(start, start + size) for start in range(0, len(rows), size))


def _is_wide(rows: TableRows) -> bool:
    return len(rows) * _width(rows) > 8 * _CHUNK_BYTES


def _width(rows: TableRows) -> int:
    """Return the bytes of a row as COPY takes it, by its first rows."""
    probed = min(_PROBED_ROWS, len(rows))
    return max(1, len(_text(rows, slice(0, probed))) // max(1, probed))


def _text(rows: TableRows, chunk: slice) -> bytes:
    columns = (cells(values[chunk], of) for values, of in zip(rows.values, rows.types, strict=True))
    return "".join(f"{line}\n" for line in map("\t".join, zip(*columns, strict=True))).encode()


def _drop_secondary_indexes(connection: psycopg.Connection, tables: Sequence[str]) -> dict[str, list[str]]:
    """Drop the indexes that no constraint rests on; returns the statements that build them again, by table."""
    found = connection.execute(
        """
        SELECT t.relname, i.relname, pg_get_indexdef(i.oid)
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid
        WHERE t.relkind = 'r' AND pg_table_is_visible(t.oid) AND t.relname = ANY(%s)
          AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid)
        ORDER BY t.relname, i.relname
        """,
        [list(tables)],
    ).fetchall()
    statements: dict[str, list[str]] = {}
    for table, index, definition in found:
        connection.execute(f"DROP INDEX {quote_identifier(index)}".encode())
        statements.setdefault(table, []).append(definition)
    return statements


def _finishing(table: str, indexes: Sequence[str]) -> Callable[[psycopg.Connection], None]:
    """Build the indexes of a table, then mark its pages as visible and take statistics."""

    def finish(connection: psycopg.Connection) -> None:
        import psycopg

        for statement in indexes:
            try:
                connection.execute(statement.encode())
            except psycopg.errors.UniqueViolation as error:
                raise _refused(f'sample rows of table "{table}"', error) from error
        connection.execute(f"VACUUM (ANALYZE) {quote_identifier(table)}".encode())

    return finish


def _refreshing(view: str) -> Callable[[psycopg.Connection], None]:
    def refresh(connection: psycopg.Connection) -> None:
        connection.execute(f"REFRESH MATERIALIZED VIEW {quote_identifier(view)}".encode())
        connection.execute(f"VACUUM (ANALYZE) {quote_identifier(view)}".encode())

    return refresh


def _verifying(table: Table, key: ForeignKey) -> Callable[[psycopg.Connection], None]:
    pairs = list(zip(key.columns, key.target_columns, strict=True))
    joined = " AND ".join(f"p.{quote_identifier(there)} = c.{quote_identifier(here)}" for here, there in pairs)
    present = " AND ".join(f"c.{quote_identifier(here)} IS NOT NULL" for here, _ in pairs)
    statement = (
        f"SELECT count(*) FROM {quote_identifier(table.name)} c WHERE {present} "  # noqa: S608 - all quoted
        f"AND NOT EXISTS (SELECT FROM {quote_identifier(key.target)} p WHERE {joined})"
    )

    def verify(connection: psycopg.Connection) -> None:
        answer = connection.execute(statement.encode()).fetchone()
        if answer is None or answer[0]:
            raise EngineFailed(
                f'{answer[0] if answer else "some"} sample rows of table "{table.name}" break "{key.name}"',
                help="this is a defect of groundplan: please report it with the plan",
            )

    return verify


def _advance_identities(connection: psycopg.Connection, schema: Schema, rows: Sequence[TableRows]) -> None:
    """Let identity columns go on after the largest number that the sample holds."""
    for each in rows:
        for column in schema.table(each.table).columns:
            if column.is_identity and column.name in each.columns:
                name, quoted = quote_text(quote_identifier(each.table)), quote_identifier(column.name)
                connection.execute(
                    f"SELECT setval(pg_get_serial_sequence({name}, {quote_text(column.name)}), max({quoted})) "  # noqa: S608
                    f"FROM {quote_identifier(each.table)}".encode()
                )


def _refused(what: str, error: psycopg.Error) -> EngineFailed:
    detail = f": {error.diag.message_detail}" if error.diag.message_detail else ""
    return EngineFailed(
        f"PostgreSQL refused {what}: {error.diag.message_primary or error}{detail}",
        help="a check that only the server can evaluate may be the reason; give the attribute values that satisfy it",
    )
