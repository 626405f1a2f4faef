"""Query files: functions for mongosh and for pymongo, one file of either for each pattern and transaction."""

from __future__ import annotations

from groundplan.base.file_names import named_files
from groundplan.mongo.queries.files.python_file import python_file, transaction_file
from groundplan.mongo.queries.files.support_python import MODULES
from groundplan.mongo.queries.model import CompiledRaw, CompiledWorkload

__all__ = ["query_files"]


def query_files(workload: CompiledWorkload) -> dict[str, str]:
    """Return the text of each query file by its name."""
    modules = [(each.pattern, python_file(each)) for each in workload.patterns if not isinstance(each, CompiledRaw)]
    modules += [(each.name, transaction_file(each)) for each in workload.transactions]
    files = named_files(modules, suffix=".py", noun="query")
    files["__init__.py"] = '"""The access patterns and transactions of the plan, for pymongo."""\n'
    files |= {f"{name}.py": text for name, text in MODULES.items()}
    return files
