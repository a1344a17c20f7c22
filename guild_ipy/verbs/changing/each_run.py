"""Change each of several runs; a run that cannot be changed is reported, and does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from guild_ipy.errors import GuildError
from guild_ipy.session.run_handle import Run
from guild_ipy.view.changed_runs import count_runs, name_runs, shorten


@dataclass(frozen=True, kw_only=True)
class EachRun:
    """The runs that were changed, and the runs that could not be, with the reasons."""

    done: str
    """The past participle of the change, for messages: ``restored``."""
    runs: tuple[Run, ...] = ()
    """The runs that were changed, where they are now."""
    names: tuple[str, ...] = ()
    """Their operations and short ids."""
    refused: tuple[str, ...] = ()
    """Operation, short id and reason of each run that could not be changed."""

    def __str__(self) -> str:
        """Return the line that names the changed runs; empty where every run was refused."""
        if not (self.runs or self.refused):
            return f"{self.done.capitalize()} 0 runs: no deleted run was selected"
        names = f"{count_runs(len(self.runs))}: {shorten(self.names)}"
        return f"{self.done.capitalize()} {names}" if self.runs else ""

    @property
    def failure(self) -> str:
        """The line that names the runs that could not be changed, with the reasons; empty where there is none."""
        runs = count_runs(len(self.refused))
        return f"{runs} could not be {self.done}: {'; '.join(self.refused)}" if self.refused else ""


def do_to_each(done: str, runs: Sequence[Run], change: Callable[[Run], Run]) -> EachRun:
    """Call `change` with each run; it returns the run where it is then. `done` is described at EachRun."""
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
