"""`upkeep/<collection>.<path>.js`: scripts that find what is kept a second time and is not true, and mend it."""

from __future__ import annotations

from collections.abc import Iterable

from groundplan.base.file_names import named_files
from groundplan.mongo.commands import javascript
from groundplan.mongo.queries.files.javascript_file import script
from groundplan.mongo.queries.files.javascript_operations import Statements
from groundplan.mongo.queries.files.javascript_values import Values
from groundplan.mongo.queries.upkeep import DRIFT, Upkeep


def upkeep_scripts(found: Iterable[Upkeep]) -> dict[str, str]:
    """Return the text of each script by its name."""
    texts = [(each.name.replace(".", "-"), _script(each)) for each in found]
    return named_files(texts, suffix=".js", noun="upkeep")


def _script(upkeep: Upkeep) -> str:
    head = [
        javascript.comment(f"{upkeep.name}: {upkeep.says}."),
        javascript.comment(
            "The writes keep it so; what was changed by hand, or by two programs at one moment, is here."
        ),
        javascript.comment(
            "find_drift() shows what is not true; mend() sets it right, and says in how many documents."
        ),
    ]
    finding = Statements(Values(parameters={}, names={}))
    finding.add("const within = database;")
    finding.query(upkeep.find, head="return ", tail=".toArray().map((result) => result.row);")
    mending = Statements(Values(parameters={}, names={DRIFT: DRIFT}))
    mending.add("const within = database;")
    mending.add(f"const {DRIFT} = find_drift(database);")
    mending.add("let count = 0;")
    mending.operate(upkeep.mend)
    mending.add("return count;")
    body = [
        "function find_drift(database = db) {",
        *finding.lines,
        "}",
        "",
        "function mend(database = db) {",
        *mending.lines,
        "}",
    ]
    return script(head, body)
