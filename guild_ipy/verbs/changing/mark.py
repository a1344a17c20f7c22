"""``mark``: choose the runs that dependencies use."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from guild_ipy.arguments.filter_options import read_best
from guild_ipy.arguments.option import option, switch
from guild_ipy.arguments.parser import Completes, Group
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.table_option import only_in_notebooks, table_switch
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.chosen_run import ELIGIBLE, Reason
from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.errors import NothingToUse, RunStateError, UsageError
from guild_ipy.index.index import Index
from guild_ipy.launching.marking import MarkNote, mark, mark_in_place_of_others
from guild_ipy.operations.dependencies.run_choice import RunChoice, choose_run
from guild_ipy.operations.dependencies.run_query import RunQuery, quote
from guild_ipy.printable import printable
from guild_ipy.session.matching import select
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.marks import MarkedBy, MarkEntry, last_action, read_history, undo_mark
from guild_ipy.view.changed_runs import ChangedRuns, name_runs, shorten

_SHOWN = 5
_BY_RULE = Group(title="by rule", description="Mark the best run in place of all others of its operation.")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Which runs to mark, or to clear of their mark, and why."""

    clear: bool = switch("-c", "--clear", help="take the mark away")
    reason: str | None = option("-r", "--reason", metavar="TEXT", help="why, to be shown by info")
    undo: bool = switch("-u", "--undo", help="take back the last mark or unmark")
    min: str | None = option(
        "--best",
        "--min",
        metavar="NAME",
        help="the run with the least NAME, such as loss",
        group=_BY_RULE,
        completes=Completes.NAMES,
    )
    max: str | None = option(
        "--max",
        metavar="NAME",
        help="the run with the greatest NAME, such as last val#acc",
        group=_BY_RULE,
        completes=Completes.NAMES,
    )
    table: bool = table_switch()
    selection: RunSelection = many_runs()

    def __post_init__(self) -> None:
        """Refuse options that contradict each other."""
        if self.table and (self.undo or self.clear or self.reason is not None or self.best is not None):
            raise UsageError("mark: --table shows runs to mark by hand; leave the other options out")
        if self.undo and (self.clear or self.best is not None or self.reason is not None):
            raise UsageError("mark: --undo only takes back; leave --clear, --min, --max and --reason out")
        if self.best is not None and (self.clear or self.selection.is_named):
            raise UsageError("mark: --min and --max choose the run to mark; leave RUN and --clear out")
        if self.best is not None and self.selection.filter.limit is not None:
            raise UsageError("mark: --min and --max mark one run; leave --limit out")

    @property
    def best(self) -> Best | None:
        """The rule by which the run is chosen."""
        return read_best(self.min, self.max, verb="mark")

    @property
    def tabled(self) -> RunSelection | None:
        """The runs to show in a table that can be clicked on; None where that is not asked for."""
        return replace(self.selection, default="all") if self.table else None

    @property
    def meant(self) -> RunSelection:
        """The selection that counts: where no run is named, the newest unmarked one, with `clear` all marked ones."""
        selection = self.selection
        if self.undo or self.best is not None:
            return replace(selection, default="all")
        if selection.is_named or selection.filter.marked is not None:
            return selection
        runs = replace(selection.filter, marked=self.clear)
        return replace(selection, filter=runs, default="all" if self.clear else "latest")

    def carry_out(self, session: Session) -> ChangedRuns:
        """Mark the runs, clear their marks, or undo the last change of their marks."""
        if self.table:
            raise only_in_notebooks("mark")
        if self.undo:
            is_last = not self.selection.is_named and self.selection.filter == EVERY
            undone = undo_marks(session, None if is_last else self.meant.find(session))
            return ChangedRuns(undone, _undo_message(session, undone))
        if self.best is not None:
            best = mark_best(session, self.selection.filter, self.best, reason=self.reason)
            return report_rule(session, best)
        runs = self.meant.find(session)
        mark(session, runs, clear=self.clear, note=MarkNote(reason=self.reason))
        return report_marks(session, runs, clear=self.clear).explained(session, self.selection.filter)


@dataclass(frozen=True, kw_only=True)
class MarkedByRule:
    """The run that a rule has marked."""

    run: Run
    rule: str
    unmarked: tuple[Run, ...]
    """Other runs of its operation, which were marked."""

    def __str__(self) -> str:
        line = f"Marked 1 run(s): {name_runs([self.run])} by {self.rule}"
        return f"{line}; unmarked {len(self.unmarked)} other(s): {name_runs(self.unmarked)}" if self.unmarked else line


def undo_marks(session: Session, runs: Sequence[Run] | None = None) -> list[Run]:
    """Take back the last mark or unmark of runs, or the last action in this home; return the runs that it touched.

    Raises
    ------
    RunStateError
        If nothing is remembered that could be taken back.
    """
    run_dirs = list(map(session.home.run_dir, session.index.ids(EVERY))) if runs is None else [run.dir for run in runs]
    last = [(run_dir, entry) for run_dir in run_dirs if (entry := last_action(read_history(run_dir))) is not None]
    if runs is None and last:
        newest = max(entry.action for _, entry in last)
        last = [(run_dir, entry) for run_dir, entry in last if entry.action == newest]
    if not last:
        raise RunStateError("there is no mark to take back; what guild mark does is not remembered, so use --clear")
    _undo(session, last)
    return [Run(run_dir) for run_dir, _ in last]


