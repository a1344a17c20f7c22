"""The index of the home that a session works with."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from guild_ipy.settings import Settings
from guild_ipy.store.home import Home

if TYPE_CHECKING:
    from guild_ipy.index.index import Index
    from guild_ipy.store.run_dir import RunDir


class CurrentIndex:
    """One index, opened when it is first asked for, and closed when another home is asked about."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._index: Index | None = None

    def of(self, home: Home, settings: Settings) -> Index:
        """Give the index of a home."""
        from guild_ipy.engine.helpers import hire_helpers  # start-up cost
        from guild_ipy.index.index import Index

        with self._mutex:
            if self._index is None or self._index.home != home:
                self._close()
                self._index = Index(home, settings, recover=recover_run, hire=hire_helpers)
            return self._index

    def close(self) -> None:
        """Close it; it is opened again when it is asked for again."""
        with self._mutex:
            self._close()

    def _close(self) -> None:
        if self._index is not None:
            self._index.close()
            self._index = None


def recover_run(run_dir: RunDir) -> None:
    """End a run whose processes are gone."""
    from guild_ipy.engine import recover  # start-up cost: few runs need it

    recover.recover_run(run_dir)
