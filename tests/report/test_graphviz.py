"""Graphviz: what it refuses, and that a run finds what an earlier one compiled."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import wasmtime

from groundplan.report.graphviz import Graphviz


def names(answer: bytes) -> list[str]:
    return [node["name"] for node in json.loads(answer)["objects"]]


def test_one_graphviz_lays_out_any_number_of_graphs() -> None:
    graphviz = Graphviz()
    assert names(graphviz.lay_out("digraph { a -> b }", form="json0")) == ["a", "b"]
    assert names(graphviz.lay_out("digraph { c }", form="json0")) == ["c"]


def test_what_is_not_a_graph_is_refused() -> None:
    graphviz = Graphviz()
    with pytest.raises(ValueError, match="Graphviz refused the graph"):
        graphviz.lay_out("digraph {", form="json0")
    assert names(graphviz.lay_out("digraph { a }", form="json0")) == ["a"]


def kept_in(cache: Path) -> list[Path]:
    return [file for file in cache.rglob("*") if file.is_file()]


def test_compiled_code_is_kept_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(tmp_path))
    Graphviz()
    before = {file: file.stat().st_mtime_ns for file in kept_in(tmp_path)}
    assert sorted(file.name for file in before) == ["compiled", "compiled.sha256"]
    monkeypatch.setattr(wasmtime.Module, "__init__", None)  # compiling would fail
    assert names(Graphviz().lay_out("digraph { a }", form="json0")) == ["a"]
    assert {file: file.stat().st_mtime_ns for file in kept_in(tmp_path)} == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: os.truncate(folder / "compiled", 100_000),
        lambda folder: (folder / "compiled").write_bytes((folder / "compiled").read_bytes()[:-64] + b"\xff" * 64),
        lambda folder: (folder / "compiled.sha256").unlink(),
    ],
)
def test_damaged_code_is_never_run_and_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], object]
) -> None:
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(tmp_path))
    Graphviz()
    folder = next(iter(tmp_path.iterdir()))
    whole = (folder / "compiled").read_bytes()
    damage(folder)
    assert names(Graphviz().lay_out("digraph { a }", form="json0")) == ["a"]
    assert (folder / "compiled").read_bytes() == whole
    assert [file.parent for file in kept_in(tmp_path)] == [folder, folder]


def test_whole_code_of_another_compiler_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(tmp_path))
    Graphviz()
    folder = next(iter(tmp_path.iterdir()))
    (folder / "compiled").write_bytes(b"not ours")
    (folder / "compiled.sha256").write_text(hashlib.sha256(b"not ours").hexdigest())
    assert names(Graphviz().lay_out("digraph { a }", form="json0")) == ["a"]


def test_without_a_folder_to_keep_it_in_it_is_compiled_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GROUNDPLAN_CACHE", str(tmp_path / "file" / "folder"))
    assert names(Graphviz().lay_out("digraph { a }", form="json0")) == ["a"]
