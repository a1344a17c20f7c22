import pytest

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.widgets.runs_requests import RunsRequests
from tests.used_runs import used, whole

MOST = 3


@pytest.fixture
def ask_table(make_table):
    """Make a table of some runs, whose runs were sent; ask it."""

    def make(run_filter=EVERY, names=None):
        requests = RunsRequests(make_table(run_filter, names), None, lambda: None)
        requests.answer({"type": "runs"})
        return lambda **request: requests.answer(request).content

    return make


def test_runs_that_the_table_does_not_have_are_stale_as_well(add_run, ask_table):
    add_run("aaaa")
    add_run("bbbb", operation="serve", deps=used("train", "aaaa"))
    add_run("cccc")
    ask = ask_table(RunFilter(operations=("train",)))
    assert ask(type="stale")["runs"] == [whole("bbbb")]
    ask(type="mark", runs=["aaaa0000"])
    assert ask(type="stale")["runs"] == []


def test_a_stale_run_has_the_name_that_it_has_in_the_table(add_run, ask_table):
    add_run("aaaa")
    add_run("01234567aa", operation="serve", deps=used("train", "aaaa"))
    add_run("01234567bb")
    assert ask_table()(type="stale")["runs"] == ["01234567a"]


@pytest.mark.parametrize(
    ("run_filter", "names", "stale"),
    [
        (RunFilter(operations=("train",)), None, []),
        (RunFilter(operations=("serve",)), None, ["bbbb0000", "dddd0000"]),
        (EVERY, (whole("aaaa"), whole("dddd")), ["dddd0000"]),
    ],
)
def test_of_a_large_home_only_the_runs_of_the_table_are_looked_at(add_run, ask_table, run_filter, names, stale):
    add_run("aaaa")
    add_run("bbbb", operation="serve", deps=used("train", "aaaa"))
    add_run("cccc")
    add_run("dddd", operation="serve", deps=used("train", "aaaa"))
    ask = ask_table(run_filter, names)
    assert ask(type="stale", most=MOST)["runs"] == stale
    assert len(ask(type="stale", most=MOST + 1)["runs"]) == 2
