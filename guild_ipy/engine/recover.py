"""Finishing what a supervisor left undone when it was killed: scalars and output index.

The reserve that a supervisor keeps is removed when it has finished; so a run that has ended and still has one was
left alone.
"""

from __future__ import annotations

import os

from guild_ipy.engine.flag_echoes import flag_numbers
from guild_ipy.engine.meta import read_meta
from guild_ipy.engine.output_scalars import recover_scalars
from guild_ipy.errors import GuildError
from guild_ipy.store.changes import note_change
from guild_ipy.store.home import home_of
from guild_ipy.store.lock import hold_alive
from guild_ipy.store.markers import remove_marker
from guild_ipy.store.output import complete_index
from guild_ipy.store.run_dir import RunDir


def recover_run(run_dir: RunDir) -> None:
    """Read the scalars of a run again, and complete its index, if its supervisor could not.

    A home that cannot be written keeps its runs as they are.
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
        _recover(run_dir)
    except (GuildError, OSError):
        return
    finally:
        os.close(alive)


def _recover(run_dir: RunDir) -> None:
    meta = read_meta(run_dir)
    if meta is not None:
        recover_scalars(run_dir, meta.output_scalars, flag_numbers(meta.flags))
        complete_index(run_dir)
    remove_marker(run_dir.reserve)
    note_change(home_of(run_dir), run_dir.id)
