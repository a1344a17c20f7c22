"""Answers what the front end of a table asks; it knows nothing of how messages travel.

A request is a map with a ``type``; each gets one answer, a map and buffers, or an error in its place::

    runs       columns, since          the runs and columns: ``gen columns rows from in_use``
    columns                            all columns that could be shown: ``columns``
    values     columns                 other columns of the same runs, all of them; the table keeps those that it shows
    filter     where                   the ``runs`` that pass an expression
    stale      most                    the ``runs`` that would use other runs now; by id where the table has them not.
                                       In a home of more than `most` runs only those of the table are looked at
    watch                              says that somebody looks: changes are told as long as this is asked
    curves     runs, scalars, points   ``curves``: of each ``run scalar count``, and the buffers of steps and values
    search     runs, scalar            the runs in the order of their search: ``batch objectives count values``; the
                                       buffers are names, numbers, how they ended, and the values of each objective
    importance runs, scalar, objective how much each flag matters: ``objective flags count``
    select     runs, filter            says which runs are selected, and by what the table is filtered

the requests about one run of :mod:`guild_ipy.widgets.detail.run_detail`, and the changes of
:mod:`guild_ipy.widgets.run_changes`. An error has a ``text``; one in an expression also has its ``position``.

The answer to ``runs``, and to ``values``, holds the values of the rows in ``rows`` (all, where it is None), each column
in a buffer (:mod:`guild_ipy.widgets.encoded_columns`); the first buffer has the names of the runs. A front end that has
the runs of the generation ``since`` is sent the rows that have changed since then, and in ``from`` the former place of
each row, -1 for a new one (None: all rows are where they were).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.errors import GuildError, UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.session import Session
from guild_ipy.session.stale import find_stale
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.run_names import find_name
from guild_ipy.verbs.changing.mark import describe_rule
from guild_ipy.view.changed_runs import count_runs
from guild_ipy.widgets.answering.answer import Answer, refuse
from guild_ipy.widgets.detail.run_detail import DETAILS, answer_detail
from guild_ipy.widgets.encoded_columns import EncodedColumn
from guild_ipy.widgets.run_changes import CHANGES, Request, change_runs, mark_alone, read_names, read_text, read_texts
from guild_ipy.widgets.run_curves import read_curves
from guild_ipy.widgets.runs_in_use import find_in_use
from guild_ipy.widgets.searched_runs import rate_flags, read_searched
from guild_ipy.widgets.table_columns import key_of, list_columns, name_columns, parse_key
from guild_ipy.widgets.table_runs import Columns, Snapshot, TableRuns

_FEW_POINTS = 40
_NO_GENERATION = -1
_OPERATION = Field("run", "operation")


class RunsRequests:
    """Answers requests about the runs of one table.

    Parameters
    ----------
    runs
        The runs that the table is about.
    columns
        The columns to begin with; None for the usual ones.
    keep_watching
        Called when somebody looks at the table.

    Attributes
    ----------
    selected, filter
        The runs that are selected, in the order of the table, and the expression by which it is filtered.
    """

    def __init__(self, runs: TableRuns, columns: Columns, keep_watching: Callable[[], None]) -> None:
        self._runs = runs
        self._columns = columns
        self._keep_watching = keep_watching
        self._sent: Snapshot | None = None
        self.selected: tuple[str, ...] = ()
        self.filter = ""
        self._answers: Mapping[str, Callable[[Request], Answer]] = {
            "runs": self._send_runs,
            "columns": self._list_columns,
            "values": self._send_values,
            "filter": self._filter,
            "stale": self._find_stale,
            "watch": self._watch,
            "curves": self._read_curves,
            "search": self._read_search,
            "importance": self._rate_flags,
            "select": self._select,
            "mark_best": self._mark_best,
        }

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request; one that is wrong or cannot be met has an answer as well."""
        try:
            return self._answer(request)
        except GuildError as error:
            return refuse(error)

    def first(self, limit: int) -> Answer:
        """Return the first rows, to be shown before anything is asked; the rest is asked for, as of no generation."""
        snapshot = self._runs.snapshot(self._columns, limit)
        return _whole(self._runs.session, replace(snapshot, gen=_NO_GENERATION))

    def _answer(self, request: Request) -> Answer:
        kind = str(request.get("type"))
        if kind in CHANGES:
            return Answer(content=change_runs(self._runs.session, request).message())
        if kind in DETAILS:
            return Answer(content=answer_detail(self._runs.session, request))
        if kind not in self._answers:
            raise UsageError(f"a request of type {kind!r} is not known here; reload the page")
        return self._answers[kind](request)

    def _send_runs(self, request: Request) -> Answer:
        keys = request.get("columns")
        columns = self._columns if keys is None else [parse_key(key) for key in read_texts(request, "columns")]
        snapshot = self._runs.snapshot(columns)
        before, self._sent = self._sent, snapshot
        if before is None or before.gen != request.get("since") or before.columns != snapshot.columns:
            return _whole(self._runs.session, snapshot)
        return _changed(self._runs.session, before, snapshot)

    def _list_columns(self, _: Request) -> Answer:
        return Answer(content={"columns": [column.header for column in list_columns(self._runs.known())]})

    def _send_values(self, request: Request) -> Answer:
        columns = [parse_key(key) for key in read_texts(request, "columns")]
        return _whole(self._runs.session, self._runs.snapshot(columns))

    def _filter(self, request: Request) -> Answer:
        return Answer(content={"runs": self._runs.passing(read_text(request, "where"))})

    def _find_stale(self, request: Request) -> Answer:
        session, most = self._runs.session, request.get("most")
        ids = session.index.ids(EVERY)
        is_small = most is None or len(ids) <= int(most)
        looked_at = map(session.home.run_dir, ids) if is_small else self._runs.run_dirs()
        names = frozenset(() if self._sent is None else self._sent.names.tolist())
        stale = find_stale(session.index.records, looked_at)
        return Answer(content={"runs": sorted(find_name(run_id, names) or run_id for run_id in stale)})

    def _watch(self, _: Request) -> Answer:
        self._keep_watching()
        return Answer(content={"gen": self._runs.generation()})

    def _read_curves(self, request: Request) -> Answer:
        names, scalars = read_names(request), read_texts(request, "scalars")
        curves = read_curves(self._runs.session, names, scalars, int(request.get("points") or _FEW_POINTS))
        return Answer(
            content={"curves": [{"run": each.run, "scalar": each.scalar, "count": each.count} for each in curves]},
            buffers=[part.tobytes() for each in curves for part in (each.steps, each.values)],
        )

    def _read_search(self, request: Request) -> Answer:
        return read_searched(self._runs, read_names(request), _read_optional(request, "scalar")).answer()

    def _rate_flags(self, request: Request) -> Answer:
        scalar, objective = _read_optional(request, "scalar"), _read_optional(request, "objective")
        return Answer(content=rate_flags(self._runs, read_names(request), scalar, objective))

    def _select(self, request: Request) -> Answer:
        self.selected, self.filter = read_texts(request, "runs"), read_text(request, "filter")
        return Answer(content={})

    def _mark_best(self, request: Request) -> Answer:
        names, field = read_names(request), parse_key(read_text(request, "column"))
        greatest = bool(request.get("greatest"))
        (column,) = name_columns([field], self._runs.known())
        shown = self._runs.narrow(read_text(request, "filter").strip())
        rule = describe_rule(Best(name=column.heading, greatest=greatest), shown)
        best = self._runs.best(names, field, greatest=greatest)
        done = mark_alone(self._runs.session, best, rule=f"{rule}, of {count_runs(len(names))} in a table")
        return Answer(content=done.message())


