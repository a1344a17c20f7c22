"""``purge``: remove deleted runs for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from guild_ipy.arguments.option import switch
from guild_ipy.arguments.question import Question
from guild_ipy.arguments.run_selection import RunSelection, deleted_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.trash import purge_run
from guild_ipy.verbs.changing.each_run import EachRun, do_to_each
from guild_ipy.view.changed_runs import ChangedRuns, count_runs


@dataclass(frozen=True, kw_only=True)
class Purge:
    """Which runs to remove for good."""

    selection: RunSelection = deleted_runs()
    yes: bool = switch("-y", "--yes", help="do not ask")

    def __post_init__(self) -> None:
        """Refuse to remove all runs unless they are named."""
        self.selection.check_named("purge")

    def question(self, session: Session) -> Question | None:
        """Ask before the runs are removed, however they were named: by now an index can mean another run."""
        runs = [] if self.yes else self.selection.find(session)
        if not runs:
            return None
        return ask_to_purge("purge", runs, replace(self, selection=replace(self.selection, refs=tuple(runs))))

    def carry_out(self, session: Session) -> ChangedRuns:
        """Remove the runs."""
        done = purge(session, self.selection.find(session))
        told = ChangedRuns(done.runs, purged_message(done), failure=done.failure)
        return told.explained(session, self.selection.filter)


def ask_to_purge(verb: str, runs: Sequence[Run], agreed: object) -> Question:
    """Return the question to ask before runs are removed for good; where nobody can be asked, they are not removed."""
    return Question(
        intent="remove these runs for good, with all their files; they cannot be restored",
        runs=runs,
        agreed=agreed,
        refusal=f"{verb}: {count_runs(len(runs))} would be removed for good, none was; add --yes if that is wanted",
        enter_agrees=False,
    )


def purge(session: Session, runs: Sequence[Run]) -> EachRun:
    """Remove runs of the trash, with all their files; nothing brings them back.

    A run that is running is refused; the others are removed.
    """

    def remove(run: Run) -> Run:
        purge_run(session.home, run.dir)
        return run

    return do_to_each("purged", runs, remove)


def purged_message(done: EachRun) -> str:
    """Say which runs were removed."""
    gone = f"; {'it' if len(done.runs) == 1 else 'they'} cannot be restored" if done.runs else ""
    return f"{done}{gone}"


VERB = Verb(
    name="purge",
    options=Purge,
    words="RUN ...",
    summary="Remove deleted runs for good.",
    details="Nothing brings them back. Indexes count in the list of deleted runs, runs --deleted. Without RUN all "
    "deleted runs that pass the filters. A notebook lists them, and removes them only with --yes.",
)
