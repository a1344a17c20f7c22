"""The index of the home that a session works with."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_list import is_run
from guild_ipy.store.run_record import settled_status

if TYPE_CHECKING:
    from guild_ipy.index.index import Index
    from guild_ipy.store.run_dir import RunDir


class CurrentIndex:
    """One index, opened when it is first asked for, and closed when another home is asked about.

    Parameters
    ----------
    settles
        Whether a run whose processes died is settled (:func:`settle_run`) before it is read; else it is only looked at.
    """

    def __init__(self, *, settles: bool = True) -> None:
        self.settles = settles
        self._mutex = threading.Lock()
        self._index: Index | None = None
        self.progress: Callable[[int, int], None] | None = None
        """Shows how many runs have been read, of all that are to be read, where that takes long; set by a face."""

    def of(self, home: Home, settings: Settings) -> Index:
        """Return the index of a home."""
        from guild_ipy.index.index import Index

        with self._mutex:
            if self._index is None or self._index.home != home:
                self._close()
                self._index = Index(home, settings, settle_run if self.settles else None, self._show_progress)
            return self._index

    def close(self) -> None:
        """Close it; it is opened again when it is asked for again."""
        with self._mutex:
            self._close()

    def _show_progress(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None


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
    settled_status(run_dir)
