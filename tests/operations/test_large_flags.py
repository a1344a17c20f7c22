from __future__ import annotations

import pytest

from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_values.flag_size import check_size


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**5000), "x" * 17_000_000, ["x" * 1000] * 2000, {"a": [10**5000]}, {"x" * 2_000_000: 1}],
    ids=["digits", "negative", "text", "list", "nested", "key"],
)
def test_a_flag_that_cannot_be_written_is_refused_in_one_short_line(value: object):
    with pytest.raises(FlagError, match="flag 'n' is too large") as caught:
        check_size({"lr": 0.1, "n": value})  # type: ignore[dict-item] # flags
    assert len(str(caught.value)) < 150


def test_flags_of_every_day_are_taken():
    check_size({"lr": 0.1, "n": 10**4000, "text": "x" * 100_000, "layers": [1, 2], "none": None, "big": -1.0e308})
