"""What every optimizer promises, over each of those that there are."""

from __future__ import annotations

import importlib.util
import math
import random
import statistics
from collections import deque

import pytest

from guild_ipy.batch.search.optimizer import Outcome
from guild_ipy.batch.search.optuna_optimizer import OptunaOptimizer, check_installed
from guild_ipy.batch.search.search_options import ADAPTIVE, SearchOptions
from guild_ipy.batch.search.search_space import SpaceKind, choice, loguniform, step, uniform
from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import UsageError
from tests.batch.search.simulated_search import LOSS, NUMBERS, SPACES, keys, loss_of

_MISSING = {"gp": "torch"}
OPTIMIZERS = [name for name in ADAPTIVE if name not in _MISSING or importlib.util.find_spec(_MISSING[name])]
COUNT = 30
EVERY_SPACE = {
    **SPACES,
    "deep": step(0.1, 0.5, 0.1),
    "flag": choice(True, False),
    "lists": choice([8, 8], [16], None),
    "m": uniform(1, 9, first=7),
    "one": choice("only"),
    "size": loguniform(1, 1000),
    "step": step(1, 2, 5),
}


@pytest.fixture(params=OPTIMIZERS)
def make(request):
    """Make an optimizer."""

    def make(spaces=SPACES, *, seed=3, objectives=(LOSS,), pruner=None):
        return OptunaOptimizer(request.param, spaces, objectives, seed=seed, pruner=pruner)

    return make


def drive(optimizer, count=COUNT, *, jobs=1, value=loss_of):
    """Ask and tell; the flags in the order in which they were asked for."""
    asked, active, generator = [], deque(), random.Random(1)
    while len(asked) < count or active:
        if len(asked) < count and len(active) < jobs:
            asked.append(optimizer.ask())
            active.append(asked[-1])
            continue
        active.rotate(generator.randrange(jobs))
        flags = active.popleft()
        optimizer.tell(flags, Outcome(values=(value(flags),)))
    return asked


class TestOptimizer:
    def test_two_with_the_same_seed_choose_the_same(self, make):
        assert keys(drive(make())) == keys(drive(make()))

    def test_other_seeds_lead_to_other_trials(self, make):
        first, second = (drive(make(NUMBERS, seed=seed), 5) for seed in (3, 4))
        assert keys(first) != keys(second)

    def test_the_global_generators_have_no_part_in_it(self, make):
        random.seed(1)
        first = keys(drive(make(), 12))
        random.seed(2)
        random.random()
        assert keys(drive(make(), 12)) == first

    def test_values_lie_in_their_spaces_with_the_types_of_python(self, make):
        optimizer = make(EVERY_SPACE)
        for flags in drive(optimizer):
            assert list(flags) == list(EVERY_SPACE)
            for name, space in EVERY_SPACE.items():
                assert space.holds(flags[name]), (name, flags[name])
                is_number = space.kind is not SpaceKind.CHOICE
                assert not is_number or type(flags[name]) is (int if space.is_whole else float)

    def test_the_first_trial_has_the_values_to_try_first(self, make):
        first, second = drive(make(EVERY_SPACE), 2)
        assert (first["lr"], first["m"]) == (0.01, 7)
        assert second["lr"] != 0.01

    @pytest.mark.parametrize("jobs", [2, 5])
    def test_several_are_at_work_and_end_in_any_order(self, make, jobs):
        asked = drive(make(), jobs=jobs)
        assert keys(asked) == keys(drive(make(), jobs=jobs))
        assert all(space.holds(flags[name]) for flags in asked for name, space in SPACES.items())

    def test_the_same_flags_may_be_at_work_twice(self, make):
        optimizer = make({"kind": choice("a", "b")})
        asked = [optimizer.ask() for _ in range(5)]
        for number, flags in enumerate(asked):
            optimizer.tell(flags, Outcome(values=(float(number),)))
        assert optimizer.ask()["kind"] in {"a", "b"}

    def test_flags_that_were_never_asked_for_are_knowledge(self, make):
        optimizer = make()
        optimizer.tell({"kind": "b", "lr": 0.1, "n": 32, "x": 1}, Outcome(values=(3.0,)))
        optimizer.tell({"kind": 1, "lr": 1e-5, "n": 128, "x": -2.0}, Outcome(values=(1.0,)))
        assert len(drive(optimizer, 12)) == 12

    @pytest.mark.parametrize(
        "flags",
        [
            {"kind": "c", "lr": 0.1, "n": 32, "x": 1.0},
            {"kind": "a", "lr": 0.1, "n": 33, "x": 1.0},
            {"kind": "a", "lr": 0.1, "n": 32, "x": 3.0},
            {"kind": "a", "lr": 0.1, "n": 32},
            {},
        ],
    )
    def test_flags_outside_of_the_spaces_are_passed_over(self, make, flags):
        optimizer = make()
        optimizer.tell(flags, Outcome(values=(0.0,)))
        assert keys(drive(optimizer)) == keys(drive(make()))

    def test_unasked_flags_that_failed_are_passed_over(self, make):
        optimizer = make()
        optimizer.tell({"kind": "a", "lr": 0.1, "n": 32, "x": 1.0}, Outcome(values=None))
        assert keys(drive(optimizer)) == keys(drive(make()))

    @pytest.mark.parametrize("is_pruned", [False, True], ids=["failed", "pruned"])
    def test_trials_without_a_value_are_taken(self, make, is_pruned):
        optimizer = make(pruner="median")
        for number in range(COUNT):
            flags = optimizer.ask()
            if is_pruned:
                optimizer.report(flags, 1, loss_of(flags))
            has_value = number % 3
            values = (loss_of(flags),) if has_value else None
            optimizer.tell(flags, Outcome(values=values, is_pruned=is_pruned and not has_value))

    def test_if_all_fail_it_goes_on_within_the_spaces(self, make):
        optimizer = make()
        for _ in range(15):
            flags = optimizer.ask()
            assert all(space.holds(flags[name]) for name, space in SPACES.items())
            optimizer.tell(flags, Outcome(values=None))

    @pytest.mark.parametrize("value", [math.inf, -math.inf, 1e308, -1e308, 0.0])
    def test_any_number_can_be_told(self, make, value):
        assert len(drive(make(), 15, value=lambda flags: value if flags["x"] < 0 else loss_of(flags))) == 15

    def test_no_trial_is_poor_without_a_pruner(self, make):
        optimizer = make()
        flags = [optimizer.ask() for _ in range(8)]
        assert not any(
            optimizer.report(each, step, 100.0 * number) for number, each in enumerate(flags) for step in (1, 2)
        )

    @pytest.mark.parametrize("pruner", ["median", "halving", "hyperband", "patient"])
    def test_a_pruner_finds_a_poor_trial(self, make, pruner):
        optimizer, found = make(pruner=pruner), []
        for number in range(12):
            flags = optimizer.ask()
            values = [number + 1 + step / 1000 for step in range(100)]  # each is worse than the one before
            poor = any(optimizer.report(flags, step, value) for step, value in enumerate(values))
            optimizer.tell(flags, Outcome(values=None if poor else (values[-1],), is_pruned=poor))
            found.append(poor)
        assert not found[0]
        assert any(found)

    def test_reports_of_flags_that_were_never_asked_for_stop_nothing(self, make):
        assert not make(pruner="median").report({"kind": "b", "lr": 0.1, "n": 32, "x": 1}, 1, 5.0)

    def test_one_space_of_numbers_alone(self, make):
        asked = drive(make({"x": uniform(-2.0, 2.0)}), value=lambda flags: flags["x"] ** 2)
        assert len(set(keys(asked))) > COUNT / 2


