"""Rows into tables: COPY, then what a table needs before it is asked anything."""

from groundplan.postgres.load.cells import cells
from groundplan.postgres.load.load import LoadedTable, TableRows, load_tables

__all__ = ["LoadedTable", "TableRows", "cells", "load_tables"]
