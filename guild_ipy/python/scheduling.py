"""``restage`` and ``queue`` from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from guild_ipy.arguments.run_selection import flatten_refs
from guild_ipy.errors import UsageError
from guild_ipy.scheduling.restaging import restage as restage_run
from guild_ipy.session.run_refs import RunRef, select_run
from guild_ipy.session.session import get_session
from guild_ipy.session.viewer import SilentViewer

if TYPE_CHECKING:
    import pandas as pd

    from guild_ipy.session.run_handle import Run
    from guild_ipy.verbs.running.queue import ManageQueue


def restage(run: RunRef, /, **flags: Any) -> Run:  # noqa: ANN401 - flags are of any type
    """Stage a run again with other flags, and return it; it is the next that a queue starts.

    Raises
    ------
    RunStateError
        If it is at work.
    FlagError
        For a flag that the operation does not take.

    Examples
    --------
    >>> guild_ipy.restage("1f2e3d4c", lr=0.01)                    # doctest: +SKIP
    """
    session = get_session()
    staged = restage_run(session, select_run(session, flatten_refs([run])[0]), flags, SilentViewer())
    assert staged is not None, "nobody is asked"
    return staged


def queue(
    action: str = "status",
    /,
    *runs: RunRef,
    before: RunRef | None = None,
    now: bool = False,
    **flags: Any,  # noqa: ANN401 - as above
) -> pd.DataFrame | Run | None:
    """Show what waits for a queue and why, or do as ``%guild_queue`` does.

    Parameters
    ----------
    action
        ``status``, ``start``, ``stop``, ``pause``, ``resume``, ``next`` or ``move``.
    *runs
        The runs of ``next`` and ``move``, the queues of ``stop``.
    before
        The run before which ``move`` puts them.
    now
        Whether ``stop`` stops the runs of a queue as well.
    **flags
        Those of ``start``: ``run_once``, ``wait_for_running``, ``jobs``, ``where``, ``resources`` and
        ``poll_interval``.

    Returns
    -------
    DataFrame, Run or None
        The runs that wait, the run of a queue that was started, or nothing.

    Examples
    --------
    >>> guild_ipy.queue("start", jobs=2)                          # doctest: +SKIP
    >>> guild_ipy.queue()                                         # doctest: +SKIP
    """
    from guild_ipy.verbs.running.queue import ManageQueue, start_queue  # start-up cost: few sessions have queues

    if flags and action != "start":
        raise UsageError(f"queue: only start takes flags, and {next(iter(flags))!r} is one")
    if action == "start":
        if runs:
            raise UsageError("queue: start takes flags alone; runs are staged by run")
        named = {name.replace("_", "-"): value for name, value in flags.items()}
        return start_queue(get_session(), named, SilentViewer())
    ids = tuple(str(each) for each in map(_name, flatten_refs(runs)))
    target = None if before is None else _name(before)
    return _show(ManageQueue(words=(action, *ids), before=target, now=now))


def _show(wanted: ManageQueue) -> pd.DataFrame | None:
    """Carry out an action other than ``start``; return what waits as a frame."""
    from guild_ipy.scheduling.queue_status import QueueStatus
    from guild_ipy.tables.contents.queue_frame import frame_queue
    from guild_ipy.view.changed_runs import ChangedRuns

    done = wanted.follow(get_session(), SilentViewer())
    if isinstance(done, QueueStatus):
        return frame_queue(done)
    if isinstance(done, ChangedRuns):
        done.show()
    return None


def _name(ref: RunRef) -> str | int:
    return ref if isinstance(ref, str | int) else ref.id