class TestLearning:
    @pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "qmc"])  # which does not learn
    def test_those_that_learn_know_which_direction_is_good(self, name):
        later = {}
        for greatest in (False, True):
            objectives = (Best(name="loss", greatest=greatest),)
            asked = drive(OptunaOptimizer(name, NUMBERS, objectives, seed=3), 40)
            later[greatest] = statistics.mean(map(loss_of, asked[20:]))
        assert 2 * later[False] < later[True]


class TestSeveralObjectives:
    @pytest.mark.parametrize("name", [name for name in OPTIMIZERS if name != "cmaes"])
    def test_all_but_cmaes_take_them(self, name):
        objectives = (LOSS, Best(name="acc", greatest=True))
        optimizer = OptunaOptimizer(name, SPACES, objectives, seed=1)
        for _ in range(COUNT):
            flags = optimizer.ask()
            optimizer.tell(flags, Outcome(values=(loss_of(flags), flags["x"])))

    def test_cmaes_refuses_them(self):
        with pytest.raises(UsageError, match="optimizer cmaes takes one objective; minimize a, maximize b are several"):
            SearchOptions(optimizer="cmaes", objectives=(Best(name="a"), Best(name="b", greatest=True)))


class TestInstalled:
    @staticmethod
    def hide(monkeypatch, library):
        find_spec = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == library else find_spec(name))

    def test_without_torch_gp_says_how_to_get_it(self, monkeypatch):
        self.hide(monkeypatch, "torch")
        with pytest.raises(UsageError) as caught:
            check_installed("gp")
        assert str(caught.value) == "optimizer gp needs torch; install it: pip install torch"

    @pytest.mark.parametrize("name", [None, "random", "grid", "tpe", "cmaes", "qmc"])
    def test_the_others_are(self, name):
        check_installed(name)

    def test_without_optuna_each_says_how_to_get_it(self, monkeypatch):
        self.hide(monkeypatch, "optuna")
        for name in ADAPTIVE:
            with pytest.raises(
                UsageError, match=rf"{name} needs Optuna; install it: pip install 'guild-ipy\[optimize\]'"
            ):
                check_installed(name)
        check_installed("random")
