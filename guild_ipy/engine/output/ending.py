"""Writes how a run ended, its last scalars and its complete output index."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable

from guild_ipy.engine.output.output_scalars import ScalarRecorder
from guild_ipy.engine.output.unread_metrics import note_unread_metric
from guild_ipy.errors import DamagedRun, GuildError
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.output import complete_index
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.markers import remove_marker
from guild_ipy.store.state.signals import note_kill

#: A larger output is not read once more for its index.
_MOST_INDEXED_BYTES = 2**34
_BLOCK_BYTES = 512


class Ending:
    """The end of one run."""

    def __init__(self, run_dir: RunDir, recorder: ScalarRecorder) -> None:
        self._run_dir = run_dir
        self._recorder = recorder
        self._is_noted = False

    def write(self, exit_status: int, *, is_killed: bool = False) -> None:
        """Write the end of a run whose process is gone.

        How it ended is written first, and does not depend on its output.
        """
        if is_killed:
            note_kill(self._run_dir)
        try:
            write_exit_status(self._run_dir, exit_status)
        except GuildError:  # a full disk
            self._free_reserve()
            write_exit_status(self._run_dir, exit_status)
        try:
            self._finish()
        except (OSError, GuildError):  # a full disk
            self._free_reserve()
            with contextlib.suppress(OSError, GuildError):  # engine.output.recover does it again when scalars are read
                self._finish()
        clear_markers(self._run_dir)

    def _finish(self) -> None:
        if self._output_size():
            self._recorder.scan_end()
        self._complete_index()
        if self._recorder.slow_patterns and not self._is_noted:
            note_slow_patterns(self._run_dir, self._recorder.slow_patterns)
            self._is_noted = True
            self._complete_index()
        self._recorder.close()
        note_unread_metric(self._run_dir, self._recorder.unread_line)
        remove_marker(self._run_dir.reserve)  # only now: while it exists, recover has something to do

    def _complete_index(self) -> None:
        """Index the output; if that would take long, its lines have no time."""
        with contextlib.suppress(DamagedRun, FileNotFoundError):  # it was removed or replaced
            output = os.stat(self._run_dir.output)
            if output.st_size == 0:  # no lines, so no rows
                remove_marker(self._run_dir.output_gaps)
            elif output.st_blocks * _BLOCK_BYTES <= _MOST_INDEXED_BYTES:
                complete_index(self._run_dir)

    def _free_reserve(self) -> None:
        """Free the reserved space; the file stays."""
        with contextlib.suppress(OSError):  # the run itself may have removed it
            os.truncate(self._run_dir.reserve, 0)

    def _output_size(self) -> int:
        try:
            return os.stat(self._run_dir.output).st_size
        except FileNotFoundError:
            return 0


def note_slow_patterns(run_dir: RunDir, patterns: Iterable[str]) -> None:
    """Append a note to the output of a run that scalars may be missing."""
    names = ", ".join(map(repr, patterns))
    note = f"\nguild_ipy: output scalar pattern {names} took too long; scalars may be missing\n"
    with contextlib.suppress(OSError):
        descriptor = open_regular(run_dir.output, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, note.encode())
        finally:
            os.close(descriptor)


def write_end(run_dir: RunDir, exit_status: int) -> None:
    """Write how a run ended, and remove the files of a run that is at work."""
    write_exit_status(run_dir, exit_status)
    clear_markers(run_dir)


def write_exit_status(run_dir: RunDir, exit_status: int) -> None:
    """Write how a run ended; it is not finished before ``LOCK`` is removed and ``alive`` unlocked."""
    write_attr(run_dir, "stopped", time.time_ns() // 1000)
    write_attr(run_dir, "exit_status", exit_status)


def clear_markers(run_dir: RunDir) -> None:
    """Remove the files that mark a run as at work."""
    for marker in (run_dir.lock, run_dir.staged, run_dir.pending):
        remove_marker(marker)
