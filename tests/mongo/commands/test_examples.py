"""The examples as they are designed: mongosh runs schema.js, tsc compiles types.ts, models.py takes the documents."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

import bson
import pytest

from groundplan.mongo.commands import create_commands, schema_js, typescript
from groundplan.mongo.commands.shapes import shapes
from groundplan.mongo.design import design_mongo
from groundplan.mongo.load import Assembler
from groundplan.rows.generate import generate_sample

from .studio import NOW, OPTIONS, Studio, derived
from .test_scripts import catalog
from .test_types import compiled, loaded

FOLDER = Path(__file__).parents[3] / "examples"
EXAMPLES = sorted(file.name.removesuffix(".plan.yaml") for file in FOLDER.glob("*.plan.yaml"))


@cache
def example(name: str) -> Studio:
    resolved, logical = derived((FOLDER / f"{name}.plan.yaml").read_text())
    return Studio(resolved=resolved, logical=logical, model=design_mongo(resolved, logical).model)


@pytest.mark.parametrize("name", EXAMPLES)
def test_mongosh_runs_the_schema(name: str, mongosh, mongo_database, tmp_path) -> None:
    made = example(name)
    for command in create_commands(made.model, made.logical):
        mongo_database.command(command)
    wanted = catalog(mongo_database)
    for found in wanted:
        mongo_database.drop_collection(found)
    script = tmp_path / "schema.js"
    script.write_text(schema_js(made.model, made.logical))
    done = mongosh(script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert catalog(mongo_database) == wanted


def test_types_compile(node_modules, tmp_path) -> None:
    files = {name: typescript(example(name).model, example(name).logical) for name in EXAMPLES}
    done: subprocess.CompletedProcess[str] = compiled(tmp_path, node_modules, **files)
    assert (done.stdout, done.returncode) == ("", 0)


@pytest.mark.parametrize("name", EXAMPLES)
def test_models_take_every_document(name: str, tmp_path) -> None:
    made = example(name)
    models = loaded(made, tmp_path)
    sample = generate_sample(made.resolved, made.logical, now=NOW, largest=500, seed=3)
    assembler = Assembler(made.logical, sample.relations)
    count = 0
    for shape in shapes(made.model):
        if shape.collection is None:
            continue
        model = getattr(models, shape.name)
        for raw in list(assembler.documents(shape.collection))[:100]:
            document = bson.decode(bytes(raw), OPTIONS)
            assert model.model_validate(document).to_document() == document
            count += 1
    assert count > 100
