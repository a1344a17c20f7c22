"""The best trials so far: by what is searched for, or where a scalar says plainly what is good.

That is the least loss, or the greatest accuracy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from guild_ipy.batch.search import pareto
from guild_ipy.domain.choosing.best import Best
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.trials.live_trials import LiveTrial

#: What is measured, the most telling first; of the first of these small values are good, of the others great ones.
_SMALL = ("loss", "error", "rmse", "mse", "mae")
_GREAT = ("accuracy", "acc", "score", "auc")
#: The data that it is measured on, the most telling first; training data say little.
_DATA = ("val", "valid", "validation", "eval", "", "test")
_NAME = re.compile(rf"(?:({'|'.join(filter(None, _DATA))})[_#/. -])?({'|'.join((*_SMALL, *_GREAT))})", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class BestTrials:
    """The best trial by a scalar, or the best ones by several."""

    dirs: tuple[RunDir, ...]
    scalar: str
    """Of several: ``loss and size``."""
    value: float | None
    """Of one."""

    def __str__(self) -> str:
        if self.value is None:
            return f"{len(self.dirs)} best by {self.scalar}"
        return f"best {self.scalar} {self.value:.4g} ({self.dirs[0].short_id})"


def find_best(completed: Iterable[LiveTrial], objectives: Sequence[Best]) -> BestTrials | None:
    """Return the best of trials that have completed; None where nothing says plainly what is good."""
    trials = [trial for trial in completed if trial.scalars]
    values: list[tuple[float, ...] | None]
    if objectives:
        values = [trial.values for trial in trials]
    else:
        name = find_telling_scalar({name for trial in trials for name in trial.scalars})
        if name is None:
            return None
        objectives = [Best(name=name, greatest=_measure(name) not in _SMALL)]
        values = [(trial.scalars[name],) if name in trial.scalars else None for trial in trials]
    places = pareto.find_best(values, objectives)
    if not places:
        return None
    found = values[places[0]]
    return BestTrials(
        dirs=tuple(trials[place].dir for place in places),
        scalar=" and ".join(each.name for each in objectives),
        value=found[0] if found is not None and len(objectives) == 1 else None,
    )


def find_telling_scalar(names: Iterable[str]) -> str | None:
    """Return the scalar that says best how good a trial is; None if none does.

    Examples
    --------
    >>> find_telling_scalar(["epoch", "loss", "val#loss", "val#accuracy"])
    'val#loss'
    """
    known = {name: found for name in set(names) if (found := _NAME.fullmatch(name))}
    return min(known, key=lambda name: (*_rank(known[name]), name), default=None)


def _rank(found: re.Match[str]) -> tuple[int, int]:
    data, measure = (found[1] or "").lower(), found[2].lower()
    return _DATA.index(data), (*_SMALL, *_GREAT).index(measure)


def _measure(name: str) -> str:
    found = _NAME.fullmatch(name)
    assert found is not None, "it was found so"
    return found[2].lower()
