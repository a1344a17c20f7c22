"""The staged runs of a home in the order in which queues start them: by the time at which they were staged.

That time is the attribute ``started`` of a staged run, by which queues of Guild AI go as well. To start a run earlier
it is given an earlier time; when it is started it gets the true one.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunStateError
from guild_ipy.launching.restart_dependencies import read_awaited
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.claim import claim_run, release_run
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.state.changes import note_change

STAGED = RunFilter(statuses=frozenset({RunStatus.STAGED}))


def staged_ids(session: Session, taken: RunFilter = STAGED) -> Iterator[str]:
    """Return the ids of the staged runs that pass a filter, the next one first."""
    return reversed(session.index.ids(taken))


def list_staged(session: Session) -> list[Run]:
    """Return the staged runs, the next one first."""
    return [Run(record.dir, record, session=session) for record in reversed(session.index.records(STAGED))]


def move_first(session: Session, runs: Sequence[Run]) -> None:
    """Have these staged runs started before all others, in their order.

    Raises
    ------
    RunStateError
        If one of them is not staged.
    """
    for each in runs:
        check_staged(each)
    others = [each for each in list_staged(session) if each not in runs]
    end = _time(others[0]) if others else time.time_ns() // 1000
    _write(session, runs, end - len(runs))


def move_before(session: Session, run: Run, other: Run) -> None:
    """Have a staged run started just before another one.

    Raises
    ------
    RunStateError
        If one of them is not staged.
    """
    for each in (run, other):
        check_staged(each)
    staged = [each for each in list_staged(session) if each != run]
    end, earlier = _time(other), staged[: staged.index(other)]
    if earlier and _time(earlier[-1]) >= end - 1:  # there is no room between them
        _write(session, earlier, end - 1 - len(earlier))
    _write(session, [run], end - 1)


def find_unfinished(session: Session, run: Run) -> list[Run]:
    """Return the runs that a staged run waits for and that have not ended."""
    awaited = (Run(session.home.run_dir(id_)) for id_ in read_awaited(run).values())
    return [each for each in awaited if os.path.exists(each.dir.opref) and not each.status.is_finished]


def check_staged(run: Run) -> None:
    """Refuse a run that is not staged: RunStateError."""
    if run.status is not RunStatus.STAGED:
        raise RunStateError(f"run {run.short_id} is {run.status}, not staged; only staged runs wait for a queue")


def _write(session: Session, runs: Sequence[Run], first: int) -> None:
    """Give runs times, a microsecond apart; one that is being started meanwhile keeps its own."""
    for number, run in enumerate(runs):
        with contextlib.suppress(RunStateError):
            alive = claim_run(session.home, run.dir)
            write_attr(run.dir, "started", first + number)
            release_run(run.dir, alive, staged=True)
    note_change(session.home, *(run.id for run in runs))


def _time(run: Run) -> int:
    return run.record.started or run.record.initialized or 0
