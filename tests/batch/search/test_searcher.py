"""A search that is killed goes on as if it had never ended."""

import json
import math
import os

import pytest

from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import NoObjective
from guild_ipy.store.files.attrs import write_attr
from tests.batch.search.simulated_search import NUMBERS, SPACES, SimulatedSearch, again, keys, loss_of

COUNT = 16


@pytest.fixture(params=["tpe", "cmaes", "qmc"])
def whole(request, home):
    """A search that was never killed."""
    search = SimulatedSearch(home=home, optimizer=request.param, count=COUNT)
    assert search.search()
    return search


class TestKilled:
    @pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
    @pytest.mark.parametrize("survives", [False, True], ids=["with its trials", "alone"])
    def test_at_each_line_of_the_log(self, whole, is_after, survives):
        for lines in range(0, 2 * COUNT, 3):
            search = again(whole, survives=survives)
            assert not search.search(lines=lines, is_after=is_after)
            assert search.search()
            assert keys(search.flags) == keys(whole.flags), lines
            assert sorted(set(search.completed)) == list(range(COUNT))

    @pytest.mark.parametrize("survives", [False, True], ids=["with its trials", "alone"])
    def test_again_and_again(self, whole, survives):
        search = again(whole, survives=survives)
        while not search.search(lines=3, is_after=True):
            assert len(search.completed) < 2 * COUNT
        assert keys(search.flags) == keys(whole.flags)
        assert search.completed == list(range(COUNT))

    @pytest.mark.parametrize("survives", [False, True], ids=["with its trials", "alone"])
    def test_with_several_jobs_the_trials_that_are_there_keep_their_flags(self, home, capsys, survives):
        for lines in range(0, 2 * COUNT, 3):
            search = SimulatedSearch(home=home, count=COUNT, jobs=3, survives=survives)
            search.search(lines=lines, is_after=True)
            there = keys(search.flags)
            assert search.search()
            assert keys(search.flags)[: len(there)] == there
            assert sorted(set(search.completed)) == list(range(COUNT))
            assert len(search.completed) == COUNT or not survives
        assert "WARNING" not in capsys.readouterr().out

    def test_what_was_told_is_told_in_the_same_order(self, home):
        search = SimulatedSearch(home=home, count=COUNT, jobs=3)
        search.search(lines=20, is_after=True)
        before = search.lines
        search.search()
        last = max(place for place, line in enumerate(before) if "tell" in line)
        assert search.lines[: last + 1] == before[: last + 1]

    def test_no_trial_completes_twice_if_all_are_told(self, whole):
        lines = whole.lines
        assert [line.get("ask") for line in lines[::2]] == list(range(COUNT))
        assert [line.get("tell") for line in lines[1::2]] == list(range(COUNT))
        assert whole.completed == list(range(COUNT))


