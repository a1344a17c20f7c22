"""``table`` from Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Unpack

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.errors import UsageError
from guild_ipy.session.run_refs import RunRef
from guild_ipy.session.session import get_session

if TYPE_CHECKING:
    from guild_ipy.frame.keywords import RunKeywords
    from guild_ipy.widgets.runs_table import RunsTable


def table(*runs: RunRef, columns: str | Iterable[str] | None = None, **filters: Unpack[RunKeywords]) -> RunsTable:
    """Return a table of runs for a notebook, to sort, filter, compare and mark by hand.

    ``table.selected`` and ``table.marked`` are frames of the runs that are selected, and marked, at this moment.

    Parameters
    ----------
    *runs
        Which, in this order; also a frame with a column ``run``. Without them all that pass the filters.
    columns
        The columns to begin with, as for ``df.guild.compare``; without them some that tell the runs apart.
    **filters
        As for :func:`guild_ipy.runs`.

    Examples
    --------
    >>> table = guild_ipy.table(operations="train")             # doctest: +SKIP
    >>> table.selected.guild.plot("loss")                       # doctest: +SKIP
    """
    from guild_ipy.frame.keywords import parse_keywords  # start-up cost: pandas, and ipywidgets
    from guild_ipy.widgets.runs_table import table_of

    if filters.get("deleted"):
        raise UsageError("a table shows runs that are there; guild_ipy.runs(deleted=True) lists those in the trash")
    chosen = RunSelection.of(*runs, default="all")
    selection = RunSelection(refs=chosen.refs, filter=parse_keywords(filters), default="all")
    return table_of(selection, get_session(), columns)
