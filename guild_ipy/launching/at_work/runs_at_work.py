"""Runs that a batch or a queue has started, wherever their processes are; `tests/launching` has the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from guild_ipy.engine.meta import JobMeta
from guild_ipy.errors import GuildError
from guild_ipy.launching.at_work.bins import Bins, Slot
from guild_ipy.session.run_handle import Run


@dataclass(frozen=True, kw_only=True)
class EndedRun:
    """A run that is no longer at work."""

    run: Run
    failure: str = ""
    """Why its process could not be started, if it could not."""
    not_begun: GuildError | None = None
    """Why it was not begun, where that was found out only now; it is as it was."""


class RunsAtWork(Protocol):
    """Starts runs, notes their ends, and stops them.

    A run is started once at most: it is claimed where its process is made, and of several that try one wins. The run
    directory is the truth about it; what the implementation knows besides only saves it from looking.
    """

    def __len__(self) -> int:
        """Return how many runs are at work or asked for."""
        ...

    @property
    def runs(self) -> tuple[Run, ...]:
        """The runs at work or asked for that are not being stopped."""
        ...

    @property
    def capacity(self) -> int:
        """How many runs it takes at a time; it may change."""
        ...

    def bins(self, at_work: Iterable[Run]) -> Bins:
        """Return the resources that it has for runs, of which `at_work`, those at work of the home, have taken some."""
        ...

    def begin(
        self,
        run: Run,
        slot: Slot | None = None,
        write: Callable[[], JobMeta | None] = lambda: None,
        *,
        takes_again: bool = False,
        only_waiting: bool = False,
    ) -> None:
        """Start a run that is there; what is refused later is told by :meth:`wait` as `not_begun`.

        It gets the resources of `slot`. `write`, `takes_again` and `only_waiting` are those of
        :func:`~guild_ipy.launching.restart.begin_again`.

        Raises
        ------
        RunTaken
            If another process runs it or has claimed it.
        GuildError
            If it cannot be started; it is as it was.
        """
        ...

    def wait(self, files: Sequence[int] = (), timeout: float | None = None) -> list[EndedRun]:
        """Wait for news of a run, or until one of `files` can be read; return the runs that are no longer at work.

        With runs at work it may wait for a moment only; without any for `timeout`, in seconds.
        """
        ...

    def stop_soon(self, run: Run) -> None:
        """Stop one of the runs, without waiting for its end."""
        ...

    def stop(self) -> list[EndedRun]:
        """Stop all runs, wait for their ends, and return them; those that were not begun stay as they were.

        A further interrupt ends the waiting.
        """
        ...

    def close(self) -> None:
        """Let go of what it has opened; runs go on."""
        ...
