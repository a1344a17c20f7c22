"""``run``, ``start``, ``watch`` and ``stop`` from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guild_ipy.errors import UsageError
from guild_ipy.session.session import get_session, warm_up

if TYPE_CHECKING:
    from guild_ipy.session.run_handle import Run
    from guild_ipy.session.run_refs import RunRef
    from guild_ipy.session.viewer import Viewer

_START = 'guild_ipy.start("{}")'

#: Tells ``run()``, the default operation, from ``run(train())``, where a function has returned None.
_DEFAULT = object()


def run(operation: Any = _DEFAULT, /, *args: Any, **flags: Any) -> Run:  # noqa: ANN401 - what can be run, and its arguments
    """Run a function, a script or a notebook file as an isolated run, and show its output while it goes.

    Parameters
    ----------
    operation
        A function, its name in the notebook, or the path of a script or notebook.
    *args, **flags
        Its arguments. Numbers, texts, booleans, None, paths, dates, members of enums, and lists, tuples, sets and
        mappings of these are recorded as flags; other objects travel along.

        Keywords that begin with ``_`` are options: ``_label``, ``_tag``, ``_comment``, ``_op_name`` (what a function
        is listed as), ``_run_id`` (32 hex digits), ``_random_seed``, ``_output_scalars``, ``_resources`` (what a queue
        must have free, such as ``"gpus=1"``), ``_uses`` (names of variables that the code needs and does not name),
        ``_files`` (paths of files and folders that the run gets a copy of),
        ``_background`` (return at once), ``_pidfile``, ``_isolation`` (``"fork"``, ``"fresh"`` or ``"inline"``),
        ``_stop_after`` (minutes), ``_stage`` (prepare only), ``_stage_dir`` (prepare in this folder), ``_start``,
        ``_restart`` and ``_restage`` (a run, in place of an operation; the last stages it again, as the next to be
        started), ``_reselect`` (with ``_restart``: choose the runs that it depends on anew), ``_force_sourcecode``
        (with ``_restart``: take the source of today, and say what differs), ``_force_deps`` (use
        runs that are given for dependencies, whatever they are), ``_needed`` (give the run that has these flags, if
        there is one) and ``_preview`` (show what would be run, and give None).

        A flag that is given several values makes a batch, which runs a trial for each combination of them: a list, a
        range or an array, for a flag that takes none, or text such as ``"range[1:5]"``. Its options are ``_trials`` (a
        DataFrame, a list of dicts or a file of CSV, JSON or YAML: a row is a trial), ``_max_trials`` (a sample of so
        many), ``_jobs`` (so many at a time), ``_dask`` (on the workers of this Dask cluster), ``_retry`` (start a trial
        that fails again, so often), ``_stage_trials`` (prepare them only), ``_fail_on_trial_error`` (end with the first
        that fails), ``_print_trials`` and ``_save_trials`` (print the trials, or save them to a file, and
        give None).

        A flag that is given a space is searched for: :func:`guild_ipy.uniform`, :func:`guild_ipy.loguniform`,
        :func:`guild_ipy.step`, :func:`guild_ipy.choice`, or text such as ``"loguniform[1e-5:1e-1]"``. Its options are
        ``_optimizer`` (``"random"``, which makes 20 trials if ``_max_trials`` says nothing else, ``"tpe"``, ``"gp"``,
        ``"cmaes"``, ``"qmc"`` or ``"grid"``), ``_minimize`` and ``_maximize`` (a scalar, or several), ``_prune`` (stop
        poor trials early: ``"median"``, ``"halving"``, ``"hyperband"`` or ``"patient"``), ``_mark_best`` (mark the best
        trial at the end) and ``_use_prior`` (let the optimizer know earlier runs of the operation).

        The ``_preview`` of a batch gives the trials as a DataFrame. ``_restart`` of a batch runs all its trials,
        with ``_needed`` those that have not completed, with ``_failed`` those that failed.

    Returns
    -------
    Run or Batch
        With ``result``, ``flags``, ``scalars``, ``output`` and more; a batch has ``trials``, ``best`` and ``plan``.

    Raises
    ------
    RunError
        If the run failed or was interrupted; it carries the run.

    Examples
    --------
    >>> run = guild_ipy.run(train, lr=0.1, _label="first")     # doctest: +SKIP
    >>> run.result                                             # doctest: +SKIP
    >>> batch = guild_ipy.run(train, lr=[0.1, 0.01], _jobs=2)  # doctest: +SKIP
    >>> batch.best("loss").flags                               # doctest: +SKIP
    >>> space = guild_ipy.loguniform(1e-5, 1e-1)               # doctest: +SKIP
    >>> guild_ipy.run(train, lr=space, _optimizer="tpe", _minimize="loss")   # doctest: +SKIP
    """
    if operation is None and not {"_start", "_restart", "_restage"} & flags.keys():
        raise UsageError("None cannot be run; give the function itself, its arguments beside it: run(train, lr=0.1)")
    if flags.get("_isolation") in {None, "fork"}:
        warm_up()
    from guild_ipy.python.batch_handle import carry_out  # start-up cost: while the fork server starts
    from guild_ipy.python.options import read_run_call

    wanted = read_run_call(None if operation is _DEFAULT else operation, args, flags)
    return carry_out(wanted, _viewer(previews=wanted.preview))  # type: ignore[no-any-return] # see carry_out


def start(run: RunRef | None = None, *, where: str | None = None, **options: object) -> Run:
    """Start a staged run: the one that is named, else the newest (that `where` selects).

    Options are ``_background``, ``_pidfile``, ``_isolation`` and ``_stop_after``, as for :func:`run`.
    """
    from guild_ipy.arguments.run_selection import RunSelection  # start-up cost, as in the other functions here
    from guild_ipy.python.batch_handle import carry_out
    from guild_ipy.python.options import read_launch_call
    from guild_ipy.verbs.running.start import Start

    launch = read_launch_call("start", options)
    wanted = Start(selection=RunSelection.of_one(run, where=where), launch=launch)
    return carry_out(wanted, _viewer())  # type: ignore[no-any-return] # see carry_out


def watch(run: RunRef | None = None, *, where: str | None = None) -> Run:
    """Show the output of a run until it ends: the one that is named, else the newest that is running.

    With `where` it is one of those that the expression selects.

    Interrupting it ends the watching, not the run.
    """
    from guild_ipy.arguments.run_selection import RunSelection
    from guild_ipy.python.batch_handle import carry_out
    from guild_ipy.verbs.running.watch import Watch

    wanted = Watch(selection=RunSelection.of_one(run, where=where))
    return carry_out(wanted, _viewer())  # type: ignore[no-any-return] # see carry_out


def stop(*runs: RunRef, where: str | None = None) -> None:
    """Stop the runs that are named, or all that are running (and that `where` selects), and say so."""
    from guild_ipy.arguments.run_selection import RunSelection
    from guild_ipy.verbs.running.stop import Stop

    selection = RunSelection.of(*runs, where=where, default="all")
    Stop(selection=selection).follow(get_session(), _viewer()).show()


def _viewer(*, previews: bool = False) -> Viewer:
    from guild_ipy.widgets.live_run.run_viewer import make_viewer

    return make_viewer(_START, previews=previews)
