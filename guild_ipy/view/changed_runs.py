"""The result of a verb that changes runs: which runs they were, what was done, and how to take it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from guild_ipy.errors import RunStateError
from guild_ipy.session.session import Session, find_shell

if TYPE_CHECKING:
    from guild_ipy.domain.choosing.run_filter import RunFilter
    from guild_ipy.session.run_handle import Run

_SHOWN = 10


@dataclass(frozen=True)
class ChangedRuns:
    r"""The runs that a verb changed, and the text about the change.

    Examples
    --------
    >>> print(ChangedRuns([], "Marked 1 run\nIt is used from now on", way_back="; mark --undo takes it back"))
    Marked 1 run; mark --undo takes it back
    It is used from now on
    """

    runs: Sequence[Run]
    text: str
    """What was done, in its first line, and what follows from that."""
    failure: str = ""
    """The error message for the runs that could not be changed; empty where all were."""
    way_back: str = ""
    """The command that takes it back, as the first line of the text goes on; empty where there is none."""

    def __str__(self) -> str:
        done, new_line, rest = self.text.partition("\n")
        return f"{done}{self.way_back}{new_line}{rest}"

    def show(self) -> None:
        """Print the text with the way back, and raise RunStateError if some run could not be changed."""
        if text := str(self):
            print(text)
        if self.failure:
            raise RunStateError(self.failure)

    def explained(self, session: Session, run_filter: RunFilter) -> ChangedRuns:
        """Return the same with a hint, where there are no runs and a name in the filter may be a slip."""
        if self.runs or self.failure:
            return self
        from guild_ipy.session.unmatched import describe_unmatched  # start-up cost: the select language

        hint = describe_unmatched(session.index, run_filter)
        return replace(self, text=f"{self.text}; {hint}") if hint else self


def count_runs(count: int) -> str:
    """Return ``1 run`` or ``3 runs``."""
    return f"{count} run{'s' * (count != 1)}"


def name_runs(runs: Sequence[Run]) -> str:
    """Name runs by operation and id: ``train() 3f2a1b4c, train() 9c81d0e2``; at most ten."""
    return shorten([f"{run.operation} {run.short_id}" for run in runs])


def shorten(texts: Sequence[str]) -> str:
    """Write the first ten of some texts, and how many more there are."""
    more = [f"and {len(texts) - _SHOWN} more"] if len(texts) > _SHOWN else []
    return ", ".join([*texts[:_SHOWN], *more])


def command_of(verb: str) -> str:
    """Return how a verb is written here: ``%guild_restore`` in a notebook, else ``guild-ipy restore``."""
    return f"guild-ipy {verb}" if find_shell() is None else f"%guild_{verb}"
