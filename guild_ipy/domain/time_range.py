"""Spans of time, as listings are asked for: ``after yesterday``, ``last 2 hours``, ``between A and B``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class TimeRange:
    """A half-open span, `start` <= t < `end`; None leaves a side open. Both have a timezone."""

    start: datetime | None = None
    end: datetime | None = None

    def contains(self, moment: datetime) -> bool:
        """Whether `moment` (with a timezone) lies within."""
        return (self.start is None or self.start <= moment) and (self.end is None or moment < self.end)
