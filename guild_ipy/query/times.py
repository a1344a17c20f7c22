"""Times and durations as they are written in expressions.

Moments are microseconds since 1970, durations are seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from guild_ipy.domain.choosing.time_range import EPOCH, TimeRange, parse_time_range, to_microseconds
from guild_ipy.query.nodes import Literal
from guild_ipy.query.refusal import Refusal

_COUNT = re.compile(r"\d+\s+[a-z]+", re.IGNORECASE)
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s+([a-z]+)", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)")
_SECONDS = {"second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86400, "week": 604800}
_Value = TypeVar("_Value")


def start_of(literal: Literal, now: datetime | None) -> int:
    """Return when a span begins."""
    span = _parse(literal, lambda text: parse_time_range(f"before {text}", now))
    assert span.end is not None, "before has an end"
    return to_microseconds(span.end)


def after(literal: Literal, now: datetime | None) -> int:
    """Return the first moment after a span; a date or time counts from its beginning."""
    span = _parse(literal, lambda text: parse_time_range(f"after {text}", now))
    assert span.start is not None, "after has a start"
    return to_microseconds(span.start)


def within(literal: Literal, now: datetime | None) -> tuple[int | None, int | None]:
    """Return the beginning and the end of a span; ``2 days`` are the last two."""
    return _bounds(_parse(literal, lambda text: parse_time_range(_with_last(text), now)))


def between(first: Literal, second: Literal, now: datetime | None) -> tuple[int | None, int | None]:
    """Return the beginning and the end of the time between two spans, in either order."""
    after(second, now)  # so that an error points at the second
    return _bounds(_parse(first, lambda text: parse_time_range(f"between {text} and {_plain(second)}", now)))


def parse_duration(literal: Literal) -> int | float:
    """Read ``90``, ``1.5 hours`` or ``1:30:00`` as seconds."""
    value, text = literal.value, literal.text.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if (found := _DURATION.fullmatch(text)) and (unit := found[2].lower().removesuffix("s")) in _SECONDS:
        return float(found[1]) * _SECONDS[unit]
    if found := _CLOCK.fullmatch(text):
        return int(found[1] or 0) * 3600 + int(found[2]) * 60 + float(found[3])
    raise Refusal(f"{text!r} is no duration; write seconds, '5 minutes' or '0:05:00'", literal.span[0])


def format_moment(microseconds: int) -> str:
    """Write a moment in local time, as listings do, to the second."""
    return f"{(EPOCH + timedelta(microseconds=microseconds)).astimezone():%Y-%m-%d %H:%M:%S}"


def _parse(literal: Literal, parse: Callable[[str], _Value]) -> _Value:
    try:
        return parse(_plain(literal))
    except (ValueError, OverflowError, OSError) as error:
        why = f"{literal.text!r} is no time; write for example 2026-11-20, yesterday, '2 hours ago' or 'last week'"
        raise Refusal(why, literal.span[0]) from error


def _plain(literal: Literal) -> str:
    return re.sub(r"(?<=\d)[Tt](?=\d)", " ", literal.text)


def _with_last(text: str) -> str:
    return f"last {text}" if _COUNT.fullmatch(text.strip()) else text


def _bounds(span: TimeRange) -> tuple[int | None, int | None]:
    start, end = span.start, span.end
    return (None if start is None else to_microseconds(start)), (None if end is None else to_microseconds(end))
