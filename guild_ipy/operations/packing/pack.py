"""Writes the payload of a function or cell of the notebook; see :mod:`guild_ipy.domain.payload`."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.notebook_state import STATE_NAME, NotebookState
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.payload_reader import open_payload
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packing.packer import PayloadPacker, Unsendable
from guild_ipy.operations.packing.texts.extra_variables import ExtraVariables

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A payload, and the code files of the cells whose functions are in it."""

    payload: bytes
    buffers: tuple[memoryview, ...]
    """Large arrays, which are not in the payload: :mod:`guild_ipy.engine.run_files.buffers` keeps each once."""
    code_files: tuple[str, ...]
    sizes: Mapping[str, int]
    """Variables that are packed because a text in the code names them -> their size in bytes."""


def pack(
    program: FunctionCall | CellCode,
    notebook: Notebook,
    uses: Mapping[str, Any] = _NOTHING,
    values: Iterable[object] = (),
) -> Packed:
    """Pickle a call or a cell.

    `uses` are variables that are packed although the code does not name them; texts among `values`, those of
    flags, may be code.

    Raises
    ------
    Exception
        Any error of an object; :mod:`guild_ipy.operations.packing.unsendable` finds the variable.
    """
    buffer = io.BytesIO()
    packer = PayloadPacker(buffer, notebook)
    with contextlib.closing(packer):
        packer.dump(program)
        packer.dump({**uses, **packer.pop_definitions()})
        packer.dump_definitions()
        if packer.suspects:
            _try_to_open(buffer.getvalue(), packer)
        packer.mentioned.read_source(program.source)
        packer.mentioned.read_values(values)
        extra_variables = ExtraVariables(
            attempt=lambda values: packer.attempt(values, lambda: _try_to_open(buffer.getvalue(), packer)),
            notebook=notebook,
            mentioned=packer.mentioned,
            present={*uses, *program.variables},
        )
        state = extra_variables.pack()
        if state != NotebookState():
            packer.dump({STATE_NAME: state})
    return Packed(
        payload=buffer.getvalue(),
        buffers=tuple(packer.buffers),
        code_files=tuple(packer.code_files),
        sizes=extra_variables.sizes,
    )


def _try_to_open(pickled: bytes, packer: PayloadPacker) -> None:
    """Open a payload without the objects of the notebook, as its run will do."""
    buffers = [buffer.toreadonly() for buffer in packer.buffers]
    try:
        with _bare_main() as namespace:
            open_payload(io.BytesIO(pickled), namespace, buffers, is_beside=True)
    except Exception as error:
        raise Unsendable(f"a new process cannot open it: {type(error).__name__}: {error}", packer.suspects) from error


@contextlib.contextmanager
def _bare_main() -> Iterator[dict[str, Any]]:
    """Put an empty main module in place of the notebook's while the context lasts; yield its namespace."""
    with _MAIN_MODULE:
        main, bare = sys.modules["__main__"], types.ModuleType("__main__")
        sys.modules["__main__"] = bare
        try:
            yield vars(bare)
        finally:
            sys.modules["__main__"] = main


_MAIN_MODULE = threading.RLock()
