import pytest

from guild_ipy.domain.chosen_run import ELIGIBLE, choose_run
from guild_ipy.domain.status import RunStatus


@pytest.mark.parametrize(
    ("newest_first", "marked", "chosen"),
    [("cba", "", "c"), ("cba", "a", "a"), ("cba", "ba", "b"), ("", "a", None)],
)
def test_the_newest_marked_run_wins_over_the_newest(newest_first, marked, chosen):
    assert choose_run(newest_first, marked.__contains__) == chosen


def test_a_run_that_failed_or_waits_has_nothing_to_use():
    assert {str(status) for status in set(RunStatus) - ELIGIBLE} == {"error", "pending", "staged", "damaged"}
