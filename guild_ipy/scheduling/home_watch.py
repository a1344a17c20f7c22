"""Wakes a queue when a run of its home may have been staged, or may have ended."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from typing import Self

from guild_ipy.linux import watch_files
from guild_ipy.session.run_handle import Run
from guild_ipy.store.guild_home import Home

#: A run that Guild AI makes has its directory first, and is staged a moment later; no other change tells of that.
_LATER_LOOKS = (0.05, 0.5)
_MUCH = 2**16
#: A system allows some thousands for all processes of a user.
_MOST_WATCHED = 500


class HomeWatch:
    """Tells when to look at a home.

    Our own changes are known by the change log of the home, new runs by its folder of runs, the end of a run by its
    attributes. Where nothing can be watched, and for changes by other machines, it is looked every few seconds.

    Parameters
    ----------
    interval
        The seconds between looks without a change.
    """

    def __init__(self, home: Home, interval: float) -> None:
        self._home = home
        self._interval = interval
        self._watch: int | None = None
        self._watched: set[str] = set()
        self._looks = [0.0]
        """The moments at which to look, whatever comes, by the monotonic clock."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._watch is not None:
            os.close(self._watch)
        self._watch, self._watched = None, set()

    @property
    def files(self) -> list[int]:
        """The descriptors that can be read when there is a change."""
        return [] if self._watch is None else [self._watch]

    @property
    def timeout(self) -> float:
        """The seconds until the next look without a change."""
        return max(0.0, min(self._looks) - time.monotonic())

    def watch(self, active: Iterable[Run]) -> None:
        """Watch the home, and the ends of runs."""
        if len(self._watched) > _MOST_WATCHED:  # those of runs that have ended among them
            self.__exit__()
        paths = {self._home.runs, f"{self._home.cache}/changes", *(run.dir.attrs for run in active)}
        with contextlib.suppress(OSError):
            self._watch = watch_files(self._watch, paths)
            self._watched |= paths

    def is_due(self) -> bool:
        """Whether to look at the home now, since it has changed, or was not looked at for long."""
        now = time.monotonic()
        has_changed = self._take_changes()
        if not has_changed and min(self._looks) > now:
            return False
        later = [now + each for each in _LATER_LOOKS] if has_changed else [each for each in self._looks if each > now]
        self._looks = [*later, now + self._interval]
        return True

    def look_now(self) -> None:
        """Have the next look at once."""
        self._looks.append(0.0)

    def _take_changes(self) -> bool:
        has_changed = False
        with contextlib.suppress(BlockingIOError):
            while self._watch is not None and os.read(self._watch, _MUCH):
                has_changed = True
        return has_changed
