"""The trials of a batch as a frame, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

from guild_ipy.batch.batch_search import read_objectives
from guild_ipy.batch.listed_trials import read_trial_ids, read_trials
from guild_ipy.batch.search.search_options import describe_objective
from guild_ipy.batch.search.search_results import SearchResults, compare_trials
from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.domain.status import RunStatus
from guild_ipy.errors import RunNotFound, UsageError
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.columns.column_cache import ID, Chooser, NamesOfKind
from guild_ipy.tables.columns.column_values import make_values
from guild_ipy.tables.columns.dtypes import value_column
from guild_ipy.tables.columns.frame_mark import mark_frame
from guild_ipy.tables.columns.rows import Rows, read_rows
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.best_runs import rank
from guild_ipy.tables.contents.comparison import Written, compare_fields, compare_frame, used_columns
from guild_ipy.verbs.looking.compared_columns import headings

BEST = "best"
_STATUS = Field("run", "status")
#: The columns before the results.
_FIRST = (RUN, "operation", "status", "label")


class BatchTrials:
    """The trials of a batch that are there, in their order, with what the index knows of them.

    `written` are the columns that are wanted, as for ``df.guild.compare``; without them all.
    """

    def __init__(self, session: Session, batch: RunDir, written: Written = None) -> None:
        self._session = session
        self._written = written
        self.batch = batch
        self.rows = _read(session, batch, written)
        self.ids: list[str] = self.rows.get(ID).to_objects().tolist()

    @property
    def dirs(self) -> list[RunDir]:
        """Their directories."""
        return [self._session.home.run_dir(each) for each in self.ids]

    @property
    def completed(self) -> list[bool]:
        """Which of them have completed."""
        return [each == RunStatus.COMPLETED.value for each in self.rows.get(_STATUS).to_objects()]

    @cached_property
    def results(self) -> SearchResults:
        """What came of the search; without objectives where nothing is searched for."""
        objectives = read_objectives(self.batch)
        summaries = self._session.index.summaries(self.dirs) if objectives else [{}] * len(self.ids)
        return compare_trials(objectives, summaries, self.completed)

    @property
    def objective(self) -> Best:
        """The one thing that is searched for.

        Raises
        ------
        UsageError
            If it is not one.
        """
        objectives = self.results.objectives
        if not objectives:
            raise UsageError("this batch does not say what it searches for; name a column, such as 'loss'")
        if len(objectives) > 1:
            said = " and ".join(map(describe_objective, objectives))
            raise UsageError(f"this batch is to {said}; name a column, such as {objectives[0].name!r}")
        return objectives[0]

    def frame(self) -> pd.DataFrame:
        """Return a comparison; of a search also what each trial has of what is searched for, and which are the best."""
        frame = compare_frame(self.rows, self._written)
        results = self.results
        if not results.objectives or self._written is not None:
            return frame
        scalars = {each.fields[0].name for each in used_columns(self.rows) if each.fields[0].part == "last"}
        added = [each for each in results.objectives if each.name not in scalars]
        place = max(list(frame).index(name) for name in _FIRST) + 1
        named = headings([each.name for each in added], "scalar", frame.columns)
        for objective, heading in reversed(list(zip(added, named, strict=True))):
            frame.insert(place, heading, pd.Series(value_column(make_values(results.column(objective))), frame.index))
        (heading,) = headings([BEST], RUN, frame.columns)
        frame.insert(place, heading, [number in results.best for number in range(len(frame))])
        return frame

    def open(self, place: int) -> Run:
        """Return one of the trials."""
        return Run(self.dirs[place], session=self._session)


def list_trials(session: Session, batch: RunDir) -> pd.DataFrame:
    """Return the trials that are there, as a comparison."""
    return BatchTrials(session, batch).frame()


def join_trials(session: Session, batch: RunDir, given: pd.DataFrame) -> pd.DataFrame:
    """Return the frame that was given, a row for each trial, with the columns of a comparison beside its own.

    Flags stay as they were given; a column of another meaning, but of the same name, is ``run:NAME``.
    """
    trials = BatchTrials(session, batch)
    place = {each: number for number, each in enumerate(trials.ids)}
    wanted = [place.get(each, -1) for each in read_trial_ids(batch) or trials.ids]
    results = trials.frame()
    if -1 in wanted:  # a deleted trial keeps its row, and is neither the best nor another
        truths = results.select_dtypes(bool).columns
        results = results.astype(dict.fromkeys(truths, "boolean"))
    results = results.reindex(wanted).set_axis(given.index)
    joined = given.rename(columns={RUN: f"flag:{RUN}"}) if RUN in given.columns else given.copy()
    flags = set(trials.rows.known["flag"])
    for name in results.columns:
        if name not in joined.columns:
            joined[name] = results[name]
        elif name not in flags:
            joined[f"run:{name}"] = results[name]
    return mark_frame(joined)


def find_best(session: Session, batch: RunDir, column: str | None, *, greatest: bool | None) -> Run:
    """Return the best trial by a column, else by what is searched for; of equal ones the first.

    Raises
    ------
    RunNotFound
        If no trial has a number there.
    UsageError
        If there is no column, and the batch does not search for one thing.
    """
    if column is None:
        return _find_best_searched(BatchTrials(session, batch), greatest)
    trials = BatchTrials(session, batch, [column])
    best = rank(compare_frame(trials.rows, [column]), column, greatest=greatest)[0]
    return trials.open(list(trials.rows.names).index(best))


def _find_best_searched(trials: BatchTrials, greatest: bool | None) -> Run:  # noqa: FBT001 - as it was given
    name = trials.objective.name
    if greatest is not None:
        raise UsageError(f"maximize is about a column; name one, such as {name!r}")
    if not trials.results.best:
        raise RunNotFound(name, "no trial has completed with a number there")
    return trials.open(min(trials.results.best))


def _read(session: Session, batch: RunDir, written: Written) -> Rows:
    """Return the trials that are there, in their order."""
    choose = compare_fields(written)

    def with_id(names: NamesOfKind) -> Sequence[Field]:
        return [ID, _STATUS, *choose(names)]

    chooser: Chooser = with_id
    rows = read_rows(session, EVERY, chooser)
    places = {each: number for number, each in enumerate(rows.get(ID).to_objects().tolist())}
    trials = [places[trial.id] for trial in read_trials(batch) if trial.id in places]
    return rows.only(np.array(trials, np.intp))
