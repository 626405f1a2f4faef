"""Values of one attribute: by its type, its distribution and its role."""

from groundplan.rows.columns.draw import ColumnTask, draw_column, draw_substitutes

__all__ = ["ColumnTask", "draw_column", "draw_substitutes"]
