"""The scalars of a run."""

from __future__ import annotations

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.engine.recover import recover_run
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.scalars import summarize


def read_summaries(run_dir: RunDir) -> dict[str, ScalarSummary]:
    """Summarise each scalar in the event files of a run, by name.

    What a killed supervisor left unread in the output is read first.
    """
    recover_run(run_dir)
    return summarize(run_dir)
