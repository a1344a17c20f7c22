"""The spaces of flags of runs that no batch has searched."""

import pytest

from guild_ipy.batch.batch_search import rated_spaces


@pytest.mark.parametrize(
    ("values", "space"),
    [
        (range(1, 12), "uniform[1:11]"),
        ([each / 4 for each in range(10)], "uniform[0.0:2.25]"),
        ([10.0**-each for each in range(10)], "loguniform[1e-09:1.0]"),
        ([2**each for each in range(10)], "loguniform[1:512]"),
        ([0.1, 0.01, 0.2], "choice[0.01, 0.1, 0.2]"),
        (["b", "a", True], "choice[b, a, yes]"),
        ([*range(10), "auto"], "choice[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, auto]"),
        ([float("inf"), *range(12)], "choice[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, .inf]"),
    ],
)
def test_many_numbers_are_a_range_and_other_values_a_choice(values, space):
    found = rated_spaces(None, [{"x": each, "same": 1} for each in values])
    assert {name: str(each) for name, each in found.items()} == {"x": space}
