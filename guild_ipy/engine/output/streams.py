"""The standard output and error of a run.

Both are one append-only file, so the order is that of writing, and no byte waits in another process. After the bytes of
a write the index rows of its newlines are written (format in :mod:`guild_ipy.store.output`). Bytes of C code and child
processes, which do not pass here, are noted as a gap.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import io
import os
import sys
import time
from _struct import pack  # struct, without its Python half
from _thread import allocate_lock

from guild_ipy.engine.output.no_input import refuse_questions

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

    from _typeshed import ReadableBuffer

    from guild_ipy.store.run_dir import RunDir

_ROW = ">QB"
_ROW_SIZE = 9
_GAP = ">QQQ"
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
_BUFFER = 65536


def open_output(run_dir: RunDir) -> int:
    """Open the output file of a run to append to it; return the descriptor."""
    return os.open(run_dir.output, _APPEND, 0o666)


def redirect_streams(run_dir: RunDir) -> None:
    """Make ``sys.stdout`` and ``sys.stderr`` index what they write to descriptors 1 and 2, the output file."""
    refuse_questions()
    index = _OutputIndex(run_dir, 1)
    sys.stdout = sys.__stdout__ = _text(1, 0, index)  # type: ignore[misc, assignment] # Final for type checkers only
    sys.stderr = sys.__stderr__ = _text(2, 1, index)  # type: ignore[misc, assignment]


def own_stream() -> IndexedStream | None:
    """Return what standard output writes to in a run; None outside of one.

    A run in the process of a notebook has only ``sys.stdout``; what else a run puts there is not looked at.
    """
    for stream in (sys.stdout, sys.__stdout__):
        raw = getattr(getattr(stream, "buffer", None), "raw", None)
        if isinstance(raw, IndexedStream):
            return raw
    return None


class IndexedOutput:
    """Streams that write to the output file of a run in the process of the notebook."""

    def __init__(self, run_dir: RunDir) -> None:
        self._descriptor = open_output(run_dir)
        self._index = _OutputIndex(run_dir, self._descriptor)
        self.stdout = _text(self._descriptor, 0, self._index)
        self.stderr = _text(self._descriptor, 1, self._index)

    def close(self) -> None:
        """Write what is buffered and close the file."""
        self.stdout.close()
        self.stderr.close()
        self._index.close()
        os.close(self._descriptor)


def _text(descriptor: int, stream: int, index: _OutputIndex) -> TextIO:
    buffer = io.BufferedWriter(IndexedStream(descriptor, stream, index), _BUFFER)
    return io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace", line_buffering=True)


class _OutputIndex:
    """Writes rows and gaps; one for both streams, since they share a file."""

    def __init__(self, run_dir: RunDir, output: int) -> None:
        self.run_dir = run_dir
        self.lock = allocate_lock()
        self._rows = os.open(run_dir.output_index, _APPEND, 0o666)
        self._gaps_path = run_dir.output_gaps
        self._count = os.fstat(self._rows).st_size // _ROW_SIZE
        self._end = os.fstat(output).st_size

    def add(self, start: int, end: int, newlines: int, stream: int) -> None:
        """Write rows for bytes that have been written; rows that a full disk prevents are added by `complete_index`."""
        before, self._end = self._end, end
        try:
            if before < start:
                self._add_gap(before, start)
            if newlines:
                self._add_rows(newlines, stream)
        except OSError:  # the bytes are written, and must not be written again
            return

    def close(self) -> None:
        os.close(self._rows)

    def _add_rows(self, newlines: int, stream: int) -> None:
        written = os.write(self._rows, pack(_ROW, time.time_ns() // 1_000_000, stream) * newlines)
        self._count += written // _ROW_SIZE
        if written % _ROW_SIZE:  # a disk that became full in the middle of a row
            os.ftruncate(self._rows, self._count * _ROW_SIZE)

    def _add_gap(self, start: int, end: int) -> None:
        gaps = os.open(self._gaps_path, _APPEND, 0o666)
        os.write(gaps, pack(_GAP, self._count, start, end))
        os.close(gaps)


class IndexedStream(io.RawIOBase):
    """A stream that writes to a descriptor, with the time and the stream (0 out, 1 err) to the index."""

    def __init__(self, descriptor: int, stream: int, index: _OutputIndex) -> None:
        self._descriptor = descriptor
        self._stream = stream
        self._index = index
        self._owner = os.getpid()

    def writable(self) -> bool:
        """Whether it can be written to: always."""
        return True

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._descriptor

    def isatty(self) -> bool:
        """Whether it is a terminal: never."""
        return False

    @property
    def run_dir(self) -> RunDir:
        """The run whose output it is."""
        return self._index.run_dir

    def write(self, data: ReadableBuffer, /) -> int:
        """Write bytes, and their lines to the index; return how many."""
        if os.getpid() != self._owner:  # the counts of a forked child are its own: its bytes are a gap
            return os.write(self._descriptor, data)
        with self._index.lock:
            return self._write_indexed(data)

    def place(self, data: bytes, announce: Callable[[int], object]) -> int:
        """Write `data` as one piece; return where it begins.

        `announce` is called before with the place where it will begin, if no other process writes meanwhile.
        """
        with self._index.lock:
            announce(os.fstat(self._descriptor).st_size)
            count = 0
            while count < len(data):
                count += self._write_indexed(data[count:])
            return os.lseek(self._descriptor, 0, os.SEEK_CUR) - len(data) if data else -1

    def _write_indexed(self, data: ReadableBuffer) -> int:
        count = os.write(self._descriptor, data)
        end = os.lseek(self._descriptor, 0, os.SEEK_CUR)
        self._index.add(end - count, end, bytes(memoryview(data)[:count]).count(b"\n"), self._stream)
        return count
