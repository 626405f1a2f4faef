"""Collections, validators, views and indexes read back and compared with what was to be created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from groundplan.prove.evidence import MONGO, CatalogEvidence

if TYPE_CHECKING:
    from pymongo.database import Database

_OF_THE_SERVER = "system."
_KEY_INDEX = "_id_"
_TEXT = "text"

# What the server adds to an index beside what it was told (manual, "listIndexes").
_ADDED = frozenset(
    {"v", "textIndexVersion", "2dsphereIndexVersion", "weights", "default_language", "language_override"}
)


def prove_catalog(database: Database[dict[str, Any]], commands: Sequence[Mapping[str, object]]) -> CatalogEvidence:
    """Compare a database with the commands that created it, object by object."""
    created = {str(command["create"]): command for command in commands if "create" in command}
    indexes = {str(command["createIndexes"]): command["indexes"] for command in commands if "createIndexes" in command}
    found = {
        str(each["name"]): each
        for each in database.list_collections()
        if not str(each["name"]).startswith(_OF_THE_SERVER)
    }
    differences: list[str] = [f"{name} is not there" for name in created if name not in found]
    differences += [f"{name} is there and was not to be" for name in sorted(found.keys() - created.keys())]
    compared = len(created)
    for name in created.keys() & found.keys():
        differences += _different_options(name, created[name], found[name])
        if "viewOn" in created[name]:
            continue
        wanted = {str(index["name"]): index for index in _documents(indexes.get(name, ()))}
        there = {str(index["name"]): dict(index) for index in database[name].list_indexes()}
        there.pop(_KEY_INDEX, None)
        compared += len(wanted)
        differences += [f"index {index} of {name} is not there" for index in wanted if index not in there]
        if "timeseries" not in created[name]:
            strange = sorted(there.keys() - wanted.keys())
            differences += [f"index {index} of {name} is there and was not to be" for index in strange]
        for index in wanted.keys() & there.keys():
            differences += _different_index(name, wanted[index], there[index])
    return CatalogEvidence(engine=MONGO, objects_compared=compared, differences=tuple(sorted(differences)))


def _documents(value: object) -> Sequence[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def _different_options(name: str, wanted: Mapping[str, object], found: Mapping[str, Any]) -> Iterator[str]:
    options = found.get("options", {})
    for option, value in wanted.items():
        if option == "create":
            continue
        there = options.get(option)
        if isinstance(value, Mapping) and option == "timeseries":
            there = {key: there.get(key) for key in value} if isinstance(there, Mapping) else there
        if _comparable(there) != _comparable(value):
            yield f"{option} of {name} reads back different"


def _different_index(collection: str, wanted: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    name = wanted["name"]
    if list(_keys(wanted).items()) != list(_keys(found).items()):
        yield f"the keys of index {name} of {collection} read back different"
    for option in sorted((wanted.keys() | found.keys()) - {"key", "name"}):
        if option in _ADDED and option not in wanted:
            continue
        if option == "weights":
            # The server lists every text key, those of weight 1 too.
            there = {path: weight for path, weight in found.get(option, {}).items() if path in wanted[option]}
            is_equal = there == dict(wanted[option])
        else:
            is_equal = _comparable(found.get(option)) == _comparable(wanted.get(option))
        if not is_equal:
            yield f"{option} of index {name} of {collection} reads back different"


def _keys(index: Mapping[str, Any]) -> dict[str, object]:
    """Return the keys, those of text by their paths: the server keeps them as `_fts`, with the paths in the weights."""
    found: dict[str, object] = {}
    text = sorted(index.get("weights", {}))
    for path, kind in index["key"].items():
        if path == "_fts":
            found |= dict.fromkeys(text, _TEXT)
        elif path != "_ftsx" and kind != _TEXT:
            found[path] = kind
        elif kind == _TEXT:
            found |= dict.fromkeys(sorted(each for each, of in index["key"].items() if of == _TEXT), _TEXT)
    return found


def _comparable(value: object) -> object:
    match value:
        case Mapping():
            return {str(name): _comparable(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_comparable(inner) for inner in value]
        case _:
            return value
