"""What a run has printed, with the rows of its index beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import NamedTuple

from guild_ipy.store.output import ROW
from guild_ipy.store.run_dir import RunDir


class OutputLine(NamedTuple):
    """A line without its newline; `time_ms` is None where the index has no row for it."""

    text: bytes
    time_ms: int | None
    stream: int


def iter_output_lines(run_dir: RunDir) -> Iterator[OutputLine]:
    """Read the output line by line, as Guild AI does; a run that was killed may have no index."""
    rows = b""
    if os.path.exists(run_dir.output_index):
        with open(run_dir.output_index, "rb") as index:
            rows = index.read()
    with open(run_dir.output, "rb") as output:
        for number, line in enumerate(output):
            row = rows[number * ROW.size :][: ROW.size]
            time_ms, stream = ROW.unpack(row) if len(row) == ROW.size else (None, 0)
            yield OutputLine(line.removesuffix(b"\n"), time_ms, stream)
