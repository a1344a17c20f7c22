"""With the same seed and number of trials, a search finds what a study of Optuna finds."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution

from guild_ipy.batch.search.optimizer import Outcome
from guild_ipy.batch.search.optuna_optimizer import OptunaOptimizer
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import uniform
from guild_ipy.domain.choosing.best import Best
from guild_ipy.operations.spec_options import SpecOptions

pytestmark = pytest.mark.filterwarnings("ignore::optuna.exceptions.ExperimentalWarning")

SEED = 11
SAMPLERS = {
    "tpe": lambda: optuna.samplers.TPESampler(seed=SEED),
    "cmaes": lambda: optuna.samplers.CmaEsSampler(seed=SEED, warn_independent_sampling=False),
    "qmc": lambda: optuna.samplers.QMCSampler(
        seed=SEED, scramble=True, warn_independent_sampling=False, warn_asynchronous_seeding=False
    ),
}
_ALPHA = np.array([1.0, 1.2, 3.0, 3.2])
_A = np.array(
    [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
)
_P = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)
BRANIN_SCRIPT = """
import math
x = 1.0
y = 1.0
value = (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2
print("loss:", repr(value + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10))
"""


def branin(x, y):
    value = (y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6) ** 2
    return value + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(**place):
    x = np.array([place[name] for name in sorted(place)])
    return float(-np.sum(_ALPHA * np.exp(-np.sum(_A * (x - _P) ** 2, axis=1))))


#: The function, the ends of its arguments, and its least value.
FUNCTIONS = {
    "branin": (branin, {"x": (-5.0, 10.0), "y": (0.0, 15.0)}, 0.397887),
    "hartmann6": (hartmann6, {f"x{n}": (0.0, 1.0) for n in range(6)}, -3.32237),
}


def values_of_optuna(sampler, function, ends, count):
    """The values of a study, as a user of Optuna makes it."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=sampler)
    distributions = {name: FloatDistribution(*each) for name, each in ends.items()}
    for _ in range(count):
        trial = study.ask(distributions)
        study.tell(trial, function(**trial.params))
    return [trial.value for trial in study.trials]


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("optimizer", SAMPLERS)
def test_all_values_are_those_of_a_study(optimizer, function):
    function, ends, least = FUNCTIONS[function]
    ours, values = (
        OptunaOptimizer(optimizer, {n: uniform(*e) for n, e in ends.items()}, (Best(name="loss"),), seed=SEED),
        [],
    )
    for _ in range(60):
        flags = ours.ask()
        values.append(function(**flags))
        ours.tell(flags, Outcome(values=(values[-1],)))
    assert values == values_of_optuna(SAMPLERS[optimizer](), function, ends, 60)
    assert least - 1e-4 < min(values)


@pytest.mark.parametrize("optimizer", SAMPLERS)
def test_a_batch_finds_what_a_study_finds(batches, optimizer):
    Path("branin.py").write_text(BRANIN_SCRIPT)
    _, ends, _ = FUNCTIONS["branin"]
    batch = batches.run(
        "branin.py",
        request={"spec": SpecOptions(random_seed=SEED)},
        **{name: uniform(*each) for name, each in ends.items()},
        _max_trials=15,
        _search=SearchOptions(optimizer=optimizer, objectives=(Best(name="loss"),)),
    )
    found = [trial.scalars["loss"] for trial in batches.trials(batch)]
    assert found == values_of_optuna(SAMPLERS[optimizer](), branin, ends, 15)
