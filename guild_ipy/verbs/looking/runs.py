"""``runs``: list runs, the newest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.arguments.filter_options import run_filter
from guild_ipy.arguments.option import json_switch, part, switch
from guild_ipy.arguments.parser import VerbParser
from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.arguments.table_option import only_in_notebooks, table_switch
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.domain.status import RunStatus, describe_statuses
from guild_ipy.errors import UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import list_runs
from guild_ipy.session.session import Session
from guild_ipy.view.plain_values import run_values
from guild_ipy.view.run_lines import format_runs

_SHOWN = 20


def _declare_more(parser: VerbParser) -> None:
    parser.add_argument("-m", "--more", action="count", default=0, help="20 more; may be repeated, as in -mm")


@dataclass(frozen=True, kw_only=True)
class ListRuns:
    """Which runs to list, and how much of each."""

    filter: RunFilter = run_filter(deleted=True)
    details: bool = switch("-v", "--details", help="more about each run")
    simplified: bool = switch("-s", "--simplified", help="less about each run")
    all: bool = switch("-a", "--all", help="all (a shell lists the newest 20 otherwise)")
    more: int = part(_declare_more, lambda namespace: namespace.more, default=int)
    json: bool = json_switch()
    fold: bool = switch("--fold", help="a batch in place of its trials, and how many there are of each status")
    stale: bool = switch("--stale", help="only those that would use another, newer or marked run now")
    table: bool = table_switch()

    def __post_init__(self) -> None:
        """Refuse two ways of listing."""
        given = {
            "details": self.details,
            "simplified": self.simplified,
            "json": self.json,
            "table": self.table,
            "fold": self.fold,
        }
        ways = [option for option, is_given in given.items() if is_given]
        if len(ways) > 1:
            raise UsageError(f"runs: --{ways[0]} and --{ways[1]} are two things; give one of them")
        if self.fold and self.stale:
            raise UsageError("runs: --fold and --stale are two things; give one of them")
        if self.table and (self.stale or self.filter.deleted):
            left_out = "--stale" if self.stale else "--deleted"
            raise UsageError(f"runs: --table shows runs that are there, and which are stale; leave {left_out} out")

    @property
    def tabled(self) -> RunSelection | None:
        """The runs to show in a table that can be clicked on; None where that is not asked for."""
        return RunSelection(filter=self.filter, default="all") if self.table else None

    @property
    def sought(self) -> RunFilter:
        """The filter: nothing is named."""
        return self.filter

    def carry_out(self, session: Session) -> RunTable | list[dict[str, Any]]:
        """List the runs: for a terminal the newest 20, unless more are asked for."""
        if self.table:
            raise only_in_notebooks("runs")
        if self.json:
            return [run_values(run) for run in self._find(session, self.filter)]
        wanted = self.filter
        if not self.all and wanted.limit is None:
            wanted = replace(wanted, limit=_SHOWN * (self.more + 1))
        if self.fold:
            return self._fold(session, wanted.limit)
        shown = self._find(session, wanted)
        return RunTable(text=self._format(shown) if shown else "", note=self._note(session, len(shown), wanted.limit))

    def _fold(self, session: Session, limit: int | None) -> RunTable:
        """List batches in place of their trials; all have the indexes that they have in the whole list."""
        records = session.index.records(replace(self.filter, limit=None))
        listed = {record.dir.id for record in records}
        left = [(index, each) for index, each in enumerate(records, start=1) if each.batch not in listed]
        if not left:
            return RunTable(text="")
        trials: defaultdict[str | None, list[RunStatus]] = defaultdict(list)
        for record in records:
            trials[record.batch].append(record.status)
        notes = {id_: f"trials: {describe_statuses(trials[id_])}" for id_ in listed if id_ in trials}
        indexes, shown = zip(*left[:limit], strict=True)
        runs = [Run(record.dir, record, session=session) for record in shown]
        note = f"The newest {len(shown)} of {len(left)}; --more shows 20 more, --all all of them"
        is_cut = self.filter.limit is None and len(shown) < len(left)
        return RunTable(text=format_runs(runs, indexes=indexes, notes=notes), note=note if is_cut else "")

    def _find(self, session: Session, wanted: RunFilter) -> list[Run]:
        return (list_stale if self.stale else list_runs)(session, wanted)

    def _format(self, runs: list[Run]) -> str:
        if not self.details:
            return format_runs(runs, simplified=self.simplified)
        from guild_ipy.verbs.looking.info import get_info  # start-up cost: a verb loads no other one

        return "\n\n".join(str(get_info(run)) for run in runs)

    def _note(self, session: Session, shown: int, limit: int | None) -> str:
        if shown != limit or self.filter.limit is not None:
            return ""
        count = len(list_stale(session, self.filter) if self.stale else session.index.ids(self.filter))
        return f"The newest {shown} of {count} runs; --more shows 20 more, --all all of them" if count > shown else ""


@dataclass(frozen=True, kw_only=True)
class RunTable:
    """Runs as a terminal shows them, and a note on the runs that are left out."""

    text: str
    note: str = ""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


def list_stale(session: Session, run_filter: RunFilter = EVERY) -> list[Run]:
    """Return the stale ones (:mod:`guild_ipy.session.stale`) of the runs that pass a filter, newest first."""
    from guild_ipy.session.stale import find_stale  # start-up cost: few listings ask for stale runs

    runs = list_runs(session, replace(run_filter, limit=None))
    stale = find_stale(session.index.records, (run.dir for run in runs))
    return [run for run in runs if run.id in stale][: run_filter.limit]


VERB = Verb(
    name="runs",
    options=ListRuns,
    summary="List runs, the newest first.",
    hint_of_word=lambda word: f"; an operation is named by --operation {word}, one run by info {word}",
)
