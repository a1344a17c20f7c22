"""``queue``: what waits for a queue, and why; starting, pausing and ending queues; the order of what waits."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from guild_ipy.arguments.command_words import parse_flags
from guild_ipy.arguments.option import json_switch, option, switch, words
from guild_ipy.arguments.parser import Completes
from guild_ipy.arguments.run_selection import flatten_refs
from guild_ipy.arguments.tokens import token_value
from guild_ipy.arguments.verb import Verb
from guild_ipy.domain.opref import QUEUE
from guild_ipy.engine.stopping import stop_run
from guild_ipy.errors import RunStateError, UsageError, suggest
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.scheduling.queue_attrs import QueueOrder, forget_not_started, give_order
from guild_ipy.scheduling.queue_status import QueueStatus, list_queues, read_status
from guild_ipy.scheduling.staged_order import check_staged, move_before, move_first
from guild_ipy.session.run_handle import Run
from guild_ipy.session.run_refs import select_run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer
from guild_ipy.view.changed_runs import ChangedRuns, command_of, name_runs

STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class ManageQueue:
    """What to do with the queues of a home, and with the runs that wait."""

    words: tuple[str, ...] = words(
        metavar="ACTION",
        help="status, start [FLAG=VALUE ...], stop [QUEUE ...], pause, resume, next RUN ... or move RUN --before RUN",
        completes=Completes.RUNS,
    )
    before: object | None = option(
        "--before", metavar="RUN", type=token_value, help="with move: before which run", completes=Completes.RUNS
    )
    now: bool = switch("--now", help="with stop: stop its runs, too; else it ends when they have ended")
    json: bool = json_switch()
    yes: bool = switch("-y", "--yes", help="do not ask")

    def __post_init__(self) -> None:
        """Refuse an action that there is not, and options of another one."""
        if self.action not in _ACTIONS:
            raise UsageError(f"queue: there is no action {self.action!r}{suggest(self.action, _ACTIONS)}")
        if (self.before is not None) != (self.action == "move"):
            raise UsageError("queue: --before goes with move: queue move RUN --before RUN")
        if self.now and self.action != "stop":
            raise UsageError("queue: --now goes with stop")
        if self.json and self.action != STATUS:
            raise UsageError("queue: --json goes with the status alone")
        if self.rest and self.action in {STATUS, "pause", "resume"}:
            raise UsageError(f"queue: {self.action} takes no more words, and {self.rest[0]!r} is one")

    @property
    def action(self) -> str:
        """The first word."""
        return str(self.words[0]) if self.words else STATUS

    @property
    def rest(self) -> Sequence[str]:
        """The other words."""
        return self.words[1:]

    def follow(self, session: Session, viewer: Viewer) -> object:
        """Do it, and return the status, the run of a new queue, or the runs that were changed."""
        return _ACTIONS[self.action](self, session, viewer)


def _show(wanted: ManageQueue, session: Session, _: Viewer) -> QueueStatus | dict[str, Any]:
    status = read_status(session)
    return status.to_plain() if wanted.json else status


def _start(wanted: ManageQueue, session: Session, viewer: Viewer) -> Run | None:
    return start_queue(session, parse_flags(wanted.rest), viewer)


def start_queue(session: Session, flags: Mapping[str, object], viewer: Viewer) -> Run | None:
    """Start a queue in the background; None if the viewer declines."""
    request = RunRequest(operation=QUEUE.name, flags=flags, launch=LaunchOptions(background=True))
    return run(session, request, viewer)


def _stop(wanted: ManageQueue, session: Session, _: Viewer) -> ChangedRuns:
    queues = _find_queues(session, wanted.rest)
    for queue in queues:
        if wanted.now:
            stop_run(queue.dir, session.settings)
        else:
            give_order(queue, QueueOrder.DRAIN)
    names = name_runs(queues)
    if wanted.now:
        return ChangedRuns(queues, f"Stopped {names}, and what {'it' if len(queues) == 1 else 'they'} ran")
    return ChangedRuns(queues, f"Ending {names}: no more runs are started, and those at work go on to their end")


def _pause(_: ManageQueue, session: Session, __: Viewer) -> ChangedRuns:
    queues = _find_queues(session, ())
    for queue in queues:
        give_order(queue, QueueOrder.PAUSE)
    text = f"Paused {name_runs(queues)}; runs at work go on, and {command_of('queue')} resume starts more"
    return ChangedRuns(queues, text)


def _resume(_: ManageQueue, session: Session, __: Viewer) -> ChangedRuns:
    queues = _find_queues(session, ())
    for queue in queues:
        give_order(queue, None)
    return ChangedRuns(queues, f"{name_runs(queues)} start{'s' * (len(queues) == 1)} runs again")


def _next(wanted: ManageQueue, session: Session, _: Viewer) -> ChangedRuns:
    runs = _find_runs(session, wanted.rest, "next RUN")
    move_first(session, runs)
    for each in runs:
        forget_not_started(each)
    return ChangedRuns(runs, f"Next: {name_runs(runs)}")


def _move(wanted: ManageQueue, session: Session, _: Viewer) -> ChangedRuns:
    runs = _find_runs(session, wanted.rest, "move RUN --before RUN")
    other = select_run(session, flatten_refs([wanted.before])[0])
    if other in runs:
        raise UsageError(f"queue: run {other.short_id} cannot be moved before itself")
    for each in (*runs, other):
        check_staged(each)
    for each in runs:
        move_before(session, each, other)
    return ChangedRuns(runs, f"{name_runs(runs)} before {other.short_id}")


def _find_runs(session: Session, words: Sequence[str], usage: str) -> list[Run]:
    if not words:
        raise UsageError(f"queue: no run is named; write queue {usage}")
    return [select_run(session, each) for each in flatten_refs([token_value(word) for word in words])]


def _find_queues(session: Session, words: Sequence[str]) -> list[Run]:
    """Return the queues that are named, else all that are at work and that we have started."""
    named = [select_run(session, each) for each in flatten_refs([token_value(word) for word in words])]
    for each in named:
        if each.opref != QUEUE:
            raise RunStateError(f"run {each.short_id} is {each.operation}, not a queue; {command_of('stop')} stops it")
    ours = [each for each in named or list_queues(session) if os.path.exists(each.dir.meta)]
    if not ours:
        raise RunStateError(f"no queue is at work; {command_of('queue')} start starts one")
    return ours


_ACTIONS: Mapping[str, Callable[[ManageQueue, Session, Viewer], object]] = {
    STATUS: _show,
    "start": _start,
    "stop": _stop,
    "pause": _pause,
    "resume": _resume,
    "next": _next,
    "move": _move,
}

VERB = Verb(
    name="queue",
    options=ManageQueue,
    words="[ACTION]",
    summary="Show which staged runs wait, and why; start, pause and end queues, and change the order.",
    details="Without ACTION the status. start takes the flags of the operation queue, and leaves it in the background.",
)
