"""``stop``: end runs that are running."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from guild_ipy.arguments.option import switch
from guild_ipy.arguments.question import Question
from guild_ipy.arguments.run_selection import RunSelection, many_runs
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.status import ACTIVE, RunStatus
from guild_ipy.engine.stopping import check_stoppable, find_running_process, stop_run
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer
from guild_ipy.view.changed_runs import ChangedRuns, count_runs, name_runs


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Which runs to stop."""

    selection: RunSelection = many_runs(default="all")
    yes: bool = switch("-y", "--yes", help="do not ask")

    @property
    def meant(self) -> RunSelection:
        """The selection that counts: where no run is named, all that are running."""
        selection = self.selection
        if selection.is_named or selection.filter.statuses:
            return selection
        return replace(selection, filter=replace(selection.filter, statuses=ACTIVE))

    def question(self, session: Session) -> Question | None:
        """Ask before the runs are stopped; a notebook stops them at once."""
        runs = [] if self.yes else self.meant.find(session)
        if not runs:
            return None
        agreed = replace(self, selection=replace(self.selection, refs=tuple(runs)))
        return Question(intent="stop", runs=runs, agreed=agreed)

    def follow(self, session: Session, viewer: Viewer) -> ChangedRuns:
        """Stop the runs, each after a line that says so."""
        runs = self.meant.find(session)
        stopped = stop(session, runs, lambda line: viewer.output(f"{line}\n"))
        done = ChangedRuns(stopped, stopped_message(stopped))
        return done if runs else done.explained(session, self.meant.filter)


def stop(session: Session, runs: Sequence[Run], tell: Callable[[str], object] = str) -> list[Run]:
    """Stop those of `runs` that are running, wait for their end, and return them.

    `tell` gets a line for each before any is stopped.

    Raises
    ------
    RunStateError
        If one of them is run by another user, or on another machine, or does not end; where it is another user's, none
        is stopped.
    """
    running = [run for run in runs if run.status is RunStatus.RUNNING]
    for run in running:
        check_stoppable(run.dir)
    for run in running:
        tell(_announce(run))
    for run in running:
        stop_run(run.dir, session.settings)
    return running


def _announce(run: Run) -> str:
    process = find_running_process(run.dir)
    pid = "" if process is None else f" (pid {process.pid})"
    started = "" if run.started is None else f", started {run.started:%Y-%m-%d %H:%M:%S}"
    return f"Stopping {run.short_id}{pid}: {run.operation}{started}"


def stopped_message(runs: Sequence[Run]) -> str:
    """Say which runs were stopped, and how to run them again."""
    if not runs:
        return "Stopped 0 runs: none was running"
    again = f"run --restart {runs[0].short_id if len(runs) == 1 else 'RUN'}"
    return f"Stopped {count_runs(len(runs))}: {name_runs(runs)}; {again} runs it again"


VERB = Verb(
    name="stop",
    options=Stop,
    words="[RUN ...]",
    summary="Stop runs.",
    details="Without RUN all that are running. They are interrupted first, and killed only if they stay.",
)
