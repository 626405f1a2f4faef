"""Query files: functions for mongosh and for pymongo, one file of either for each pattern and transaction."""

from __future__ import annotations

from groundplan.base.file_names import named_files
from groundplan.logical.model import LogicalModel
from groundplan.mongo.model import MongoDesign
from groundplan.mongo.queries.files.javascript_file import javascript_file, transaction_script
from groundplan.mongo.queries.files.python_file import python_file, transaction_file
from groundplan.mongo.queries.files.support_python import MODULES
from groundplan.mongo.queries.files.upkeep import upkeep_scripts
from groundplan.mongo.queries.model import CompiledRaw, CompiledWorkload
from groundplan.mongo.queries.upkeep import upkeep_of
from groundplan.mongo.queries.writes import Context
from groundplan.plan.patterns import ResolvedPlan

__all__ = ["query_files", "upkeep_files"]


def query_files(workload: CompiledWorkload) -> dict[str, str]:
    """Return the text of each query file by its name."""
    modules = [(each.pattern, python_file(each)) for each in workload.patterns if not isinstance(each, CompiledRaw)]
    modules += [(each.name, transaction_file(each)) for each in workload.transactions]
    scripts = [(each.pattern, javascript_file(each)) for each in workload.patterns]
    scripts += [(each.name, transaction_script(each)) for each in workload.transactions]
    files = named_files(scripts, suffix=".js", noun="query") | named_files(modules, suffix=".py", noun="query")
    files["__init__.py"] = '"""The access patterns and transactions of the plan, for pymongo."""\n'
    files |= {f"{name}.py": text for name, text in MODULES.items()}
    return files


def upkeep_files(resolved: ResolvedPlan, logical: LogicalModel, design: MongoDesign) -> dict[str, str]:
    """Return the scripts that find and mend what documents keep a second time and is not true, by file name."""
    return upkeep_scripts(upkeep_of(Context(resolved, logical, design.model)))