class TestRestarts:
    def test_needed_after_the_end_does_nothing(self, whole):
        before = whole.lines
        assert whole.search()
        assert (whole.lines, whole.completed) == (before, list(range(COUNT)))

    def test_all_again_keeps_ids_and_flags(self, whole, capsys):
        before = dict(whole.runs)
        assert whole.search(is_needed=False)
        assert whole.runs == before
        assert whole.completed == [*range(COUNT), *range(COUNT)]
        assert "WARNING" not in capsys.readouterr().out

    def test_more_trials_are_those_of_a_longer_search(self, whole):
        longer = again(whole, count=COUNT + 6)
        longer.search()
        whole.count += 6
        whole.search()
        assert keys(whole.flags) == keys(longer.flags)
        assert whole.completed == list(range(COUNT + 6))

    def test_fewer_trials_leave_the_others_known(self, whole):
        whole.count = 5
        whole.search(is_needed=False)
        assert [line["again"] for line in whole.lines if "again" in line] == list(range(COUNT))
        assert whole.completed[COUNT:] == [0, 1, 2, 3, 4]
        whole.count = COUNT
        before = keys(whole.flags)
        whole.search()
        assert keys(whole.flags) == before

    def test_other_results_lead_to_other_trials_and_those_that_are_there_stay(self, home, capsys):
        search = SimulatedSearch(home=home, count=COUNT)
        search.search()
        before = keys(search.flags)
        search.loss, search.count = lambda flags: -loss_of(flags), COUNT + 4
        search.search(is_needed=False)
        assert keys(search.flags)[:COUNT] == before
        printed = capsys.readouterr().out
        assert printed.count("The search would choose other trials by now; those that are there count") == 1
        flags = keys(search.flags)
        search.search()
        assert keys(search.flags) == flags
        search.count += 2
        search.search()
        assert keys(search.flags)[:-2] == flags

    @pytest.mark.parametrize(
        "change",
        [
            {"spaces": {**SPACES, "x": NUMBERS["x"].__class__(kind=NUMBERS["x"].kind, low=-1.0, high=1.0)}},
            {"fixed": {"y": 2}},
            {"optimizer": "qmc"},
        ],
        ids=["spaces", "fixed flags", "optimizer"],
    )
    def test_another_search_begins_anew(self, home, change):
        search = SimulatedSearch(home=home, count=4, fixed={"y": 1})
        search.search()
        for name, value in change.items():
            setattr(search, name, value)
        fresh = again(search)
        fresh.search()
        search.search()
        assert keys(search.flags) == keys(fresh.flags)
        assert search.completed == [0, 1, 2, 3] * 2

    def test_another_objective_takes_what_the_trials_have_reported_of_it(self, home, capsys):
        search = SimulatedSearch(home=home, count=COUNT)
        search.search()
        before = keys(search.flags)
        search.objectives, search.count = (Best(name="loss", greatest=True),), COUNT + 2
        search.search()
        assert keys(search.flags)[:COUNT] == before
        assert [line["values"] for line in search.lines if "tell" in line] == [[loss_of(f)] for f in search.flags]
        search.objectives = (Best(name="loss"), Best(name="max loss"))
        search.search()
        assert {len(line["values"]) for line in search.lines if "tell" in line} == {2}

    def test_a_fixed_flag_that_is_nan_is_the_same(self, home):
        search = SimulatedSearch(home=home, count=3, fixed={"y": math.nan})
        search.search()
        search.search()
        assert search.completed == [0, 1, 2]


class TestFailed:
    @staticmethod
    def fail(search, *numbers):
        for number in numbers:
            write_attr(search.runs[number].dir, "exit_status", 1)

    def test_trials_that_fail_are_told_as_such_and_the_search_goes_on(self, home, capsys):
        search = SimulatedSearch(home=home, count=COUNT, loss=lambda f: math.nan if f["x"] < 0 else loss_of(f))
        search.search()
        failed = [number for number, flags in enumerate(search.flags) if flags["x"] < 0]
        assert 0 < len(failed) < COUNT
        assert [line["tell"] for line in search.lines if "tell" in line and "values" not in line] == failed
        assert capsys.readouterr().out.count("what it reports is not a number") == len(failed)

    def test_a_trial_without_the_scalar_ends_the_search_if_it_is_the_first(self, home):
        search = SimulatedSearch(home=home, loss=lambda _: None)
        with pytest.raises(NoObjective, match=r"it has none; print one as 'loss: 0.1', or log it"):
            search.search()
        assert len(search.runs) == 1

    def test_a_later_one_counts_as_failed(self, home, capsys):
        search = SimulatedSearch(home=home, count=8)
        search.loss = lambda flags: None if len(search.completed) in {3, 5} else loss_of(flags)
        search.search()
        assert [line["tell"] for line in search.lines if "tell" in line and "values" not in line] == [3, 5]
        assert capsys.readouterr().out.count("counts as failed: cannot minimize loss: the run reports no such") == 2

    def test_infinity_is_a_number(self, whole):
        search = again(whole, loss=lambda flags: math.inf if flags["x"] < 0 else loss_of(flags))
        search.search(lines=20)
        search.search()
        assert search.completed[-1] == COUNT - 1

    def test_those_that_failed_run_again_with_their_flags(self, whole):
        before = keys(whole.flags)
        self.fail(whole, 2, 9)
        whole.search()
        assert keys(whole.flags) == before
        assert whole.completed[COUNT:] == [2, 9]

    def test_those_that_failed_before_a_kill_run_again_and_all_keep_their_flags(self, home):
        for lines in range(20, 2 * COUNT, 3):
            search = SimulatedSearch(home=home, count=COUNT, fails={4, 8}, survives=False)
            assert not search.search(lines=lines)
            there = keys(search.flags)
            search.fails = ()
            assert search.search()
            assert keys(search.flags)[: len(there)] == there
            assert sorted(set(search.completed)) == list(range(COUNT))

    def test_without_its_trial_a_line_is_no_trial(self, whole):
        lost = whole.runs.pop(4)
        whole.search()
        assert keys([whole.runs[4].get("flags")]) == keys([lost.get("flags")])
        assert whole.completed[COUNT:] == [4]


