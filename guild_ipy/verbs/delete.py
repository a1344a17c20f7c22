"""``delete``: move runs to the trash of Guild home."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.changed_runs import ChangedRuns, count_runs, deleted_message, name_runs
from guild_ipy.api.context import Context
from guild_ipy.api.delete import delete
from guild_ipy.arguments.option import switch
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Question, Verb


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Which runs to delete."""

    selection: RunSelection = many_runs(default="all")
    yes: bool = switch("-y", "--yes", help="do not ask")

    def __post_init__(self) -> None:
        """Refuse to delete all runs unless they are named."""
        self.selection.check_named("delete")

    def question(self, context: Context) -> Question | None:
        """Ask for the runs; where nobody can be asked, those that filters alone choose stay."""
        runs = [] if self.yes else self.selection.find(context)
        if not runs:
            return None
        refusal = f"delete: {count_runs(len(runs))} would be deleted, none was; add --yes, or name runs"
        return Question(
            intent="delete",
            runs=runs,
            agreed=replace(self, selection=replace(self.selection, refs=tuple(runs))),
            refusal="" if self.selection.refs else refusal,
        )

    def carry_out(self, context: Context) -> ChangedRuns:
        """Delete the runs; the text says how they come back."""
        runs = self.selection.find(context)
        names = name_runs(runs)
        delete(context, runs)
        return ChangedRuns(runs, deleted_message(runs, names))


VERB = Verb(
    name="delete",
    options=Delete,
    words="RUN ...",
    summary="Delete runs.",
    details="They go to the trash of Guild home, from where restore brings them back. Without RUN all that pass the "
    "filters; in a notebook these are only listed, unless there is --yes.",
)
