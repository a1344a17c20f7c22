"""Opens a payload in the run; the counterpart of ``operations.pack``. Format: :mod:`guild_ipy.domain.payload`."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

from guild_ipy.domain.notebook_state import STATE_NAME
from guild_ipy.domain.payload import CellCode, FunctionCall
from guild_ipy.domain.payload_reader import open_payload
from guild_ipy.engine.child.shell.notebook_names import NOTEBOOK_NAMES
from guild_ipy.engine.run_files.buffers import open_buffers
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir


def unpack(run_dir: RunDir, namespace: dict[str, Any], *, is_beside: bool = False) -> FunctionCall | CellCode:
    """Load the payload of a run; see :func:`guild_ipy.domain.payload_reader.open_payload`."""
    with open_reader(run_dir.payload) as file:
        return open_payload(file, namespace, open_buffers(run_dir), NOTEBOOK_NAMES, is_beside=is_beside)


def load_program(file: BinaryIO, namespace: dict[str, Any]) -> FunctionCall | CellCode:
    """Load another payload of the run, which has no buffers beside it.

    The magics and other names of the notebook are those of the first payload.
    """
    known = {name: namespace[name] for name in (STATE_NAME,) if name in namespace}
    program = open_payload(file, namespace, names=NOTEBOOK_NAMES)
    namespace.update(known)
    return program


def load_value(content: bytes, namespace: dict[str, Any]) -> Any:  # noqa: ANN401 - any variable of a run
    """Load a variable of the main module whose namespace this is."""
    return open_payload(io.BytesIO(content), namespace, names=NOTEBOOK_NAMES)
