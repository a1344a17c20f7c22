"""``batch.guild``: pictures of the trials of a batch, and of what they were searched for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from guild_ipy.batch.batch_search import rated_spaces, read_spaces
from guild_ipy.batch.search.importance import measure_importance
from guild_ipy.domain.choosing.best import Best
from guild_ipy.errors import UsageError
from guild_ipy.frame.batch_trials import BatchTrials
from guild_ipy.index.queries.column_table import Field
from guild_ipy.session.session import Session
from guild_ipy.store.run_dir import RunDir
from guild_ipy.tables.columns.column_values import Array
from guild_ipy.tables.columns.run_names import RUN
from guild_ipy.tables.contents.comparison import compare_frame
from guild_ipy.tables.pictures.curves import GREATER
from guild_ipy.tables.pictures.history import plot_history
from guild_ipy.tables.pictures.importance_bars import plot_importance
from guild_ipy.tables.pictures.parallel import across_flags, plot_parallel, telling_columns
from guild_ipy.tables.pictures.pareto_set import plot_pareto
from guild_ipy.tables.pictures.pyplot import Axes
from guild_ipy.tables.pictures.slices import plot_slices
from guild_ipy.tables.pictures.trial_points import TrialEnd, TrialPoints, find_ends, read_flags


class BatchPictures:
    """Pictures of a batch, drawn by matplotlib.

    A column is one of ``df.guild.compare``, such as ``min loss``. Without it the pictures are about what the batch
    searches for; of a batch that does not say so, about the scalar ``loss``, or the first that there is.

    Examples
    --------
    >>> batch = guild_ipy.run(train, lr=guild_ipy.loguniform(1e-5, 0.1), _minimize="loss")   # doctest: +SKIP
    >>> batch.guild.history()                                                                # doctest: +SKIP
    >>> batch.guild.slice()                                                                  # doctest: +SKIP
    """

    def __init__(self, session: Session, batch: RunDir) -> None:
        self._session = session
        self._batch = batch

    def history(self, column: str | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw the number of each trial in their order, and a line for the best so far.

        Pruned trials are where they were stopped, failed ones at the bottom.
        """
        return plot_history(self._points(column), ax)

    def importance(self, column: str | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw how much each flag matters, by the PED-ANOVA of Optuna: ``pip install 'guild-ipy[optimize]'``."""
        trials = self._points(column)
        rated = [
            (flags, float(value))
            for flags, value, is_rated in zip(trials.flags, trials.values, trials.rated, strict=True)
            if is_rated and all(name in flags for name in trials.spaces)
        ]
        spaces = rated_spaces(self._batch, trials.flags)
        found = measure_importance(spaces, rated, greatest=trials.objective.greatest)
        return plot_importance(found, trials.objective.name, ax)

    def parallel(self, columns: str | Iterable[str] | None = None, *, ax: Axes | None = None) -> Axes:
        """Draw a line for each trial across the flags in which they differ, to what they were searched for.

        `columns` are others to end in, as for ``df.guild.parallel``.
        """
        trials = BatchTrials(self._session, self._batch)
        if columns is not None:
            return trials.frame().guild.parallel(columns, ax=ax)
        results = trials.results
        ends = {each.name: pd.Series(results.column(each), dtype=float) for each in results.objectives}
        return plot_parallel(across_flags(trials.rows, pd.DataFrame(ends) if ends else None), ax)

    def slice(self, column: str | None = None, *, ax: Sequence[Axes] | None = None) -> Array:
        """Draw a panel for each flag, with the number of each trial by the value of that flag.

        The colour of a dot says how late its trial came. `ax` are Axes for each flag; an array of them is returned.
        """
        return plot_slices(self._points(column), ax)

    def pareto(self, *, ax: Axes | None = None) -> Axes:
        """Draw the trials of a search with two objectives, and a line along the best."""
        trials = BatchTrials(self._session, self._batch)
        return plot_pareto(trials.results, trials.completed, ax)

    # -- what is drawn

    def _points(self, column: str | None) -> TrialPoints:
        trials = BatchTrials(self._session, self._batch)
        statuses = trials.rows.get(Field("run", "status")).to_objects()
        ends = find_ends(statuses, trials.dirs)
        flags = read_flags(trials.rows)
        objective, values = self._values(trials, column)
        return TrialPoints(
            objective=objective,
            runs=list(trials.rows.names),
            values=values,
            completed=np.array(trials.completed, dtype=bool),
            pruned=np.array([each is TrialEnd.PRUNED for each in ends], dtype=bool),
            failed=np.array([each is TrialEnd.FAILED for each in ends], dtype=bool),
            flags=flags,
            spaces=read_spaces(self._batch, flags),
        )

    def _values(self, trials: BatchTrials, column: str | None) -> tuple[Best, Array]:
        """Return what trials are compared by, and the number of each."""
        known = {each.name: each for each in trials.results.objectives}
        name = self._telling(trials) if column is None else " ".join(column.split())
        if name in known:
            return known[name], np.array(trials.results.column(known[name]), dtype=float)
        frame = compare_frame(BatchTrials(self._session, self._batch, [name]).rows, [name]).drop(columns=RUN)
        if frame.shape[1] != 1:
            raise UsageError(f"a picture of a batch takes one column, not {name!r}")
        values = pd.to_numeric(frame.iloc[:, 0].astype(object), errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        first = name.partition(" ")[0]
        greatest = first == "max" or (first != "min" and GREATER.search(name) is not None)
        return Best(name=name, greatest=greatest), values

    def _telling(self, trials: BatchTrials) -> str:
        if trials.results.objectives:
            return trials.objective.name
        _, end = telling_columns(trials.rows)
        if not end:
            raise UsageError("the trials have reported no scalars; there is nothing to draw")
        return end[0]
