"""Which runs a verb is about: ids, indexes and run objects, within a filter."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from guild_ipy.domain.choosing.run_filter import EVERY, RunFilter
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.run_list import find_run_dir

if TYPE_CHECKING:
    from guild_ipy.session.session import Session

RunRef: TypeAlias = "str | int | Run"
"""An id or the beginning of one, an index counted within the filter (1 is the newest), or a run."""

_INDEX = re.compile(r"[1-9][0-9]{0,3}")
_NO_INDEX = re.compile(r"0|-[0-9]+")
#: Several indexes as they are not written.
_SEVERAL = re.compile(r"\[?[0-9]+([,\-][0-9]*)+\]?")
_RANGE = re.compile(r"([1-9][0-9]{0,3})?:([1-9][0-9]{0,3})?")


def list_runs(session: Session, run_filter: RunFilter = EVERY, *, full: bool = False) -> list[Run]:
    """Return the runs that pass a filter, newest first.

    With `full` changes that others have made in place in runs that have ended are seen at once, else within seconds.
    """
    return [Run(record.dir, record, session=session) for record in session.index.records(run_filter, full=full)]


def select_runs(
    session: Session, refs: Sequence[RunRef], run_filter: RunFilter = EVERY, *, default: str = "latest"
) -> list[Run]:
    """Return the runs that `refs` name, in that order, each once.

    Parameters
    ----------
    session, refs, run_filter
        Indexes and ranges (``2:4``) count within the filter; ids are looked for among all runs.
    default
        What no `refs` mean: ``latest``, ``all`` or ``none`` of the filter.

    Raises
    ------
    RunNotFound
        For the first of `refs` that names none.
    """
    if refs:
        listing = _Listing(session, run_filter)
        found = [run for ref in refs for run in listing.find(ref)]
        return list({run.id: run for run in found}.values())
    if default == "none":
        return []
    wanted = run_filter if default == "all" else replace(run_filter, limit=min(1, run_filter.limit or 1))
    runs = list_runs(session, wanted)
    if not runs:
        raise RunNotFound(None, _describe(session, run_filter))
    return runs


def select_run(session: Session, ref: RunRef | None, run_filter: RunFilter = EVERY) -> Run:
    """Return the one run that `ref` names; the latest of the filter for None."""
    return select_runs(session, [] if ref is None else [ref], run_filter)[0]


def find_batch_id(session: Session, ref: RunRef) -> str:
    """Return the id of a batch, to find its trials; the batch itself need not be there any more.

    Raises
    ------
    RunNotFound
        If there is no such run, and no trial of such a batch.
    UsageError
        For a run that is not a batch.
    """
    try:
        run = select_run(session, ref)
    except RunNotFound:
        text = ref.id if isinstance(ref, Run) else str(ref).strip().lower()
        if _INDEX.fullmatch(text) or not session.index.ids(RunFilter(trials_of=text, limit=1)):
            raise
        return text
    if not run.record.is_batch:
        raise UsageError(f"run {run.short_id} is not a batch, it is one run of {run.operation}")
    return run.id


class _Listing:
    """Reads the listing once, and only when an index is counted."""

    def __init__(self, session: Session, run_filter: RunFilter) -> None:
        self._session = session
        self._filter = run_filter
        self._runs: list[Run] | None = None

    def find(self, ref: RunRef) -> list[Run]:
        if isinstance(ref, Run) and os.path.isdir(ref.path) and not self._is_elsewhere(ref):
            return [ref]
        text = ref.id if isinstance(ref, Run) else str(ref).strip()
        if between := _RANGE.fullmatch(text):
            first, last = (int(group) if group else None for group in between.groups())
            return self._nonempty(text, self._all()[(first or 1) - 1 : last])
        if _INDEX.fullmatch(text):
            return self._by_index(text)
        return [Run(_find(self._session, text, deleted=self._filter.deleted), session=self._session)]

    def _is_elsewhere(self, run: Run) -> bool:
        """Whether a deleted run is meant, and this one is not in the trash."""
        return self._filter.deleted and os.path.dirname(run.dir.path) != self._session.home.trash

    def _by_index(self, text: str) -> list[Run]:
        index = int(text)
        runs = self._all()
        if index <= len(runs):
            return [runs[index - 1]]
        raise RunNotFound(text, f"{_count(runs)}{_within(self._filter)}")

    def _all(self) -> list[Run]:
        if self._runs is None:
            self._runs = list_runs(self._session, self._filter)
        return self._runs

    def _nonempty(self, text: str, runs: list[Run]) -> list[Run]:
        if not runs:
            raise RunNotFound(text, f"{_count(self._all())}{_within(self._filter)}")
        return runs


def _find(session: Session, text: str, *, deleted: bool) -> RunDir:
    if _NO_INDEX.fullmatch(text):
        raise RunNotFound(text, "indexes begin with 1, the newest")
    if not is_run_id(text[:32].ljust(32, "0")):
        raise RunNotFound(text, f"a run is named by its id (hex digits) or by an index{_hint(session, text)}")
    held = session.notebook.variables.get(text)
    if isinstance(held, Run) and not held.id.startswith(text):
        raise UsageError(f"{text!r} can be the beginning of an id; the run in the variable is written {{{text}}}")
    try:
        return find_run_dir(session.home, text, deleted=deleted)
    except RunNotFound as error:
        raise _look_elsewhere(session.home, error, text, deleted=deleted) from None


def _look_elsewhere(home: Home, error: RunNotFound, text: str, *, deleted: bool) -> RunNotFound:
    """Return what to say of a run that is not where it was looked for: it may be deleted, or live."""
    if error.why:
        return error
    try:
        found = find_run_dir(home, text, deleted=not deleted)
    except RunNotFound:
        return RunNotFound(text, "it is not in the trash, which runs --deleted lists") if deleted else error
    if deleted:
        return RunNotFound(text, "it is not deleted")
    return RunNotFound(text, f"it is deleted; restore {found.short_id} brings it back, --deleted looks at it there")


def _hint(session: Session, text: str) -> str:
    """Say what can have been meant by a word that names no run."""
    if isinstance(session.notebook.variables.get(text), Run):
        return f"; the run in that variable is written {{{text}}}"
    if text == "all":
        return "; all are 1:"
    if _SEVERAL.fullmatch(text):
        return ", several like this: 1 2, or 1:2"
    if session.index.ids(RunFilter(operations=(text,), limit=1)):
        return f"; runs of an operation are chosen by --operation {text} (in Python where='op = {text}')"
    return "; text with spaces is put in quotes" if text.isalpha() else ""


def _count(runs: Sequence[Run]) -> str:
    return "there is 1 run" if len(runs) == 1 else f"there are {len(runs)} runs"


def _within(run_filter: RunFilter) -> str:
    if run_filter == RunFilter(deleted=True):
        return " in the trash"
    return "" if run_filter == EVERY else " that pass the filter"


def _describe(session: Session, run_filter: RunFilter) -> str:
    """Say why no run passes a filter; a name of an operation can be a slip."""
    if run_filter == EVERY:
        return "there are no runs yet"
    if run_filter == RunFilter(deleted=True):
        return "the trash is empty"
    if run_filter == RunFilter(statuses=run_filter.statuses):
        return f"no run has the status {' or '.join(sorted(map(str, run_filter.statuses)))}"
    if run_filter == RunFilter(marked=run_filter.marked):
        return "no run is marked" if run_filter.marked else "there is no run that is not marked"
    from guild_ipy.session.unmatched import describe_unmatched  # start-up cost: for those who find nothing

    hint = describe_unmatched(session.index, run_filter)
    return f"no run passes the filter{f'; {hint}' if hint else ''}"
