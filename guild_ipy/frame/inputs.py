"""``guild_ipy.inputs``: within a summary operation, the runs that it was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from guild_ipy.domain.choosing.time_range import to_microseconds
from guild_ipy.domain.ids import SHORT_ID_LENGTH
from guild_ipy.errors import UsageError, suggest
from guild_ipy.settings import find_run_dir
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.input_runs import InputRun, find_input_files, read_input_runs
from guild_ipy.tables.columns.column_values import ColumnValues, make_values
from guild_ipy.tables.columns.dtypes import (
    STATUSES,
    Column,
    category_column,
    duration_column,
    moment_column,
    text_column,
    ticks_of,
    truth_column,
    value_column,
)
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.run_names import RUN


def inputs(dependency: str | None = None) -> pd.DataFrame:
    """Return the runs that this run was given as a set, newest first.

    Only what lies in the run directory is read, so Guild home need not be known. The accessor ``.guild`` of the frame
    reads the runs themselves.

    Parameters
    ----------
    dependency
        The name of the dependency; it can be left out where there is one.

    Returns
    -------
    pandas.DataFrame
        Columns ``run operation started time status label marked dir``, then the flags and the last values of the
        scalars, each by name. ``dir`` is the directory of the run.

    Raises
    ------
    UsageError
        Outside of a run, and where it was given no set of that name.

    Examples
    --------
    >>> runs = guild_ipy.inputs()                                     # doctest: +SKIP
    >>> best = runs.loc[runs["loss"].idxmin()]                        # doctest: +SKIP
    >>> model = joblib.load(Path(best["dir"]) / "model.joblib")       # doctest: +SKIP
    """
    run_dir = find_run_dir()
    if run_dir is None:
        raise UsageError("this is no run; call inputs in an operation that requires a set of runs")
    return _frame(read_input_runs(_choose(find_input_files(RunDir(run_dir)), dependency)))


def _choose(files: Mapping[str, str], dependency: str | None) -> str:
    if not files:
        raise UsageError("this run was given no set of runs; declare one with multi-run: yes")
    if dependency is None and len(files) > 1:
        raise UsageError(f"this run was given several sets of runs; name one of {', '.join(map(repr, files))}")
    if dependency is None:
        return next(iter(files.values()))
    for name, path in files.items():
        if dependency in {name, name.partition(":")[2]}:
            return path
    hint = suggest(dependency, files) or f"; there is {', '.join(map(repr, files))}"
    raise UsageError(f"this run was given no set of runs {dependency!r}{hint}")


def _frame(runs: Sequence[InputRun]) -> pd.DataFrame:
    def values(name: str) -> ColumnValues:
        return make_values([getattr(run, name) for run in runs])

    started, stopped = (make_values([_microseconds(run, name) for run in runs]) for name in ("started", "stopped"))
    columns: dict[str, Column] = {
        RUN: text_column(make_values([run.id[:SHORT_ID_LENGTH] for run in runs])),
        "operation": category_column(values("operation")),
        "started": moment_column(started),
        "time": duration_column(ticks_of(stopped) - ticks_of(started), started.present & stopped.present),
        "status": category_column(values("status"), STATUSES),
        "label": text_column(values("label")),
        "marked": truth_column(values("marked")),
        "dir": text_column(values("dir")),
    }
    kinds: dict[str, list[Mapping[str, Any]]] = {
        "flag": [run.flags for run in runs],
        "scalar": [run.scalars for run in runs],
    }
    for kind, parts in kinds.items():
        for name in sorted({name for part in parts for name in part}):
            heading = name if name not in columns else f"{kind}:{name}"
            columns[heading] = value_column(make_values([part.get(name) for part in parts]))
    return mark_frame(pd.DataFrame(columns))


def _microseconds(run: InputRun, name: str) -> int | None:
    moment = getattr(run, name)
    return None if moment is None else to_microseconds(moment)
