"""Spans of time, by which listings are filtered: ``after yesterday``, ``last 2 hours``, ``between A and B``.

The language is that of ``guild runs --started``; case does not matter::

    RANGE     after SPAN | before SPAN | between SPAN and SPAN | last [N] UNIT | SPAN
    SPAN      today | yesterday | now | this UNIT | N UNIT ago | last week|month|year | DATE | TIME
              | DATE TIME
    UNIT      minute | min | hour | hr | day | week | month | year, with or without s
    DATE      2026-11-20 | 26-11-20 | 11-20 (of this year)
    TIME      14:30 | 14:30:15 (of today)

``last 2 hours`` begins exactly two hours ago; ``2 hours ago`` is the whole clock hour before the last.
``after`` a unit begins where it ends, ``after`` a date or time begins with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Return the microseconds from 1970 to a moment with a timezone.

    Examples
    --------
    >>> to_microseconds(datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    60000000
    """
    return (moment - EPOCH) // _MICROSECOND


@dataclass(frozen=True, kw_only=True)
class TimeRange:
    """A half-open span, `start` <= t < `end`; None leaves a side open. Both have a timezone."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, moment: datetime) -> bool:
        """Whether `moment` (with a timezone) lies within."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)


def parse_time_range(text: str, now: datetime | None = None) -> TimeRange:
    """Read a span of time, relative to `now` and in its timezone (default: the clock, local time).

    Raises
    ------
    ValueError
        If it cannot be read; the message is one line.

    Examples
    --------
    >>> from datetime import UTC
    >>> str(parse_time_range("after yesterday", datetime(2026, 5, 1, 14, tzinfo=UTC)).start)
    '2026-05-01 00:00:00+00:00'
    """
    clock = datetime.now().astimezone() if now is None else now
    try:
        start, end = _parse_range(text.lower().split(), clock.replace(tzinfo=None))
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"cannot read {text!r} as a time range ({error}); write for example 'after yesterday', "
            f"'last 2 hours', 'this week' or 'between 2026-11-01 and 2026-11-30'"
        ) from error
    # Local time is given its offset only now: it differs between summer and winter.
    zone = (lambda moment: moment.astimezone()) if now is None else _in_zone_of(clock)
    return TimeRange(start=start and zone(start), end=end and zone(end))


@dataclass(frozen=True)
class _Span:
    """A stretch of time; `is_point` for a date or time, which has a length only where it stands alone."""

    start: datetime
    end: datetime
    is_point: bool = False

    @property
    def bound(self) -> datetime:
        return self.start if self.is_point else self.end


def _parse_range(words: list[str], now: datetime) -> tuple[datetime | None, datetime | None]:
    match words:
        case ["after", *rest]:
            return _parse_span(rest, now).bound, None
        case ["before", *rest]:
            return None, _parse_span(rest, now).start
        case ["between", *rest] if "and" in rest:
            middle = rest.index("and")
            spans = (_parse_span(rest[:middle], now), _parse_span(rest[middle + 1 :], now))
            first, last = sorted(spans, key=lambda span: span.start)
            return first.start, last.bound
        case ["last", count, unit] if count.isdigit():
            return _back(now, int(count), _parse_unit(unit)), None
        case ["last", "minute" | "min" | "hour" | "hr" | "day" as unit]:
            return _back(now, 1, _parse_unit(unit)), None
    span = _parse_span(words, now)
    return span.start, span.end


def _parse_span(words: list[str], now: datetime) -> _Span:
    match words:
        case ["now"]:
            return _Span(now, now + timedelta(minutes=1), is_point=True)
        case ["today" | "yesterday" as day]:
            return _unit_ago(now, int(day == "yesterday"), "day")
        case ["this" | "last" as which, unit]:
            return _unit_ago(now, int(which == "last"), _parse_unit(unit))
        case [count, unit, "ago"] if count.isdigit():
            return _unit_ago(now, int(count), _parse_unit(unit))
        case [word]:
            return _parse_clock(word, now.date()) if ":" in word else _parse_day(word, now)
        case [day, clock]:
            return _parse_clock(clock, _parse_day(day, now).start.date())
    raise ValueError(f"{' '.join(words)!r} is no time" if words else "a time is missing")


def _parse_unit(word: str) -> str:
    unit = {"min": "minute", "hr": "hour"}.get(word.removesuffix("s"), word.removesuffix("s"))
    if unit not in _FLOORS:
        raise ValueError(f"{word!r} is no unit of time")
    return unit


def _parse_day(word: str, now: datetime) -> _Span:
    found = re.fullmatch(r"(?:(\d{4}|\d{2})-)?(\d{1,2})-(\d{1,2})", word)
    if found is None:
        raise ValueError(f"{word!r} is no date or time")
    year = now.year if found[1] is None else int(found[1])
    century = now.year // 100 * 100 if found[1] is not None and len(found[1]) == 2 else 0  # noqa: PLR2004 - YY
    start = datetime.combine(date(century + year, int(found[2]), int(found[3])), time())
    return _Span(start, start + timedelta(days=1), is_point=True)


def _parse_clock(word: str, day: date) -> _Span:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", word)
    if found is None:
        raise ValueError(f"{word!r} is no time of day")
    start = datetime.combine(day, time(int(found[1]), int(found[2]), int(found[3] or 0)))
    length = timedelta(seconds=1) if found[3] else timedelta(minutes=1)
    return _Span(start, start + length, is_point=True)


# -- units

_FLOORS: dict[str, Callable[[datetime], datetime]] = {
    "minute": lambda t: t.replace(second=0, microsecond=0),
    "hour": lambda t: t.replace(minute=0, second=0, microsecond=0),
    "day": lambda t: datetime.combine(t, time()),
    "week": lambda t: datetime.combine(t, time()) - timedelta(days=t.weekday()),
    "month": lambda t: datetime.combine(t.replace(day=1), time()),
    "year": lambda t: datetime.combine(t.replace(month=1, day=1), time()),
}


def _unit_ago(now: datetime, count: int, unit: str) -> _Span:
    """Return the whole unit that began `count` units before the present one."""
    start = _back(_FLOORS[unit](now), count, unit)
    return _Span(start, _back(start, -1, unit))


def _back(moment: datetime, count: int, unit: str) -> datetime:
    if unit in {"month", "year"}:
        months = moment.year * 12 + moment.month - 1 - count * (12 if unit == "year" else 1)
        first = moment.replace(year=months // 12, month=months % 12 + 1, day=1)
        return first + timedelta(days=min(moment.day, _days_of(first)) - 1)
    return moment - timedelta(**{f"{unit}s": count})


def _days_of(month: datetime) -> int:
    return ((month + timedelta(days=31)).replace(day=1) - month).days


def _in_zone_of(clock: datetime) -> Callable[[datetime], datetime]:
    if clock.tzinfo is None:
        return lambda moment: moment.astimezone()
    return lambda moment: moment.replace(tzinfo=clock.tzinfo)
