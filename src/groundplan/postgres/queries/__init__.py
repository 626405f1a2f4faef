"""Access patterns and transactions as parameterised SQL."""

from groundplan.postgres.queries.cursor import decode_cursor, encode_cursor
from groundplan.postgres.queries.files import query_file, query_files, transaction_file
from groundplan.postgres.queries.views import StoredRead, can_be_stored
from groundplan.postgres.queries.workload import compile_pattern, compile_workload, stored_read_of, view_sql

__all__ = [
    "StoredRead",
    "can_be_stored",
    "compile_pattern",
    "compile_workload",
    "decode_cursor",
    "encode_cursor",
    "query_file",
    "query_files",
    "stored_read_of",
    "transaction_file",
    "view_sql",
]
