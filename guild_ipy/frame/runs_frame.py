"""``guild_ipy.runs``: the runs of Guild home as a frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, Unpack

import pandas as pd

from guild_ipy.arguments.run_selection import RunSelection
from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.errors import UsageError
from guild_ipy.frame.keywords import RunKeywords, parse_keywords
from guild_ipy.session.session import get_session
from guild_ipy.tables.columns.column_cache import ID
from guild_ipy.tables.columns.dtypes import texts_column
from guild_ipy.tables.columns.rows import find_rows, read_rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.comparison import Written, compare_fields, compare_frame
from guild_ipy.tables.contents.listing import list_details, list_folded, list_rows, listing_fields
from guild_ipy.tables.contents.stale_runs import keep_stale, stale_column


def runs(
    *,
    details: bool = False,
    stale: bool = False,
    fold: bool = False,
    refresh: Literal["full"] | None = None,
    **filters: Unpack[RunKeywords],
) -> pd.DataFrame:
    """List runs, newest first, as a plain DataFrame whose ``.guild`` knows what can be done with them.

    Parameters
    ----------
    details
        Also return ``id stopped exit_status tags comments digest batch error stale run_dir damage``.
    stale
        Only runs that used another run because it was marked or the latest, and would use a different one now.
    fold
        List a batch in place of its trials, with the column ``trials``: how many there are of each status.
    refresh
        ``"full"``: see changes by others in place in runs that have ended at once; else it takes some seconds.
    **filters
        Every run passes all of them; several texts for one of the first six are alternatives.
        ``operations labels tags comments notebooks projects``: a text or several; the last two are files and folders
        that runs were started in, by path or by name. ``here``: True for those of this notebook.
        ``running completed error terminated pending staged damaged``: any of those that are True.
        ``marked unmarked unlabeled deleted``: True or False. ``started``: a time range. ``digest``: beginning of the
        source digest. ``limit``: at most that many. ``trials_of``: a batch, or its id.
        ``where``: an expression of the select language, such as ``"loss < 0.5 and not marked"``; ``filter_expr`` is
        Guild AI's name for it.

    Returns
    -------
    pandas.DataFrame
        Columns ``run operation started time status label marked notebook project``, ``batch`` where a run is a
        trial, and ``error`` where one has failed.

    Raises
    ------
    UsageError
        For a filter that does not exist, or a value that it cannot have.

    Examples
    --------
    >>> df = guild_ipy.runs(operations="train", completed=True, started="last 2 days")    # doctest: +SKIP
    >>> df.guild.compare().sort_values("loss")                                            # doctest: +SKIP
    """
    if refresh not in {None, "full"}:
        raise UsageError(f"refresh takes 'full', not {refresh!r}")
    return frame_runs(parse_keywords(filters), details=details, stale=stale, fold=fold, full=refresh is not None)


def frame_runs(
    run_filter: RunFilter, *, details: bool = False, stale: bool = False, fold: bool = False, full: bool = False
) -> pd.DataFrame:
    """List the runs that pass a filter, newest first; see :func:`runs`."""
    if fold and (stale or details):
        raise UsageError(f"runs: fold and {'stale' if stale else 'details'} are two things; give one of them")
    session = get_session()
    wanted = replace(run_filter, limit=None) if stale or fold else run_filter
    rows = read_rows(session, wanted, listing_fields(details=details, more=[ID] if stale or fold else []), full=full)
    if fold:
        return list_folded(rows, run_filter.limit)
    folder = session.home.trash if run_filter.deleted else session.home.runs
    shown = keep_stale(session, rows, folder, run_filter.limit) if stale else rows
    if not details:
        return list_rows(shown)
    return list_details(shown, folder, lambda: stale_column(session, shown, folder, all_are=stale))


def compare_selected(selection: RunSelection, columns: Written = None) -> pd.DataFrame:
    """Put runs beside each other: the named ones in their order, else all that pass the filter."""
    session, fields = get_session(), compare_fields(columns)
    if not selection.refs:
        wanted = replace(selection.filter, without_batches=True)  # their results are those of their trials
        return compare_frame(read_rows(session, wanted, fields), columns)
    frame = pd.DataFrame({RUN: texts_column([run.id for run in selection.find(session)])})
    return compare_frame(find_rows(session, frame, fields), columns)
