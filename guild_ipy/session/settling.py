"""Settling a run whose processes died: the one thing that is written in Guild home while runs are looked at."""

from __future__ import annotations

import os

from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import is_run
from guild_ipy.store.run_record import settle_and_read_status


def settle_run(run_dir: RunDir) -> None:
    """Write what the dead processes of a run left undone: its end, its scalars, the index of its output.

    A folder that is not a run, and never will be, is removed.
    """
    if not is_run(run_dir.path):
        from guild_ipy.store.left_behind import remove_skeleton  # start-up cost: mostly there are only runs

        remove_skeleton(run_dir)
        return
    if os.path.exists(run_dir.reserve):
        from guild_ipy.engine.output.recover import recover_run  # start-up cost: few runs need it

        recover_run(run_dir)
    settle_and_read_status(run_dir)
