"""Packing notebook code so that it travels to another process; see :mod:`guild_ipy.domain.payload`.

A CloudPickler that maps the notebook's namespace to the run's real ``__main__``, replaces the shell by a stub, and
collects the notebook's own definitions, the cells that they were written in, and what their texts name.
"""

from __future__ import annotations

import io
import pickle
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cloudpickle

from guild_ipy.domain import payload
from guild_ipy.domain.notebook_state import STATE_NAME
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.operations.companions import Attempt, Companions
from guild_ipy.operations.mentions import Mentions
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.shell_objects import ShellObjects

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
    sizes: Mapping[str, int]
    """Variables that came along because a text of the code names them -> how many bytes."""


def pack(
    program: FunctionCall | CellCode,
    notebook: Notebook,
    uses: Mapping[str, Any] = _NOTHING,
    flags: Mapping[str, Any] = _NOTHING,
) -> Packed:
    """Pickle a call or a cell.

    `uses` are variables that come along although the code does not name them; texts among `flags` may be code.

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
    packer.dump_definitions()
    sizes = packer.dump_companions(program, {*uses}, flags)
    return Packed(
        payload=buffer.getvalue(),
        buffers=tuple(packer.buffers),
        code_files=tuple(packer.code_files),
        sizes=sizes,
    )


class _MainNamespace:
    """Stands for the namespace of the notebook while packing."""

    def __reduce__(self) -> tuple[Any, ...]:
        return payload.main_namespace, ()


class _Packer(cloudpickle.Pickler):  # type: ignore[misc] # untyped package
    def __init__(self, file: io.BytesIO, notebook: Notebook) -> None:
        super().__init__(file, protocol=5, buffer_callback=self._take_buffer)
        self.memo: Any  # of pickle's own C code
        self.buffers: list[memoryview] = []
        self._file = file
        self._notebook = notebook
        self._namespace = notebook.variables
        self._shell_objects = ShellObjects(notebook)
        self._mentions = Mentions(notebook)
        self._definitions: dict[str, Any] = {}
        self._seen: set[str] = set()
        self.code_files: dict[str, None] = {}
        self.globals_ref[id(notebook.variables)] = _MainNamespace()

    def pop_definitions(self) -> Mapping[str, Any]:
        found, self._definitions = self._definitions, {}
        return found

    def dump_definitions(self) -> None:
        """Pack definitions that only definitions refer to."""
        while late := self.pop_definitions():
            self.dump(late)

    def dump_companions(
        self, program: FunctionCall | CellCode, present: set[str], flags: Mapping[str, Any]
    ) -> Mapping[str, int]:
        """Pack what texts of the code name; see :mod:`guild_ipy.operations.companions`."""
        if isinstance(program, CellCode):
            self._mentions.read_source(program.source)
            present |= program.variables.keys()
        self._mentions.read_values(flags.values())
        companions = Companions(packer=self, notebook=self._notebook, mentions=self._mentions, present=present)
        state = companions.pack()
        if self._notebook.shell is not None:
            self.dump({STATE_NAME: state})
        return companions.sizes

    def attempt(self, values: Mapping[str, Any]) -> Attempt:
        """Pack variables and the definitions that they refer to; if that fails all is as before."""
        start, memo, buffers = self._file.tell(), self.memo.copy(), len(self.buffers)
        code_files, seen = dict(self.code_files), set(self._seen)
        try:
            self.dump(values)
            self.dump_definitions()
        except Exception as error:  # noqa: BLE001 - whatever a type's own __reduce__ raises
            self._file.seek(start)
            self._file.truncate()
            self.memo, self.code_files, self._seen, self._definitions = memo, code_files, seen, {}
            del self.buffers[buffers:]
            return Attempt(error=error)
        size = self._file.tell() - start + sum(buffer.nbytes for buffer in self.buffers[buffers:])
        return Attempt(size=size)

    def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own protocol
        stand_in = self._shell_objects.find_stand_in(obj)
        if stand_in is not None:
            return stand_in, ()
        if isinstance(obj, types.FunctionType):
            self.code_files[obj.__code__.co_filename] = None
            self._collect(obj)
            if obj.__globals__ is self._namespace:
                self._mentions.read_function(obj)
        elif isinstance(obj, type):
            self._collect(obj)
        elif isinstance(obj, io.IOBase) and not isinstance(obj, io.BytesIO | io.StringIO):
            raise Unsendable("an open file belongs to this process")
        self._mentions.read_object(obj)
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
