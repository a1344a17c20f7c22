"""Runs of a table as trials: what they are compared by, their order, how they ended, and how much each flag matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from guild_ipy.batch.batch_search import rated_spaces, read_objectives
from guild_ipy.batch.listed_trials import read_trial_ids
from guild_ipy.batch.search.importance import measure_importance
from guild_ipy.batch.search.search_results import compare_trials
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.tables.columns.column_cache import NamesOfKind
from guild_ipy.tables.columns.column_values import Array, as_objects
from guild_ipy.tables.columns.rows import Rows
from guild_ipy.tables.pictures.curves import GREATER
from guild_ipy.tables.pictures.trial_points import TrialEnd, find_ends, read_flags
from guild_ipy.widgets.answering.answer import Answer
from guild_ipy.widgets.encoded_columns import EncodedColumn
from guild_ipy.widgets.table_runs import TableRuns

_ID, _STATUS, _STARTED = Field("run", "id"), Field("run", "status"), Field("run", "started")
_BATCH, _IS_BATCH = Field("run", "batch"), Field("run", "is_batch")
_ENDS = list(TrialEnd)


@dataclass(frozen=True, kw_only=True)
class SearchedRuns:
    """Runs in the order in which they are compared; batches themselves are not among them."""

    batch: RunDir | None
    """The batch that all of them are trials of."""
    is_declared: bool
    """Whether batches search for the objectives."""
    objectives: tuple[Best, ...]
    """What they are compared by; nothing if there is nothing."""
    rows: Rows
    numbers: Array
    """Their places in their batch, or else in the order of their starts, from 1 on."""
    ends: Sequence[TrialEnd | None]
    values: Sequence[Array]
    """For each objective the number of each run; NaN where there is none."""

    def choose(self, name: str | None) -> tuple[Best, Array]:
        """Return one of the objectives, the first if none is named, and the number of each run.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        for objective, values in zip(self.objectives, self.values, strict=True):
            if name in {None, objective.name}:
                return objective, values
        if name is None:
            raise UsageError("these runs have no number to be compared by")
        raise UsageError(f"these runs are not compared by {name!r}")

    def answer(self) -> Answer:
        """Return the answer to a request ``search``."""
        ends = np.array([-1 if end is None else _ENDS.index(end) for end in self.ends], "<i4")
        columns = [
            ("number", _of_numbers(self.numbers)),
            ("end", EncodedColumn(form="word", data=ends, words=tuple(end.value for end in _ENDS))),
            *((each.name, _of_numbers(values)) for each, values in zip(self.objectives, self.values, strict=True)),
        ]
        names = EncodedColumn(form="value", data=as_objects(self.rows.names.tolist()))
        return Answer(
            content={
                "batch": None if self.batch is None else self.batch.short_id,
                "is_declared": self.is_declared,
                "objectives": list(map(_describe, self.objectives)),
                "count": len(self.rows),
                "values": [{"key": key, **column.header()} for key, column in columns],
            },
            buffers=[each.buffer() for each in (names, *(column for _, column in columns))],
        )


def read_searched(runs: TableRuns, names: Sequence[str], scalar: str | None) -> SearchedRuns:
    """Return runs as trials.

    Runs of batches that search for the same are compared by that, others by the last value of a scalar.

    Parameters
    ----------
    runs, names
        Which runs of which table.
    scalar
        The scalar; None if there is none.
    """
    return _read(runs, names, scalar, with_flags=False)


