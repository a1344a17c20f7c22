"""Finds scalars in the output of a run, and writes them to its event file.

Lines are read by :mod:`guild_ipy.engine.output.line_readers`. A value that only repeats a flag of that name is not a
scalar, unless a pattern of the user's has the key itself (:mod:`guild_ipy.engine.output.flag_echoes`). A carriage
return or a backspace ends a line as a newline does, colours are ignored, and so is a line of more than 64 KiB.

A run may print faster than its output can be read. Output that cannot be read within some seconds after its end is
skipped, but for its last part, so that the last values are right. A match of a user's pattern that takes long is ended,
and after a few such lines the pattern is not used for the rest of the run, with a note in the output
(:mod:`guild_ipy.engine.output.match_limit`).
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from threading import get_native_id

from guild_ipy.domain.values.scalars import DEFAULT_PATTERNS, ScalarPoint
from guild_ipy.engine.output.flag_echoes import EchoFilter
from guild_ipy.errors import StoreError
from guild_ipy.store.events.event_writer import EVENT_MARK, EventWriter, is_logged
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.run_dir import RunDir

MAX_LINE_BYTES = 65536

_CHUNK_BYTES = 2**18
#: How many bytes are read of the output of a run that has ended, and at least of its end.
_LONGEST_SECONDS = 3.0
_LAST_BYTES = 2**18


class OutputScanner:
    r"""Finds scalars in output that comes piece by piece.

    Examples
    --------
    >>> [point.value for point in OutputScanner().feed(b"loss: 0.5\nloss: 0.")]
    [0.5]
    """

    def __init__(self, patterns: Sequence[str] = DEFAULT_PATTERNS, flags: Mapping[str, float] | None = None) -> None:
        from guild_ipy.engine.output.line_readers import make_reader  # start-up cost: of those who read output

        self._reader = make_reader(patterns)
        declared = self._reader.declared_keys
        self._echoes = EchoFilter({name: value for name, value in (flags or {}).items() if name not in declared})
        self._rest = b""
        self._is_too_long = False

    def feed(self, data: bytes) -> list[ScalarPoint]:
        """Return the points of the lines that the next piece completes."""
        lines = (self._rest + data).replace(b"\r", b"\n").replace(b"\b", b"\n").split(b"\n")
        if self._is_too_long and len(lines) > 1:
            lines[0] = b""
            self._is_too_long = False
        self._rest = lines.pop()
        if len(self._rest) > MAX_LINE_BYTES:
            self._rest = b""
            self._is_too_long = True
        points = self._reader.read([line for line in lines if len(line) <= MAX_LINE_BYTES])
        return self._echoes.let_through(points)

    def skip_line(self) -> None:
        """Skip the rest of the line with which the next piece begins."""
        self._rest = b""
        self._is_too_long = True

    def finish(self) -> list[ScalarPoint]:
        """Return the points of a last line without newline."""
        return self.feed(b"\n")

    @property
    def slow_patterns(self) -> Sequence[str]:
        """Patterns that took too long on some lines."""
        return self._reader.slow_patterns

    @property
    def unread_line(self) -> str:
        """The first line that looks like a metric and of which nothing was read; empty if there is none."""
        return self._reader.unread_line


class ScalarRecorder:
    """Writes the output scalars of one run to an event file, which is made at the first point.

    Points that could not be written (disk full) are written by the next scan.
    """

    def __init__(
        self, run_dir: RunDir, patterns: Sequence[str], flags: Mapping[str, float], *, folder: str | None = None
    ) -> None:
        self._run_dir = run_dir
        self._folder = folder or run_dir.guild
        self._scanner = OutputScanner(patterns, flags)
        self._offset = 0
        self._unwritten: list[ScalarPoint] = []
        self._has_found = False
        self._writer: EventWriter | None = None

    def scan(self, seconds: float = math.inf) -> bool:
        """Read new output for about `seconds` and write its points; return whether all of it is read."""
        deadline = time.monotonic() + seconds
        for chunk in self._read_new():
            self._unwritten += self._scanner.feed(chunk)
            self._write()
            if time.monotonic() > deadline:
                return False
        return True

    def scan_end(self) -> None:
        """Read the rest after the end of the run, or the last part of a rest that is too long."""
        if not self.scan(_LONGEST_SECONDS):
            self._offset = max(self._offset, os.stat(self._run_dir.output).st_size - _LAST_BYTES)
            self._scanner.skip_line()
            self.scan()

    @property
    def slow_patterns(self) -> Sequence[str]:
        """Patterns that took too long on some lines, which may lack values."""
        return self._scanner.slow_patterns

    @property
    def unread_line(self) -> str:
        """A line that looks like a metric, of a run of whose output nothing was read; otherwise empty."""
        return "" if self._has_found else self._scanner.unread_line

    def close(self) -> None:
        """Read the last line as complete, and close the event file."""
        self._unwritten += self._scanner.finish()
        try:
            self._write()
        finally:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    def _read_new(self) -> Iterator[bytes]:
        try:
            descriptor = open_regular(self._run_dir.output)
        except OSError:  # the run has removed or replaced it
            return
        try:
            while chunk := os.pread(descriptor, _CHUNK_BYTES, self._offset):
                self._offset += len(chunk)
                yield chunk
        finally:
            os.close(descriptor)

    def _write(self) -> None:
        if not self._unwritten:
            return
        self._has_found = True
        if self._writer is None:
            self._writer = EventWriter(self._folder)
        self._writer.write(self._unwritten)
        self._unwritten = []


def recover_scalars(run_dir: RunDir, patterns: Sequence[str], flags: Mapping[str, float]) -> ScalarRecorder:
    """Write the output scalars of a run again from all of its output, since its supervisor died.

    Return the recorder, which is closed, for what it says of the output.
    """
    folder = f"{run_dir.tmp}/scalars.{get_native_id()}"
    try:
        make_folders(folder, inside=run_dir.guild)
        recorder = ScalarRecorder(run_dir, patterns, flags, folder=folder)
        recorder.scan_end()
        recorder.close()
        old, new = _list_event_files(run_dir.guild), _list_event_files(folder)
        for name in new:
            os.rename(f"{folder}/{name}", f"{run_dir.guild}/{name}")
        for name in old - new:
            os.unlink(f"{run_dir.guild}/{name}")
    except OSError as error:
        raise StoreError(f"cannot write the scalars of run {run_dir.short_id!r}: {error.strerror}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return recorder


def _list_event_files(folder: str) -> set[str]:
    """List the event files of output; those that the run has logged stay."""
    return {name for name in os.listdir(folder) if EVENT_MARK in name and not is_logged(name)}
