"""When the code of the user begins: the attribute ``started``, exact to what came before it.

A supervisor writes ``started`` before it lets a run go. A fresh interpreter, the kernel of a notebook file and a fork
that has to import much take their time after that, so their process writes it again. ``requested`` is when the user
asked for the run, where it took long until its code began.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import os
import time

from guild_ipy.errors import StoreError
from guild_ipy.store.files.whole_file import write_file
from guild_ipy.store.run_dir import RunDir

#: The attribute with the time, in microseconds since 1970.
REQUESTED = "requested"
#: A wait that is told.
_LONG_MICROSECONDS = 100_000


def note_begin(run_dir: RunDir) -> None:
    """Write that the code of the user begins now, unless the run has an end.

    Where its supervisor was killed at its start, others may have taken it for dead.
    """
    if not _has_end(run_dir):
        _write(run_dir, "started", time.time_ns() // 1000)


def note_late_begin(run_dir: RunDir, asked: int) -> None:
    """Write the same, and when it was asked for, if that is long ago; else `started` is right as it is."""
    if time.time_ns() // 1000 - asked >= _LONG_MICROSECONDS and not _has_end(run_dir):
        _write(run_dir, REQUESTED, asked)
        note_begin(run_dir)


def _has_end(run_dir: RunDir) -> bool:
    return os.path.exists(run_dir.attr("exit_status"))


def _write(run_dir: RunDir, attr: str, moment: int) -> None:
    try:
        write_file(run_dir, run_dir.attr(attr), b"%d\n" % moment)
    except StoreError:  # a full disk: the time of the supervisor stays
        return
