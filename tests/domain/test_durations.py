from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guild_ipy.domain.values.durations import format_duration, parse_duration


@given(st.timedeltas())
def test_what_is_written_is_read_back(value):
    assert parse_duration(format_duration(value)) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90),
        ("1.5", 1.5),
        ("1:30", 5400),
        ("0:00:01.5", 1.5),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        ("2 days, 3 hours", 183600),
        ("1 day 1:00", 90000),
        ("-5s", -5),
        ("250ms", 0.25),
        ("1w", 604800),
        (" 2 min ", 120),
    ],
)
def test_a_length_of_time_is_read_as_people_write_it(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "1x", "1:2:3:4", "5 5", "h", "nan", "1e400", "9999999999d", "1:"])
def test_what_is_no_length_of_time_is_refused(text):
    with pytest.raises(ValueError, match=r"text|number|long|length"):
        parse_duration(text)
