"""Packing notebook code so that it travels to another process; see :mod:`guild_ipy.domain.payload`.

A CloudPickler that maps the notebook's namespace to the run's real ``__main__``, replaces the shell by a stub, and
collects the notebook's own definitions and the cells that they were written in.
"""

from __future__ import annotations

import builtins
import io
import pickle
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cloudpickle

from guild_ipy.domain import payload
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.operations.notebook import Notebook

#: Arrays of so many bytes are kept beside the payload.
LARGE_BUFFER = 2**20


_NOTHING: Mapping[str, Any] = {}


class Unsendable(TypeError):
    """An object that must not travel although pickle would take it."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A payload, and the code files of the cells whose functions are in it."""

    payload: bytes
    buffers: tuple[memoryview, ...]
    """Large arrays, which are not in the payload: :mod:`guild_ipy.engine.buffers` keeps each once."""
    code_files: tuple[str, ...]


def pack(program: FunctionCall | CellCode, notebook: Notebook, uses: Mapping[str, Any] = _NOTHING) -> Packed:
    """Pickle a call or a cell.

    `uses` are variables that come along although the code does not name them (it may ask for them by ``eval``).

    Raises
    ------
    Exception
        Whatever pickling something that cannot travel raises; :mod:`guild_ipy.operations.unsendable` finds out
        which variable it was.
    """
    buffer = io.BytesIO()
    packer = _Packer(buffer, notebook)
    packer.dump(program)
    packer.dump({**uses, **packer.pop_definitions()})
    while late := packer.pop_definitions():  # definitions that only definitions refer to
        packer.dump(late)
    return Packed(payload=buffer.getvalue(), buffers=tuple(packer.buffers), code_files=tuple(packer.code_files))


class _MainNamespace:
    """Stands for the namespace of the notebook while packing."""

    def __reduce__(self) -> tuple[Any, ...]:
        return payload.main_namespace, ()


class _Packer(cloudpickle.Pickler):  # type: ignore[misc] # untyped package
    def __init__(self, file: io.BytesIO, notebook: Notebook) -> None:
        super().__init__(file, protocol=5, buffer_callback=self._take_buffer)
        self.buffers: list[memoryview] = []
        self._namespace = notebook.variables
        self._shell = notebook.shell
        self._definitions: dict[str, Any] = {}
        self._seen: set[str] = set()
        self.code_files: dict[str, None] = {}
        self.globals_ref[id(notebook.variables)] = _MainNamespace()

    def pop_definitions(self) -> Mapping[str, Any]:
        found, self._definitions = self._definitions, {}
        return found

    def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own protocol
        if isinstance(obj, types.FunctionType) and _is_open_of_ipython(obj):
            return getattr, (builtins, "open")
        if isinstance(obj, types.FunctionType):
            self.code_files[obj.__code__.co_filename] = None
            self._collect(obj)
        elif isinstance(obj, type):
            self._collect(obj)
        elif isinstance(obj, types.MethodType) and obj.__self__ is self._shell and obj.__name__ == "get_ipython":
            return payload.shell_getter, ()
        elif obj is self._shell:
            return payload.LazyShell, ()
        elif isinstance(obj, io.IOBase) and not isinstance(obj, io.BytesIO | io.StringIO):
            raise Unsendable("an open file belongs to this process")
        return super().reducer_override(obj)

    def _take_buffer(self, buffer: pickle.PickleBuffer) -> bool:
        """Keep a large buffer out of the payload (False), or leave a small one in it (True)."""
        raw = buffer.raw()
        if raw.nbytes < LARGE_BUFFER:
            return True
        self.buffers.append(raw)
        return False

    def _collect(self, definition: Any) -> None:  # noqa: ANN401
        name = definition.__name__
        if name not in self._seen and self._namespace.get(name) is definition:
            self._seen.add(name)
            self._definitions[name] = definition


def _is_open_of_ipython(function: types.FunctionType) -> bool:
    """Whether it is the ``open`` of notebooks, which keeps them from closing the streams of their kernel."""
    is_open = getattr(function, "__wrapped__", None) is open
    return is_open and str(function.__globals__.get("__name__")).startswith("IPython.")
