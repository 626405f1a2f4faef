"""schema.js: every object of the design for mongosh, in an order that works, with what it is there for."""

from __future__ import annotations

from collections.abc import Mapping

from groundplan.logical.model import LogicalModel
from groundplan.mongo.commands import javascript
from groundplan.mongo.commands.create import (
    collection_options,
    created_indexes,
    index_key,
    index_options,
    own_options,
    removal,
    view_pipeline,
)
from groundplan.mongo.commands.own import about_own, own_indexes
from groundplan.mongo.commands.python_script import URI_VARIABLE
from groundplan.mongo.commands.words import about_collection, about_index, about_rules, about_view
from groundplan.mongo.model import Collection, DocumentModel, IndexKey, LiveView, OwnCollection
from groundplan.mongo.queries.model import Bson
from groundplan.mongo.validator import clauses

_RULE_WIDTH = 100
_ROLL_OUT = (
    "Where documents are there already: first collMod each collection with its file in validators/, but with",
    "validationAction 'warn'; mend what the server's log then shows; then set 'error'.",
)


def schema_js(model: DocumentModel, logical: LogicalModel) -> str:
    """Return the script that creates a design in an empty database, for mongosh."""
    head = [
        javascript.comment(f"The whole design, for MongoDB {model.version}. Run it against an empty database:"),
        javascript.comment(f'    mongosh "${URI_VARIABLE}" --quiet --file schema.js'),
        *map(javascript.comment, _ROLL_OUT),
    ]
    blocks = ["\n".join(head)]
    blocks += [block for collection in model.collections for block in _collection_js(collection, logical)]
    blocks += [block for own in model.own for block in _own_js(own)]
    if model.views:
        blocks += [_section("Views"), *map(_view_js, model.views)]
    sharded = [collection for collection in model.collections if collection.shard_key is not None]
    if sharded:
        blocks += [_section("Sharding"), *_sharding_js(sharded)]
    return "\n\n".join(blocks) + "\n"


def revert_js(model: DocumentModel) -> str:
    """Return the script that drops everything schema.js creates, with all documents in it."""
    head = javascript.comment("Drops everything that schema.js creates, with all documents in it.")
    return "\n".join([head, "", *(f"{javascript.collection(name)}.drop();" for name in removal(model))]) + "\n"


def _section(title: str) -> str:
    return javascript.comment(f"{title} ".ljust(_RULE_WIDTH, "-"))


def _call(head: str, *arguments: Bson) -> str:
    """Return a statement `head(arguments…);`, the first of them after what stands in `head` already."""
    text = head
    for position, argument in enumerate(arguments):
        text += ", " if position else ""
        text += javascript.literal(argument, before=len(text.rpartition("\n")[2]))
    return f"{text});"


def _collection_js(collection: Collection, logical: LogicalModel) -> tuple[str, ...]:
    about = (*about_collection(collection), *about_rules(clauses(collection, logical)))
    created = _call(
        f"db.createCollection({javascript.quote(collection.name)}, ", collection_options(collection, logical)
    )
    indexes = (
        "\n".join(
            (
                javascript.comment(about_index(index)),
                _call(f"{javascript.collection(collection.name)}.createIndex(", index_key(index), index_options(index)),
            )
        )
        for index in created_indexes(collection)
    )
    return (
        _section(collection.name),
        "\n".join((*map(javascript.comment, about), created)),
        *indexes,
    )


def _own_js(own: OwnCollection) -> tuple[str, ...]:
    created = _call(f"db.createCollection({javascript.quote(own.name)}, ", own_options(own))
    indexes = (
        _call(f"{javascript.collection(own.name)}.createIndex(", *_key_and_options(index)) for index in own_indexes(own)
    )
    return (_section(own.name), f"{javascript.comment(about_own(own))}\n{created}", *indexes)


def _key_and_options(index: Mapping[str, Bson]) -> tuple[Bson, Bson]:
    return index["key"], {name: value for name, value in index.items() if name != "key"}


def _view_js(view: LiveView) -> str:
    name, source = javascript.quote(view.name), javascript.quote(view.collection)
    created = _call(f"db.createView({name}, {source}, ", view_pipeline(view))
    return f"{javascript.comment(about_view(view))}\n{created}"


def _sharding_js(collections: list[Collection]) -> tuple[str, ...]:
    remarks = (
        "Not proven: there is no cluster here to try it on. It runs on mongos only: take the comment marks away there.",
    )
    statements = [
        f"sh.shardCollection(`${{db.getName()}}.{_in_template(collection.name)}`, "
        f"{javascript.literal(_shard_keys(collection))}"
        f"{', true' if collection.shard_key is not None and collection.shard_key.is_unique else ''});"
        for collection in collections
    ]
    return ("\n".join((*map(javascript.comment, remarks), *map(javascript.comment, statements))),)


def _in_template(name: str) -> str:
    return javascript.quote(name)[1:-1].replace("`", "\\`").replace("${", "\\${")


def _shard_keys(collection: Collection) -> Bson:
    keys: tuple[IndexKey, ...] = () if collection.shard_key is None else collection.shard_key.keys
    return {key.path: key.kind.value for key in keys}
