"""``mark``: say which runs dependencies shall use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.changing.changed_runs import ChangedRuns
from guild_ipy.api.changing.mark import MarkNote, mark, mark_best, mark_message, told, undo_marks, undo_message
from guild_ipy.api.session import Session
from guild_ipy.arguments.best import read_best
from guild_ipy.arguments.completes import Completes
from guild_ipy.arguments.option import option, switch
from guild_ipy.arguments.parser import Group
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.best import Best
from guild_ipy.domain.run_filter import EVERY
from guild_ipy.errors import UsageError

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
    selection: RunSelection = many_runs()

    def __post_init__(self) -> None:
        """Refuse what does not go together."""
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
    def meant(self) -> RunSelection:
        """The runs that are meant: where none is named the newest unmarked one, or all that are marked."""
        selection = self.selection
        if self.undo or self.best is not None:
            return replace(selection, default="all")
        if selection.is_named or selection.filter.marked is not None:
            return selection
        runs = replace(selection.filter, marked=self.clear)
        return replace(selection, filter=runs, default="all" if self.clear else "latest")

    def carry_out(self, session: Session) -> ChangedRuns:
        """Mark the runs, clear their marks, or take back what was done to them."""
        if self.undo:
            is_last = not self.selection.is_named and self.selection.filter == EVERY
            undone = undo_marks(session, None if is_last else self.meant.find(session))
            return ChangedRuns(undone, undo_message(session, undone))
        if self.best is not None:
            best = mark_best(session, self.selection.filter, self.best, reason=self.reason)
            return ChangedRuns([best.run], told(session, str(best), [best.run]))
        runs = self.meant.find(session)
        mark(session, runs, clear=self.clear, note=MarkNote(reason=self.reason))
        done = ChangedRuns(runs, mark_message(session, runs, clear=self.clear))
        return done.explained(session, self.selection.filter)


VERB = Verb(
    name="mark",
    options=Mark,
    words="[RUN ...]",
    summary="Mark runs as the ones to use.",
    details="Without RUN the newest unmarked run; with --clear all marked runs; with --undo those of the last action.",
)
