"""Whole columns of many runs, for tables: what :mod:`guild_ipy.frame` makes its frames of."""

from __future__ import annotations

from collections.abc import Sequence

from guild_ipy.api.session import Session
from guild_ipy.domain.run_filter import EVERY, RunFilter
from guild_ipy.index.table import Table, Wanted
from guild_ipy.store.run_dir import RunDir


def read_table(session: Session, wanted: Wanted, run_filter: RunFilter = EVERY, *, full: bool = False) -> Table:
    """Return columns of the runs that pass a filter, newest first.

    Parameters
    ----------
    session, run_filter
        Which runs.
    wanted
        The columns (:class:`guild_ipy.index.table.Field`); or a function that chooses them, which is given one that
        says which names of a kind, ``flag``, ``attr`` or ``scalar``, these runs have.
    full
        Also see at once what others have changed in place in runs that have ended; else that takes some seconds.

    Returns
    -------
    Table
        Where `gen` is the same as it was, all columns of all live runs are what they were. It is 0 for other runs.
    """
    return session.index.table(wanted, run_filter, full=full)


def read_table_of(session: Session, run_dirs: Sequence[RunDir], wanted: Wanted, *, full: bool = False) -> Table:
    """Return columns of certain runs, in their order, live or deleted; see :func:`read_table`."""
    return session.index.table_of(run_dirs, wanted, full=full)
