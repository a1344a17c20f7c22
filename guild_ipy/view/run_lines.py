"""Lists as text: runs, and other results of a line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from guild_ipy.printable import align_columns, printable

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run
    from guild_ipy.store.run_record import RunRecord

_TIME = "%Y-%m-%d %H:%M:%S"
_NO_NOTES: Mapping[str, str] = {}


def format_runs(
    runs: Sequence[Run], *, simplified: bool = False, indexes: Sequence[int] = (), notes: Mapping[str, str] = _NO_NOTES
) -> str:
    """Write one line for each run: ``[1:3f2a1b4c]  train()  2026-11-23 10:00:00  completed  lr=0.1``.

    The number is the index by which the run can be named; `indexes` are given where runs between them are left out.
    With `simplified` there is neither id nor time. `notes` stand at the end of a line, by id.
    """
    places = indexes or range(1, len(runs) + 1)
    rows = [_row(index, run, notes.get(run.id)) for index, run in zip(places, runs, strict=True)]
    if simplified:
        rows = [(f"[{index}]", *row[1:2], *row[3:]) for index, row in zip(places, rows, strict=True)]
    return "\n".join(align_columns(rows))


def _row(index: int, run: Run, note: str | None) -> tuple[str, ...]:
    record = run.record
    mark = " [marked]" if record.marked else ""
    return (
        f"[{index}:{run.short_id}]",
        run.operation + mark,
        f"{record.started_at:{_TIME}}" if record.started_at else "",
        str(record.status),
        _remarks(record, note),
    )


def _remarks(record: RunRecord, note: str | None) -> str:
    """Return what is wrong with a run, or its label and why it failed."""
    texts = [record.damage] if record.damage else [record.label, note, record.error]
    return "  ".join(printable(" ".join(text.split())) for text in texts if text)


def format_time(microseconds: int) -> str:
    """Write a moment, in microseconds since 1970, as local time."""
    return f"{datetime.fromtimestamp(microseconds / 1e6, tz=UTC).astimezone():{_TIME}}"


Member = TypeVar("Member")


class LineList(list[Member]):
    """A list like any other, whose text has a line for each member."""

    def __str__(self) -> str:
        return "\n".join(printable(str(each)) for each in self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - IPython's protocol
        printer.text(str(self))