def _read_optional(request: Request, name: str) -> str | None:
    return None if request.get(name) is None else read_text(request, name)


def _whole(session: Session, snapshot: Snapshot) -> Answer:
    fields = list(snapshot.encoded)
    names = EncodedColumn(form="value", data=np.asarray(snapshot.names, object))
    columns = [snapshot.encoded[field] for field in fields]
    return Answer(
        content=_content(session, snapshot, fields, columns), buffers=[each.buffer() for each in [names, *columns]]
    )


def _changed(session: Session, before: Snapshot, snapshot: Snapshot) -> Answer:
    """Return the rows that have changed; all rows if a column has other words or another form now."""
    fields = list(snapshot.encoded)
    came_from = _rows_before(before, snapshot)
    is_new = came_from < 0
    changed = is_new.copy()
    for field in fields:
        now = snapshot.encoded[field].take(~is_new)
        differing = now.changed_since(before.encoded[field].take(came_from[~is_new]))
        if differing is None:
            return _whole(session, snapshot)
        changed[~is_new] |= differing
    rows = np.flatnonzero(changed)
    names = EncodedColumn(form="value", data=np.asarray(snapshot.names, object)[rows])
    columns = [snapshot.encoded[field].take(rows) for field in fields]
    moved = len(came_from) != len(before.names) or (came_from != np.arange(len(came_from))).any()
    content = _content(session, snapshot, fields, columns)
    content["rows"] = rows.tolist()
    content["from"] = _from_buffer(came_from, moved=bool(moved), at=len(columns) + 1)
    buffers = [each.buffer() for each in [names, *columns]]
    return Answer(content=content, buffers=[*buffers, came_from.astype("<i4").tobytes()] if moved else buffers)


def _from_buffer(came_from: Array, *, moved: bool, at: int) -> dict[str, int] | None:
    return {"count": len(came_from), "buffer": at} if moved else None


def _rows_before(before: Snapshot, snapshot: Snapshot) -> Array:
    """Return for each row which one it was; -1 for a new one."""
    names, known = snapshot.names.tolist(), before.names.tolist()
    added = len(names) - len(known)
    if added >= 0 and names[added:] == known:
        return np.maximum(np.arange(len(names)) - added, -1)
    place = {name: row for row, name in enumerate(known)}
    return np.array([place.get(name, -1) for name in names], np.int64)


def _content(
    session: Session, snapshot: Snapshot, fields: Sequence[Field], columns: Sequence[EncodedColumn]
) -> dict[str, Any]:
    return {
        "gen": snapshot.gen,
        "columns": [column.header for column in snapshot.columns],
        "values": [{"key": key_of(field), **column.header()} for field, column in zip(fields, columns, strict=True)],
        "count": len(snapshot.names),
        "rows": None,
        "from": None,
        "in_use": _in_use(session, snapshot),
    }


def _in_use(session: Session, snapshot: Snapshot) -> dict[str, str]:
    """Return why runs of the table are those that dependencies use, by name."""
    names = frozenset(snapshot.names.tolist())
    found = {}
    for run_id, why in find_in_use(session, snapshot.encoded[_OPERATION].words).items():
        name = find_name(run_id, names)
        if name is not None:
            found[name] = why
    return found
