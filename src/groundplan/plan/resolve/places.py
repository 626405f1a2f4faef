"""Where formulas stand in a plan, and what each place permits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from groundplan.plan.resolve.phrases import NO_SUFFIXES, Suffixes


class Reach(IntEnum):
    """How far the paths of a formula may lead."""

    NOWHERE = 0
    OWN_ROW = 1
    ONE_ROW = 2
    MANY_ROWS = 3


class Aggregation(IntEnum):
    """What the aggregates of a formula may count: nothing, what hangs on a row, or the rows of a group."""

    NONE = 0
    COLLECTIONS = 1
    GROUPS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaPlace:
    """A place for formulas; `what` is the plan's word for it.

    `is_condition` asks for a boolean, `is_stored` tells that an engine evaluates it when a row is written,
    `takes_words` that a bare word beside a text is that text.
    """

    what: str
    reach: Reach = Reach.NOWHERE
    aggregation: Aggregation = Aggregation.NONE
    has_parameters: bool = False
    is_condition: bool = False
    is_stored: bool = False
    takes_words: bool = False
    suffixes: Suffixes = NO_SUFFIXES


WHERE = FormulaPlace(what="where", reach=Reach.MANY_ROWS, has_parameters=True, is_condition=True)
CHECK = FormulaPlace(what="checks", reach=Reach.OWN_ROW, is_condition=True, is_stored=True)
UNIQUE_FILTER = FormulaPlace(what="unique", reach=Reach.OWN_ROW, is_condition=True, is_stored=True)
FIELD = FormulaPlace(
    what="fields",
    reach=Reach.MANY_ROWS,
    aggregation=Aggregation.COLLECTIONS,
    has_parameters=True,
    suffixes=Suffixes(has_alias=True, is_list=True),
)
GROUPED_FIELD = FormulaPlace(
    what="fields",
    reach=Reach.ONE_ROW,
    aggregation=Aggregation.GROUPS,
    has_parameters=True,
    suffixes=Suffixes(has_alias=True, is_list=True),
)
GROUP = FormulaPlace(what="group", reach=Reach.ONE_ROW, suffixes=Suffixes(has_alias=True, is_list=True))
ORDER = FormulaPlace(
    what="order",
    reach=Reach.ONE_ROW,
    aggregation=Aggregation.COLLECTIONS,
    suffixes=Suffixes(has_direction=True, is_list=True),
)
GROUPED_ORDER = FormulaPlace(
    what="order",
    reach=Reach.ONE_ROW,
    aggregation=Aggregation.GROUPS,
    suffixes=Suffixes(has_direction=True, is_list=True),
)
SET = FormulaPlace(what="set", reach=Reach.OWN_ROW, has_parameters=True)
COMPUTED = FormulaPlace(what="computed", reach=Reach.MANY_ROWS, aggregation=Aggregation.COLLECTIONS, is_stored=True)
DEFAULT = FormulaPlace(what="default", takes_words=True)
HINT = FormulaPlace(what="params", takes_words=True)
CENTER = FormulaPlace(what="near", has_parameters=True)
