"""A live database as facts, and where it differs from the model."""

from groundplan.postgres.catalog.changes import (
    TouchedKeys,
    forget_changes,
    note_changes,
    rows_by_key,
    touched_keys,
    transaction_moment,
)
from groundplan.postgres.catalog.differences import Comparison, catalog_differences, compare, differences
from groundplan.postgres.catalog.facts import Catalog, Facts
from groundplan.postgres.catalog.leftovers import everything
from groundplan.postgres.catalog.read import read_catalog

__all__ = [
    "Catalog",
    "Comparison",
    "Facts",
    "TouchedKeys",
    "catalog_differences",
    "compare",
    "differences",
    "everything",
    "forget_changes",
    "note_changes",
    "read_catalog",
    "rows_by_key",
    "touched_keys",
    "transaction_moment",
]
