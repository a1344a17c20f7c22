"""What the preview of a batch says beside its flags: which of them vary, and how long the trials may take."""

from __future__ import annotations

from datetime import timedelta

from guild_ipy.batch.grid import Grid
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.launching.usual_duration import usual_duration
from guild_ipy.session.run_handle import format_duration
from guild_ipy.session.session import Session


def describe_extent(session: Session, grid: Grid, operation: str, trials: int, jobs: int | None) -> tuple[str, ...]:
    """Return a line on the flags that vary, and one on the time that `trials` will take, as far as can be told."""
    listed = [f"{name} ({count:,} values)" for name in grid.names if (count := _count(grid, name)) > 1]
    varying = sorted([*listed, *(f"{name} (drawn)" for name in grid.spaces)])
    usual = usual_duration(session, operation) if trials else None
    lines = [f"varying: {', '.join(varying)}"] if varying else []
    if usual is not None:
        seconds = usual.seconds * trials / (jobs or 1)
        runs = f"{usual.count} earlier run{'s' * (usual.count != 1)}"
        lines.append(f"time: about {format_duration(timedelta(seconds=seconds))}, by the median of {runs}")
    return tuple(lines)


def _count(grid: Grid, name: str) -> int:
    """Return how many different listed values a flag has; a row that leaves it out is one more."""
    if name in grid.values:
        return len({flags_key({name: value}) for value in grid.values[name]})
    return len({flags_key({name: row[name]} if name in row else {}) for row in grid.listed})
