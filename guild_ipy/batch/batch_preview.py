"""What the preview of a batch says beside its flags: which of them vary, and how long the trials may take."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from datetime import timedelta

from guild_ipy.batch.grid import Grid
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.errors import UsageError
from guild_ipy.session.run_handle import format_duration
from guild_ipy.session.session import Session

#: How many of the newest runs of an operation are looked at.
_MOST_EARLIER = 50


def describe_extent(session: Session, grid: Grid, operation: str, trials: int, jobs: int | None) -> tuple[str, ...]:
    """Return a line on the flags that vary, and one on the time that `trials` will take, as far as can be told."""
    listed = [f"{name} ({count:,} values)" for name in grid.names if (count := _count(grid, name)) > 1]
    varying = sorted([*listed, *(f"{name} (drawn)" for name in grid.spaces)])
    durations = list(_earlier(session, operation)) if trials else []
    lines = [f"varying: {', '.join(varying)}"] if varying else []
    if durations:
        seconds = statistics.median(durations) * trials / (jobs or 1)
        runs = f"{len(durations)} earlier run{'s' * (len(durations) != 1)}"
        lines.append(f"time: about {format_duration(timedelta(seconds=seconds))}, by the median of {runs}")
    return tuple(lines)


def _count(grid: Grid, name: str) -> int:
    """Return how many different listed values a flag has; a row that leaves it out is one more."""
    if name in grid.values:
        return len({flags_key({name: value}) for value in grid.values[name]})
    return len({flags_key({name: row[name]} if name in row else {}) for row in grid.listed})


def _earlier(session: Session, operation: str) -> Iterator[float]:
    """Return how many seconds completed runs of an operation took."""
    try:
        wanted = RunFilter(operations=(operation,), statuses=frozenset({RunStatus.COMPLETED}), limit=_MOST_EARLIER)
    except UsageError:  # a name that filters do not take
        return
    for record in session.index.records(wanted):
        if record.operation == operation and record.duration is not None:
            yield record.duration.total_seconds()
