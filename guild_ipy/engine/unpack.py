"""Opening a payload in the run; the counterpart of ``operations.pack``. Format: :mod:`guild_ipy.domain.payload`."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from mmap import mmap
from typing import Any, BinaryIO

from guild_ipy.domain import payload
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.engine.buffers import open_buffers
from guild_ipy.engine.notebook_names import NOTEBOOK_NAMES
from guild_ipy.store.run_dir import RunDir


def unpack(run_dir: RunDir, namespace: dict[str, Any]) -> FunctionCall | CellCode:
    """Load the payload of a run; the notebook's definitions land in `namespace`, the ``__main__`` of the run.

    Opening a payload executes code of whoever wrote it.
    """
    with open(run_dir.payload, "rb") as file:
        return load_program(file, namespace, open_buffers(run_dir))


def load_program(file: BinaryIO, namespace: dict[str, Any], buffers: Iterable[mmap] = ()) -> FunctionCall | CellCode:
    """Load a payload; see :func:`unpack`."""
    reader = _Reader(file, namespace, buffers)
    program: FunctionCall | CellCode = reader.load()
    while True:
        try:
            definitions = reader.load()
        except EOFError:
            return program
        namespace.update(definitions)


def load_value(content: bytes, namespace: dict[str, Any]) -> Any:  # noqa: ANN401 - any variable of a run
    """Load a variable of the main module whose namespace this is."""
    return _Reader(io.BytesIO(content), namespace).load()


class _Reader(pickle.Unpickler):
    def __init__(self, file: BinaryIO, namespace: dict[str, Any], buffers: Iterable[mmap] = ()) -> None:
        super().__init__(file, buffers=buffers)
        self._namespace = namespace

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own protocol
        if module == payload.__name__ and name == "main_namespace":
            return lambda: self._namespace
        if module == payload.__name__ and name in NOTEBOOK_NAMES:
            return NOTEBOOK_NAMES[name]
        if module == "__main__" and name in self._namespace:  # which may not be that of this process yet
            return self._namespace[name]
        return super().find_class(module, name)
