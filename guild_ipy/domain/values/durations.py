"""Lengths of time as text, as Python itself writes them: ``1:30:00``, ``2 days, 0:00:00``.

Standard library only: the process of a run imports this.
"""

from __future__ import annotations

import re
from datetime import timedelta

_CLOCK = re.compile(
    r"(?:(?P<days>[-+]?\d+)\s*(?:days?|d),?\s*)?(?P<hours>\d+):(?P<minutes>\d\d?)(?::(?P<seconds>\d\d?(?:\.\d+)?))?"
)
_PART = re.compile(r"\s*(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?P<unit>[A-Za-z]*)\s*,?")
#: Seconds and minutes; hours.
_MINUTE, _DAY = 60, 24
_UNITS = {
    unit: argument
    for argument, units in {
        "weeks": "w week weeks",
        "days": "d day days",
        "hours": "h hour hours hr hrs",
        "minutes": "m min mins minute minutes",
        "seconds": "s sec secs second seconds",
        "milliseconds": "ms millisecond milliseconds",
        "microseconds": "us microsecond microseconds",
    }.items()
    for unit in units.split()
}


def parse_duration(text: str) -> timedelta:
    """Read a length of time: with colons, with units, or as a number of seconds.

    Raises
    ------
    ValueError
        If it is none of these, or too long.

    Examples
    --------
    >>> [str(parse_duration(text)) for text in ("1:30:00", "90 min", "1d 2h", "5", "-1 day, 23:00:00")]
    ['1:30:00', '1:30:00', '1 day, 2:00:00', '0:00:05', '-1 day, 23:00:00']
    """
    try:
        clock = _CLOCK.fullmatch(text.strip())
        if clock is not None:
            return timedelta(**{name: float(number) for name, number in clock.groupdict().items() if number})
        return timedelta(seconds=float(text)) if _is_number(text) else _sum_of_parts(text)
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error


def format_duration(value: timedelta) -> str:
    """Write a length of time; the inverse of :func:`parse_duration`.

    Examples
    --------
    >>> format_duration(timedelta(minutes=90))
    '1:30:00'
    """
    return timedelta.__str__(value)


def brief_duration(value: timedelta) -> str:
    """Write a length of time for reading at a glance.

    Examples
    --------
    >>> [brief_duration(timedelta(seconds=seconds)) for seconds in (0.032, 1.26, 125.7, 3725, 180_000, -5)]
    ['0.03 s', '1.3 s', '2:05', '1:02:05', '2d 2:00:00', '-5.0 s']
    """
    seconds = abs(value.total_seconds())
    sign = "-" if value < timedelta() else ""
    if round(seconds, 2) < 1:
        return f"{sign}{seconds:.2f} s"
    if round(seconds, 1) < _MINUTE:
        return f"{sign}{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    days, hours = divmod(hours, _DAY)
    if days:
        return f"{sign}{days}d {hours}:{minutes:02}:{rest:02}"
    return f"{sign}{hours}:{minutes:02}:{rest:02}" if hours else f"{sign}{minutes}:{rest:02}"


def _is_number(text: str) -> bool:
    part = _PART.fullmatch(text)
    return part is not None and not part["unit"]


def _sum_of_parts(text: str) -> timedelta:
    total, position = timedelta(), 0
    while position < len(text):
        part = _PART.match(text, position)
        if part is None or part["unit"] not in _UNITS:
            raise ValueError(f"{text!r} is no length of time")
        total += timedelta(**{_UNITS[part["unit"]]: float(part["number"])})
        position = part.end()
    if not text:
        raise ValueError("an empty text is no length of time")
    return total
