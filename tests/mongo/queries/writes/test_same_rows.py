"""Each kind of write leaves the same logical rows in documents as the PostgreSQL statement does in tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from pymongo.errors import BulkWriteError, DuplicateKeyError

from groundplan.mongo.queries.model import NotCompiled
from groundplan.mongo.queries.running import WriteRefused, run_query, run_write
from groundplan.mongo.queries.upkeep import upkeep_of
from groundplan.mongo.representation import encode

from .cases import CASES, Arguments
from .conftest import Club, Laid
from .sides import comparable, differences, rows_of_mongo, rows_of_postgres

DUPLICATE_KEY = 11000

NOT_COMPILED = {("nested", "drop_comment"), ("deep", "drop_comment"), ("deep", "move_post")}
"""Rows inside one array that take each other along, and rows that would move from one document to another."""


def in_postgres(club: Club, name: str, arguments: Arguments) -> Any:
    """Return the rows that the statement leaves, None where it is refused; nothing of it stays."""
    statement = club.workload.pattern(name).statement
    if "rows" in arguments:
        given = {each.name: [_postgres(row[each.name]) for row in arguments["rows"]] for each in statement.parameters}
    else:
        given = {each.name: _postgres(arguments[each.name]) for each in statement.parameters}
    try:
        club.connection.execute(statement.named, given)
        return rows_of_postgres(club.connection, club.logical, club.schema)
    except psycopg.errors.IntegrityError:
        return None
    finally:
        club.connection.rollback()


def _postgres(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


def in_mongo(laid: Laid, write: Any, arguments: Arguments) -> Any:
    types = {each.name: None if each.is_list else each.type for each in write.parameters}

    def encoded(row: Arguments) -> Arguments:
        return {key: encode(value, types[key]) if types[key] is not None else value for key, value in row.items()}

    given = {"rows": [encoded(row) for row in arguments["rows"]]} if "rows" in arguments else encoded(arguments)
    client = laid.database.client
    with client.start_session() as session:
        session.start_transaction()
        try:
            run_write(laid.database, write, given, now=datetime.now(UTC), session=session)
            found = rows_of_mongo(laid.database, laid.club.logical, laid.model, session=session)
            drift = drifted(laid, session)
            assert not drift, drift
            return found
        except (WriteRefused, DuplicateKeyError):
            return None
        except BulkWriteError as error:
            if error.details["writeErrors"][0]["code"] != DUPLICATE_KEY:
                raise
            return None
        finally:
            if session.in_transaction:
                session.abort_transaction()


def drifted(laid: Laid, session: Any) -> list[str]:
    """Return what is kept a second time and is not what assembling the rows anew would keep."""
    return [
        f"{each.name}: {found}"
        for each in upkeep_of(laid.context)
        if (found := run_query(laid.database, each.find, session=session))
    ]


@pytest.mark.parametrize("case", CASES)
def test_both_engines_hold_the_same_rows(club: Club, laid: Laid, case: str) -> None:
    name, arguments = CASES[case]
    write = laid.compiled(name)
    if isinstance(write, NotCompiled):
        assert (laid.layout, name) in NOT_COMPILED, write.reason
        return
    given = arguments(club)
    expected = in_postgres(club, name, given)
    found = in_mongo(laid, write, given)
    if expected is None or found is None:
        assert (expected is None) == (found is None), f"postgres: {expected is None}, mongo: {found is None} refuses"
        return
    sides = [comparable(rows, club.before, club.logical) for rows in (found, expected)]
    assert not differences(*sides), "\n".join(differences(*sides))
