import pytest

from guild_ipy.batch.search.search_results import SearchResults
from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import UsageError
from guild_ipy.tables.pictures.pareto_set import plot_pareto

LOSS, SIZE, ACC = Best(name="loss"), Best(name="size"), Best(name="acc", greatest=True)


def results(objectives, *values, best=(0, 1)):
    return SearchResults(objectives=objectives, values=values, best=frozenset(best))


def points(ax):
    return [line.get_xydata().tolist() for line in ax.get_lines()]


def test_the_best_stand_out_and_a_line_leads_along_them():
    ax = plot_pareto(results((LOSS, SIZE), (2.0, 3.0), (1.0, 5.0), (4.0, 4.0), (None, 1.0)), [True] * 4)
    others, line, best = points(ax)
    assert others == [[4, 4]]
    assert line == best == [[1, 5], [2, 3]]
    assert ax.get_title() == "3 trials by loss and size"
    assert ax.get_xlabel() == "loss (less is better)"


@pytest.mark.parametrize(("objectives", "where"), [((LOSS, SIZE), "steps-post"), ((ACC, SIZE), "steps-pre")])
def test_the_line_encloses_what_the_best_have_reached(objectives, where):
    ax = plot_pareto(results(objectives, (2.0, 3.0), (1.0, 5.0)), [True, True])
    assert ax.get_lines()[1].get_drawstyle() == where


def test_trials_that_have_not_completed_are_no_points():
    ax = plot_pareto(results((LOSS, SIZE), (2.0, 3.0), (0.1, 0.1), best=[0]), [True, False])
    assert points(ax)[0] == []


@pytest.mark.parametrize("objectives", [(), (LOSS,), (LOSS, SIZE, ACC)])
def test_two_objectives_are_needed(objectives):
    with pytest.raises(UsageError, match=f"takes a search with two objectives; this one has {len(objectives)}"):
        plot_pareto(results(objectives), [])


def test_a_pareto_set_without_trials_is_not_drawn():
    with pytest.raises(UsageError, match="no trial has completed with both numbers"):
        plot_pareto(results((LOSS, SIZE), (None, None), best=[]), [True])
