"""From the names in a ``run`` column back to the runs."""

from __future__ import annotations

from collections.abc import Sequence

from guild_ipy.errors import RunNotFound
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.session import Session
from guild_ipy.settings import find_run_dir
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import list_run_dirs
from guild_ipy.store.used_runs.input_runs import list_input_dirs
from guild_ipy.tables.columns.column_cache import KeptColumns, NamesOfKind, columns_of
from guild_ipy.tables.columns.deleted_ids import list_deleted
from guild_ipy.tables.columns.run_names import find_ids


def find_run_dirs(session: Session, names: Sequence[str]) -> dict[str, RunDir]:
    """Return the runs, live or deleted, that the names of a frame mean.

    Raises
    ------
    RunNotFound
        For the first name that means none, or several.
    """
    kept = columns_of(session.index).now(session, _no_columns)
    found = {} if kept is None else _find_kept(session, kept, names)
    if len(found) < len(names):
        found |= _find_by_prefix(session, kept, [name for name in names if name not in found])
    return {name: found[name] for name in names}


def find_deleted(session: Session, names: Sequence[str]) -> list[RunDir]:
    """Return the runs in the trash that the names of a frame mean.

    Raises
    ------
    RunNotFound
        For the first name that means none, or several.
    """
    run_dirs = {run_dir.id: run_dir for run_dir in list_run_dirs(session.home, deleted=True)}
    ids = find_ids(names, run_dirs)
    for name in names:
        if name not in ids:
            raise RunNotFound(name, "it is not deleted" if find_run_dirs(session, [name]) else "")
    return [run_dirs[ids[name]] for name in names]


def _no_columns(names: NamesOfKind) -> list[Field]:  # noqa: ARG001 - the columns that are always kept are enough
    return []


def _find_kept(session: Session, kept: KeptColumns, names: Sequence[str]) -> dict[str, RunDir]:
    """Find runs by their present names."""
    row_by_name, ids = kept.naming(session, list_deleted(session.home)).row_by_name, kept.ids(session)
    found = {name: ids[row] for name in names if (row := row_by_name.get(name)) is not None}
    return {name: session.home.run_dir(each) for name, each in found.items() if each}


def _find_by_prefix(session: Session, kept: KeptColumns | None, names: Sequence[str]) -> dict[str, RunDir]:
    """Find runs by any beginning of their ids; a live one before a deleted one of the same id.

    Within a run, the runs that it was given are found in any Guild home.
    """
    home = session.home
    live = list_run_dirs(home) if kept is None else map(home.run_dir, filter(None, kept.ids(session)))
    run_dir = find_run_dir()
    given = [] if run_dir is None else list_input_dirs(RunDir(run_dir))
    run_dirs = {run_dir.id: run_dir for run_dir in (*given, *list_run_dirs(home, deleted=True), *live)}
    ids = find_ids(names, run_dirs)
    for name in names:
        if name not in ids:
            raise RunNotFound(name, f"it is not in {home.path!r}")
    return {name: run_dirs[each] for name, each in ids.items()}
