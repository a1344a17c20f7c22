"""A run, as users hold it: a view onto its directory that always shows the state of this moment."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from guild_ipy import markup
from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import FlagValue, format_flag
from guild_ipy.engine.child.beginning import REQUESTED
from guild_ipy.errors import DamagedRun
from guild_ipy.printable import printable
from guild_ipy.store.files.attr_types import Comment
from guild_ipy.store.files.attrs import list_attrs, read_attr
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.output import read_output
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_record import RunRecord, read_run, read_status, settle_and_read_run, settle_and_read_status
from guild_ipy.store.state.lock import is_alive
from guild_ipy.store.state.signals import describe_signal

if TYPE_CHECKING:
    from pathlib import Path

    from guild_ipy.domain.values.scalars import ScalarSummary
    from guild_ipy.session.file_list import RunFiles
    from guild_ipy.session.session import Session
    from guild_ipy.session.stale import Outdated
    from guild_ipy.store.state.marks import MarkEntry

_UNKNOWN = OpRef(type="pending", name="?")
_POLL_SECONDS = 0.02
#: A preparation that is told.
_LONG = timedelta(seconds=0.1)


class Run:
    """A run and its directory.

    Attributes are read from disk when they are asked for, so a running run shows its newest state.

    Examples
    --------
    >>> run = guild_ipy.run(train, lr=0.1)                          # doctest: +SKIP
    >>> run.status, run.flags, run.scalars["loss"], run.result      # doctest: +SKIP
    (<RunStatus.COMPLETED: 'completed'>, {'lr': 0.1}, 0.25, None)
    """

    def __init__(self, run_dir: RunDir, record: RunRecord | None = None, *, session: Session | None = None) -> None:
        self._dir = run_dir
        self._first_record = record
        self._session = session

    def __reduce__(self) -> tuple[type[Run], tuple[RunDir, RunRecord | None]]:
        """Pickle it without its session, which belongs to a process."""
        return Run, (self._dir, self._first_record)

    # -- who it is

    @property
    def dir(self) -> RunDir:
        """The paths of its files."""
        return self._dir

    @property
    def id(self) -> str:
        """Its id, 32 hex digits."""
        return self._dir.id

    @property
    def short_id(self) -> str:
        """The first 8 digits of its id."""
        return self._dir.short_id

    @property
    def path(self) -> Path:
        """Its directory: ``run.path / "model.pt"``."""
        from pathlib import Path  # start-up cost: listings need none

        return Path(self._dir.path)

    @property
    def files(self) -> RunFiles:
        """The files that it wrote, its source and its dependencies, as they are at this moment."""
        from guild_ipy.session.file_list import read_files  # start-up cost, as above

        return read_files(self._dir)

    @cached_property
    def opref(self) -> OpRef:
        """Which operation it is of; ``opref.to_opspec()`` is the name to run it by."""
        return (self._first_record or self.record).opref or _UNKNOWN

    @property
    def operation(self) -> str:
        """The operation's name as listed: ``train()``, ``train.py``; control characters in it are escapes."""
        return printable((self._first_record or self.record).operation or _UNKNOWN.display_name)

    # -- what it does

    @property
    def record(self) -> RunRecord:
        """All that listings show, read at once."""
        return settle_and_read_run(self._dir) if self._settles else read_run(self._dir)

    @property
    def ending(self) -> RunRecord:
        """Its operation, status and times, which say how it ended, and nothing else."""
        read = settle_and_read_run if self._settles else read_run
        return read(self._dir, ("started", "stopped"))

    @property
    def status(self) -> RunStatus:
        """What it is doing, or how it ended."""
        return settle_and_read_status(self._dir) if self._settles else read_status(self._dir)

    @property
    def has_ended(self) -> bool:
        """Whether it has ended, and all is written that will be."""
        return not self.status.is_active and not is_alive(self._dir)

    @property
    def exit_status(self) -> int | None:
        """Exit status of its process, negative for a signal; None while it has not ended."""
        return self.record.exit_status

    @property
    def started(self) -> datetime | None:
        """When it started, in local time."""
        return self.record.started_at

    @property
    def stopped(self) -> datetime | None:
        """When it ended, in local time."""
        return self.record.stopped_at

    @property
    def duration(self) -> timedelta | None:
        """How long it took, or has been at work."""
        return self.record.duration

    @property
    def preparation(self) -> timedelta | None:
        """How long it took from the request until its own code began; None where that was less than 0.1 s."""
        started = self.record.started
        try:
            requested = self.get(REQUESTED)
        except DamagedRun:
            return None
        if type(requested) is not int or started is None or self.status is RunStatus.STAGED:
            return None
        took = timedelta(microseconds=started - requested)
        return took if took >= _LONG else None

    @property
    def error(self) -> str | None:
        """Why it failed, in a line: ``ValueError: lr must be positive``; None if it did not fail, or has not told."""
        return self.record.error

    @property
    def damage(self) -> str | None:
        """What is wrong with its directory, if it cannot be read."""
        return self.record.damage

    # -- what went in and came out

    @property
    def flags(self) -> Mapping[str, FlagValue]:
        """Its flags, with their types."""
        return self.record.flags

    @property
    def deps(self) -> dict[str, list[str]]:
        """The files that it depends on, by dependency; relative to its directory, where those of runs come from."""
        from guild_ipy.store.used_runs.deps import read_dep_paths  # start-up cost: listings show no dependencies

        return read_dep_paths(self._dir)

    @property
    def scalars(self) -> dict[str, float]:
        """The last value of each scalar that it reported."""
        return {name: summary.last for name, summary in self.scalar_summaries.items()}

    @property
    def scalar_summaries(self) -> dict[str, ScalarSummary]:
        """First, last, min, max, average, total and count of each scalar."""
        from guild_ipy.session.settling import settle_run  # start-up cost: listing runs needs none of it
        from guild_ipy.store.events.scalar_summaries import summarize

        if self._settles:
            settle_run(self._dir)  # a killed supervisor may have left a part of the output unread
        return summarize(self._dir)

    @property
    def output(self) -> str:
        """All that it printed."""
        return read_output(self._dir)

    @property
    def result(self) -> Any:  # noqa: ANN401 - whatever the operation returned
        """What the function returned, None if there is nothing; ResultError if it could not be pickled."""
        from guild_ipy.session.run_result import read_result

        return read_result(self._dir)

    @property
    def result_text(self) -> str | None:
        """The repr of a return value that could not be pickled; None for all others."""
        from guild_ipy.session.run_result import read_result_text

        return read_result_text(self._dir)

    @property
    def exception(self) -> BaseException | None:
        """What the operation raised; a LostException where it cannot be made again, None if it raised nothing."""
        from guild_ipy.session.run_result import read_exception

        return read_exception(self._dir)

    # -- what the user said of it

    @property
    def label(self) -> str | None:
        """Its label."""
        return self.record.label

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        return self.record.tags

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The remarks on it, the oldest first: each has ``body``, ``user``, ``host``, and ``time`` in microseconds."""
        return self.record.comments

    @property
    def marked(self) -> bool:
        """Whether it is marked."""
        return self.record.marked

    @property
    def marks(self) -> tuple[MarkEntry, ...]:
        """Who marked it or took the mark away, when and why, the oldest first; ``guild mark`` leaves no trace here."""
        from guild_ipy.store.state.marks import read_history  # start-up cost: listings show no history

        return read_history(self._dir)

    @property
    def is_stale(self) -> bool:
        """Whether it used a run that was marked or the latest, where another one would be used now."""
        return bool(self.find_outdated())

    def find_outdated(self) -> tuple[Outdated, ...]:
        """Return the runs that it used, and those that would be used now in their place."""
        from guild_ipy.session.session import Session, get_session  # start-up cost, as the next: for those who ask
        from guild_ipy.session.stale import PresentChoices

        session, home = self._session or get_session(), home_of(self._dir)
        if home in (session.home, session.home.deleted):
            return PresentChoices(session.index.records).find_outdated(self._dir)
        with Session.for_home(home.path, session.settings, settles=session.settles) as other:
            return PresentChoices(other.index.records).find_outdated(self._dir)

    def get(self, attr: str, default: Any = None) -> Any:  # noqa: ANN401 - attributes are of any type
        """Read an attribute (a file of ``.guild/attrs``); `default` if it is not there."""
        value = read_attr(self._dir, attr)
        return default if value is None else value

    def attr_names(self) -> list[str]:
        """Return the names of its attributes."""
        return list_attrs(self._dir)

    def wait(self, timeout: float | None = None) -> Run:
        """Wait until it has ended; TimeoutError after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not self.has_ended:
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"run {self.short_id} is {self.status} after {timeout} seconds")
            time.sleep(_POLL_SECONDS)
        return self

    @property
    def _settles(self) -> bool:
        """Whether looking at it writes its end, if its processes died."""
        return self._session is None or self._session.settles

    # -- how it looks

    def __repr__(self) -> str:
        return f"<Run {self.short_id} {self.operation} {self.status}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Run) and self._dir == other._dir

    def __hash__(self) -> int:
        return hash(self._dir)

    def summary(self) -> dict[str, str]:
        """Return what its text and HTML forms show, as names and texts."""
        record = self.record
        ended_by = describe_signal(self._dir, record.exit_status or 0) if (record.exit_status or 0) < 0 else ""
        lines = {
            "operation": self.operation,
            "status": str(record.status),
            "ended by": ended_by,
            "error": record.error if record.error and record.error != ended_by else "",
            "started": f"{record.started_at:%Y-%m-%d %H:%M:%S}" if record.started_at else "",
            "time": format_duration(record.duration),
            "label": record.label or "",
            "marked": "yes" if record.marked else "",
            "damage": record.damage or "",
        }
        lines |= {f"flag {name}": format_flag(value) for name, value in sorted(record.flags.items())}
        lines |= {f"scalar {name}": f"{value:.6g}" for name, value in sorted(self.scalars.items())}
        return {name: text for name, text in lines.items() if text}

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        width = max(map(len, self.summary()), default=0)
        printer.text(f"{type(self).__name__} {self.short_id}")
        for name, text in self.summary().items():
            printer.text(f"\n  {printable(name):<{width}}  {printable(text)}")

    def _repr_html_(self) -> str:
        return markup.names_and_texts(
            self.summary(), caption=f"{type(self).__name__} <code>{markup.text(self.short_id)}</code>"
        )


def format_duration(duration: timedelta | None) -> str:
    """Write a duration for people: ``0.32 s``, ``12 s``, ``3:05``, ``2:00:07``.

    Examples
    --------
    >>> [format_duration(timedelta(seconds=s)) for s in (0.324, 12.3, 185, 7207)]
    ['0.32 s', '12.3 s', '3:05', '2:00:07']
    """
    if duration is None:
        return ""
    seconds = duration.total_seconds()
    if seconds < 60:  # noqa: PLR2004 - a minute
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"  # noqa: PLR2004 - two digits are enough
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
