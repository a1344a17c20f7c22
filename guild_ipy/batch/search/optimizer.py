"""What every optimizer promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a trial."""

    values: tuple[float, ...] | None
    """A number for each objective; None for a trial that failed, or was stopped early."""
    is_pruned: bool = False
    """Whether it was stopped early, since what it had reported was poor."""


class Optimizer(Protocol):
    """Chooses the flags of trials, and learns from what came of them.

    It is deterministic: two that were made with the same spaces, objectives and seed choose the same flags, if they are
    called in the same way. Several trials may be at work at a time.
    """

    def ask(self) -> dict[str, Any] | None:
        """Return the flags of the next trial, a value of its space for each; None if there are no more."""

    def report(self, flags: Mapping[str, Any], step: int, value: float) -> bool:
        """Take a number that a trial has reported on its way; return whether it should be stopped."""

    def tell(self, flags: Mapping[str, Any], outcome: Outcome) -> None:
        """Take what came of a trial. One with flags that were never asked for is knowledge all the same."""
