"""What a run has printed, with the rows of its index beside it."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from guild_ipy.store.output import ROW
from guild_ipy.store.run_dir import RunDir


class OutputLine(NamedTuple):
    """A line without its newline; `time_ms` is None where the index has no row for it."""

    text: bytes
    time_ms: int | None
    stream: int


def iter_output_lines(run_dir: RunDir) -> Iterator[OutputLine]:
    """Read the output line by line, as Guild AI does; a run that was killed may have no index, or no output yet."""
    rows = _read(run_dir.output_index)
    for number, line in enumerate(io.BytesIO(_read(run_dir.output))):
        row = rows[number * ROW.size :][: ROW.size]
        time_ms, stream = ROW.unpack(row) if len(row) == ROW.size else (None, 0)
        yield OutputLine(line.removesuffix(b"\n"), time_ms, stream)


def _read(path: str) -> bytes:
    return Path(path).read_bytes() if os.path.exists(path) else b""
