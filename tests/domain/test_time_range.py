from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from guild_ipy.domain.choosing.time_range import TimeRange, parse_time_range

NOW = datetime(2019, 5, 1, 14, 35, 23, tzinfo=UTC)  # a Wednesday


def shown(text: str, now: datetime = NOW) -> tuple[str, str]:
    span = parse_time_range(text, now)
    return tuple("" if side is None else f"{side:%Y-%m-%d %H:%M:%S}" for side in (span.start, span.end))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("this minute", "2019-05-01 14:35:00", "2019-05-01 14:36:00"),
        ("5 minutes ago", "2019-05-01 14:30:00", "2019-05-01 14:31:00"),
        ("this hour", "2019-05-01 14:00:00", "2019-05-01 15:00:00"),
        ("24 hrs ago", "2019-04-30 14:00:00", "2019-04-30 15:00:00"),
        ("today", "2019-05-01 00:00:00", "2019-05-02 00:00:00"),
        ("Yesterday", "2019-04-30 00:00:00", "2019-05-01 00:00:00"),
        ("10 days ago", "2019-04-21 00:00:00", "2019-04-22 00:00:00"),
        ("this week", "2019-04-29 00:00:00", "2019-05-06 00:00:00"),
        ("last week", "2019-04-22 00:00:00", "2019-04-29 00:00:00"),
        ("10 weeks ago", "2019-02-18 00:00:00", "2019-02-25 00:00:00"),
        ("this month", "2019-05-01 00:00:00", "2019-06-01 00:00:00"),
        ("last month", "2019-04-01 00:00:00", "2019-05-01 00:00:00"),
        ("39 months ago", "2016-02-01 00:00:00", "2016-03-01 00:00:00"),
        ("this year", "2019-01-01 00:00:00", "2020-01-01 00:00:00"),
        ("5 years ago", "2014-01-01 00:00:00", "2015-01-01 00:00:00"),
    ],
)
def test_units_are_whole_ones_of_the_clock_and_calendar(text: str, start: str, end: str):
    assert shown(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("before 2018-4-29", "", "2018-04-29 00:00:00"),
        ("before 19-4-29 9:35:05", "", "2019-04-29 09:35:05"),
        ("before 4-28 15:45", "", "2019-04-28 15:45:00"),
        ("before 23:30", "", "2019-05-01 23:30:00"),
        ("before today", "", "2019-05-01 00:00:00"),
        ("before 10 min ago", "", "2019-05-01 14:25:00"),
        ("after 2026-11-20 14:30", "2026-11-20 14:30:00", ""),
        ("after yesterday", "2019-05-01 00:00:00", ""),
        ("after 5 minutes ago", "2019-05-01 14:31:00", ""),
        ("after 2 weeks ago", "2019-04-22 00:00:00", ""),
        ("after now", "2019-05-01 14:35:23", ""),
        ("last hour", "2019-05-01 13:35:23", ""),
        ("last 6 hours", "2019-05-01 08:35:23", ""),
        ("LAST 10 DAYS", "2019-04-21 14:35:23", ""),
        ("last 2 weeks", "2019-04-17 14:35:23", ""),
        ("last 3 months", "2019-02-01 14:35:23", ""),
        ("between yesterday and today", "2019-04-30 00:00:00", "2019-05-02 00:00:00"),
        ("between today and yesterday", "2019-04-30 00:00:00", "2019-05-02 00:00:00"),
        ("between 1-31 and 1-1", "2019-01-01 00:00:00", "2019-01-31 00:00:00"),
        ("between 2018-1-1 and 10 days ago", "2018-01-01 00:00:00", "2019-04-22 00:00:00"),
        ("between 0:00 and 12:00", "2019-05-01 00:00:00", "2019-05-01 12:00:00"),
    ],
)
def test_bounds_are_those_of_guild(text: str, start: str, end: str):
    assert shown(text) == (start, end)


@pytest.mark.parametrize(
    ("text", "length"),
    [("2018-10-31", timedelta(days=1)), ("10:00", timedelta(minutes=1)), ("2018-10-31 10:00:05", timedelta(seconds=1))],
)
def test_date_or_time_alone_is_as_long_as_it_is_exact(text: str, length: timedelta):
    span = parse_time_range(text, NOW)
    assert span.start is not None
    assert span.end == span.start + length


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "after",
        "after the equinox",
        "last fortnight",
        "2018-13-01",
        "2018-4-31",
        "24:00",
        "1:2",
        "5 minutes",
        "between 1-1",
        "between and",
        "2015-01-03-01",
        "9999999 years ago",
        "last 99999999999 days",
        "-1 days ago",
    ],
)
def test_what_is_no_time_is_refused_in_one_line(text: str):
    with pytest.raises(ValueError, match=r"cannot read .* as a time range .*; write for example") as caught:
        parse_time_range(text, NOW)
    assert "\n" not in str(caught.value)


def test_last_day_of_a_long_month_is_cut_to_a_short_one():
    assert shown("last 1 month", datetime(2019, 3, 31, tzinfo=UTC))[0] == "2019-02-28 00:00:00"


def test_day_in_which_the_clock_is_set_has_23_hours():
    span = parse_time_range("today", datetime(2026, 3, 29, 12, tzinfo=ZoneInfo("Europe/Berlin")))
    assert span.start is not None
    assert span.end is not None
    assert span.end.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=23)


def test_without_a_clock_it_is_now_and_local():
    span = parse_time_range("last hour")
    assert span.start is not None
    assert span.contains(datetime.now(UTC) - timedelta(minutes=59))
    assert not span.contains(datetime.now(UTC) - timedelta(minutes=61))


def test_range_contains_its_start_and_not_its_end():
    span = TimeRange(start=NOW, end=NOW + timedelta(seconds=1))
    assert span.contains(NOW)
    assert not span.contains(NOW + timedelta(seconds=1))
    assert TimeRange().contains(NOW)
