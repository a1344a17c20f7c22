"""A step of a pipeline that asks for a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.new_batch import run_batch
from guild_ipy.batch.prototype import TRIALS, Prototype
from guild_ipy.batch.restart_batch import RestartPlan, plan_restart, restart_batch
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import DependencyError
from guild_ipy.launching.new_run import RunRequest
from guild_ipy.pipelines.batch_dependencies import BatchDependencies
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
        self._again = replace(options, trials=None)
        """Trials that were listed are those of the first time."""

    def is_done(self, earlier: Run) -> bool:
        """Return whether it has completed, and has exactly the trials that are asked for."""
        try:
            return earlier.status is RunStatus.COMPLETED and _is_all_there(self._plan(earlier, {}, self._again))
        except DependencyError:  # a run that it has used is deleted
            return False

    def run_anew(self, viewer: Viewer) -> Run:
        """Make the batch and its trials."""
        made = run_batch(self._session, self._request, self._options, viewer)
        assert isinstance(made, Run), "the viewer agrees, and the trials are not only listed"
        return made

    def run_again(self, earlier: Run, viewer: Viewer) -> Run:
        """Run it again, with the runs to depend on that are chosen now.

        With ``Repeat.NEEDED`` trials that have completed are passed over, unless what they depend on was run since.
        A batch of trials that depend on a set of runs, which is another now, is made anew: flags do not tell its trials
        from those of the last time.
        """
        dependencies = BatchDependencies(self._session, earlier, self._request)
        if dependencies.has_other_set:
            return self.run_anew(viewer)
        is_outdated = any(run.get("started", 0) > earlier.get("started", 0) for run in dependencies.runs)
        repeat = Repeat.ALL if is_outdated else self._again.repeat
        options = replace(self._again, repeat=repeat, takes_again=bool(dependencies.runs))
        plan = self._plan(earlier, dependencies.changed, options)
        if _is_all_there(plan):  # else a flag that is given, and is what it was, would come into the label
            plan = plan_restart(self._session, earlier, {}, options)
        restart_batch(self._session, plan, self._request.launch, viewer)
        return earlier

    def _plan(self, earlier: Run, runs: Mapping[str, str], options: BatchOptions) -> RestartPlan:
        """Plan it with the flags of the step, but for those that listed trials have, and other runs to depend on."""
        listed = {name for row in Prototype(earlier.dir).run.get(TRIALS) or () for name in row}
        flags = {name: value for name, value in self._request.flags.items() if name not in listed}
        return plan_restart(self._session, earlier, {**flags, **runs}, options)


def _is_all_there(plan: RestartPlan) -> bool:
    return all(trial.id is not None and trial.number is not None for trial in plan.trials)
