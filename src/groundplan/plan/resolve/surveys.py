"""What can be told of an expression only as a whole: which rows its paths look at, and what a group leaves of them."""

from __future__ import annotations

from groundplan.plan.defects import PathDefect
from groundplan.plan.expressions import Aggregate, AnyOf, Binary, Every, Expression, In, IsNull, Not, Path, children
from groundplan.plan.paths import collection_of, is_composite
from groundplan.plan.resolve.places import Reach
from groundplan.plan.resolve.reading import Reading


def survey(expression: Expression, reading: Reading) -> None:
    """Report paths to several rows, and to rows with several key attributes, where those cannot stand."""
    _rows_in_value(expression, reading)
    if reading.place.reach is not Reach.MANY_ROWS:
        return
    if reading.place.is_condition:
        for comparison in _comparisons(expression):
            _one_collection(comparison, reading)
    elif not isinstance(expression, Path):
        for path in _free_paths(expression):
            if path.is_many:
                reading.misplaced(path, PathDefect.MANY_ROWS)


def _comparisons(condition: Expression) -> list[Expression]:
    """Return the conditions that AND, OR and NOT join."""
    if isinstance(condition, Every | AnyOf | Not):
        return [found for child in children(condition) for found in _comparisons(child)]
    return [condition]


def _one_collection(comparison: Expression, reading: Reading) -> None:
    """Report a second collection within one comparison: each is a search of its own."""
    first = None
    for path in _free_paths(comparison):
        collection = collection_of(path)
        if collection and first is None:
            first = collection
        elif collection and collection != first:
            reading.misplaced(path, PathDefect.TWO_COLLECTIONS)


def _free_paths(expression: Expression) -> list[Path]:
    """Return the paths outside every aggregate."""
    if isinstance(expression, Path):
        return [expression]
    if isinstance(expression, Aggregate):
        return []
    return [path for child in children(expression) for path in _free_paths(child)]


def _rows_in_value(expression: Expression, reading: Reading) -> None:
    """Report rows with several key attributes within values; comparisons have looked after their own."""
    is_count = isinstance(expression, Aggregate) and expression.function == "count"
    takes_rows = is_count or isinstance(expression, IsNull | Binary | In)
    for child in children(expression):
        if is_composite(child) and not takes_rows:
            reading.misplaced(child, PathDefect.COMPOSITE_KEY)
        _rows_in_value(child, reading)


def outside_group(expression: Expression, group: tuple[Expression, ...]) -> Path | None:
    """Return the first path that a group neither groups by nor aggregates; None where there is none."""
    if expression in group or isinstance(expression, Aggregate):
        return None
    if isinstance(expression, Path):
        return expression
    for child in children(expression):
        found = outside_group(child, group)
        if found is not None:
            return found
    return None
