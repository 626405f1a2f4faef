"""Which share of a relation's rows a condition leaves; both engines' designs ask the same."""

from groundplan.logical.shares import (
    DELETED_WHERE_SILENT,
    NULLS_WHERE_SILENT,
    RANGE_WHERE_SILENT,
    equal_rows,
    null_share,
    share_of,
)

__all__ = ["DELETED_WHERE_SILENT", "NULLS_WHERE_SILENT", "RANGE_WHERE_SILENT", "equal_rows", "null_share", "share_of"]
