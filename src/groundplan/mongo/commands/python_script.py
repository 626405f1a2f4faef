"""schema.py: every object of the design for Python with pymongo, for those without mongosh."""

from __future__ import annotations

from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands import python
from groundplan.mongo.commands.create import (
    create_collection,
    create_view,
    created_indexes,
    index_document,
    own_options,
)
from groundplan.mongo.commands.own import about_own, own_indexes
from groundplan.mongo.commands.words import about_collection, about_index, about_rules, about_view
from groundplan.mongo.model import DocumentModel
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.validator import clauses

URI_VARIABLE = "MONGODB_URI"
"""The environment variable that tells scripts where to connect; no script holds an address or a password."""

_HEAD = '''\
"""Creates the whole design in an empty database of MongoDB {version}.

    {variable}=mongodb://…/database python schema.py
"""

from __future__ import annotations

import os
import sys
{standard}
{driver}from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError

COMMANDS: tuple[dict[str, object], ...] = (
'''

_TAIL = """\
)


def create(database: Database[dict[str, object]]) -> None:
    \"\"\"Run every command; the first that the server refuses ends it.\"\"\"
    for command in COMMANDS:
        database.command(command)


def main() -> int:
    \"\"\"Connect where the environment says, and create the design there.\"\"\"
    uri = os.environ.get("{variable}")
    if not uri:
        print("set {variable} to where the database is: mongodb://host/database", file=sys.stderr)
        return 2
    try:
        with MongoClient(uri, uuidRepresentation="standard", tz_aware=True) as client:
            create(client.get_default_database())
    except OperationFailure as error:
        print((error.details or {{}}).get("errmsg", error), file=sys.stderr)
        return 1
    except PyMongoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
"""


def schema_py(model: DocumentModel, logical: LogicalModel) -> str:
    """Return the script that creates a design in an empty database, for Python with pymongo."""
    lines: list[str] = []
    for collection in model.collections:
        words = (*about_collection(collection), *about_rules(clauses(collection, logical)))
        about = (collection.name, *(f"    {line}" for line in words))
        lines += [python.comment(line, indent=4) for line in about]
        lines.append(_entry(create_collection(collection, logical)))
        indexes = created_indexes(collection)
        if indexes:
            lines += [python.comment(f"{index.name}: {about_index(index)}", indent=4) for index in indexes]
            documents = tuple(index_document(index) for index in indexes)
            lines.append(_entry({"createIndexes": collection.name, "indexes": documents}))
    for own in model.own:
        lines += [python.comment(line, indent=4) for line in (own.name, f"    {about_own(own)}")]
        lines.append(_entry({"create": own.name, **own_options(own)}))
        if own_indexes(own):
            lines.append(_entry({"createIndexes": own.name, "indexes": own_indexes(own)}))
    for view in model.views:
        lines += [python.comment(about_view(view), indent=4), _entry(create_view(view))]
    body = "\n".join(lines) + "\n"
    head = _HEAD.format(
        version=model.version,
        variable=URI_VARIABLE,
        standard="".join(f"{line}\n" for line in python.imports(body) if not line.startswith("from bson")),
        driver="".join(f"{line}\n" for line in python.imports(body) if line.startswith("from bson")),
    )
    return head + body + _TAIL.format(variable=URI_VARIABLE)


def _entry(command: Bson) -> str:
    return f"    {python.literal(command, indent=4)},"
