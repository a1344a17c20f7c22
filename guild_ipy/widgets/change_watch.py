"""Tells when a run of a home has changed, whichever process has changed it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from guild_ipy.errors import GuildError

#: A look at a home of many runs takes some time; the pause after it is so many times longer.
_PAUSE = 10
_SHORTEST_PAUSE = 0.3


class ChangeWatch:
    """Looks at a number that grows with each change, as long as somebody wants to know of it.

    Parameters
    ----------
    generation
        Returns the number.
    tell
        Called with the number when it is another one; called by a thread.
    lease
        For how many seconds a call of :meth:`keep_on` counts; long, since none comes while a cell is executed.
    """

    def __init__(self, generation: Callable[[], int], tell: Callable[[int], None], *, lease: float = 600.0) -> None:
        self._generation = generation
        self._tell = tell
        self._lease = lease
        self._mutex = threading.Lock()
        self._until = 0.0
        self._thread: threading.Thread | None = None
        self._stopped = threading.Event()

    @property
    def is_on(self) -> bool:
        """Whether a thread is looking."""
        return self._thread is not None

    def keep_on(self) -> None:
        """Look on, or begin to look."""
        with self._mutex:
            self._until = time.monotonic() + self._lease
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._look, name="guild_ipy-table", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End for good."""
        self._stopped.set()

    def _look(self) -> None:
        known: int | None = None
        while not self._is_over():
            begun = time.monotonic()
            now = self._read()
            if now is not None and known is not None and now != known:
                self._tell(now)
            known = known if now is None else now
            self._stopped.wait(max(_SHORTEST_PAUSE, (time.monotonic() - begun) * _PAUSE))

    def _read(self) -> int | None:
        """Return the number; None while the home cannot be read, as it may be again later."""
        try:
            return self._generation()
        except (GuildError, OSError):
            return None

    def _is_over(self) -> bool:
        with self._mutex:
            is_over = self._stopped.is_set() or time.monotonic() > self._until
            if is_over:
                self._thread = None
            return is_over