def _undo(session: Session, entries: Sequence[tuple[RunDir, MarkEntry]]) -> None:
    check_changeable(run_dir for run_dir, _ in entries)
    when = time.time_ns() // 1000
    try:
        for run_dir, entry in sorted(entries, key=lambda each: not each[1].before):
            undo_mark(run_dir, entry, when)
    finally:
        note_change(session.home, *(run_dir.id for run_dir, _ in entries))


def _undo_message(session: Session, runs: Sequence[Run]) -> str:
    """Say of which runs a mark or unmark was taken back, and which runs dependencies use from now on."""
    what = f"Took back the last mark or unmark of {len(runs)} run(s): {name_runs(runs)}"
    return "\n".join([what, *_describe_used(session, runs)])


def mark_best(session: Session, run_filter: RunFilter, best: Best, *, reason: str | None = None) -> MarkedByRule:
    """Mark the best run that passes a filter, and take away the marks of other runs of its operation.

    Only runs that a dependency can use are compared, unless the filter says which statuses; it has no limit.

    Raises
    ------
    RunNotFound
        If no run that passes the filter has a number there.
    """
    usable = run_filter if run_filter.statuses else replace(run_filter, statuses=frozenset(ELIGIBLE))
    (run,) = select(session, usable, best)
    note = MarkNote(by=MarkedBy.RULE, reason=reason, rule=describe_rule(best, run_filter))
    return mark_by_rule(session, run, note)


def mark_by_rule(session: Session, run: Run, note: MarkNote) -> MarkedByRule:
    """Mark the run that a rule has chosen, and take away the marks of other runs of its operation."""
    return MarkedByRule(run=run, rule=note.rule or "", unmarked=mark_in_place_of_others(session, run, note))


def describe_rule(best: Best, run_filter: RunFilter = EVERY) -> str:
    """Write a rule in words.

    Examples
    --------
    >>> describe_rule(Best(name="loss"), RunFilter(operations=("train",), where="lr < 0.1"))
    'min loss, operations train, where lr < 0.1'
    """
    name = f"{'max' if best.greatest else 'min'} {best.name}"
    given = ((each.name, getattr(run_filter, each.name), each.default) for each in fields(run_filter))
    tests = [f"{field} {_words(value)}" for field, value, default in given if value != default]
    return ", ".join([name, *tests])


def _words(value: object) -> str:
    words = sorted(map(str, value)) if isinstance(value, tuple | frozenset) else [str(value)]
    return " ".join(words)


def report_marks(session: Session, runs: Sequence[Run], *, clear: bool = False) -> ChangedRuns:
    """Say which runs were marked or unmarked, how to take it back, and which runs dependencies use from now on."""
    if not runs:
        why = "no run is marked" if clear else "no run was selected"
        return ChangedRuns(runs, f"{'Unmarked' if clear else 'Marked'} 0 run(s): {why}")
    return _report(session, f"{'Unmarked' if clear else 'Marked'} {len(runs)} run(s): {name_runs(runs)}", runs)


def report_rule(session: Session, done: MarkedByRule) -> ChangedRuns:
    """Say which run a rule has marked, how to take it back, and which run dependencies use from now on."""
    return _report(session, str(done), [done.run])


def _report(session: Session, what: str, runs: Sequence[Run]) -> ChangedRuns:
    """Add to the text `what` how to take it back, and which runs dependencies use from now on."""
    text = "\n".join([what, *_describe_used(session, runs)])
    return ChangedRuns(runs, text, way_back="; mark --undo takes it back")


def _describe_used(session: Session, runs: Sequence[Run]) -> list[str]:
    """Return a line for each operation that some runs are of: which run a dependency on it uses, and why."""
    operations = list(dict.fromkeys(run.opref.to_opspec() for run in runs))
    lines = [printable(_describe(session.index, operation)) for operation in operations[:_SHOWN]]
    return [*lines, *(["..."] if len(operations) > _SHOWN else [])]


def _describe(index: Index, operation: str) -> str:
    query = RunQuery(wanted=operation, operation=f"operation = {quote(operation)}")
    try:
        choice = choose_run(index, query)
    except NothingToUse:
        return f"Dependencies on {operation} find no run that they can use"
    used = choice.records[0].dir
    what = f"Dependencies on {operation} use {used.short_id} from now on"
    return f"{what}: {describe_reason(choice)}{_of_guild(index, query, used)}"


def describe_reason(choice: RunChoice) -> str:
    """Say why a run is used: it is marked, or the latest."""
    unused = [f"{record.dir.short_id}, which is {record.status}" for record in choice.passed_over]
    if choice.reason == Reason.MARKED:
        return "it is the one marked last" + (f" but for {shorten(unused)}" if unused else "")
    return "it is the latest, and none is marked" + (f" but {shorten(unused)}" if unused else "")


def _of_guild(index: Index, query: RunQuery, used: RunDir) -> str:
    """Say so where Guild AI uses another run: it takes the marked run that was started last."""
    marked = index.records(RunFilter(where=query.expression, marked=True, limit=1))
    if not marked or marked[0].dir == used:
        return ""
    other = marked[0].dir.short_id
    return f" (`guild run` uses {other}, which is marked and newer; mark {other} --clear takes its mark away)"


VERB = Verb(
    name="mark",
    options=Mark,
    words="[RUN ...]",
    summary="Mark runs as the ones to use.",
    details="Without RUN the newest unmarked run; with --clear all marked runs; with --undo those of the last action.",
)
