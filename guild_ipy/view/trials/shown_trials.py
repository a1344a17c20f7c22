"""Which trials of many are shown: those at work, the failed, the best, the newest, and those that come next."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from itertools import chain

from guild_ipy.domain.status import RunStatus
from guild_ipy.view.trials.batch_progress import BatchProgress
from guild_ipy.view.trials.live_trials import LiveTrial

#: More are counted.
MOST_ROWS = 20
_MOST_RUNNING = 8
_MOST_FAILED = 6
_NEXT = 2
_FAILED = (RunStatus.ERROR, RunStatus.TERMINATED, RunStatus.DAMAGED)


def choose_shown(progress: BatchProgress) -> Sequence[LiveTrial]:
    """Return the trials that are shown, in their order."""
    found = progress.by_state
    if progress.total <= MOST_ROWS:
        return sorted(chain(*found.values()), key=_number)
    chosen: dict[int, LiveTrial] = {}

    def choose(candidates: Iterable[LiveTrial], most: int = MOST_ROWS) -> None:
        for trial in candidates:
            if most == 0 or len(chosen) == MOST_ROWS:
                return
            most -= trial.number not in chosen
            chosen[trial.number] = trial

    completed = found.get(RunStatus.COMPLETED, ())
    failed = _newest(chain.from_iterable(found.get(status, ()) for status in _FAILED))
    coming = [*found.get(RunStatus.PENDING, ()), *found.get(RunStatus.STAGED, ())]
    choose(trial for trial in completed if progress.best is not None and trial.dir in progress.best.dirs)
    choose(found.get(RunStatus.RUNNING, ()), _MOST_RUNNING)
    choose(failed, _MOST_FAILED)
    choose(coming, _NEXT)
    choose(_newest([*_newest(completed), *failed]))
    choose(coming)
    choose(chain(*found.values()))
    return sorted(chosen.values(), key=_number)


def _newest(trials: Iterable[LiveTrial]) -> list[LiveTrial]:
    return heapq.nlargest(MOST_ROWS, trials, key=lambda trial: (trial.stopped or 0, trial.number))


def _number(trial: LiveTrial) -> int:
    return trial.number
