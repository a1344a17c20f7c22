"""The index of the home that a session works with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from guild_ipy.settings import Settings
from guild_ipy.store.guild_home import Home

if TYPE_CHECKING:
    from guild_ipy.index.index import Index


class CurrentIndex:
    """One index, opened when it is first asked for, and closed when another home is asked about.

    Parameters
    ----------
    settles
        Whether a run whose processes died is settled before it is read (:mod:`guild_ipy.session.settling`).
    """

    def __init__(self, *, settles: bool = True) -> None:
        self.settles = settles
        self._mutex = threading.Lock()
        self._index: Index | None = None
        self.progress: Callable[[int, int], None] | None = None
        """Shows how many runs have been read, of all that are to be read, where that takes long; set by a face."""

    def of(self, home: Home, settings: Settings) -> Index:
        """Return the index of a home."""
        from guild_ipy.index.index import Index  # start-up cost, as the next: some verbs list no runs
        from guild_ipy.session.settling import settle_run

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
