"""Raw statements: the plan's own SQL, its `:name` parameters turned into placeholders."""

from __future__ import annotations

from groundplan.plan.patterns import RawPattern
from groundplan.plan.resolve.raw import raw_parameters
from groundplan.postgres.queries.model import CompiledRaw, QueryParameter
from groundplan.postgres.queries.statement import UNKNOWN, Draft, placeholder_name, query_parameter
from groundplan.postgres.queries.storage import Storage


def compile_raw(pattern: RawPattern, *, storage: Storage) -> CompiledRaw:
    """Compile a raw statement; None in it where the plan gives none for PostgreSQL."""
    if pattern.sql is None:
        return CompiledRaw(pattern=pattern.name, statement=None)
    draft = Draft(storage)
    sql = pattern.sql.strip().rstrip(";").rstrip()
    known = {parameter.name: query_parameter(parameter, storage=storage) for parameter in pattern.parameters}
    pieces: list[str] = []
    at = 0
    for found in raw_parameters(sql):
        parameter = known.get(found.name) or QueryParameter(name=placeholder_name(found.name), type=UNKNOWN)
        pieces += [sql[at : found.start], draft.bare_parameter(parameter)]
        at = found.end
    return CompiledRaw(pattern=pattern.name, statement=draft.finish("".join([*pieces, sql[at:]])))
