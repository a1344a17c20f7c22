import pytest

from guild_ipy.frame.runs_frame import runs
from guild_ipy.store.trash import delete_run
from tests.used_runs import used


@pytest.fixture
def listed(add):
    """Two runs that used an older `train`, and one that used the newest."""
    add("a1")
    add("b2", "serve", used("train", "a1"), label="old")
    add("c3", "report", used("train", "a1"), label="old")
    add("d4")
    return add("e5", "serve", used("train", "d4"))


def test_stale_goes_with_other_filters(listed):
    assert runs(stale=True)["run"].to_list() == ["c3000000", "b2000000"]
    assert runs(stale=True, operations="serve")["run"].to_list() == ["b2000000"]
    assert runs(stale=True, limit=1)["run"].to_list() == ["c3000000"]
    assert runs(stale=True, where="op = train").empty


def test_details_say_which_runs_are_stale(listed):
    details = runs(details=True)
    assert details["stale"].to_list() == [False, False, True, True, False]
    assert details["stale"].dtype == bool
    assert "stale" not in runs().columns


def test_details_of_some_runs_say_so_as_well(listed):
    assert runs(details=True, operations="serve")["stale"].to_list() == [False, True]
    assert runs(details=True, stale=True)["stale"].to_list() == [True, True]


def test_details_see_a_new_mark(listed, bare_context):
    runs(details=True)
    runs(where="run = d4000000").guild.mark()
    assert runs(details=True)["stale"].to_list() == [False, False, True, True, False]
    runs(where="run = a1000000").guild.mark()
    runs(where="run = d4000000").guild.mark(clear=True)
    assert runs(details=True)["stale"].to_list() == [True, False, False, False, False]


def test_deleted_runs_can_be_stale_too(listed, home, bare_context):
    delete_run(home, home.run_dir("b2".ljust(32, "0")))
    assert runs(deleted=True, details=True)["stale"].to_list() == [True]


def test_stale_with_the_accessor(listed):
    assert runs(stale=True).guild.mark(reason="look again") == 2
