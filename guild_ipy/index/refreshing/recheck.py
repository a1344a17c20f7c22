"""Looking for changes that other programs made in runs that have ended, where there are many runs.

Guild AI and editors write files in place, which changes no folder, so every file has to be looked at: 45 µs a run. Of
100,000 runs that would add five seconds to each listing; so a thread does it after a listing, a few milliseconds at a
time, and takes twice as long. The next listing reads the runs again that it has found.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable

#: How long it rests for each second of work.
_REST = 1.0
#: The pause after a pass over all runs.
_PAUSE_SECONDS = 1.0


class Recheck:
    """A thread that passes once over all runs, whenever it is asked to and is not at work.

    Parameters
    ----------
    look
        Looks at some runs after one of this number, and returns the number of the last of them; 0 at the end.
    """

    def __init__(self, look: Callable[[int], int]) -> None:
        self._look = look
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._not_before = time.monotonic() + _PAUSE_SECONDS  # a shell command has ended by then

    def begin(self) -> None:
        """Begin a pass over all runs, unless one is at work or has just ended."""
        if (self._thread is None or not self._thread.is_alive()) and time.monotonic() >= self._not_before:
            self._stop.clear()
            atexit.register(self.close)  # it must have ended before the interpreter shuts down
            self._thread = threading.Thread(target=self._pass_over_all, name="guild_ipy recheck", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread, and wait for its end."""
        atexit.unregister(self.close)
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _pass_over_all(self) -> None:
        after = 0
        while True:
            begin = time.monotonic()
            after = self._look(after)
            if not after or self._stop.wait(_REST * (time.monotonic() - begin)):
                break
        self._not_before = time.monotonic() + _PAUSE_SECONDS
