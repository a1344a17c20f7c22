"""A batch, as users hold it: a run that knows its trials."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from guild_ipy.errors import RunError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session, get_session
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.run_dir import RunDir

if TYPE_CHECKING:
    import pandas as pd

    from guild_ipy.arguments.verb import Followed
    from guild_ipy.batch.trial_table import TrialTable
    from guild_ipy.frame.batch_pictures import BatchPictures
    from guild_ipy.session.viewer import Viewer
    from guild_ipy.store.run_record import RunRecord

#: Which listed trials a batch had when a DataFrame was given for them.
_LISTED = "trials"


class Batch(Run):
    """A batch: a run that runs others, its trials.

    Examples
    --------
    >>> batch = guild_ipy.run(train, lr=[0.1, 0.01])                # doctest: +SKIP
    >>> batch.trials.guild.plot("loss")                             # doctest: +SKIP
    >>> batch.best("min loss").flags                                # doctest: +SKIP
    {'lr': 0.01}
    """

    def __init__(
        self,
        run_dir: RunDir,
        record: RunRecord | None = None,
        *,
        session: Session | None = None,
        given: pd.DataFrame | None = None,
    ) -> None:
        """Take the directory of a batch; `given` is the frame whose rows were given as its trials."""
        super().__init__(run_dir, record, session=session)
        self._given = given
        self._listed = None if given is None else Run(RunDir(run_dir.proto)).get(_LISTED)

    # -- its trials

    @property
    def trials(self) -> pd.DataFrame:
        """Its trials in their order, with the columns of ``df.guild.compare``; deleted ones are left out.

        Those of a search have what is searched for, such as ``min val#loss``, and ``best``: whether a trial is the best
        of those that have completed, or with several objectives one that no other beats in one without losing in
        another.

        Where a DataFrame was given as the trials, its index and columns come first, and a deleted trial keeps its row.
        """
        from guild_ipy.frame.batch_trials import join_trials, list_trials  # start-up cost: pandas

        found = None if self._given is None else self._places()
        if self._given is None or found is None:
            return list_trials(self._at_home, self.dir)
        return join_trials(self._at_home, self.dir, self._given.iloc[found])

    @property
    def guild(self) -> BatchPictures:
        """Pictures of the trials: ``history``, ``importance``, ``parallel``, ``slice`` and ``pareto``."""
        from guild_ipy.frame.batch_pictures import BatchPictures  # start-up cost, as above

        return BatchPictures(self._at_home, self.dir)

    def best(self, column: str | None = None, *, maximize: bool | None = None) -> Run:
        """Return the best trial by what is searched for, or by a column; of equal ones the first.

        Parameters
        ----------
        column
            The trial that has the least of a scalar, flag or attribute, as in ``df.guild.compare``: ``loss``,
            ``min loss``, ``max accuracy``. None for the objective of the search.
        maximize
            Whether the greatest is the best; None means only if the column says ``max``.

        Raises
        ------
        RunNotFound
            If no trial has a number there.
        UsageError
            If no column is named, and the batch searches for nothing, or for several things.
        """
        from guild_ipy.frame.batch_trials import find_best  # start-up cost, as above

        return find_best(self._at_home, self.dir, column, greatest=maximize)

    # -- what a start does with them

    @property
    def plan(self) -> pd.DataFrame:
        """What a restart would do with each trial, as `plan_restart`; while the batch runs, what it is doing."""
        if not self.status.is_active:
            return self.plan_restart()
        from guild_ipy.batch.restart_batch import plan_at_work  # start-up cost, as above

        return _frame(plan_at_work(self._at_home, self))

    def plan_restart(self, *, needed: bool = False, failed: bool = False, **flags: Any) -> pd.DataFrame:  # noqa: ANN401 - values of flags
        """Return what a restart with these flags in place of the recorded ones would do; nothing is changed.

        Parameters
        ----------
        needed
            Pass over trials that have completed.
        failed
            Run only those that failed.
        **flags
            New values, as for :func:`guild_ipy.run`.

        Returns
        -------
        pandas.DataFrame
            A row for each trial: its ``fate`` (``kept``, ``new``, ``skipped``, ``orphan deleted`` or ``orphan kept``),
            ``run``, its flags, and the ``reason``.

        Raises
        ------
        RunStateError
            If the batch, or one of its trials, is running.
        FlagError
            For a flag that the operation does not take.
        """
        from guild_ipy.batch.batch_options import BatchOptions, Repeat  # start-up cost, as above
        from guild_ipy.batch.restart_batch import plan_restart

        if needed and failed:
            raise UsageError("needed and failed are two things; give one of them")
        repeat = Repeat.NEEDED if needed else Repeat.FAILED if failed else Repeat.ALL
        return _frame(plan_restart(self._at_home, self, flags, BatchOptions(repeat=repeat)).table)

    def wait(self, timeout: float | None = None) -> Batch:
        """Wait until all its trials have ended; TimeoutError after `timeout` seconds."""
        super().wait(timeout)
        return self

    def stop(self) -> None:
        """Stop it and the trials that are running, and say so; the others stay pending until a restart."""
        from guild_ipy.verbs.running.stop import stop, stopped_message  # start-up cost, as above
        from guild_ipy.view.changed_runs import ChangedRuns

        runs = stop(self._at_home, [self])
        ChangedRuns(runs, stopped_message(runs)).show()

    # -- how it looks

    def __repr__(self) -> str:
        return f"<Batch {self.short_id} {self.operation} {self.status}>"

    def __reduce__(self) -> tuple[type[Run], tuple[RunDir, RunRecord | None]]:
        """Pickle it without its session and the frame that was given."""
        return Batch, (self._dir, self._first_record)

    def summary(self) -> dict[str, str]:
        """Return what its text and HTML forms show, as names and texts."""
        from guild_ipy.verbs.looking.info import describe_trials  # start-up cost, as above

        return {**super().summary(), "trials": describe_trials(self)}

    # -- where they are

    @property
    def _at_home(self) -> Session:
        """The session of its Guild home."""
        session = self._session or get_session()
        home = home_of(self._dir)
        return session if home == session.home else Session.for_home(home.path, session.settings)

    def _places(self) -> list[int] | None:
        """Return the row of each trial in the frame that was given; None if they are no longer the trials."""
        from guild_ipy.batch.listed_trials import find_listed_places  # start-up cost, as above

        if Run(RunDir(self._dir.proto)).get(_LISTED) != self._listed:
            return None
        return find_listed_places(self)


def as_batch(run: Run, given: object = None) -> Run:
    """Return a run as a :class:`Batch`, if it is one; `given` is what was given as its trials."""
    if isinstance(run, Batch) or not os.path.isdir(run.dir.proto):
        return run
    from guild_ipy.batch.restart_batch import is_batch  # start-up cost: for batches

    if not is_batch(run):
        return run
    frame: Any = given if hasattr(given, "columns") and hasattr(given, "iloc") else None
    return Batch(run.dir, session=get_session(), given=frame)


def carry_out(wanted: Followed, viewer: Viewer) -> Any:  # noqa: ANN401 - of a type that the options of a verb tell
    """Carry out a verb that follows runs, and return what a user holds.

    Returns
    -------
    Run, Batch, pandas.DataFrame or None
        A frame for the preview of a batch, None for other previews and for trials that are only listed.
    """
    given = getattr(getattr(wanted, "batch", None), "trials", None)
    try:
        done = wanted.follow(get_session(), viewer)
    except RunError as error:
        error.run = as_batch(error.run, given)
        raise
    if isinstance(done, Run):
        return as_batch(done, given)
    if done is None:
        return None
    from guild_ipy.batch.trial_table import TrialTable  # start-up cost: few runs are looked at first

    return _frame(done) if isinstance(done, TrialTable) else done


def _frame(table: TrialTable) -> pd.DataFrame:
    from guild_ipy.frame.trial_plan import plan_frame  # start-up cost: pandas

    return plan_frame(table)
