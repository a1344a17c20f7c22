"""The scalars of runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.engine.output.recover import recover_run
from guild_ipy.store.events.scalars import summarize
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    from guild_ipy.api.session import Session


def read_summaries(run_dir: RunDir) -> dict[str, ScalarSummary]:
    """Summarise each scalar in the event files of one run, by name, as they are at this moment.

    What a killed supervisor left unread in the output is read first.
    """
    recover_run(run_dir)
    return summarize(run_dir)


def list_summaries(session: Session, run_dirs: Sequence[RunDir]) -> list[dict[str, ScalarSummary]]:
    """Summarise the scalars of many runs, in their order; only files that have changed are read."""
    return session.index.summaries(run_dirs)
