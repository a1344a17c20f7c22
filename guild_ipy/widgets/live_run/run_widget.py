"""A run as a widget while it goes: its head, a button that stops it, curves that grow, and its detail.

What it shows is pushed by the thread that follows the run, so it is up to date also while a cell is at work. Its front
end asks ``stop``; ``gone``, when it is no longer on the page; and, for the detail, what
:mod:`guild_ipy.widgets.runs_requests` answers.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import traitlets

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.values.flags import format_flag
from guild_ipy.errors import GuildError
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import get_session
from guild_ipy.verbs.running.stop import stop, stopped_message
from guild_ipy.view.cell.head_place import GoingRun
from guild_ipy.view.cell.live_scalars import LiveCurve
from guild_ipy.view.cell.run_head import DONE, FAILED, GOING, STOPPED, WAITING, RunHead
from guild_ipy.widgets.answering.answer import Answer, refuse
from guild_ipy.widgets.answering.answering_widget import AnsweringWidget

if TYPE_CHECKING:
    from guild_ipy.widgets.runs_requests import RunsRequests

#: Of more scalars only the first are drawn.
_MOST_CURVES = 12
#: So many runs that have ended can still be seen on pages that were loaded anew meanwhile, or are loaded later.
_MOST_ENDED = 16
_LOOKS = {GOING: "going", WAITING: "waiting", DONE: "done", FAILED: "failed", STOPPED: "stopped"}


class RunWidget(AnsweringWidget):
    """Shows one run.

    Parameters
    ----------
    run
        A run that is going.
    """

    _view = traitlets.Unicode("run").tag(sync=True)
    _name = traitlets.Unicode("").tag(sync=True)
    _head = traitlets.Dict().tag(sync=True)
    _curves: Any = traitlets.List().tag(sync=True)
    _ended: ClassVar[list[RunWidget]] = []
    """The widgets of runs that have ended while no page was there to let go of them, the oldest first."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._session = get_session()
        self._has_ended = False
        super().__init__(_name=run.short_id)

    def show(self, head: RunHead, going: GoingRun) -> None:
        """Show how far the run is; a thread may call it."""
        curves = sorted(going.scalars.curves.items())
        with self.hold_sync():
            self._head = {
                "operation": printable(head.operation),
                "state": printable(head.state),
                "look": _LOOKS[head.look],
                "sign": head.look.sign,
                "left": head.left,
                "error": printable(head.error),
                "flags": [[printable(name), printable(format_flag(value))] for name, value in head.flags.items()],
                "details": [*map(printable, head.details)],
                "more": max(0, len(curves) - _MOST_CURVES),
                "interruptible": going.is_interruptible,
            }
            self._curves = [_describe(name, curve) for name, curve in curves[:_MOST_CURVES]]

    def end(self, head: RunHead, going: GoingRun) -> None:
        """Show how the run ended, as long as the widget is on a page; with many others after it no longer."""
        self.show(head, going)
        self._has_ended = True
        self._ended.append(self)
        for oldest in self._ended[:-_MOST_ENDED]:
            oldest.close()

    def close(self) -> None:
        """Take it off all pages."""
        with contextlib.suppress(ValueError):  # its run goes on, or it is closed already
            self._ended.remove(self)
        super().close()

    @property
    def bundle(self) -> dict[str, Any]:
        """The mimebundle by which a front end shows it."""
        bundle, _ = self._repr_mimebundle_()
        return dict(bundle)

    def answer(self, request: Mapping[str, Any]) -> Answer:
        """Return the answer to a request of its front end."""
        kind = request.get("type")
        if kind == "gone":
            if self._has_ended:
                self.close()
            return Answer(content={})
        return self._stop() if kind == "stop" else self._requests.answer(request)

    def _stop(self) -> Answer:
        try:
            stopped = stop(self._session, [self._run])
        except GuildError as error:
            return refuse(error)
        return Answer(content={"text": stopped_message(stopped), "runs": [self._run.short_id], "undo": None})

    @cached_property
    def _requests(self) -> RunsRequests:
        from guild_ipy.widgets.runs_requests import RunsRequests  # start-up cost: pandas, for the detail alone
        from guild_ipy.widgets.table_runs import TableRuns

        runs = TableRuns(session=self._session, filter=RunFilter(), names=(self._run.id,))
        return RunsRequests(runs, None, lambda: None)


def _describe(name: str, curve: LiveCurve) -> dict[str, Any]:
    """Return a curve as JSON, which has no numbers that are not finite."""
    values = [value if math.isfinite(value) else None for value in curve.values]
    return {"name": printable(name), "steps": [*curve.steps], "values": values, "last": f"{curve.values[-1]:.4g}"}
