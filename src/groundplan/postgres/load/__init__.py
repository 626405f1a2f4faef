"""Rows into tables: COPY, then what a table needs before it is asked anything."""

from groundplan.postgres.load.cells import array_spelling, cells, json_array, spelling
from groundplan.postgres.load.load import LoadedTable, Loading, TableRows, copy_rows, load_tables

__all__ = [
    "LoadedTable",
    "Loading",
    "TableRows",
    "array_spelling",
    "cells",
    "copy_rows",
    "json_array",
    "load_tables",
    "spelling",
]
