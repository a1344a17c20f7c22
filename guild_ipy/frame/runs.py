"""``guild_ipy.runs``: the runs of Guild home as a frame, and from any frame back to its runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from guild_ipy.api.context import get_context
from guild_ipy.api.runs import list_records
from guild_ipy.domain.run_filter import RunFilter
from guild_ipy.errors import RunNotFound
from guild_ipy.frame.keywords import RunKeywords, parse_keywords
from guild_ipy.frame.listing import listing_frame
from guild_ipy.frame.run_names import find_ids, short_names
from guild_ipy.store.home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.runs import list_run_dirs


def runs(*, details: bool = False, **filters: Unpack[RunKeywords]) -> pd.DataFrame:
    """List runs, newest first, as a plain DataFrame whose ``.guild`` knows what can be done with them.

    Parameters
    ----------
    details
        Also give ``id stopped exit_status tags comments digest run_dir damage``.
    **filters
        What the runs must all be; several texts for one of the first four are alternatives.
        ``operations labels tags comments``: a text or several. ``running completed error terminated pending
        staged damaged``: any of those that are True. ``marked unmarked unlabeled deleted``: True or False.
        ``started``: a time range. ``digest``: beginning of the source digest. ``limit``: at most that many.

    Returns
    -------
    pandas.DataFrame
        Columns ``run operation started time status label marked``.

    Raises
    ------
    UsageError
        For a filter that is not there, or a value that it cannot have.

    Examples
    --------
    >>> df = guild_ipy.runs(operations="train", completed=True, started="last 2 days")    # doctest: +SKIP
    >>> df.guild.compare().sort_values("loss")                                            # doctest: +SKIP
    """
    return frame_runs(parse_keywords(filters), details=details)


def frame_runs(run_filter: RunFilter, *, details: bool = False) -> pd.DataFrame:
    """List the runs that pass a filter, newest first; see :func:`runs`."""
    context = get_context()
    records = list_records(context, run_filter)
    names = short_names([record.dir.id for record in records], _all_run_dirs(context.home))
    return listing_frame(dict(zip(names, records, strict=True)), details=details)


def find_runs(home: Home, names: Sequence[str]) -> dict[str, RunDir]:
    """Give the runs, live or deleted, that the names of a frame mean.

    Raises
    ------
    RunNotFound
        For the first name that means none, or several.
    """
    run_dirs = _all_run_dirs(home)
    ids = find_ids(names, run_dirs)
    for name in names:
        if name not in ids:
            raise RunNotFound(name, f"it is not in {home.path!r}")
    return {name: run_dirs[each] for name, each in ids.items()}


def _all_run_dirs(home: Home) -> dict[str, RunDir]:
    """Give the runs by id; a live one before a deleted one of the same id."""
    both = [*list_run_dirs(home, deleted=True), *list_run_dirs(home)]
    return {run_dir.id: run_dir for run_dir in both}