def rate_flags(runs: TableRuns, names: Sequence[str], scalar: str | None, objective: str | None) -> dict[str, Any]:
    """Return the answer to a request ``importance``: the importance of each flag for one of the objectives.

    Raises
    ------
    UsageError
        If Optuna is not installed, or the runs tell nothing.
    """
    searched = _read(runs, names, scalar, with_flags=True)
    best, values = searched.choose(objective)
    rated = [
        (flags, float(value))
        for flags, value, end in zip(read_flags(searched.rows), values, searched.ends, strict=True)
        if end is TrialEnd.COMPLETED and np.isfinite(value)
    ]
    common = _common_flags([flags for flags, _ in rated])
    trials = [({name: flags[name] for name in common}, value) for flags, value in rated if common <= flags.keys()]
    spaces = rated_spaces(searched.batch, [flags for flags, _ in trials])
    found = measure_importance(spaces, trials, greatest=best.greatest)
    return {
        "objective": _describe(best),
        "flags": [{"name": name, "importance": float(importance)} for name, importance in found.items()],
        "count": len(trials),
    }


def _common_flags(trials: Sequence[Flags]) -> set[str]:
    """Return the flags that half of the runs or more have: those of a few would leave the others out."""
    names = {name for flags in trials for name in flags}
    return {name for name in names if 2 * sum(name in flags for flags in trials) >= len(trials)}


def _read(runs: TableRuns, names: Sequence[str], scalar: str | None, *, with_flags: bool) -> SearchedRuns:
    last = None if scalar is None else Field("scalar", scalar, "last")

    def choose(known: NamesOfKind) -> list[Field]:
        flags = [Field("flag", name) for name in known("flag")] if with_flags else []
        return [_ID, _STATUS, _STARTED, _BATCH, _IS_BATCH, *flags, *([] if last is None else [last])]

    rows = runs.rows(names, choose)
    rows = rows.only(np.flatnonzero([not each for each in rows.get(_IS_BATCH).to_objects()]))
    batches = _find_batches(runs.session, rows)
    batch = batches[0] if len(batches) == 1 else None
    rows, numbers = _order(rows, batch)
    dirs = [runs.session.home.run_dir(each) for each in rows.get(_ID).to_objects()]
    wanted = {read_objectives(each) for each in batches if each is not None} if None not in batches else set()
    declared = wanted.pop() if len(wanted) == 1 else ()
    if declared:
        results = compare_trials(declared, runs.session.index.summaries(dirs), [True] * len(dirs))
        values = [np.array(results.column(each), dtype=float) for each in declared]
    elif last is not None:
        values = [np.array(rows.get(last).to_objects(), dtype=float)]
    else:
        values = []
    return SearchedRuns(
        batch=batch,
        is_declared=bool(declared),
        objectives=declared or _judged_by(scalar),
        rows=rows,
        numbers=numbers,
        ends=find_ends(rows.get(_STATUS).to_objects().tolist(), dirs),
        values=values,
    )


def _judged_by(scalar: str | None) -> tuple[Best, ...]:
    """Return a scalar as an objective; of accuracies, scores and the like the greatest is the best."""
    return () if scalar is None else (Best(name=scalar, greatest=GREATER.search(scalar) is not None),)


def _find_batches(session: Session, rows: Rows) -> list[RunDir | None]:
    """Return the batches that runs are trials of; among them None if there are runs that are not trials."""
    ids = dict.fromkeys(rows.get(_BATCH).to_objects())
    return [session.home.run_dir(each) if isinstance(each, str) and is_run_id(each) else None for each in ids]


def _order(rows: Rows, batch: RunDir | None) -> tuple[Rows, Array]:
    """Return runs in their order, and their numbers."""
    listed = None if batch is None else read_trial_ids(batch)
    if listed is None:
        started = [each or 0 for each in rows.get(_STARTED).to_objects()]
        return rows.only(np.argsort(started, kind="stable")), np.arange(1, len(rows) + 1)
    place = {each: number for number, each in enumerate(listed, start=1)}
    numbers = np.array([place.get(each, len(listed) + 1) for each in rows.get(_ID).to_objects()], np.intp)
    order = np.argsort(numbers, kind="stable")
    return rows.only(order), numbers[order]


def _describe(objective: Best) -> dict[str, Any]:
    return {"name": objective.name, "greatest": objective.greatest}


def _of_numbers(values: Array) -> EncodedColumn:
    return EncodedColumn(form="number", data=values.astype("<f8"))
