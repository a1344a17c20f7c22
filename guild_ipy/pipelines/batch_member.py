"""A step of a pipeline that asks for a batch."""

from __future__ import annotations

from dataclasses import replace

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.restart_batch import RestartPlan, is_batch, plan_restart, restart_batch
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer


class BatchMember:
    """A step that is a batch; see :class:`~guild_ipy.pipelines.pipeline_member.Member`.

    Its trials are matched with those that are there, as in any restart of a batch.
    """

    def __init__(self, session: Session, request: RunRequest, options: BatchOptions) -> None:
        self._session = session
        self._request = request
        self._options = options

    def fits(self, earlier: Run) -> bool:
        """Return whether it is a batch; one of an operation of the user's own is always made anew."""
        return is_batch(earlier)

    def is_done(self, earlier: Run) -> bool:
        """Return whether it has completed, and has exactly the trials that are asked for."""
        return earlier.status is RunStatus.COMPLETED and _is_all_there(self._plan(earlier))

    def run_anew(self, viewer: Viewer) -> Run:
        """Make the batch and its trials."""
        made = run_batch(self._session, self._request, self._options, viewer)
        assert isinstance(made, Run), "the viewer agrees, and the trials are not only listed"
        return made

    def run_again(self, earlier: Run, viewer: Viewer) -> None:
        """Run it again; with ``Repeat.NEEDED`` without the trials that have completed."""
        plan = self._plan(earlier)
        if _is_all_there(plan):  # a flag that is given, and stays as it was, would be in the label
            plan = plan_restart(self._session, earlier, {}, replace(self._options, trials=None))
        restart_batch(self._session, plan, self._request.launch, viewer)

    def _plan(self, earlier: Run) -> RestartPlan:
        """Plan it with the flags of the step; trials that were listed are those of the first time."""
        options = replace(self._options, trials=None)
        recorded = plan_restart(self._session, earlier, {}, options)
        listed = {name for row in recorded.grid.listed for name in row}
        flags = {name: value for name, value in self._request.flags.items() if name not in listed}
        return plan_restart(self._session, earlier, flags, options)


def _is_all_there(plan: RestartPlan) -> bool:
    return all(trial.id is not None and trial.number is not None for trial in plan.trials)
