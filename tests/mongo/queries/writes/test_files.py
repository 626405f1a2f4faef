"""The query files do what the compiled writes do: the Python ones under pymongo, the JavaScript ones under mongosh."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bson import json_util
from bson.binary import UuidRepresentation
from pymongo.errors import BulkWriteError, DuplicateKeyError

from groundplan.mongo.queries.files import query_files
from groundplan.mongo.queries.model import CompiledWorkload, CompiledWrite
from groundplan.mongo.representation import encode

from .cases import CASES
from .conftest import Club, Laid
from .sides import comparable, differences, rows_of_documents, rows_of_mongo
from .test_same_rows import in_mongo

EXTENDED = json_util.JSONOptions(
    json_mode=json_util.JSONMode.CANONICAL, tz_aware=True, uuid_representation=UuidRepresentation.STANDARD
)


@pytest.fixture(scope="session")
def written(laid: Laid, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the files of all writes."""
    compiled = [laid.compiled(pattern.name) for pattern in laid.club.resolved.patterns]
    workload = CompiledWorkload(patterns=tuple(compiled), transactions=())
    folder = tmp_path_factory.mktemp("files") / f"queries_{laid.layout}_{laid.keys}".replace(" ", "_")
    folder.mkdir()
    for name, text in query_files(workload).items():
        folder.joinpath(name).write_text(text)
    return folder


@pytest.fixture(scope="session")
def package(written: Path) -> Iterator[str]:
    """The name of the package that the Python files are."""
    sys.path.insert(0, str(written.parent))
    yield written.name
    sys.path.remove(str(written.parent))


def called(package: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.{name}")


def test_linters_have_nothing_to_say(written: Path) -> None:
    chosen = "E4,E7,E9,F,I,UP,B,SIM,RET,C4,PIE,D"
    ruff = Path(sys.executable).with_name("ruff")
    command = [
        ruff,
        "check",
        "--isolated",
        "--select",
        chosen,
        "--ignore",
        "D203,D213",
        written,
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_functions_for_pymongo_write_the_same(club: Club, laid: Laid, package: str) -> None:
    refused = called(package, "_writing").WriteRefused
    for case, (name, arguments) in CASES.items():
        write = laid.compiled(name)
        if not isinstance(write, CompiledWrite):
            continue
        given = arguments(club)
        expected = in_mongo(laid, write, given)
        function = getattr(called(package, name), name)
        found = None
        with laid.database.client.start_session() as session:
            session.start_transaction()
            try:
                function(laid.database, **given, session=session)
                found = rows_of_mongo(laid.database, club.logical, laid.model, session=session)
            except (refused, DuplicateKeyError, BulkWriteError):
                pass
            finally:
                if session.in_transaction:
                    session.abort_transaction()
        assert (found is None) == (expected is None), case
        if found is not None and expected is not None:
            sides = [comparable(rows, club.before, club.logical) for rows in (found, expected)]
            assert not differences(*sides), "\n".join((case, *differences(*sides)))


@pytest.fixture
def restored(laid: Laid) -> Iterator[None]:
    """Puts every document back as it was: other tests find them so."""
    names = laid.database.list_collection_names()
    before = {name: list(laid.database[name].find()) for name in names}
    yield
    for name in laid.database.list_collection_names():
        laid.database[name].delete_many({})
        if before.get(name):
            laid.database[name].insert_many(before[name])


@pytest.mark.usefixtures("restored")
def test_functions_for_pymongo_take_transactions_of_their_own(club: Club, laid: Laid, package: str) -> None:
    name, arguments = CASES["an author's name"]
    module = called(package, name)
    assert getattr(module, name)(laid.database, **arguments(club)) == 1
    with pytest.raises(called(package, "_writing").WriteRefused):
        called(package, "close").close(laid.database, id=arguments(club)["id"])


RUN = """
function tried(call) {
  const session = db.getMongo().startSession();
  session.startTransaction();
  const within = session.getDatabase(db.getName());
  const documents = {};
  try {
    call(session);
    for (const name of COLLECTIONS) documents[name] = within.getCollection(name).find().toArray();
    return { documents };
  } catch (error) {
    return { refused: String(error.message ?? error) };
  } finally {
    try { session.abortTransaction(); } catch (error) { /* the server has ended it already */ }
    session.endSession();
  }
}
for (const [name, given, call] of CALLS) {
  print(EJSON.stringify([name, tried((session) => call(given, { session }))], { relaxed: false }));
}
"""


def test_scripts_for_mongosh_write_the_same(club: Club, laid: Laid, written: Path, node_modules: Path) -> None:
    wanted = {case: CASES[case] for case in CASES if isinstance(laid.compiled(CASES[case][0]), CompiledWrite)}
    calls = []
    for case, (name, arguments) in wanted.items():
        given = json_util.dumps(_encoded(arguments(club), laid.compiled(name)), json_options=EXTENDED)
        calls.append(f"  [{json.dumps(case)}, EJSON.parse({json.dumps(given)}, {{ relaxed: false }}), {name}],")
    loads = [f"load({json.dumps(str(written / f'{name}.js'))});" for name in {name for name, _ in wanted.values()}]
    collections = json.dumps([collection.name for collection in laid.model.collections])
    script = written / "run.mongosh"
    script.write_text("\n".join([*loads, f"const COLLECTIONS = {collections};", "const CALLS = [", *calls, "];", RUN]))
    results = in_mongosh(script, laid, node_modules)
    assert list(results) == list(wanted)
    for case, (name, arguments) in wanted.items():
        expected = in_mongo(laid, laid.compiled(name), arguments(club))
        assert ("refused" in results[case]) == (expected is None), (case, results[case].get("refused"))
        if expected is not None:
            found = rows_of_documents(results[case]["documents"], club.logical, laid.model)
            sides = [comparable(rows, club.before, club.logical) for rows in (found, expected)]
            assert not differences(*sides), "\n".join((case, *differences(*sides)))


def _encoded(given: Mapping[str, Any], write: Any) -> Any:
    types = {each.name: None if each.is_list else each.type for each in write.parameters}

    def row(values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value if types[name] is None else encode(value, types[name]) for name, value in values.items()}

    return {"rows": [row(each) for each in given["rows"]]} if "rows" in given else row(given)


def in_mongosh(script: Path, laid: Laid, node_modules: Path) -> dict[str, Any]:
    host, port = next(iter(laid.database.client.nodes))
    uri = f"mongodb://{host}:{port}/{laid.database.name}?directConnection=true"
    done = subprocess.run(
        [node_modules / ".bin" / "mongosh", uri, "--quiet", "--norc", "--file", script],
        env={**os.environ, "HOME": str(script.parent)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return dict(json_util.loads(line, json_options=EXTENDED) for line in done.stdout.splitlines() if line)
