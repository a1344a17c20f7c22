"""Marks runs, which dependencies then use."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.engine.run_files.provenance import host_name, user_name
from guild_ipy.session.matching import select
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.owners import check_changeable
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.marks import MarkedBy, MarkEntry, write_mark
from guild_ipy.store.state.marks import is_marked as read_marked


@dataclass(frozen=True, kw_only=True)
class MarkNote:
    """What the history of marks keeps of an action beside its time and its user."""

    by: MarkedBy = MarkedBy.USER
    reason: str | None = None
    rule: str | None = None


_BY_USER = MarkNote()


def mark(session: Session, runs: Sequence[Run], *, clear: bool = False, note: MarkNote = _BY_USER) -> int:
    """Mark runs, or clear their marks; return how many there were.

    The attribute ``marked`` is true, or its file is not there, as Guild AI has it; :mod:`guild_ipy.store.state.marks`
    remembers the rest.
    """
    _write(session, [(run, not clear) for run in runs], note)
    return len(runs)


def _write(session: Session, changes: Sequence[tuple[Run, bool]], note: MarkNote) -> None:
    """Mark the runs that are to be marked, and then take away marks: some run is marked all the time."""
    action = MarkEntry(
        when=time.time_ns() // 1000,
        who=user_name(),
        host=host_name(),
        by=note.by,
        reason=note.reason,
        rule=note.rule,
        marked=True,
    )
    changed = [(run, marked) for run, marked in changes if marked or read_marked(run.dir)]
    check_changeable(run.dir for run, _ in changed)
    try:
        for run, marked in changed:
            write_mark(run.dir, replace(action, marked=marked))
    finally:
        note_change(session.home, *(run.id for run, _ in changed))


def mark_in_place_of_others(session: Session, run: Run, note: MarkNote) -> tuple[Run, ...]:
    """Mark a run, and take away the marks of other runs of its operation, which are returned."""
    others = [each for each in select(session, RunFilter(marked=True)) if each != run and _is_same_operation(each, run)]
    _write(session, [(run, True), *((each, False) for each in others)], note)
    return tuple(others)


def _is_same_operation(one: Run, other: Run) -> bool:
    """Whether two runs are of operations of one name."""
    return one.opref.to_opspec() == other.opref.to_opspec()
