"""Marks the best trial at the end of a batch, so that dependencies use it."""

from __future__ import annotations

from collections.abc import Sequence

from guild_ipy.batch.search.objective import read_values
from guild_ipy.batch.search.pareto import find_best
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import NoObjective
from guild_ipy.launching.at_work.run_messages import say
from guild_ipy.launching.marking import MarkNote, mark_in_place_of_others
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.events.scalar_summaries import summarize
from guild_ipy.store.state.marks import MarkedBy


def mark_best_trial(session: Session, trials: Sequence[Run], options: SearchOptions) -> None:
    """Mark the best of trials that have completed, in place of other runs of their operation, and say so."""
    values = [_read(trial, options) for trial in trials]
    best = find_best(values, options.wanted)
    if not best:
        say("No trial is marked: none has completed with a number to compare", "WARNING")
        return
    trial, objective = trials[best[0]], options.wanted[0]
    rule = f"{'max' if objective.greatest else 'min'} {objective.name} of {len(trials):,} trials"
    unmarked = mark_in_place_of_others(session, trial, MarkNote(by=MarkedBy.OPTIMIZER, rule=rule))
    others = f"; unmarked {', '.join(each.short_id for each in unmarked)}" if unmarked else ""
    say(f"Marked trial {trial.id} by {rule}{others}")


def _read(trial: Run, options: SearchOptions) -> tuple[float, ...] | None:
    if trial.status is not RunStatus.COMPLETED:
        return None
    try:
        return read_values(options.wanted, summarize(trial.dir))
    except NoObjective:
        return None
