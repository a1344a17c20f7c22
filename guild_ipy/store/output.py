"""The output of a run, and the time and stream of each line.

``output`` has the bytes of stdout and stderr as they were written. ``output.index`` has one row of 9 bytes
for each line, the last one also without a newline (Guild AI's format)::

    >Q  time in milliseconds since 1970
    B   0 for stdout, 1 for stderr

A run of ours writes rows for output that passes through Python. For bytes that it finds written by others (C code,
child processes) it appends a row of 24 bytes to ``job/output.gaps``, of which :func:`complete_index` makes
index rows::

    >Q  number of index rows before the gap
    Q   first byte of the gap in ``output``
    Q   first byte after it

An index may be missing or too short, also after the run has ended; the lines beyond it have no time.
"""

from __future__ import annotations

import errno
import os
import struct
from _thread import get_native_id
from collections.abc import Iterator
from typing import BinaryIO, Self

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import open_reader, open_regular
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.markers import remove_marker

ROW = struct.Struct(">QB")
GAP = struct.Struct(">QQQ")
STDOUT, STDERR = 0, 1

#: An output with more bytes is not read whole.
MAX_OUTPUT_BYTES = 2 * 2**30
_CHUNK_BYTES = 2**20
_ROWS_AT_ONCE = 4096
_MOST_GAPS = 2**20


def read_output_bytes(run_dir: RunDir) -> bytes:
    """Read all that a run printed; empty if it has not printed.

    Raises
    ------
    DamagedRun
        If it cannot be read, or is too large to be held in memory.
    """
    output = _open(run_dir.output)
    if output is None:
        return b""
    with output:
        size = _size(output)
        if size > MAX_OUTPUT_BYTES:
            why = f"it has {size} bytes, and more than {MAX_OUTPUT_BYTES} are not read at once; open the file itself"
            raise DamagedRun(run_dir.output, why)
        return output.read(size)


def read_output(run_dir: RunDir) -> str:
    """Read all that a run printed as text; bytes that are not UTF-8 become the replacement character."""
    return read_output_bytes(run_dir).decode("utf-8", "replace")


def complete_index(run_dir: RunDir) -> None:
    """Give each line of a finished run its row in ``output.index``.

    Lines in gaps take the time of the next row, lines after the last row the time of the last write. Calling
    it again changes nothing; it needs as little memory for a large output as for a small one.
    """
    with _Files(run_dir) as files:
        lines = _count_lines(files)
        if lines > files.row_count or files.is_torn:
            _write_index(run_dir, files, lines)
    remove_marker(run_dir.output_gaps)


class _Files:
    """The output, the index and the gaps of a run, open; None for one that is not there."""

    def __init__(self, run_dir: RunDir) -> None:
        self.output = _open(run_dir.output)
        self.index = _open_aid(run_dir.output_index)
        self.gaps = _open_aid(run_dir.output_gaps)
        self.row_count, torn_bytes = divmod(_size(self.index), ROW.size)
        self.is_torn = torn_bytes > 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in (self.output, self.index, self.gaps):
            if file is not None:
                file.close()

    def read_rows(self, start: int, end: int) -> bytes:
        """Read index rows by their numbers."""
        if self.index is None or start >= end:
            return b""
        return os.pread(self.index.fileno(), (end - start) * ROW.size, start * ROW.size)

    def last_write_ms(self) -> int:
        """Return the time of the last write of output."""
        return 0 if self.output is None else os.fstat(self.output.fileno()).st_mtime_ns // 1_000_000


def _write_index(run_dir: RunDir, files: _Files, lines: int) -> None:
    """Write the index anew, with a row for each line: in the gaps as many as there are newlines."""
    aside = f"{run_dir.tmp}/output.index.{get_native_id()}"
    try:
        make_folders(run_dir.tmp, inside=run_dir.guild)
        with os.fdopen(open_regular(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as new:
            for block in _iter_row_blocks(files):
                new.write(block[: lines * ROW.size - new.tell()])
                if new.tell() >= lines * ROW.size:  # the rows that follow belong to no line
                    break
            new.writelines(_repeat_row(_row_at_end(files), lines - new.tell() // ROW.size))
        os.rename(aside, run_dir.output_index)
    except OSError as error:
        raise StoreError(f"cannot write {run_dir.output_index!r}: {error.strerror}") from error


def _iter_row_blocks(files: _Files) -> Iterator[bytes]:
    """Return the rows of the index and of the gaps in order, some thousands at a time."""
    done = 0
    for before, start, end in _iter_gaps(files):
        until = min(max(before, done), files.row_count)
        yield from _iter_index(files, done, until)
        done = until
        yield from _repeat_row(_row_at(files, done), _count_newlines(files, start, end))
    yield from _iter_index(files, done, files.row_count)


def _iter_index(files: _Files, start: int, end: int) -> Iterator[bytes]:
    for first in range(start, end, _ROWS_AT_ONCE):
        yield files.read_rows(first, min(first + _ROWS_AT_ONCE, end))


def _iter_gaps(files: _Files) -> Iterator[tuple[int, int, int]]:
    """Return the gaps; each begins after the one before, as they were written."""
    last = 0
    for _ in range(_MOST_GAPS):
        row = b"" if files.gaps is None else files.gaps.read(GAP.size)
        if len(row) < GAP.size:
            return
        before, start, end = GAP.unpack(row)
        start = max(start, last)
        if start < end:
            yield before, start, end
            last = end


def _repeat_row(row: bytes, times: int) -> Iterator[bytes]:
    for left in range(times, 0, -_ROWS_AT_ONCE):
        yield row * min(left, _ROWS_AT_ONCE)


def _row_at(files: _Files, number: int) -> bytes:
    """Make the row of a line before row `number`."""
    if number >= files.row_count:
        return _row_at_end(files)
    return ROW.pack(ROW.unpack(files.read_rows(number, number + 1))[0], STDOUT)


def _row_at_end(files: _Files) -> bytes:
    last = files.read_rows(files.row_count - 1, files.row_count) if files.row_count else b""
    last_ms = ROW.unpack(last)[0] if last else 0
    return ROW.pack(max(last_ms, files.last_write_ms()), STDOUT)


def _count_lines(files: _Files) -> int:
    """Count the lines of the output; text after the last newline is one."""
    size = _size(files.output)
    if files.output is None or not size:
        return 0
    is_open_line = os.pread(files.output.fileno(), 1, size - 1) != b"\n"
    return _count_newlines(files, 0, size) + is_open_line


def _count_newlines(files: _Files, start: int, end: int) -> int:
    newlines = 0
    end = min(end, _size(files.output))
    while files.output is not None and start < end:
        start = _skip_hole(files.output.fileno(), start, end)
        chunk = os.pread(files.output.fileno(), min(_CHUNK_BYTES, max(0, end - start)), start)
        if not chunk:
            break
        newlines += chunk.count(b"\n")
        start += len(chunk)
    return newlines


def _skip_hole(descriptor: int, start: int, end: int) -> int:
    """Return where data begins again after a hole, which has no newlines and may be terabytes long."""
    try:
        return os.lseek(descriptor, start, os.SEEK_DATA)
    except OSError as error:
        return end if error.errno == errno.ENXIO else start


def _open_aid(path: str) -> BinaryIO | None:
    """Open a file that only adds to the output; None if there is something else than a file in its place."""
    try:
        return _open(path)
    except DamagedRun:
        return None


def _open(path: str) -> BinaryIO | None:
    try:
        return open_reader(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedRun(path, error.strerror or str(error)) from error


def _size(file: BinaryIO | None) -> int:
    return 0 if file is None else os.fstat(file.fileno()).st_size
