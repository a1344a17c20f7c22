"""How much each flag matters for a number: importances by PED-ANOVA, as Optuna computes them.

They say how far the best tenth of the trials keeps to certain values of a flag; together they are 1. See
https://arxiv.org/abs/2304.10255.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from guild_ipy.batch.search.optuna_optimizer import as_param, make_distribution, quietly
from guild_ipy.batch.search.search_space import Space
from guild_ipy.errors import UsageError

_FEWEST = 2


def measure_importance(
    spaces: Mapping[str, Space], trials: Sequence[tuple[Mapping[str, Any], float]], *, greatest: bool
) -> dict[str, float]:
    """Return the importance of each flag, the greatest first, and of equal ones by name.

    Parameters
    ----------
    spaces
        Where the flags were searched.
    trials
        The flags of each trial, and its number.
    greatest
        Whether great numbers are good.

    Raises
    ------
    UsageError
        If there are less than two trials, none of the flags differs, or Optuna is not installed.
    """
    if not spaces or len(trials) < _FEWEST:
        raise UsageError("importance takes two completed trials at least, with a number each, which differ in a flag")
    found = _ask_optuna(spaces, trials, greatest=greatest)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _ask_optuna(
    spaces: Mapping[str, Space], trials: Sequence[tuple[Mapping[str, Any], float]], *, greatest: bool
) -> dict[str, float]:
    try:
        import optuna  # an optional dependency
    except ImportError as error:
        raise UsageError("importance needs Optuna; install it: pip install 'guild-ipy[optimize]'") from error
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import create_trial

    with quietly():
        distributions = {name: make_distribution(space) for name, space in spaces.items()}
        study = optuna.create_study(direction="maximize" if greatest else "minimize")
        for flags, value in trials:
            params = {name: as_param(space, flags[name]) for name, space in spaces.items()}
            study.add_trial(create_trial(params=params, distributions=distributions, value=value))
        return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
