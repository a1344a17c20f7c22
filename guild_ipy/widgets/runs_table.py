"""The table of runs as a widget: clicks in its front end change runs here, and ``table.selected`` follows them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

import pandas as pd
import traitlets
from IPython.display import display

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.session.session import Session, find_shell
from guild_ipy.tables.shown.shown_table import show_frame
from guild_ipy.tables.shown.text_table import format_text
from guild_ipy.widgets.answering.answer import Answer
from guild_ipy.widgets.answering.answering_widget import AnsweringWidget
from guild_ipy.widgets.change_watch import ChangeWatch
from guild_ipy.widgets.front_end import find_trouble
from guild_ipy.widgets.run_changes import Request
from guild_ipy.widgets.runs_requests import RunsRequests
from guild_ipy.widgets.static_table import WIDGET_TEXT, make_bundle
from guild_ipy.widgets.table_columns import read_columns
from guild_ipy.widgets.table_runs import TableRuns

_FIRST_ROWS = 40


class RunsTable(AnsweringWidget):
    """A table of runs to sort, filter and mark by hand.

    Attributes
    ----------
    height
        How high it is, in pixels.

    Examples
    --------
    >>> table = guild_ipy.table(operations="train")                       # doctest: +SKIP
    >>> table.selected.guild.plot("loss")                                 # doctest: +SKIP
    """

    _view = traitlets.Unicode("table").tag(sync=True)
    _first = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(420, min=120).tag(sync=True)

    def __init__(self, runs: TableRuns, columns: str | Iterable[str] | None = None, **traits: Any) -> None:  # noqa: ANN401 - traits are of any type
        self._runs = runs
        chosen = None if columns is None else [each.field for each in read_columns(columns, runs.known())]
        self._watch = ChangeWatch(runs.generation, self._tell_change)
        self._requests = RunsRequests(runs, chosen, self._watch.keep_on)
        first = self._requests.first(_FIRST_ROWS)
        super().__init__(_first={"content": first.content, "buffers": list(first.buffers)}, **traits)

    @property
    def selected(self) -> pd.DataFrame:
        """The runs that are selected, as ``compare`` shows them; in the order of the table."""
        return self._runs.frame(self._requests.selected)

    @property
    def marked(self) -> pd.DataFrame:
        """The runs of the table that are marked, as ``compare`` shows them."""
        return self._runs.marked()

    @property
    def filter(self) -> str:
        """The expression of the select language by which the table is filtered."""
        return self._requests.filter

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request of its front end."""
        return self._requests.answer(request)

    def close(self) -> None:
        """Take it off the page."""
        self._watch.stop()
        super().close()

    def __repr__(self) -> str:
        return format_text(show_frame(self._runs.whole_frame()))

    def _ipython_display_(self, **_: Any) -> None:  # noqa: ANN401 - IPython's protocol
        """Show the static table, and the widget, which takes its place where it can."""
        trouble = find_trouble()
        static = make_bundle(self._runs.whole_frame(), trouble)
        if trouble is not None:
            display(static, raw=True)
            return
        bundle, metadata = self._repr_mimebundle_() or ({}, {})
        widget = {**bundle, "text/plain": WIDGET_TEXT}
        if _has_own_outputs():
            display({**widget, **static}, metadata=metadata, raw=True)
            return
        display(static, raw=True)
        display(widget, metadata=metadata, raw=True)

    def _tell_change(self, generation: int) -> None:
        self.send({"event": "changed", "gen": generation})


def table_of(selection: RunSelection, session: Session, columns: str | Iterable[str] | None = None) -> RunsTable:
    """Return a table of the runs that are selected; RunNotFound for one that is not there."""
    if not selection.refs:
        return RunsTable(TableRuns(session=session, filter=selection.filter), columns)
    names = [run.id for run in selection.find(session)]
    return RunsTable(TableRuns(session=session, filter=RunFilter(), names=tuple(names)), columns)


def _has_own_outputs() -> bool:
    """Whether this is a notebook in an editor that has elements of its own for outputs: VS Code, or Colab."""
    shell = find_shell()
    return "google.colab" in sys.modules or (shell is not None and "__vsc_ipynb_file__" in shell.user_ns)
