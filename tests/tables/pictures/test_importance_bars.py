import sys

import pytest

from guild_ipy.batch.search.importance import measure_importance
from guild_ipy.batch.search.search_space import choice, uniform
from guild_ipy.errors import UsageError
from guild_ipy.tables.pictures.importance_bars import plot_importance

SPACES = {"kind": choice("a", "b"), "x": uniform(-2.0, 2.0)}


def trials(sign=1):
    """Return trials whose number is about `x` alone."""
    xs = [(number % 41) / 10 - 2 for number in range(0, 41 * 7, 7)]
    return [({"kind": "ab"[number % 2], "x": x}, sign * (x - 1) ** 2) for number, x in enumerate(xs)]


@pytest.mark.parametrize(("sign", "greatest"), [(1, False), (-1, True)])
def test_the_flag_that_the_number_depends_on_is_the_important_one(sign, greatest):
    found = measure_importance(SPACES, trials(sign), greatest=greatest)
    assert list(found) == ["x", "kind"]
    assert found["x"] > 0.9
    assert sum(found.values()) == pytest.approx(1)


def test_importance_is_that_of_a_study_of_optuna():
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution
    from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
    from optuna.trial import create_trial

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    distributions = {"kind": CategoricalDistribution(["a", "b"]), "x": FloatDistribution(-2.0, 2.0)}
    for flags, value in trials():
        study.add_trial(create_trial(params=flags, distributions=distributions, value=value))
    expected = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
    assert measure_importance(SPACES, trials(), greatest=False) == pytest.approx(expected)


def test_each_flag_is_a_bar_the_most_important_on_top():
    ax = plot_importance({"x": 0.75, "kind": 0.25}, "loss")
    assert [text.get_text() for text in ax.get_yticklabels()] == ["x", "kind"]
    assert [bar.get_width() for bar in ax.patches] == [0.75, 0.25]
    assert ax.yaxis_inverted()
    assert ax.get_title() == "importance for loss"


def test_flags_that_do_not_matter_are_bars_of_no_length():
    assert [bar.get_width() for bar in plot_importance({"x": 0.0}, "loss").patches] == [0.0]


@pytest.mark.parametrize(("spaces", "count"), [(SPACES, 1), ({}, 5)])
def test_importance_needs_trials_that_differ(spaces, count):
    with pytest.raises(UsageError, match="importance takes two completed trials at least"):
        measure_importance(spaces, trials()[:count], greatest=False)


def test_without_optuna_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(UsageError, match=r"^importance needs Optuna; install it: pip install 'guild-ipy\[optimize\]'$"):
        measure_importance(SPACES, trials(), greatest=False)
