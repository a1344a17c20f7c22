"""``delete``: move runs to the trash of Guild home."""

from __future__ import annotations

from dataclasses import dataclass, replace

from guild_ipy.api.changing.changed_runs import ChangedRuns, count_runs
from guild_ipy.api.changing.delete import delete, deleted_message
from guild_ipy.api.changing.purge import purge, purged_message
from guild_ipy.api.session import Session
from guild_ipy.arguments.option import switch
from guild_ipy.arguments.selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Question, Verb
from guild_ipy.verbs.purge import ask_to_purge


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Which runs to delete."""

    selection: RunSelection = many_runs(default="all")
    permanent: bool = switch("-p", "--permanent", help="remove them for good, as purge does")
    yes: bool = switch("-y", "--yes", help="do not ask")

    def __post_init__(self) -> None:
        """Refuse to delete all runs unless they are named."""
        self.selection.check_named("delete")

    def question(self, session: Session) -> Question | None:
        """Ask for the runs; where nobody can be asked, those that filters alone choose stay."""
        runs = [] if self.yes else self.selection.find(session)
        if not runs:
            return None
        agreed = replace(self, selection=replace(self.selection, refs=tuple(runs)))
        if self.permanent:
            return ask_to_purge("delete", runs, agreed)
        refusal = f"delete: {count_runs(len(runs))} would be deleted, none was; add --yes, or name runs"
        return Question(intent="delete", runs=runs, agreed=agreed, refusal="" if self.selection.refs else refusal)

    def carry_out(self, session: Session) -> ChangedRuns:
        """Delete the runs; the text says how they come back, or that they cannot."""
        done = delete(session, self.selection.find(session))
        if not (self.permanent and done.runs):
            told = ChangedRuns(done.runs, deleted_message(done), failure=done.failure)
            return told.explained(session, self.selection.filter)
        gone = purge(session, done.runs)
        failures = filter(None, (done.failure, gone.failure))
        return ChangedRuns(gone.runs, purged_message(gone), failure="; ".join(failures))


VERB = Verb(
    name="delete",
    options=Delete,
    words="RUN ...",
    summary="Delete runs.",
    details="They go to the trash of Guild home, from where restore brings them back. Without RUN all that pass the "
    "filters; in a notebook these are only listed, unless there is --yes.",
)