class TestLog:
    def cut(self, search, content: bytes):
        with open(search.batch.trials_log, "wb") as file:
            file.write(content)

    def test_wherever_it_is_torn_nothing_is_lost(self, whole):
        with open(whole.batch.trials_log, "rb") as file:
            content = file.read()
        header, before = content.index(b"\n") + 1, keys(whole.flags)
        for end in range(header, len(content), 101):
            self.cut(whole, content[:end])
            whole.search()
            assert keys(whole.flags) == before, end
            assert whole.completed == list(range(COUNT)), end

    @pytest.mark.parametrize(
        "line",
        [
            b"garbage",
            b"\xff\xfe",
            b"[]",
            b"{}",
            b"null",
            b'{"ask":"x","flags":{}}',
            b'{"ask":1}',
            b'{"ask":1,"flags":[]}',
            b'{"again":null,"flags":{}}',
            b'{"tell":[1]}',
            b'{"tell":1,"values":"abc"}',
            b'{"tell":1,"values":[null]}',
            b'{"report":1}',
            b'{"report":1,"step":"a","value":1}',
            b'{"report":1,"step":1,"value":null}',
            b'{"prior":"a"}',
            b'{"prior":"a","flags":{},"values":{}}',
            b'{"tell":' + b"9" * 5000 + b"}",
            b"[" * 100_000,
        ],
        ids=lambda line: line[:30].decode(errors="replace"),
    )
    def test_a_line_that_is_none_takes_nothing_with_it(self, home, line):
        search = SimulatedSearch(home=home, count=6)
        search.search()
        before = keys(search.flags)
        with open(search.batch.trials_log, "rb") as file:
            lines = file.read().split(b"\n")
        self.cut(search, b"\n".join([*lines[:4], line, *lines[4:]]))
        search.search()
        assert keys(search.flags) == before
        assert search.completed == list(range(6))

    @pytest.mark.parametrize("content", [None, b"", b"\n", b"garbage\n", b'{"search":1}\n', b"\0" * 4096])
    def test_without_its_first_line_the_search_begins_anew(self, home, content):
        search = SimulatedSearch(home=home, count=6)
        search.search()
        before = keys(search.flags)
        os.unlink(search.batch.trials_log)
        if content is not None:
            self.cut(search, content)
        search.runs.clear()
        search.search()
        assert keys(search.flags) == before

    def test_flags_are_read_with_their_types(self, whole):
        known = [line["flags"] for line in whole.lines if "ask" in line]
        assert keys(known) == keys(whole.flags)
        assert {type(flags["n"]) for flags in known} == {int}
        with open(whole.batch.trials_log) as file:
            assert json.loads(file.readline())["search"]["spaces"]["lr"] == "loguniform[1e-05:0.1:0.01]"
