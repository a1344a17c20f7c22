"""``compare``: put runs beside each other."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from guild_ipy.api.comparing.compare import Comparison, compare
from guild_ipy.api.finding.selection import select_runs
from guild_ipy.api.looking.plain_values import comparison_values
from guild_ipy.api.session import Session
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.option import json_switch, option, switch
from guild_ipy.arguments.parser import Group
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import StoreError

_COLUMNS = "only these beside the run, with commas between: loss, min loss, =FLAG, .ATTRIBUTE, loss as NAME"
_AS = Group(one_of=True)


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
class CompareRuns:
    """Which runs to put beside each other, and what of them."""

    columns: str | None = option("-c", "--columns", metavar="COLUMNS", help=_COLUMNS)
    """As a user writes them; None for those of every comparison."""
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

    def carry_out(self, session: Session) -> Comparison | CsvTable | list[dict[str, Any]]:
        """Compare the runs; a file is written if one is named."""
        selection = self.selection
        chosen = select_runs(session, selection.refs, selection.filter) if selection.refs else selection.filter
        found = compare(session, chosen, self.columns)
        if self.json:
            return comparison_values(found)
        return found if self.csv is None else _write_csv(found, self.csv)


def _write_csv(comparison: Comparison, path: str) -> CsvTable:
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


VERB = Verb(
    name="compare",
    options=CompareRuns,
    words="[RUN ...]",
    summary="Put runs beside each other with their flags and scalars.",
    details="Without RUN all that pass the filters.",
)
