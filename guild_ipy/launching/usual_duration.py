"""How long a run of an operation takes, by its earlier runs."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import UsageError
from guild_ipy.session.session import Session

#: How many of the newest runs of an operation are looked at.
_MOST_EARLIER = 50


@dataclass(frozen=True, kw_only=True)
class UsualDuration:
    """The median of some earlier runs."""

    seconds: float
    count: int
    """How many earlier runs there are."""


def usual_duration(session: Session, operation: str) -> UsualDuration | None:
    """Return how long the newest completed runs of an operation took; None if there is none."""
    durations = list(_earlier(session, operation))
    if not durations:
        return None
    return UsualDuration(seconds=statistics.median(durations), count=len(durations))


def _earlier(session: Session, operation: str) -> Iterator[float]:
    try:
        wanted = RunFilter(operations=(operation,), statuses=frozenset({RunStatus.COMPLETED}), limit=_MOST_EARLIER)
    except UsageError:  # a name that filters do not take
        return
    for record in session.index.records(wanted):
        if record.operation == operation and record.duration is not None:
            yield record.duration.total_seconds()
