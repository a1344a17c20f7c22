import math

import pytest

from guild_ipy.domain.status import RunStatus
from guild_ipy.store.run_dir import RunDir
from guild_ipy.view.trials.best_trial import find_best, find_telling_scalar
from guild_ipy.view.trials.live_trials import LiveTrial


@pytest.mark.parametrize(
    ("names", "telling"),
    [
        (["epoch", "loss"], "loss"),
        (["loss", "val_loss"], "val_loss"),
        (["accuracy", "val#accuracy", "train#loss"], "val#accuracy"),
        (["accuracy", "loss"], "loss"),
        (["test_score", "score"], "score"),
        (["AUC"], "AUC"),
        (["train_loss", "lossy", "my_error_count"], None),
        ([], None),
    ],
)
def test_a_scalar_tells_what_is_good_by_its_name(names, telling):
    assert find_telling_scalar(names) == telling


def trials(**values):
    """Completed trials, each with values of the scalars."""
    rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
    return [
        LiveTrial(dir=RunDir(f"/{number:032x}"), number=number, status=RunStatus.COMPLETED, scalars=row)
        for number, row in enumerate(rows, start=1)
    ]


@pytest.mark.parametrize(
    ("values", "best"),
    [
        ({"loss": [0.3, 0.1, 0.2]}, ("loss", 0.1, 2)),
        ({"accuracy": [0.3, 0.1, 0.2]}, ("accuracy", 0.3, 1)),
        ({"loss": [math.nan, 0.3, math.inf]}, ("loss", 0.3, 2)),
        ({"loss": [0.1, 0.1]}, ("loss", 0.1, 1)),
    ],
)
def test_small_losses_and_great_accuracies_are_best(values, best):
    found = find_best(trials(**values), ())
    assert (found.scalar, found.value, int(found.dirs[0].id, 16)) == best


@pytest.mark.parametrize("values", [{"epoch": [1.0, 2.0]}, {"loss": [math.nan]}, {}])
def test_without_a_telling_value_none_is_best(values):
    assert find_best(trials(**values), ()) is None
