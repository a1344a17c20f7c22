"""Attributes of our own that queues read and write.

=================  ==========================================================================================
``queue_order``    of a queue: ``pause``, or ``drain`` for one that ends when its runs have ended
``cluster``        of a queue with a cluster: the most that any one of its workers has, by the names of resources
``not_started``    of a staged run: why a queue could not start it; queues leave it alone while that is there
=================  ==========================================================================================
"""

from __future__ import annotations

from enum import Enum

from guild_ipy.errors import DamagedRun
from guild_ipy.launching.at_work.bins import Bins
from guild_ipy.session.run_handle import Run
from guild_ipy.store.files.attrs import delete_attr, find_attr, write_attr
from guild_ipy.store.guild_home import home_of
from guild_ipy.store.state.changes import note_change

_ORDER = "queue_order"
_CLUSTER = "cluster"
NOT_STARTED = "not_started"


class QueueOrder(Enum):
    """What a queue was told while it is at work."""

    PAUSE = "pause"
    """Start nothing for now."""
    DRAIN = "drain"
    """Start nothing any more, and end when the runs at work have ended."""


def read_order(queue: Run) -> QueueOrder | None:
    """Return what a queue was told; None if it is to go on, or if that cannot be read."""
    word = find_attr(queue.dir, _ORDER)
    return next((each for each in QueueOrder if each.value == word), None)


def give_order(queue: Run, order: QueueOrder | None) -> None:
    """Tell a queue what to do; None lets it go on."""
    if order is None:
        delete_attr(queue.dir, _ORDER)
    else:
        write_attr(queue.dir, _ORDER, order.value)
    note_change(home_of(queue.dir), queue.id)


def note_cluster(queue: Run, bins: Bins) -> None:
    """Note what a cluster has, if that is new."""
    if find_attr(queue.dir, _CLUSTER) != bins.whole:
        write_attr(queue.dir, _CLUSTER, dict(bins.whole))


def read_cluster(queue: Run) -> Bins:
    """Return what the cluster of a queue has; nothing while that is not known."""
    whole = find_attr(queue.dir, _CLUSTER)
    return Bins(whole=whole if isinstance(whole, dict) else {}, gpus=())


def read_not_started(run: Run) -> str:
    """Return why a staged run could not be started; empty for one that may be."""
    try:
        return str(run.get(NOT_STARTED, ""))
    except DamagedRun as error:
        return str(error)


def note_not_started(run: Run, why: str) -> None:
    """Note why a staged run could not be started."""
    write_attr(run.dir, NOT_STARTED, why)
    note_change(home_of(run.dir), run.id)


def forget_not_started(run: Run) -> None:
    """Let queues try a run again."""
    delete_attr(run.dir, NOT_STARTED)
