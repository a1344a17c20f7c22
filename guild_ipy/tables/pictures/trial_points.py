"""The trials of a batch as pictures take them: a number for each, and its flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any

import numpy as np

from guild_ipy.batch.search.pareto import find_best
from guild_ipy.batch.search.search_space import Space
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.signals import why_pruned
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.rows import Rows

_FAILED = frozenset({RunStatus.ERROR.value, RunStatus.TERMINATED.value, RunStatus.DAMAGED.value})


class TrialEnd(Enum):
    """How a trial has ended; the value is the word for it."""

    COMPLETED = "completed"
    PRUNED = "pruned"
    """A search has stopped it early."""
    FAILED = "failed"


def find_ends(statuses: Sequence[str], dirs: Sequence[RunDir]) -> list[TrialEnd | None]:
    """Return how trials have ended, by their statuses and directories; None for one that has not ended."""
    return [_find_end(status, run_dir) for status, run_dir in zip(statuses, dirs, strict=True)]


def _find_end(status: str, run_dir: RunDir) -> TrialEnd | None:
    if status == RunStatus.COMPLETED.value:
        return TrialEnd.COMPLETED
    if status == RunStatus.TERMINATED.value and why_pruned(run_dir) is not None:
        return TrialEnd.PRUNED
    return TrialEnd.FAILED if status in _FAILED else None


def read_flags(rows: Rows) -> list[Flags]:
    """Return the flags of each trial; all flags are among the columns of the rows."""
    names = list(rows.known["flag"])
    columns = [rows.get(Field("flag", name)).to_objects() for name in names]
    return [
        {name: column[row] for name, column in zip(names, columns, strict=True) if column[row] is not None}
        for row in range(len(rows))
    ]


@dataclass(frozen=True, kw_only=True)
class TrialPoints:
    """Trials in their order, from 1 on."""

    objective: Best
    """The number by which they are compared."""
    runs: Sequence[str]
    """Their names."""
    values: Array
    """Their numbers as floats; NaN for a trial without one."""
    completed: Array
    """Which of them have completed."""
    pruned: Array
    """Which of them a search has stopped early."""
    failed: Array
    """Which of them have ended otherwise."""
    flags: Sequence[Mapping[str, Any]]
    spaces: Mapping[str, Space]
    """Where the flags were searched in which the trials differ."""

    @property
    def numbers(self) -> Array:
        """The places of the trials in the batch."""
        return np.arange(1, len(self.values) + 1)

    @cached_property
    def rated(self) -> Array:
        """Which of them are compared: those that have completed with a number.

        Raises
        ------
        UsageError
            If there is none.
        """
        found = self.completed & np.isfinite(self.values)
        if not found.any():
            raise UsageError(
                f"no trial has completed with a number for {self.objective.name!r}; there is nothing to draw"
            )
        return found

    @cached_property
    def best(self) -> int:
        """The row of the best one; of equal ones the first."""
        values = [(value,) if rated else None for value, rated in zip(self.values, self.rated, strict=True)]
        return find_best(values, [self.objective])[0]

    @property
    def count(self) -> str:
        """How many trials there are, in words."""
        return f"{len(self.values):,} trial{'s' * (len(self.values) != 1)}"
