"""``compare``: runs side by side, as a table of plain values."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TextIO

from guild_ipy.api.comparing.compare_columns import ComparedColumn, NamesOf, default_columns, parse_columns
from guild_ipy.api.comparing.table import read_table, read_table_of
from guild_ipy.domain.attributes import BY_NAME, Form
from guild_ipy.domain.flags import format_flag, plain_text
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.domain.status import RunStatus
from guild_ipy.index.table import Field, Table
from guild_ipy.printable import printable, printable_lines

if TYPE_CHECKING:
    from guild_ipy.api.handle import Run
    from guild_ipy.api.session import Session

_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Headings, and a row of values for each run; None where there is none."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def write_csv(self, file: TextIO) -> None:
        """Write it as CSV; nothing where there is no run."""
        writer = csv.writer(file, lineterminator="\n")
        if self.rows:
            writer.writerow(map(printable_lines, self.headings))
            writer.writerows([[_csv_text(value) for value in row] for row in self.rows])

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        if not self.rows:
            return ""
        rows = [tuple(map(printable, self.headings)), *(tuple(map(_cell_text, row)) for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def compare(
    session: Session, runs: Sequence[Run] | RunFilter, columns: str | Iterable[str] | None = None
) -> Comparison:
    """Put runs side by side: certain ones in their order, or those that pass a filter, newest first.

    `columns` are as a user writes them (:mod:`guild_ipy.api.comparing.compare_columns`); without them it is who a run
    is, its flags and attributes, ``step`` and the last values of its scalars.
    """
    chosen: list[ComparedColumn] = []

    def wanted(names: NamesOf) -> Iterator[Field]:
        written = None if columns is None else parse_columns(columns, names)
        chosen[:] = default_columns(names) if written is None else _with_run(written)
        yield from (field for column in chosen for field in _fields(column))

    if isinstance(runs, RunFilter):
        table = read_table(session, wanted, runs)
    else:
        table = read_table_of(session, [run.dir for run in runs], wanted)
    values = [_values(table, column) for column in chosen]
    return Comparison(headings=tuple(each.heading for each in chosen), rows=tuple(zip(*values, strict=True)))


def _with_run(columns: Sequence[ComparedColumn]) -> list[ComparedColumn]:
    run = ComparedColumn(heading="run", fields=(Field("run", "run"),))
    return [*([] if any(each.heading == "run" for each in columns) else [run]), *columns]


def _fields(column: ComparedColumn) -> Iterable[Field]:
    if column.core is None:
        return column.fields
    return [Field("run", name) for name in BY_NAME[column.core].fields]


def _values(table: Table, column: ComparedColumn) -> list[Any]:
    lists = [table.columns[field].to_list(table.numbers) for field in _fields(column)]
    form = None if column.core is None else BY_NAME[column.core].form
    if form in _SHOWN:
        return list(map(_SHOWN[form], *lists))
    if len(lists) == 1:
        return lists[0]
    return [next((value for value in values if value is not None), None) for values in zip(*lists, strict=True)]


# -- what is shown of every run


def _moment(microseconds: int | None) -> str | None:
    return None if microseconds is None else format_time(microseconds)


def format_time(microseconds: int) -> str:
    """Write a moment, in microseconds since 1970, as local time."""
    return datetime.fromtimestamp(microseconds / 1e6, tz=UTC).astimezone().strftime(_TIME)


def _stopped(status: str, stopped: int | None) -> str | None:
    return None if RunStatus(status).is_active else _moment(stopped)


def _duration(status: str, started: int | None, stopped: int | None) -> str | None:
    end = time.time_ns() // 1000 if RunStatus(status).is_active else stopped
    if started is None or end is None or status == RunStatus.STAGED.value:
        return None
    return str(timedelta(seconds=max(0, end - started) // 1_000_000))


def _tags(tags: str | None) -> str | None:
    return None if tags is None else ", ".join(json.loads(tags))


_SHOWN: Mapping[Form | None, Callable[..., Any]] = {
    Form.BEGINNING: lambda text: text and text[:SHORT_ID_LENGTH],
    Form.MOMENT: _moment,
    Form.END: _stopped,
    Form.DURATION: _duration,
    Form.TAGS: _tags,
}


# -- values as text


def _csv_text(value: Any) -> Any:  # noqa: ANN401 - any value
    """Write lists and maps as flags are written; numbers in full; text may go to a terminal."""
    if isinstance(value, str):
        return printable_lines(value)
    return format_flag(value) if isinstance(value, list | dict | bool) else value


def _cell_text(value: Any) -> str:  # noqa: ANN401 - as above
    if value is None:
        return ""
    return printable(f"{value:.6g}" if isinstance(value, float) else plain_text(value))
