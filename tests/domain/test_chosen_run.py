import pytest

from guild_ipy.domain.choosing.chosen_run import ELIGIBLE, choose_run, last_marked_first
from guild_ipy.domain.status import RunStatus


@pytest.mark.parametrize(
    ("newest_first", "marked_at", "chosen"),
    [
        ("cba", {}, "c"),
        ("cba", {"a": 5}, "a"),
        ("cba", {"b": 5, "a": 4}, "b"),
        ("cba", {"b": 4, "a": 5}, "a"),
        ("cba", {"b": 5, "a": 5}, "b"),
        ("", {}, None),
    ],
)
def test_the_run_marked_last_wins_over_others_marked_and_over_the_newest(newest_first, marked_at, chosen):
    assert choose_run(newest_first, marked_at.__contains__, marked_at.__getitem__) == chosen


def test_when_it_was_marked_is_not_asked_of_a_single_run():
    assert last_marked_first(["a"], marked_at={}.__getitem__) == ["a"]


def test_a_run_that_failed_or_waits_has_nothing_to_use():
    assert {str(status) for status in set(RunStatus) - ELIGIBLE} == {"error", "pending", "staged", "damaged"}
