"""Opening a payload in the run; the counterpart of ``operations.pack``. Format: :mod:`guild_ipy.domain.payload`."""

from __future__ import annotations

import pickle
from typing import Any

from guild_ipy.domain import payload
from guild_ipy.domain.payload import CellCode, FunctionCall


def unpack(path: str, namespace: dict[str, Any]) -> FunctionCall | CellCode:
    """Load a payload; the notebook's definitions land in `namespace`, the ``__main__`` of the run.

    Opening a payload executes code of whoever wrote it.
    """
    with open(path, "rb") as file:
        reader = _Reader(file, namespace)
        program: FunctionCall | CellCode = reader.load()
        while True:
            try:
                definitions = reader.load()
            except EOFError:
                break
            namespace.update(definitions)
    return program


class _Reader(pickle.Unpickler):
    def __init__(self, file: Any, namespace: dict[str, Any]) -> None:  # noqa: ANN401 - any readable binary file
        super().__init__(file)
        self._namespace = namespace

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own protocol
        if module == payload.__name__ and name == "main_namespace":
            return lambda: self._namespace
        return super().find_class(module, name)
