"""The scalars of runs: summaries, and every point."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from guild_ipy.api.scalars import read_summaries
from guild_ipy.domain.scalars import ScalarSummary
from guild_ipy.errors import DamagedRun
from guild_ipy.frame.columns import Column, headings, integer_column, text_column
from guild_ipy.frame.run_names import RUN
from guild_ipy.store.events import find_event_files, read_points
from guild_ipy.store.run_dir import RunDir

#: Heading of the step in a comparison.
STEP = "step"
_TEXTS = ("prefix", "tag")
#: Heading -> field of a summary, in the order that users of ``guild.ipy`` know.
_NUMBERS = {
    "first_val": "first",
    "first_step": "first_step",
    "last_val": "last",
    "last_step": "last_step",
    "min_val": "min",
    "min_step": "min_step",
    "max_val": "max",
    "max_step": "max_step",
    "avg_val": "average",
    "count": "count",
    "total": "total",
}
_STEP_GIVER = "loss"
_SYSTEM = "sys/"


def scalars_frame(runs: Mapping[str, RunDir]) -> pd.DataFrame:
    """Give one row a run and scalar, with its first, last, least, greatest and average value."""
    rows = [(name, summary) for name, run_dir in runs.items() for summary in read_summaries(run_dir).values()]
    columns: dict[str, Column] = {RUN: text_column([name for name, _ in rows])}
    for heading in _TEXTS:
        columns[heading] = text_column([getattr(summary, heading) for _, summary in rows])
    for heading, field in _NUMBERS.items():
        kind = "float64" if heading.endswith(("_val", "total")) else "int64"
        columns[heading] = pd.Series([getattr(summary, field) for _, summary in rows], dtype=kind)
    return pd.DataFrame(columns)


def scalar_columns(run_dirs: Collection[RunDir], taken: Collection[str]) -> dict[str, Column]:
    """Give ``step`` and a column of last values for each scalar, sorted by name.

    What Guild AI records about the machine (``sys/``) is left out. The step is that of ``loss``, or of the
    first scalar. A heading that is `taken`, or ``step`` itself, becomes ``scalar:name``.
    """
    summaries = [_shown(run_dir) for run_dir in run_dirs]
    names = sorted(set().union(*summaries))
    if not names:
        return {}
    columns: dict[str, Column] = {STEP: integer_column([_step(each) for each in summaries])}
    for name, heading in zip(names, headings(names, "scalar", {STEP, *taken}), strict=True):
        columns[heading] = pd.Series([each[name].last if name in each else math.nan for each in summaries])
    return columns


def points_frame(runs: Mapping[str, RunDir]) -> pd.DataFrame:
    """Give one row for every value that was reported, file by file."""
    rows = [(name, path, *point) for name, run_dir in runs.items() for path, *point in _points(run_dir)]
    names, paths, steps, tags, values = zip(*rows, strict=True) if rows else ((),) * 5
    return pd.DataFrame(
        {
            RUN: text_column(names),
            "path": text_column(paths),
            "tag": text_column(tags),
            "val": pd.Series(values, dtype="float64"),
            "step": pd.Series(steps, dtype="int64"),
        }
    )


def _shown(run_dir: RunDir) -> dict[str, ScalarSummary]:
    return {name: each for name, each in read_summaries(run_dir).items() if not each.tag.startswith(_SYSTEM)}


def _step(summaries: Mapping[str, ScalarSummary]) -> int | None:
    giver = summaries.get(_STEP_GIVER) or next(iter(summaries.values()), None)
    return giver.last_step if giver else None


def _points(run_dir: RunDir) -> Iterator[tuple[str, int, str, float]]:
    for path in find_event_files(run_dir):
        shown = os.path.relpath(path, run_dir.path)
        try:
            points, _ = read_points(path)
        except DamagedRun:
            continue
        yield from ((shown, point.step, point.tag, point.value) for point in points)
