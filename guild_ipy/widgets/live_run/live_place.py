"""The place of the head of a run: one that takes longer than a moment is a widget there while it goes.

Below the head a place is kept for the widget, where there is nothing before and after. The head is kept up to date
beside it, so that a notebook has it whenever it is saved, and front ends without widgets show it. A page that was
loaded anew meanwhile does not know these places any more: there the widget stays, and shows the end.

Runs that are over at once, and output that is captured, have no widget; nor have notebooks that are executed without a
front end, which would save the widget with its bundle.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from IPython.core.displaypub import CapturingDisplayPublisher

from guild_ipy.session.session import find_shell, get_session
from guild_ipy.view.cell.head_place import GoingRun, HeadPlace
from guild_ipy.view.cell.kept_places import KeptPlace
from guild_ipy.view.cell.publisher import Publisher
from guild_ipy.view.cell.run_head import RunHead
from guild_ipy.widgets.beside_widget import NOTHING, beside_widget
from guild_ipy.widgets.front_end import find_trouble

if TYPE_CHECKING:
    from guild_ipy.widgets.live_run.run_widget import RunWidget

_A_MOMENT = timedelta(seconds=1)


class LivePlace(HeadPlace):
    """Shows the head of a run, and of one that has been going for a moment a widget in its place.

    Parameters
    ----------
    publisher
        Shows mimebundles there.
    """

    def __init__(self, publisher: Publisher) -> None:
        super().__init__(publisher)
        self._widget_place = KeptPlace(publisher)
        self._shown: tuple[RunWidget, GoingRun] | None = None

    def show(self, head: RunHead) -> None:
        """Show a head as text and HTML, and no widget any more."""
        super().show(head)
        if self._shown is not None:
            widget, going = self._shown
            self._widget_place.show(NOTHING)
            widget.end(head, going)
            self._shown = None

    def show_going(self, head: RunHead, going: GoingRun) -> None:
        """Show the head of a run that goes on, and its curves."""
        super().show(head)
        if self._shown is not None:
            widget, _ = self._shown
            widget.show(head, going)
        elif self._widget_place.is_used and (going.run.duration or timedelta()) >= _A_MOMENT:
            from guild_ipy.widgets.live_run.run_widget import RunWidget  # start-up cost: most runs end before

            widget = RunWidget(going.run)
            widget.show(head, going)
            self._shown = (widget, going)
            self._widget_place.show({**widget.bundle, **NOTHING})

    def _publish(self, bundle: Mapping[str, Any]) -> None:
        if not self._may_be_live:
            super()._publish(bundle)
            return
        super()._publish({**bundle, "text/html": beside_widget(bundle["text/html"])})
        if not self._widget_place.is_used:
            self._widget_place.show(NOTHING)

    @cached_property
    def _may_be_live(self) -> bool:
        return _is_shown()


def _is_shown() -> bool:
    """Whether somebody looks at the notebook, in a front end that has widgets."""
    shell = find_shell()
    is_captured = shell is None or isinstance(shell.display_pub, CapturingDisplayPublisher)
    return not is_captured and bool(get_session().notebook.path) and find_trouble() is None
