"""Finding out what has changed since the index was written, at a cost that does not depend on how many runs there are.

Before every listing it looks at

- the stamp of the folder of runs; only if it has changed is the folder listed;
- runs that have not ended, and folders among the runs that may become one;
- the change log, in which every process of ours notes the runs that it has changed;
- all runs, if they are no more than a few hundred; of more, those that a thread has found to have changed since the
  last listing (:mod:`guild_ipy.index.refreshing.recheck`).

Looking needs no lock. The runs that have changed are read again under the lock (``refresh``), so
that an older look never replaces a newer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from guild_ipy.index.queries.index_reader import IndexReader, Watched
from guild_ipy.index.rows.entry import Care, encode_record, read_entry
from guild_ipy.index.rows.sql_values import encode_json, text_to_sql
from guild_ipy.index.rows.stamps import Stamp, digest_run, have_changed, stamp_paths
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.run_list import is_run
from guild_ipy.store.state.changes import LogPosition, read_changes

#: A listing may have to wait for as long.
_LOOK_SECONDS = 0.005
_RUNS_AT_A_TIME = 200


@dataclass(frozen=True, kw_only=True)
class RefreshPlan:
    """The work that brings the index up to date."""

    ids: frozenset[str] = frozenset()
    """Runs to be read again."""
    is_scan_due: bool = False
    """Whether the folder of runs has to be listed."""
    position: LogPosition | None = None
    """Where the change log ends, if it has grown."""

    def __bool__(self) -> bool:
        return bool(self.ids) or self.is_scan_due or self.position is not None


def plan_refresh(
    home: Home,
    reader: IndexReader,
    settle: Callable[[RunDir], None],
    suspects: Iterable[str] = (),
    *,
    full: bool = False,
) -> RefreshPlan:
    """Look for changes; `full` compares the stamps of all runs.

    `settle` is called with runs that have not ended and with folders that are not runs, before they are looked at.
    """
    state = reader.state()
    folder = stamp_folder(home)
    changes = read_changes(home, state.position)
    ids = {*changes.ids, *suspects}
    ids |= {each.id for each in state.unsettled if _has_changed(home, reader, each, settle)}
    ids |= {name for name in state.folders if _is_run_now(home.run_dir(name), settle)}
    if full or state.is_small or not changes.is_complete:
        others = (each for _, each in reader.watched() if each.care is not Care.FLUID)
        ids |= find_changed(home, others, is_deep=full)
    return RefreshPlan(
        ids=frozenset(filter(is_name, ids)),
        is_scan_due=full or state.is_racy or folder.digest != state.runs or not state.is_complete,
        position=changes.position if changes.position != state.position else None,
    )


def find_changed(home: Home, runs: Iterable[Watched], *, is_deep: bool = False) -> set[str]:
    """Return the runs whose stamps are no longer what they were; `is_deep` also looks for new files in all folders."""
    return {each.id for each in runs if _is_changed(home.run_dir(each.id), each, is_deep=is_deep)}


def find_changed_after(home: Home, reader: IndexReader, after: int) -> tuple[set[str], int]:
    """Look for some milliseconds at runs that have ended, after the one of a number.

    Returns
    -------
    set of str
        The ids of those that have changed.
    int
        The number of the last one; 0 at the end.
    """
    deadline = time.monotonic() + _LOOK_SECONDS
    changed, last = set[str](), 0
    for number, each in reader.watched(after=after, limit=_RUNS_AT_A_TIME):
        if each.care is Care.SETTLED and _is_changed(home.run_dir(each.id), each):
            changed.add(each.id)
        last = number
        if time.monotonic() > deadline:
            break
    return changed, last


def stamp_folder(home: Home) -> Stamp:
    """Return the stamp of the folder of runs."""
    return stamp_paths([home.runs])


def is_name(name: str) -> bool:
    """Return whether this can be the name of a run: a damaged change log may say anything."""
    return bool(name) and "/" not in name and "\0" not in name and name not in {".", ".."}


def _has_changed(home: Home, reader: IndexReader, watched: Watched, settle: Callable[[RunDir], None]) -> bool:
    run_dir = home.run_dir(watched.id)
    if watched.care is not Care.FLUID:
        return _is_changed(run_dir, watched)
    from guild_ipy.index.rows.event_sources import stamp_sources  # start-up cost: mostly no run is at work

    settle(run_dir)
    kept = reader.read_entry_text(text_to_sql(watched.id))
    entry = read_entry(run_dir)
    is_same = kept == (encode_record(entry.record), encode_json(dict(entry.attrs)), entry.care)
    return not is_same or stamp_sources(run_dir) != watched.sources


def _is_changed(run_dir: RunDir, watched: Watched, *, is_deep: bool = False) -> bool:
    if digest_run(run_dir, watched.files) != watched.stamp:
        return True
    if not is_deep:
        return have_changed(run_dir, watched.sources)
    from guild_ipy.index.rows.event_sources import stamp_sources  # start-up cost: mostly no run is at work

    return stamp_sources(run_dir) != watched.sources


def _is_run_now(run_dir: RunDir, settle: Callable[[RunDir], None]) -> bool:
    """Return whether a folder that was not a run has become one."""
    settle(run_dir)
    return is_run(run_dir.path)
