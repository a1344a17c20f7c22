"""The staged runs of a home, each with its place and the reason why it is not started yet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.opref import QUEUE
from guild_ipy.domain.status import ACTIVE, RunStatus
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import DamagedRun, SelectError
from guild_ipy.launching.at_work.bins import Bins, asked_by, read_bins
from guild_ipy.launching.at_work.run_messages import describe_flags
from guild_ipy.launching.usual_duration import usual_duration
from guild_ipy.printable import align_columns, printable
from guild_ipy.scheduling.queue_attrs import QueueOrder, read_cluster, read_not_started, read_order
from guild_ipy.scheduling.queue_options import QueueOptions
from guild_ipy.scheduling.staged_order import find_unfinished, staged_ids
from guild_ipy.session.run_handle import Run, format_duration
from guild_ipy.session.session import Session
from guild_ipy.store.run_record import RunRecord

#: How many rows the text has.
_SHOWN = 40


@dataclass(frozen=True, kw_only=True)
class WaitingRun:
    """A staged run."""

    place: int
    """1 for the next one."""
    run: Run
    record: RunRecord
    """The run as it was found."""
    usual_seconds: float | None
    """How long runs of its operation take; None if there is no earlier one."""
    find_reason: Callable[[Run], str]

    @property
    def staged(self) -> datetime | None:
        """When it was staged."""
        return self.record.started_at

    @property
    def flags(self) -> Flags:
        """Its flags."""
        return self.record.flags

    @cached_property
    def reason(self) -> str:
        """Why it is not started yet, which is found out when it is asked for: of many few are shown."""
        return self.find_reason(self.run)


@dataclass(frozen=True, kw_only=True)
class QueueAtWork:
    """A queue that is running."""

    run: Run
    options: QueueOptions
    order: QueueOrder | None

    def __str__(self) -> str:
        options = self.options
        rules = [
            *(["paused"] if self.order is QueueOrder.PAUSE else []),
            *(["ends when its runs have ended"] if self.order is QueueOrder.DRAIN else []),
            *([f"{options.place.jobs} jobs"] if (options.place.jobs or 1) > 1 else []),
            *([f"Dask {options.place.dask}"] if options.place.dask else []),
            *(["waits until nothing else runs"] if options.waits_for_running else []),
            *([f"where {options.where}"] if options.where else []),
        ]
        return f"queue {self.run.short_id}: {', '.join(rules) or 'starts runs'}"


@dataclass(frozen=True, kw_only=True)
class QueueStatus:
    """What waits in a home, and for what."""

    queues: tuple[QueueAtWork, ...]
    waiting: tuple[WaitingRun, ...]

    def __str__(self) -> str:
        heads = [str(queue) for queue in self.queues] or ["no queue is at work"]
        if not self.waiting:
            return "\n".join([*heads, "no run is staged"])
        headings = ("place", "run", "operation", "flags", "usually", "why it waits")
        rows = [_cells(each) for each in self.waiting[:_SHOWN]]
        more = len(self.waiting) - len(rows)
        return "\n".join([*heads, *align_columns([headings, *rows]), *([f"and {more:,} more"] if more else [])])

    def to_plain(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "queues": [
                {"run": each.run.id, "order": each.order and each.order.value, "flags": dict(each.run.flags)}
                for each in self.queues
            ],
            "waiting": [
                {
                    "place": each.place,
                    "run": each.run.id,
                    "operation": each.run.operation,
                    "flags": dict(each.flags),
                    "staged": each.staged and each.staged.isoformat(),
                    "usual_seconds": each.usual_seconds,
                    "reason": each.reason,
                }
                for each in self.waiting
            ],
        }


def read_status(session: Session) -> QueueStatus:
    """Return what waits in the home of a session, and for what."""
    return _Reader(session).read()


def list_queues(session: Session) -> list[Run]:
    """Return the queues of a home that are running, the newest first; those of Guild AI are among them."""
    running = RunFilter(operations=(QUEUE.name,), statuses=frozenset({RunStatus.RUNNING}))
    return [Run(each.dir, each, session=session) for each in session.index.records(running) if each.opref == QUEUE]


class _Reader:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._seconds: dict[str, float | None] = {}

    def read(self) -> QueueStatus:
        waiting = tuple(
            WaitingRun(
                place=place,
                run=(run := Run(record.dir, record, session=self._session)),
                record=record,
                usual_seconds=self._usual(run.operation or ""),
                find_reason=self._reason,
            )
            for place, record in enumerate(self._with(RunStatus.STAGED), start=1)
        )
        return QueueStatus(queues=tuple(self._queues), waiting=waiting)

    @cached_property
    def _active(self) -> Sequence[RunRecord]:
        """All runs that wait or are at work, the oldest first: the index looks at each of them once."""
        return [*reversed(self._session.index.records(RunFilter(statuses=ACTIVE | {RunStatus.STAGED})))]

    def _with(self, status: RunStatus) -> Sequence[RunRecord]:
        return [each for each in self._active if each.status is status]

    @cached_property
    def _queues(self) -> Sequence[QueueAtWork]:
        runs = [Run(each.dir, each) for each in reversed(self._with(RunStatus.RUNNING)) if each.opref == QUEUE]
        return [QueueAtWork(run=run, options=QueueOptions.of(run.flags), order=read_order(run)) for run in runs]

    @cached_property
    def _taken(self) -> Mapping[str, frozenset[str]]:
        """The staged runs that each queue takes."""
        return {queue.run.id: self._taken_by(queue) for queue in self._queues if queue.options.where is not None}

    def _taken_by(self, queue: QueueAtWork) -> frozenset[str]:
        try:
            return frozenset(staged_ids(self._session, queue.options.taken))
        except SelectError:  # its expression names a flag or a scalar that no run has yet
            return frozenset()

    @cached_property
    def _at_work(self) -> Sequence[Run]:
        return [Run(each.dir, each) for each in reversed(self._with(RunStatus.RUNNING)) if each.opref != QUEUE]

    def _usual(self, operation: str) -> float | None:
        if operation not in self._seconds:
            usual = usual_duration(self._session, operation)
            self._seconds[operation] = None if usual is None else usual.seconds
        return self._seconds[operation]

    def _reason(self, run: Run) -> str:
        try:
            return self._find_reason(run)
        except DamagedRun as error:
            return f"cannot be started: {error}"

    def _find_reason(self, run: Run) -> str:
        if refused := read_not_started(run):
            return f"could not be started: {refused}"
        if unfinished := find_unfinished(self._session, run):
            return f"waits for {', '.join(each.short_id for each in unfinished)} to complete"
        if not self._queues:
            return "no queue is at work"
        takers = [each for each in self._queues if run.id in self._taken.get(each.run.id, {run.id})]
        if not takers:
            return f"no queue takes it: where {' | '.join(each.options.where or '' for each in self._queues)}"
        return self._order_reason(takers) or self._resource_reason(run, takers) or self._turn_reason(takers)

    def _order_reason(self, takers: Sequence[QueueAtWork]) -> str:
        if not all(each.order is not None for each in takers):
            return ""
        is_paused = any(each.order is QueueOrder.PAUSE for each in takers)
        return "paused" if is_paused else "its queue ends when its runs have ended"

    def _bins(self, queue: QueueAtWork) -> Bins:
        place = queue.options.place
        return read_bins(place.resources, self._at_work) if place.dask is None else read_cluster(queue.run)

    def _resource_reason(self, run: Run, takers: Sequence[QueueAtWork]) -> str:
        asked = asked_by(run)
        bins = [self._bins(each) for each in takers] if asked else []
        lacking, missing = [each.lacking(asked) for each in bins], [each.missing(asked) for each in bins]
        if bins and all(lacking):
            return f"needs {lacking[0]}"
        return f"needs {missing[0]}" if bins and all(missing) else ""

    def _turn_reason(self, takers: Sequence[QueueAtWork]) -> str:
        if not self._at_work:
            return "is being started"
        names = ", ".join(each.short_id for each in self._at_work[:2])
        more = len(self._at_work) - 2
        others = f"{names}{f' and {more} more' if more > 0 else ''}"
        is_any = all(not each.options.waits_for_running for each in takers) and len(self._at_work) > 1
        return f"waits for one of {others} to end" if is_any else f"waits for {others} to end"


def _cells(waiting: WaitingRun) -> Sequence[str]:
    seconds = waiting.usual_seconds
    cells = (
        str(waiting.place),
        waiting.run.short_id,
        waiting.run.operation or "",
        describe_flags(waiting.flags),
        "" if seconds is None else format_duration(timedelta(seconds=seconds)),
        waiting.reason,
    )
    return tuple(map(printable, cells))
