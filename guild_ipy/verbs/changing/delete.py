"""``delete``: move runs to the trash of Guild home."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from guild_ipy.arguments.option import switch
from guild_ipy.arguments.question import Question
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunStateError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.trash import delete_run
from guild_ipy.verbs.changing.each_run import EachRun, do_to_each
from guild_ipy.verbs.changing.purge import ask_to_purge, purge, purged_message
from guild_ipy.view.changed_runs import ChangedRuns, command_of, count_runs

_SHOWN = 10


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
        """Ask before the runs are deleted; where nobody can be asked, runs chosen by filters alone are not deleted."""
        runs = [] if self.yes else self.selection.find(session)
        if not runs:
            return None
        agreed = replace(self, selection=replace(self.selection, refs=tuple(runs)))
        if self.permanent:
            return ask_to_purge("delete", runs, agreed)
        refusal = f"delete: {count_runs(len(runs))} would be deleted, none was; add --yes, or name runs"
        return Question(intent="delete", runs=runs, agreed=agreed, refusal="" if self.selection.refs else refusal)

    def carry_out(self, session: Session) -> ChangedRuns:
        """Delete the runs; the text says how to get them back, or that this is not possible."""
        done = delete(session, self.selection.find(session))
        if not (self.permanent and done.runs):
            return report_deletion(done).explained(session, self.selection.filter)
        gone = purge(session, done.runs)
        failures = filter(None, (done.failure, gone.failure))
        return ChangedRuns(gone.runs, purged_message(gone), failure="; ".join(failures))


def delete(session: Session, runs: Sequence[Run]) -> EachRun:
    """Move runs to the trash, from where they can be restored.

    A run that cannot be moved, as a link to a run elsewhere, is refused; the others are moved.

    Raises
    ------
    RunStateError
        If one of them is running; none is deleted then.
    StoreError
        If one of them may not be changed by this user; none is deleted then.
    """
    check_changeable(run.dir for run in runs)
    for run in runs:
        if run.status is RunStatus.RUNNING:
            raise RunStateError(f"run {run.short_id} is running; stop it first")
    home = session.home
    return do_to_each("deleted", runs, lambda run: Run(delete_run(home, run.dir)))


def report_deletion(done: EachRun) -> ChangedRuns:
    """Say which runs are in the trash now, and how to get them back."""
    runs = done.runs
    if not runs:
        return ChangedRuns(runs, "" if done.refused else "Deleted 0 runs: no run was selected", failure=done.failure)
    ids = " ".join(run.short_id for run in runs[:_SHOWN])
    back = f"Get {'it' if len(runs) == 1 else 'them'} back with `{command_of('restore')} {ids}`"
    if len(runs) > _SHOWN:
        back += f" and the ids of the others, which `{command_of('runs')} --deleted` lists"
    kept = _describe_kept_trials(runs)
    return ChangedRuns(runs, f"{done}{kept}", failure=done.failure, way_back=f"\n{back}")


def _describe_kept_trials(deleted: Sequence[Run]) -> str:
    """Say that the trials of deleted batches stay, and how to delete them."""
    gone = {run.id for run in deleted}
    for run in deleted:
        if os.path.isdir(run.dir.proto):
            from guild_ipy.batch.listed_trials import read_trials  # start-up cost: few runs are batches

            if any(trial.id not in gone for trial in read_trials(run.dir)):
                return f"\nThe trials stay; `{command_of('delete')} --trials-of {run.short_id}` deletes them"
    return ""


VERB = Verb(
    name="delete",
    options=Delete,
    words="RUN ...",
    summary="Delete runs.",
    details="They go to the trash of Guild home, from where restore brings them back. Without RUN all that pass the "
    "filters; in a notebook these are only listed, unless there is --yes.",
)
