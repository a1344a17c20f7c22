"""``compare``: put runs beside each other."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TextIO

from guild_ipy.arguments.option import json_switch, option, switch
from guild_ipy.arguments.parser import Completes, Group
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.attributes import BY_NAME, OCCASIONAL, ValueForm
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.domain.status import RunStatus
from guild_ipy.domain.values.flags import format_flag, plain_text
from guild_ipy.errors import StoreError
from guild_ipy.index.queries.column_table import Field, Table
from guild_ipy.printable import align_columns, printable, printable_lines
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_runs
from guild_ipy.session.session import Session
from guild_ipy.verbs.looking.compared_columns import ComparedColumn, NamesOf, default_columns
from guild_ipy.view.run_lines import format_time

_COLUMNS = "only these beside the run, with commas between: loss, min loss, =FLAG, .ATTRIBUTE, loss as NAME"
_AS = Group(one_of=True)


@dataclass(frozen=True, kw_only=True)
class CompareRuns:
    """Which runs to put beside each other, and which columns."""

    columns: str | None = option("-c", "--columns", metavar="COLUMNS", help=_COLUMNS)
    """As a user writes them; None for the usual ones."""
    table: bool = switch("-t", "--table", help="as a table (that is the default)", group=_AS)
    csv: str | None = option(
        "--csv",
        metavar="FILE",
        help="write a CSV file; - is standard output",
        group=_AS,
        completes=Completes.PATHS,
    )
    json: bool = json_switch(_AS)
    selection: RunSelection = many_runs(deleted=True, default="all")

    @property
    def sought(self) -> RunFilter | None:
        """The filter, unless runs are named."""
        return None if self.selection.refs else self.selection.filter

    def carry_out(self, session: Session) -> ComparedRuns | CsvTable | list[dict[str, Any]]:
        """Compare the runs; a file is written if one is named."""
        selection = self.selection
        every = replace(selection.filter, without_batches=True)  # they have no flags and results of their own
        chosen = select_runs(session, selection.refs, selection.filter) if selection.refs else every
        found = compare(session, chosen, self.columns)
        if self.json:
            return _comparison_values(found)
        return found if self.csv is None else _write_csv(found, self.csv)


@dataclass(frozen=True, kw_only=True)
class CsvTable:
    """A comparison as CSV, or a note on the file that it was written to."""

    rows: int
    text: str = ""
    note: str = ""

    def __str__(self) -> str:
        return self.text

    def __len__(self) -> int:
        return self.rows


@dataclass(frozen=True, kw_only=True)
class ComparedRuns:
    """Headings, and a row of values for each run; None where there is none."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def write_csv(self, file: TextIO) -> None:
        """Write the table as CSV; nothing where there is no run."""
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
        return "\n".join(align_columns(rows))


def compare(
    session: Session, runs: Sequence[Run] | RunFilter, columns: str | Iterable[str] | None = None
) -> ComparedRuns:
    """Put runs side by side: certain ones in their order, or those that pass a filter, newest first.

    `columns` are as a user writes them (:mod:`guild_ipy.verbs.looking.written_columns`); without them it is what
    identifies a run, its flags and attributes, ``step`` and the last values of its scalars.
    """
    chosen: list[ComparedColumn] = []
    known: dict[str, Sequence[str]] = {}

    def wanted(names: NamesOf) -> Iterator[Field]:
        known.update((kind, names(kind)) for kind in ("flag", "attr", "scalar"))
        chosen[:] = default_columns(names) if columns is None else _parse_columns(columns, names)
        yield from (field for column in chosen for field in _fields(column))

    if isinstance(runs, RunFilter):
        table = session.index.table(wanted, runs)
    else:
        table = session.index.table_of([run.dir for run in runs], wanted)
    if columns is None:
        there = [name for name in OCCASIONAL if any(table.columns[Field("run", name)].to_list(table.numbers))]
        chosen = default_columns(known.__getitem__, occasional=there)
    values = [_values(table, column) for column in chosen]
    return ComparedRuns(headings=tuple(each.heading for each in chosen), rows=tuple(zip(*values, strict=True)))


def _parse_columns(written: str | Iterable[str], names: NamesOf) -> list[ComparedColumn]:
    """Read the columns that a user wants, with ``run`` before them unless it is one of them."""
    from guild_ipy.verbs.looking.written_columns import parse_columns  # start-up cost: the select language

    columns = parse_columns(written, names)
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


# -- columns of every comparison, as they are shown


def _moment(microseconds: int | None) -> str | None:
    return None if microseconds is None else format_time(microseconds)


def _stopped(status: str, stopped: int | None) -> str | None:
    return None if RunStatus(status).is_active else _moment(stopped)


def _duration(status: str, started: int | None, stopped: int | None) -> str | None:
    end = time.time_ns() // 1000 if RunStatus(status).is_active else stopped
    if started is None or end is None or status == RunStatus.STAGED.value:
        return None
    return str(timedelta(seconds=max(0, end - started) // 1_000_000))


def _tags(tags: str | None) -> str | None:
    return None if tags is None else ", ".join(json.loads(tags))


_SHOWN: Mapping[ValueForm | None, Callable[..., Any]] = {
    ValueForm.BEGINNING: lambda text: text and text[:SHORT_ID_LENGTH],
    ValueForm.MOMENT: _moment,
    ValueForm.END: _stopped,
    ValueForm.DURATION: _duration,
    ValueForm.TAGS: _tags,
}


# -- how the result is given


def _comparison_values(found: ComparedRuns) -> list[dict[str, Any]]:
    """Return a dict for each run, with the headings as names."""
    return [dict(zip(found.headings, row, strict=True)) for row in found.rows]


def _write_csv(comparison: ComparedRuns, path: str) -> CsvTable:
    if path == "-":
        text = io.StringIO()
        comparison.write_csv(text)
        return CsvTable(rows=len(comparison.rows), text=text.getvalue().removesuffix("\n"))
    try:
        with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="") as file:
            comparison.write_csv(file)
    except OSError as error:
        raise StoreError(f"cannot write {path!r}: {error.strerror}") from error
    return CsvTable(rows=len(comparison.rows), note=f"Wrote {len(comparison.rows)} run(s) to {path}")


def _csv_text(value: Any) -> Any:  # noqa: ANN401 - any value
    """Write lists and maps as flags are written; numbers in full; text may go to a terminal."""
    if isinstance(value, str):
        return printable_lines(value)
    return format_flag(value) if isinstance(value, list | dict | bool) else value


def _cell_text(value: Any) -> str:  # noqa: ANN401 - as above
    if value is None:
        return ""
    return printable(f"{value:.6g}" if isinstance(value, float) else plain_text(value))


VERB = Verb(
    name="compare",
    options=CompareRuns,
    words="[RUN ...]",
    summary="Put runs beside each other with their flags and scalars.",
    details="Without RUN all that pass the filters, but for batches, whose results are those of their trials.",
)
