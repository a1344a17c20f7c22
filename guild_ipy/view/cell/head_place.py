"""The place of the head of a run below a cell, where it is shown again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from guild_ipy.session.run_handle import Run
from guild_ipy.view.cell.kept_places import KeptPlace
from guild_ipy.view.cell.live_scalars import LiveScalars
from guild_ipy.view.cell.publisher import Publisher
from guild_ipy.view.cell.run_head import RunHead


@dataclass(frozen=True, kw_only=True)
class GoingRun:
    """A run that has not ended, and what is known of it beside its head."""

    run: Run
    scalars: LiveScalars
    is_interruptible: bool
    """Whether an interrupt of the cell that is at work stops the run."""


class HeadPlace:
    """Shows a head in the place of the one before.

    Parameters
    ----------
    publisher
        Shows mimebundles there.
    """

    def __init__(self, publisher: Publisher) -> None:
        self._place = KeptPlace(publisher)

    @property
    def is_used(self) -> bool:
        """Whether a head has been shown there."""
        return self._place.is_used

    def show(self, head: RunHead) -> None:
        """Show a head."""
        self._publish(head.bundle)

    def show_going(self, head: RunHead, going: GoingRun) -> None:  # noqa: ARG002 - for a place that shows more
        """Show the head of a run that goes on."""
        self.show(head)

    def _publish(self, bundle: Mapping[str, Any]) -> None:
        self._place.show(bundle)
