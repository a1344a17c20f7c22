"""That a restart takes the source of today: ``--force-sourcecode``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ForcedSource:
    """That a restart takes the source of today, and where that is."""

    operation: object | None = None
    """The function or cell, where its name alone does not find it."""
    uses: tuple[str, ...] = ()
    """Variables of the notebook that the code needs and does not name."""
