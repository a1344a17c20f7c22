import numpy as np
import pytest

from guild_ipy.errors import UsageError
from guild_ipy.tables.pictures.history import plot_history

NAN = np.nan


def lines_of(ax):
    """Return the points of each line by its name in the legend."""
    return {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}


def test_each_trial_is_a_dot_and_the_best_so_far_is_a_line_to_the_last_trial(make_trials):
    ax = plot_history(make_trials([3.0, 4.0, 1.0, 2.0]))
    assert lines_of(ax) == {
        "completed": [[1, 3], [2, 4], [3, 1], [4, 2]],
        "best so far": [[1, 3], [2, 3], [3, 1], [4, 1], [4, 1]],
        "best: 1 (00000002)": [[3, 1]],
    }
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("4 trials by loss", "trial", "loss")


def test_of_what_is_maximized_the_greatest_is_the_best(make_trials):
    ax = plot_history(make_trials([3.0, 4.0, 1.0], greatest=True))
    assert lines_of(ax)["best so far"] == [[1, 3], [2, 4], [3, 4], [3, 4]]
    assert lines_of(ax)["best: 4 (00000001)"] == [[2, 4]]


def test_pruned_and_failed_trials_are_told_apart_and_never_the_best(make_trials):
    ax = plot_history(make_trials([3.0, 0.5, NAN, 0.1, 2.0, NAN], "cpffcw"))
    lines = lines_of(ax)
    assert lines["completed"] == [[1, 3], [5, 2]]
    assert lines["pruned"] == [[2, 0.5]]
    assert [number for number, _ in lines["failed"]] == [3, 4]
    assert lines["best so far"] == [[1, 3], [5, 2], [6, 2]]
    assert [text.get_text() for text in ax.get_legend().get_texts()][:3] == ["completed", "pruned", "failed"]


def test_failed_trials_are_below_all_numbers(make_trials):
    ax = plot_history(make_trials([3.0, NAN, 1.0], "cfc"))
    (failed,) = (line for line in ax.get_lines() if line.get_label() == "failed")
    ax.figure.canvas.draw()
    height = failed.get_transform().transform(failed.get_xydata())[0, 1]
    assert height < ax.transData.transform([(3, 1.0)])[0, 1]


@pytest.mark.parametrize(("values", "scale"), [([0.01, 1.0], "log"), ([-0.01, 1.0], "linear"), ([0.5, 1.0], "linear")])
def test_positive_numbers_of_many_magnitudes_are_on_a_logarithmic_scale(make_trials, values, scale):
    assert plot_history(make_trials(values)).get_yscale() == scale


def test_infinite_numbers_are_not_drawn(make_trials):
    assert lines_of(plot_history(make_trials([np.inf, 1.0])))["completed"] == [[2, 1]]


def test_without_a_number_there_is_nothing_to_draw(make_trials):
    with pytest.raises(UsageError, match="no trial has completed with a number for 'loss'"):
        plot_history(make_trials([1.0, NAN], "pc"))


def test_a_history_is_drawn_into_axes_of_the_user(make_trials):
    from matplotlib import pyplot as plt

    _, mine = plt.subplots()
    assert plot_history(make_trials([1.0]), mine) is mine
