import time

import pytest

from guild_ipy.batch.batch_options import BatchOptions, Repeat
from guild_ipy.batch.grid import Grid
from guild_ipy.errors import UsageError


def test_the_last_name_in_sorted_order_changes_fastest():
    rows = Grid(values={"y": [2, 3], "x": [1.0, 2.0]}).rows(None, seed=0)
    assert list(rows) == [{"x": 1.0, "y": 2}, {"x": 1.0, "y": 3}, {"x": 2.0, "y": 2}, {"x": 2.0, "y": 3}]


def test_each_row_that_is_listed_has_all_combinations():
    grid = Grid(values={"b": [1, 2]}, listed=[{"a": 1}, {"a": 2}])
    rows = [(row["a"], row["b"]) for row in grid.rows(None, seed=0)]
    assert rows == [(1, 1), (1, 2), (2, 1), (2, 2)]
    assert grid.names == ("a", "b")
    assert grid.is_listed


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order():
    grid = Grid(values={"x": range(20), "y": range(20)})
    everything = list(grid.rows(None, seed=0))
    sample = list(grid.rows(7, seed=3))
    assert sample == list(grid.rows(7, seed=3)) != list(grid.rows(7, seed=4))
    assert [each for each in everything if each in sample] == sample
    assert len({tuple(each.items()) for each in sample}) == 7


def test_a_sample_as_large_as_the_grid_is_the_grid():
    grid = Grid(values={"x": [1, 2, 3]})
    assert list(grid.rows(3, seed=1)) == list(grid.rows(9, seed=2)) == list(grid.rows(None, seed=3))


def test_a_thousand_million_combinations_are_sampled_without_being_counted_out():
    grid = Grid(values={name: range(1000) for name in "abc"})
    began = time.perf_counter()
    sample = list(grid.rows(20, seed=1))
    assert (len(sample), time.perf_counter() - began < 1) == (20, True)
    assert sample == sorted(sample, key=lambda row: (row["a"], row["b"], row["c"]))


def test_more_than_can_be_made_are_refused():
    grid = Grid(values={"x": range(1000), "y": range(1000)})
    with pytest.raises(UsageError, match=r"ask for 1,000,000 trials, and at most 100,000 can be made; .* --max-trials"):
        grid.count(None)
    assert grid.count(5) == 5


def test_options_are_kept_and_read_again():
    options = BatchOptions(max_trials=3, jobs=2, fail_on_trial_error=True, repeat=Repeat.FAILED)
    assert BatchOptions.parse(options.recorded()) == options
    assert (
        BatchOptions.parse(None)
        == BatchOptions.parse({"jobs": True, "max_trials": "many", "needed": 1})
        == BatchOptions()
    )


def test_what_a_restart_does_not_say_stays_as_it_was():
    last = BatchOptions(max_trials=3, jobs=2, fail_on_trial_error=True, repeat=Repeat.NEEDED, stage_trials=True)
    assert BatchOptions(jobs=4).after(last) == BatchOptions(max_trials=3, jobs=4, fail_on_trial_error=True)


@pytest.mark.parametrize("options", [{"max_trials": 0}, {"jobs": 0}, {"jobs": -1}])
def test_numbers_below_one_are_refused(options):
    with pytest.raises(UsageError, match="is not a number above 0"):
        BatchOptions(**options)
