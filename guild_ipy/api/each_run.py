"""Do something to each of several runs: where it cannot be done to a run, that is told, and the others are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.api.changed_runs import count_runs, name_runs, shorten
from guild_ipy.errors import GuildError, RunStateError

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run


@dataclass(frozen=True, kw_only=True)
class EachRun:
    """What came of it."""

    done: str
    """The word for it: ``restored``."""
    names: tuple[str, ...]
    """Operation and short id of each run that it was done to."""
    refused: tuple[str, ...] = ()
    """The same of each run that it could not be done to, with the reason."""

    def __str__(self) -> str:
        if self.names:
            return f"{count_runs(len(self.names))}: {shorten(self.names)}"
        return "0 runs" if self.refused else "0 runs: no deleted run was selected"

    def check(self) -> None:
        """Raise RunStateError if there is a run that it could not be done to."""
        if self.refused:
            raise RunStateError(f"{count_runs(len(self.refused))} could not be {self.done}: {'; '.join(self.refused)}")


def do_to_each(done: str, runs: Sequence[Run], change: Callable[[Run], object]) -> EachRun:
    """Do something to each run; `done` is the word for it."""
    names: list[str] = []
    refused: list[str] = []
    for run in runs:
        name = name_runs([run])
        try:
            change(run)
        except GuildError as error:
            refused.append(f"{name}: {error}")
        else:
            names.append(name)
    return EachRun(done=done, names=tuple(names), refused=tuple(refused))
