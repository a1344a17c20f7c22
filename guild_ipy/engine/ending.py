"""What is written when a run has ended: its last scalars, a whole output index, and how it ended."""

from __future__ import annotations

import contextlib
import os
import time

from guild_ipy.engine.output_scalars import ScalarRecorder
from guild_ipy.errors import GuildError
from guild_ipy.store.attrs import write_attr
from guild_ipy.store.markers import remove_marker
from guild_ipy.store.output import complete_index
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.signals import note_kill

#: How long a look at a flood of output may take while something else may have to be heard.
LOOK_SECONDS = 0.2


class Ending:
    """The end of one run; most of it can be written before its process is gone."""

    def __init__(self, run_dir: RunDir, recorder: ScalarRecorder) -> None:
        self._run_dir = run_dir
        self._recorder = recorder
        self._indexed: int | None = None

    def begin(self) -> None:
        """Do what can be done already when the operation is over."""
        with contextlib.suppress(OSError, GuildError):  # a full disk now; `write` tries again
            size = self._output_size()
            if self._recorder.scan(LOOK_SECONDS):
                complete_index(self._run_dir)
                self._indexed = size

    def write(self, exit_status: int, *, is_killed: bool = False) -> None:
        """Write the end of a run whose process is gone, because a stop has killed it or otherwise."""
        try:
            self._finish()
        except (OSError, GuildError):  # a full disk
            self._free_reserve()
            with contextlib.suppress(OSError, GuildError):  # whoever asks for scalars does it again: engine.recover
                self._finish()
        if is_killed:
            note_kill(self._run_dir)
        write_end(self._run_dir, exit_status)

    def _finish(self) -> None:
        if self._indexed is None or self._output_size() != self._indexed:
            self._recorder.scan_end()
            complete_index(self._run_dir)
        self._recorder.close()
        remove_marker(self._run_dir.reserve)  # only now, since it says that there is something left to do

    def _free_reserve(self) -> None:
        """Give back the space that was kept for now; the file stays."""
        with contextlib.suppress(OSError):  # the run itself may have removed it
            os.truncate(self._run_dir.reserve, 0)

    def _output_size(self) -> int:
        return os.stat(self._run_dir.output).st_size


def write_end(run_dir: RunDir, exit_status: int) -> None:
    """Write what makes the run a finished one; the exit status comes last, since it decides."""
    write_attr(run_dir, "stopped", time.time_ns() // 1000)
    write_attr(run_dir, "exit_status", exit_status)
    for marker in (run_dir.lock, run_dir.staged, run_dir.pending):
        remove_marker(marker)
