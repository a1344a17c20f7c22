"""Runs what a user asks for: a request with lists or search spaces makes a batch, any other one run."""

from __future__ import annotations

from dataclasses import replace

from guild_ipy.batch.batch_options import BatchOptions
from guild_ipy.batch.new_batch import asks_for_batch, run_batch
from guild_ipy.batch.trial_table import TrialTable
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.pipelines.step_plans import plan_steps
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer


def run_request(
    session: Session, request: RunRequest, options: BatchOptions, viewer: Viewer
) -> Run | TrialTable | None:
    """Run an operation, or a batch of it, and follow it to its end.

    Returns
    -------
    Run, TrialTable or None
        See :func:`~guild_ipy.launching.new_run.run` and :func:`~guild_ipy.batch.new_batch.run_batch`, which also say
        what it raises.
    """
    request = replace(request, plan_steps=plan_steps)
    if asks_for_batch(session, request, options):
        return run_batch(session, request, options, viewer)
    return run(session, request, viewer)
