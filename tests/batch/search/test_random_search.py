"""Trials that are drawn: the same ones for the same seed, and none twice."""

import math
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guild_ipy.batch.grid import Grid
from guild_ipy.batch.restart_plan import Fate
from guild_ipy.batch.search.random_search import DEFAULT_TRIALS, draw_rows
from guild_ipy.batch.search.search_options import SearchOptions
from guild_ipy.batch.search.search_space import choice, loguniform, step, uniform
from guild_ipy.domain.values.flags import flags_key
from guild_ipy.operations.spec_options import SpecOptions
from tests.batch.conftest import fates
from tests.batch.search.simulated_search import SPACES, keys

SEEDED = {"spec": SpecOptions(random_seed=5)}


def draw(spaces=SPACES, count=DEFAULT_TRIALS, seed=0, listed=({},)):
    return list(draw_rows(spaces, listed, count, seed))


class TestDrawing:
    @given(st.integers(0, 2**32), st.integers(0, 30), st.integers(0, 30))
    @settings(max_examples=30)
    def test_more_trials_begin_with_the_same_ones(self, seed, fewer, more):
        fewer, more = sorted((fewer, more))
        assert keys(draw(count=more, seed=seed))[:fewer] == keys(draw(count=fewer, seed=seed))

    def test_other_seeds_draw_others(self):
        assert keys(draw(seed=1)) == keys(draw(seed=1)) != keys(draw(seed=2))

    def test_a_value_depends_on_its_own_flag_alone(self):
        others = {**SPACES, "another": uniform(0.0, 1.0)}
        assert [row["x"] for row in draw(others)] == [row["x"] for row in draw()]

    def test_the_first_trial_has_the_values_to_try_first(self):
        rows = draw({"x": uniform(1, 20, first=7), "y": uniform(0.0, 1.0)})
        assert rows[0]["x"] == 7
        assert len({row["x"] for row in rows}) > 1

    def test_no_two_are_the_same_and_all_are_found(self):
        rows = draw({"a": choice(1, "1", 1.0, True), "n": uniform(1, 3)}, count=50)
        assert len(rows) == len(set(keys(rows))) == 12

    def test_rows_that_are_listed_take_turns_and_keep_their_flags(self):
        rows = draw({"x": uniform(0.0, 1.0)}, count=6, listed=({"y": 1}, {"y": 2, "x": 0.5}))
        assert [row["y"] for row in rows] == [1, 2, 1, 1]  # the second can be there once
        assert rows[1]["x"] == 0.5

    def test_values_are_spread_evenly_and_those_of_logarithms_over_orders_of_magnitude(self):
        rows = draw({"x": uniform(0.0, 1.0), "lr": loguniform(1e-4, 1.0), "n": uniform(1, 4)}, count=2000)
        below = [sum(row["lr"] < 10.0**-power for row in rows) / 2000 for power in (1, 2, 3)]
        assert below == pytest.approx([0.75, 0.5, 0.25], abs=0.05)
        assert sum(row["x"] for row in rows) / 2000 == pytest.approx(0.5, abs=0.05)
        assert [sum(row["n"] == n for row in rows) / 2000 for n in (1, 2, 3, 4)] == pytest.approx([0.25] * 4, abs=0.05)

    def test_a_space_that_is_used_up_takes_no_time(self):
        began = time.perf_counter()
        assert len(draw({"n": uniform(1, 3)}, count=100_000)) == 3
        assert time.perf_counter() - began < 5

    def test_the_global_generator_has_no_part_in_it(self):
        random.seed(1)
        first = keys(draw())
        random.seed(2)
        assert keys(draw()) == first


