"""Packing notebook code so that it travels to another process; see :mod:`guild_ipy.domain.payload`."""

from __future__ import annotations

import contextlib
import io
import sys
import threading
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.domain.opening import open_payload
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packer import Packer, Unsendable

_NOTHING: Mapping[str, Any] = {}


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
    packer = Packer(buffer, notebook)
    with contextlib.closing(packer):
        packer.dump(program)
        packer.dump({**uses, **packer.pop_definitions()})
        while late := packer.pop_definitions():  # definitions that only definitions refer to
            packer.dump(late)
    packed = Packed(payload=buffer.getvalue(), buffers=tuple(packer.buffers), code_files=tuple(packer.code_files))
    if packer.suspects:
        _try_to_open(packed, packer.suspects)
    return packed


def _try_to_open(packed: Packed, suspects: Sequence[object]) -> None:
    """Open a payload where nothing of the notebook is, as its run will do."""
    buffers = [buffer.toreadonly() for buffer in packed.buffers]
    try:
        with _bare_main() as namespace:
            open_payload(io.BytesIO(packed.payload), namespace, buffers, is_beside=True)
    except Exception as error:
        raise Unsendable(f"a new process cannot open it: {type(error).__name__}: {error}", suspects) from error


@contextlib.contextmanager
def _bare_main() -> Iterator[dict[str, Any]]:
    """Put an empty main module in the place of the notebook's for a moment, and give its namespace."""
    with _MAIN_MODULE:
        main, bare = sys.modules["__main__"], types.ModuleType("__main__")
        sys.modules["__main__"] = bare
        try:
            yield vars(bare)
        finally:
            sys.modules["__main__"] = main


_MAIN_MODULE = threading.RLock()
