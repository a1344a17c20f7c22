"""Finishes scalars and output index of a run whose supervisor was killed.

A supervisor removes its reserve when it has finished, so a run that has ended and still has a reserve is not finished.

A pattern of the user's that backtracks can be ended in a main thread only
(:mod:`guild_ipy.engine.output.match_limit`), so in any other thread a process does the work, ``python -m
guild_ipy.engine.output.recover RUN_DIR``.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

from guild_ipy.engine.meta import JobMeta, read_meta
from guild_ipy.engine.output.ending import note_slow_patterns
from guild_ipy.engine.output.flag_echoes import flag_numbers
from guild_ipy.engine.output.match_limit import can_limit
from guild_ipy.engine.output.output_scalars import recover_scalars
from guild_ipy.engine.output.scalar_patterns import are_usual
from guild_ipy.engine.output.unread_metrics import note_unread_metric
from guild_ipy.errors import GuildError
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.output import complete_index
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.lock import hold_alive
from guild_ipy.store.state.markers import remove_marker

#: After so long the process is ended, and the next look at the run tries again.
_LONGEST_SECONDS = 60.0


def recover_run(run_dir: RunDir) -> None:
    """Read the scalars of a run again, and complete its index, if its supervisor could not.

    Runs of a home that cannot be written stay unchanged.
    """
    if not os.path.exists(run_dir.reserve):
        return
    try:
        alive = hold_alive(run_dir, create=False)
    except GuildError:
        return
    if alive is None:  # it still runs
        return
    try:
        meta = read_meta(run_dir)
        is_left = meta is not None and not are_usual(meta.output_scalars) and not can_limit()
        if not is_left:
            _recover(run_dir, meta)
    except (GuildError, OSError):
        return
    finally:
        os.close(alive)
    if is_left:
        _recover_elsewhere(run_dir)


def _recover(run_dir: RunDir, meta: JobMeta | None) -> None:
    if meta is not None:
        recorder = recover_scalars(run_dir, meta.output_scalars, flag_numbers(meta.flags))
        if recorder.slow_patterns:
            note_slow_patterns(run_dir, recorder.slow_patterns)
        note_unread_metric(run_dir, recorder.unread_line)
        complete_index(run_dir)
    remove_marker(run_dir.reserve)
    note_change(home_of(run_dir), run_dir.id)


def _recover_elsewhere(run_dir: RunDir) -> None:
    command = [sys.executable, "-P", "-m", "guild_ipy.engine.output.recover", run_dir.path]
    nothing = subprocess.DEVNULL
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # no process could be started, or it took too long
        subprocess.run(command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=_LONGEST_SECONDS, check=False)


if __name__ == "__main__":
    recover_run(RunDir(sys.argv[1]))