class TestGrid:
    def test_spaces_make_twenty_trials_and_lists_are_drawn_from(self):
        grid = Grid(values={"kind": ["a", "b"]}, spaces={"x": uniform(0.0, 1.0)})
        rows = list(grid.rows(None, seed=1))
        assert (len(rows), grid.count(None), {row["kind"] for row in rows}) == (20, 20, {"a", "b"})

    def test_random_draws_lists_too(self):
        grid = Grid(values={"x": list(range(100))}).searched_by("random")
        rows = [row["x"] for row in grid.rows(None, seed=1)]
        assert len(rows) == len(set(rows)) == 20
        assert rows != sorted(rows)

    def test_grid_takes_all_values_of_spaces(self):
        grid = Grid(values={"x": [1, 2]}, spaces={"n": step(0, 1, 0.5), "k": choice("a")}).searched_by("grid")
        rows = [(row["k"], row["n"], row["x"]) for row in grid.rows(None, seed=1)]
        assert rows == [("a", n, x) for n in (0.0, 0.5, 1.0) for x in (1, 2)]


class TestBatches:
    def test_twenty_trials_with_the_values_of_the_first_try(self, batches):
        batch = batches.run(x=uniform(-2, 2, first=0.5), request=SEEDED)
        xs = [trial.flags["x"] for trial in batches.trials(batch)]
        assert (len(xs), xs[0], len(set(xs))) == (20, 0.5, 20)
        assert all(type(x) is float and -2 <= x <= 2 for x in xs)
        assert batch.operation == "echo.py+skopt:random"

    def test_a_restart_keeps_all_and_more_are_added(self, batches):
        batch = batches.run(x=uniform(-2, 2), y=choice(1, 2), _max_trials=4, request=SEEDED)
        before = batches.trial_ids(batch)
        assert fates(batches.restart(batch, _max_trials=6)) == ["kept"] * 4 + ["new"] * 2
        assert batches.trial_ids(batch)[:4] == before
        assert fates(batches.restart(batch, _max_trials=3)) == ["kept"] * 3 + ["orphan kept"] * 3
        plan = batches.plan(batch, x=uniform(-1, 1))
        assert {trial.fate for trial in plan.trials} == {Fate.NEW, Fate.ORPHAN_KEPT}

    def test_a_space_in_place_of_a_list_and_the_other_way_round(self, batches):
        batch = batches.run(x=[1.0, 2.0], request=SEEDED)
        batches.restart(batch, x=uniform(0, 1), _max_trials=3)
        assert all(0 <= trial.flags["x"] <= 1 for trial in batches.trials(batch))
        batches.restart(batch, x=[3.0])
        assert [trial.flags["x"] for trial in batches.trials(batch)] == [3.0]

    def test_all_trials_are_staged(self, batches):
        batch = batches.run(x=uniform(0, 1), _max_trials=3, _stage_trials=True, request=SEEDED)
        assert batches.statuses(batch) == ["staged"] * 3

    def test_with_an_optimizer_that_is_none_lists_are_drawn(self, batches):
        options = {"_search": SearchOptions(optimizer="random"), "_max_trials": 3}
        batch = batches.run(x=[float(n) for n in range(50)], **options, request=SEEDED)
        xs = [trial.flags["x"] for trial in batches.trials(batch)]
        assert len(set(xs)) == 3
        assert fates(batches.restart(batch)) == ["kept"] * 3

    def test_choices_keep_their_types_through_a_restart(self, batches, notebook):
        notebook.cell("def echo(x=None):\n    return repr(x)")
        values = [1, 1.0, True, "1", None, "a, b", math.nan]
        batch = batches.run("echo", x=choice(*values), request=SEEDED)
        assert sorted(trial.result for trial in batches.trials(batch)) == sorted(map(repr, values))
        assert fates(batches.restart(batch)) == ["kept"] * len(values)
        assert len({flags_key(trial.flags) for trial in batches.trials(batch)}) == len(values)


def test_a_search_over_few_values_says_how_many_trials_there_are(batches):
    batch = batches.run(y=step(1, 3, 1))
    assert "3 trials" in batches.notebook.viewer.told[0]
    assert sorted(trial.get("flags")["y"] for trial in batches.trials(batch)) == [1, 2, 3]
