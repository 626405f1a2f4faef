"""Names of tables' parts, each unique among those it shares a namespace with."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.base.names import POSTGRES_NAME_BYTES, fit
from groundplan.postgres.model import Schema


class Names:
    """The names taken in a schema.

    PostgreSQL keeps tables, views, indexes and sequences in one namespace and types (a table makes one) in another; all
    are kept apart here, so that a message names one thing.
    """

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    @classmethod
    def of(cls, schema: Schema) -> Names:
        """Return the names that a schema uses by now."""
        taken: list[str] = [enum.name for enum in schema.enums]
        taken += [view.name for view in schema.views]
        taken += [expiry.name for expiry in schema.expiries]
        for view in schema.materialized_views:
            taken += [view.name, *(index.name for index in view.indexes)]
        for table in schema.tables:
            taken += [table.name, table.primary_key.name]
            taken += [unique.name for unique in table.unique]
            taken += [check.name for check in table.checks]
            taken += [key.name for key in table.foreign_keys]
            taken += [exclusion.name for exclusion in table.exclusions]
            taken += [index.name for index in table.indexes]
            taken += [trigger.name for trigger in table.triggers]
        return cls(taken)

    def take(self, *parts: str) -> str:
        """Return the parts joined by underscores, cut to what fits, with a number where that name is taken."""
        wish = "_".join(parts)
        name = fit(wish)
        number = 1
        while name in self._taken:
            number += 1
            suffix = f"_{number}"
            name = fit(wish, limit=POSTGRES_NAME_BYTES - len(suffix)) + suffix
        self._taken.add(name)
        return name
