import numpy as np
import pytest

from guild_ipy.batch.search.search_space import loguniform, uniform
from guild_ipy.errors import UsageError
from guild_ipy.tables.pictures.slices import plot_slices

FLAGS = [
    {"lr": 0.001, "kind": "sgd", "n": 4, "same": 1},
    {"lr": 0.1, "kind": "adam", "n": 16, "same": 1},
    {"lr": 0.01, "kind": "sgd", "n": 9, "same": 1},
]


@pytest.fixture
def trials(make_trials):
    return make_trials([3.0, 1.0, 2.0], None, FLAGS, lr=loguniform(1e-4, 1.0), n=uniform(1, 20))


def points(ax):
    return ax.collections[0].get_offsets().tolist()


def test_each_flag_that_differs_has_a_panel_with_the_number_of_each_trial_by_its_value(trials):
    panels = plot_slices(trials)
    assert [ax.get_xlabel() for ax in panels] == ["kind", "lr", "n"]
    assert points(panels[1]) == [[0.001, 3], [0.1, 1], [0.01, 2]]
    assert points(panels[2]) == [[4, 3], [16, 1], [9, 2]]
    assert panels[0].get_ylabel() == "loss"


def test_choices_are_words_and_logarithmic_spaces_have_such_axes(trials):
    panels = plot_slices(trials)
    assert [text.get_text() for text in panels[0].get_xticklabels()] == ["adam", "sgd"]
    assert points(panels[0]) == [[1, 3], [0, 1], [1, 2]]
    assert [ax.get_xscale() for ax in panels] == ["linear", "log", "linear"]


def test_the_best_is_marked_in_each_panel(trials):
    stars = [ax.get_lines()[0].get_xydata().tolist() for ax in plot_slices(trials)]
    assert stars == [[[0, 1]], [[0.1, 1]], [[16, 1]]]


def test_lists_of_numbers_are_choices_by_size(make_trials):
    (panel,) = plot_slices(make_trials([1.0, 2.0, 3.0], None, [{"n": 32}, {"n": 8}, {"n": 128}]))
    assert [text.get_text() for text in panel.get_xticklabels()] == ["8", "32", "128"]


def test_trials_that_have_not_completed_are_left_out(make_trials):
    (panel,) = plot_slices(make_trials([1.0, 2.0, np.nan, 4.0], "cpfc"))
    assert len(points(panel)) == 2


def test_slices_are_drawn_into_axes_of_the_user(trials):
    from matplotlib import pyplot as plt

    _, mine = plt.subplots(1, 3)
    assert plot_slices(trials, mine).tolist() == mine.tolist()
    with pytest.raises(UsageError, match="slice takes 3 axes, for kind, lr, n; 2 were given"):
        plot_slices(trials, mine[:2])


def test_trials_that_differ_in_no_flag_have_no_slices(make_trials):
    with pytest.raises(UsageError, match="differ in no flag"):
        plot_slices(make_trials([1.0, 2.0], None, [{"x": 1}, {"x": 1}]))
