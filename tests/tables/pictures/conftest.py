"""Trials to draw, without runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import matplotlib as mpl
import numpy as np
import pytest

from guild_ipy.batch.batch_search import read_spaces
from guild_ipy.domain.choosing.best import Best
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.pictures.trial_points import TrialPoints

mpl.use("Agg")


@pytest.fixture(autouse=True)
def close_figures() -> Iterator[None]:
    from matplotlib import pyplot as plt

    yield
    plt.close("all")


@pytest.fixture
def make_trials(tmp_path) -> Callable[..., TrialPoints]:
    """Return trials with these values; `states` are ``c`` completed, ``p`` pruned, ``f`` failed, ``w`` waiting."""

    def make(values, states=None, flags=None, *, greatest=False, **spaces) -> TrialPoints:
        states = np.array(list(states or "c" * len(values)))
        flags = flags or [{"x": float(number)} for number, _ in enumerate(values)]
        return TrialPoints(
            objective=Best(name="loss", greatest=greatest),
            runs=[f"{number:08x}" for number, _ in enumerate(values)],
            values=np.array(values, dtype=float),
            completed=states == "c",
            pruned=states == "p",
            failed=states == "f",
            flags=flags,
            spaces={**read_spaces(RunDir(str(tmp_path)), flags), **spaces},
        )

    return make
