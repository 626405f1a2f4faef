"""Every access pattern compared on both engines, one after the other."""

from __future__ import annotations

from groundplan.mongo.queries.model import CompiledRead as MongoRead
from groundplan.mongo.queries.model import CompiledWrite as MongoWrite
from groundplan.mongo.queries.model import NotCompiled
from groundplan.plan.patterns import Pattern, RawPattern, ReadPattern
from groundplan.postgres.queries.model import CompiledRead, CompiledWrite
from groundplan.prove.equivalence.reads import compare_read
from groundplan.prove.equivalence.stage import Agreement, BothStages
from groundplan.prove.equivalence.writes import compare_write
from groundplan.prove.progress import Progress

_STAGE = "comparing both engines"


def compare_engines(both: BothStages, *, progress: Progress) -> dict[str, Agreement]:
    """Compare the engines pattern by pattern, reads first; both are as they were afterwards."""
    patterns = sorted(both.resolved.patterns, key=lambda pattern: not isinstance(pattern, ReadPattern))
    found: dict[str, Agreement] = {}
    for done, pattern in enumerate(patterns):
        progress(_STAGE, done, len(patterns))
        found[pattern.name] = _compare(both, pattern)
    progress(_STAGE, len(patterns), len(patterns))
    return found


def _compare(both: BothStages, pattern: Pattern) -> Agreement:
    match pattern, both.sql.pattern(pattern.name), both.mql.pattern(pattern.name):
        case ReadPattern(), CompiledRead() as sql, MongoRead() as mql:
            return compare_read(both, pattern, sql, mql)
        case RawPattern(), _, _:
            return Agreement(verdict=None, reason="statements of the plan's own are not compared")
        case _, CompiledWrite() as sql, MongoWrite() as mql:
            return compare_write(both, pattern, sql, mql)
        case _, _, NotCompiled() as refused:
            return Agreement(verdict=None, reason=refused.reason)
        case _:
            raise ValueError(f"{pattern.name} was compiled as another kind of pattern")
