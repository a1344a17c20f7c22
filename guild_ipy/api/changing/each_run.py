"""Do something to each of several runs: where it cannot be done to a run, that is told, and the others are done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from guild_ipy.api.changing.changed_runs import count_runs, name_runs, shorten
from guild_ipy.errors import GuildError

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run


@dataclass(frozen=True, kw_only=True)
class EachRun:
    """What came of it."""

    done: str
    """The word for it: ``restored``."""
    runs: tuple[Run, ...] = ()
    """The runs that it was done to, where they are now."""
    names: tuple[str, ...] = ()
    """Their operations and short ids."""
    refused: tuple[str, ...] = ()
    """The same of each run that it could not be done to, with the reason."""

    def __str__(self) -> str:
        """Return the line that says which runs it was done to; empty where it could be done to none of them."""
        if not (self.runs or self.refused):
            return f"{self.done.capitalize()} 0 runs: no deleted run was selected"
        names = f"{count_runs(len(self.runs))}: {shorten(self.names)}"
        return f"{self.done.capitalize()} {names}" if self.runs else ""

    @property
    def failure(self) -> str:
        """The line that says to which runs it could not be done, and why; empty where there is none."""
        runs = count_runs(len(self.refused))
        return f"{runs} could not be {self.done}: {'; '.join(self.refused)}" if self.refused else ""


def do_to_each(done: str, runs: Sequence[Run], change: Callable[[Run], Run]) -> EachRun:
    """Do something to each run; `done` is the word for it, and `change` returns the run where it is then."""
    names: list[str] = []
    changed: list[Run] = []
    refused: list[str] = []
    for run in runs:
        name = name_runs([run])
        try:
            changed.append(change(run))
        except GuildError as error:
            refused.append(f"{name}: {error}")
        else:
            names.append(name)
    return EachRun(done=done, runs=tuple(changed), names=tuple(names), refused=tuple(refused))
