import pytest

from guild_ipy.domain.choosing.chosen_run import ELIGIBLE, choose_by_rule
from guild_ipy.domain.status import RunStatus


@pytest.mark.parametrize(
    ("marked_at", "chosen", "reason"),
    [
        ({}, "d", "latest"),
        ({"a": 5}, "a", "marked"),
        ({"b": 5, "a": 4}, "b", "marked"),
        ({"b": 4, "a": 5}, "a", "marked"),
        ({"b": 5, "a": 5}, "b", "marked"),
    ],
)
def test_the_run_marked_last_wins_over_others_marked_and_over_the_newest(marked_at, chosen, reason):
    found = choose_by_rule(marked_at, lambda: "d", marked_at=marked_at.__getitem__)

    assert (found.run, found.reason) == (chosen, reason)


def test_no_run_is_chosen_where_there_is_none():
    assert choose_by_rule("", lambda: None, marked_at={}.__getitem__).run is None


def test_a_marked_run_that_cannot_be_used_is_passed_over_for_the_one_marked_before():
    found = choose_by_rule("cba", lambda: "d", marked_at={"c": 3, "b": 2, "a": 1}.__getitem__, is_usable="b".__eq__)

    assert (found.run, found.passed_over) == ("b", ("c",))


def test_when_it_was_marked_is_not_asked_of_a_single_run():
    assert choose_by_rule("a", lambda: "d", marked_at={}.__getitem__).run == "a"


def test_a_run_that_failed_or_waits_has_nothing_to_use():
    assert {str(status) for status in set(RunStatus) - set(ELIGIBLE)} == {"error", "pending", "staged", "damaged"}
