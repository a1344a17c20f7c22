"""The optimizers of Optuna: ``pip install 'guild-ipy[optimize]'``. Nothing of it is stored but in the run directory.

They choose what a study of Optuna chooses with the same sampler, seed and distributions, in the order of the names of
flags. See https://optuna.readthedocs.io for each.
"""

from __future__ import annotations

import importlib.util
import warnings
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from guild_ipy.batch.search.optimizer import Outcome
from guild_ipy.batch.search.search_options import ADAPTIVE
from guild_ipy.batch.search.search_space import Space, SpaceKind
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.errors import UsageError

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution

#: What an optimizer needs beside Optuna.
_NEEDS = {"cmaes": ("cmaes",), "gp": ("scipy", "torch"), "qmc": ("scipy",)}


def check_installed(name: str | None) -> None:
    """Refuse an optimizer whose library is missing: UsageError."""
    if name not in ADAPTIVE:
        return
    if importlib.util.find_spec("optuna") is None:
        raise UsageError(f"optimizer {name} needs Optuna; install it: pip install 'guild-ipy[optimize]'")
    missing = [each for each in _NEEDS.get(name, ()) if importlib.util.find_spec(each) is None]
    if missing:
        raise UsageError(f"optimizer {name} needs {' and '.join(missing)}; install it: pip install {' '.join(missing)}")


class OptunaOptimizer:
    """An :class:`~guild_ipy.batch.search.optimizer.Optimizer`: a study of Optuna.

    Parameters
    ----------
    name
        The optimizer.
    spaces
        The flags that are searched, in sorted order.
    objectives
        What is minimized or maximized.
    pruner
        Which trials are stopped early; None for none.
    """

    def __init__(
        self,
        name: str,
        spaces: Mapping[str, Space],
        objectives: Sequence[Best],
        *,
        seed: int,
        pruner: str | None = None,
    ) -> None:
        import optuna  # an optional dependency

        self._spaces = spaces
        self._distributions = {name: make_distribution(space) for name, space in spaces.items()}
        with quietly():
            self._study = optuna.create_study(
                sampler=_make_sampler(name, seed),
                pruner=_make_pruner(pruner),
                directions=["maximize" if each.greatest else "minimize" for each in objectives],
            )
        self._open: defaultdict[str, deque[optuna.Trial]] = defaultdict(deque)
        first = {name: space.first for name, space in spaces.items() if space.first is not None}
        if first:
            self._study.enqueue_trial(first)

    def ask(self) -> dict[str, Any]:
        """Return the flags of the next trial."""
        with quietly():
            trial = self._study.ask(self._distributions)
        flags = {name: _as_flag(space, trial.params[name]) for name, space in self._spaces.items()}
        self._open[flags_key(flags)].append(trial)
        return flags

    def report(self, flags: Mapping[str, Any], step: int, value: float) -> bool:
        """Take a number that a trial has reported; return whether the pruner stops it."""
        same = self._open.get(flags_key(dict(flags)))
        if not same:
            return False
        same[0].report(value, step)
        return same[0].should_prune()

    def tell(self, flags: Mapping[str, Any], outcome: Outcome) -> None:
        """Take what came of a trial."""
        from optuna.trial import TrialState, create_trial  # an optional dependency

        same = self._open[flags_key(dict(flags))]
        if same and outcome.values is not None:
            self._study.tell(same.popleft(), list(outcome.values))
        elif same:
            self._study.tell(same.popleft(), state=TrialState.PRUNED if outcome.is_pruned else TrialState.FAIL)
        elif outcome.values is not None and all(space.holds(flags.get(name)) for name, space in self._spaces.items()):
            params = {name: as_param(space, flags[name]) for name, space in self._spaces.items()}
            trial = create_trial(params=params, distributions=self._distributions, values=list(outcome.values))
            self._study.add_trial(trial)


@contextmanager
def quietly() -> Iterator[None]:
    """Let Optuna neither log nor warn: that it is experimental, or that trials are few, is no news for users."""
    import optuna  # an optional dependency

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)


def make_distribution(space: Space) -> BaseDistribution:
    """Return the distribution of a space; the choices of one are known to Optuna by their numbers."""
    from optuna.distributions import (  # an optional dependency
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if space.kind is SpaceKind.CHOICE:
        return CategoricalDistribution(range(len(space.choices)))
    is_log = space.kind is SpaceKind.LOGUNIFORM
    if space.kind is SpaceKind.STEP:
        if space.is_whole:
            return IntDistribution(int(space.low), int(space.last), step=int(space.width))
        return FloatDistribution(space.low, space.last, step=space.width)
    if space.is_whole:
        return IntDistribution(int(space.low), int(space.high), log=is_log)
    return FloatDistribution(space.low, space.high, log=is_log)


def as_param(space: Space, flag: Any) -> Any:  # noqa: ANN401 - a value of the flag
    """Return the value of a flag as Optuna knows it."""
    return space.place(flag) if space.kind is SpaceKind.CHOICE else flag


def _as_flag(space: Space, param: Any) -> Any:  # noqa: ANN401 - as above
    if space.kind is SpaceKind.CHOICE:
        return space.choices[param]
    return space.nearest(param)


def _make_sampler(name: str, seed: int) -> optuna.samplers.BaseSampler:
    from optuna.samplers import CmaEsSampler, GPSampler, QMCSampler, TPESampler  # an optional dependency

    if name == "cmaes":
        return CmaEsSampler(seed=seed, warn_independent_sampling=False)
    if name == "gp":
        return GPSampler(seed=seed, warn_independent_sampling=False)
    if name == "qmc":
        return QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False, warn_asynchronous_seeding=False)
    return TPESampler(seed=seed)


def _make_pruner(name: str | None) -> optuna.pruners.BasePruner:
    from optuna.pruners import (  # an optional dependency
        HyperbandPruner,
        MedianPruner,
        NopPruner,
        PatientPruner,
        SuccessiveHalvingPruner,
    )

    pruners: dict[str | None, Callable[[], optuna.pruners.BasePruner]] = {
        None: NopPruner,
        "median": MedianPruner,
        "halving": SuccessiveHalvingPruner,
        "hyperband": HyperbandPruner,
        "patient": lambda: PatientPruner(MedianPruner(), patience=3),
    }
    return pruners[name]()
