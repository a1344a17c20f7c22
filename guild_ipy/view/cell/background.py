"""Looks after runs in the background of a notebook, so that the cells that started them show how they go and end.

One thread looks at all of them; it ends when there are none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from guild_ipy.session.run_handle import Run

_SECONDS_BETWEEN_LOOKS = 0.5
#: The time and the scalars of a run in the background are shown less often.
_LOOKS_BETWEEN_SHOWS = 4


@dataclass(kw_only=True)
class _Followed:
    run: Run
    show_going: Callable[[], object]
    show_end: Callable[[], object]
    looks: int = 0

    def look(self) -> bool:
        """Show how far the run is; return whether it has ended."""
        self.looks += 1
        if self.run.has_ended:
            self.show_end()
            return True
        if self.looks % _LOOKS_BETWEEN_SHOWS == 0:
            self.show_going()
        return False


class _Followers:
    """The runs that are looked after, and the thread that does so."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._followed: list[_Followed] = []
        self._thread: threading.Thread | None = None

    def add(self, followed: _Followed) -> None:
        with self._mutex:
            self._followed.append(followed)
            if self._thread is None:
                self._thread = threading.Thread(target=self._look_until_all_ended, name="guild_ipy runs", daemon=True)
                self._thread.start()

    def _look_until_all_ended(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(_SECONDS_BETWEEN_LOOKS)
            with self._mutex:
                followed = [*self._followed]
            ended = [each for each in followed if each.look()]
            with self._mutex:
                self._followed = [each for each in self._followed if each not in ended]
                if not self._followed:
                    self._thread = None
                    return


_FOLLOWERS = _Followers()


def follow_in_background(run: Run, show_going: Callable[[], object], show_end: Callable[[], object]) -> None:
    """Call `show_going` from time to time until the run has ended, and then `show_end`."""
    _FOLLOWERS.add(_Followed(run=run, show_going=show_going, show_end=show_end))
