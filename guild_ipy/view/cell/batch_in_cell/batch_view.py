"""What the viewer of a cell shows of a batch: a head with a table of its trials, and little of what they print.

A batch that was left in the background when it was started has a line only.
"""

from __future__ import annotations

from dataclasses import fields, replace

from guild_ipy.batch.prototype import Prototype
from guild_ipy.batch.restart_batch import is_batch
from guild_ipy.domain.status import RunStatus
from guild_ipy.session.run_handle import Run
from guild_ipy.view.cell.batch_in_cell.batch_head import BatchHead
from guild_ipy.view.cell.batch_in_cell.trial_output import TrialOutput
from guild_ipy.view.cell.batch_in_cell.trials_in_cell import make_table
from guild_ipy.view.cell.run_head import DONE, FAILED, GOING, STOPPED, HeadLook, RunHead
from guild_ipy.view.trials.batch_progress import BatchProgress, measure_progress
from guild_ipy.view.trials.live_trials import LiveTrials


class BatchView:
    """Shows one batch."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._live = LiveTrials(run.dir)
        self._output = TrialOutput()
        self.is_line = False
        """Whether it is told in a line, without the table."""

    def take_output(self, text: str) -> str:
        """Take output of the batch; return the part of it that is shown below its head."""
        return self._output.take(text)

    def take_rest(self) -> str:
        """Return what is left of the output when the batch has ended, as far as it is shown."""
        return self._output.take_rest()

    def head(self, head: RunHead) -> RunHead:
        """Return the head of a run as that of a batch, with its trials as they are at this moment."""
        self._live.update()
        progress = measure_progress(self._live)
        flags = head.flags or Prototype(self._run.dir).run.flags
        head = replace(head, flags=flags, curves={})
        if self.is_line:
            return replace(head, state=" · ".join(filter(None, [head.state, _brief(progress, head)])))
        is_going = head.look is GOING
        is_tail = is_going and self._live.jobs == 1 and progress.counts.get(RunStatus.RUNNING, 0) > 0
        known = {each.name: getattr(head, each.name) for each in fields(RunHead)}
        return BatchHead(
            **{**known, "look": _look(head.look, progress)},
            progress=progress,
            table=make_table(progress, self._live),
            output=self._output.last_lines if is_tail else None,
            hint="" if is_going else f"%guild_cat {self._run.short_id} shows what the trials printed",
        )


def find_batch_view(run: Run) -> BatchView | None:
    """Return the view of a batch; None for another run."""
    return BatchView(run) if is_batch(run) else None


def _look(look: HeadLook, progress: BatchProgress) -> HeadLook:
    """Return how a batch looks: one that has completed may have trials that failed."""
    if look is not DONE or progress.failed == 0:
        return look
    return replace(look, colour=(FAILED if progress.failed == progress.total else STOPPED).colour)


def _brief(progress: BatchProgress, head: RunHead) -> str:
    if head.look is not GOING:
        return progress.summary
    if progress.expected:
        return f"preparing {progress.expected:,} trials"
    return f"{progress.done:,}/{progress.total:,} trials"
