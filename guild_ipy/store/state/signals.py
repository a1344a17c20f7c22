"""How a signal ended a run: it was stopped, it crashed, or the system killed it.

The exit status names the signal. A stop that needs a SIGKILL is noted in the attribute ``stop_signal``, since a run
that the system kills when memory runs out ends with the same one. The attribute ``pruned`` says that a search has
stopped a run early, and why.
"""

from __future__ import annotations

import contextlib

from guild_ipy.errors import DamagedRun, GuildError
from guild_ipy.store.files.attrs import read_attr, write_attr
from guild_ipy.store.run_dir import RunDir

#: The likely reason for a SIGKILL of unknown origin.
MAYBE_NO_MEMORY = ", perhaps by the system because memory ran out"
#: The attribute that says which signal a stop needed.
STOP_SIGNAL = "stop_signal"
#: The attribute that says why a search has stopped a run early: ``at step 5: loss 0.93``.
PRUNED = "pruned"
_KILL = 9
_STOPS = frozenset({2, 15})  # SIGINT, SIGTERM
#: A number of Guild AI's own.
_INTERRUPTED_BY_GUILD = 16
_CRASHES = frozenset("SIGSEGV SIGABRT SIGBUS SIGFPE SIGILL SIGSYS SIGTRAP".split())


def note_kill(run_dir: RunDir) -> None:
    """Note that a stop needs a SIGKILL to end the run; on a full disk nothing is noted."""
    with contextlib.suppress(GuildError):
        write_attr(run_dir, STOP_SIGNAL, _KILL)


def note_pruned(run_dir: RunDir, why: str) -> None:
    """Note that a search is about to stop a run, and why."""
    write_attr(run_dir, PRUNED, why)


def why_pruned(run_dir: RunDir) -> str | None:
    """Return why a search has stopped a run early; None for other runs."""
    try:
        why = read_attr(run_dir, PRUNED)
    except DamagedRun:
        return None
    return why if isinstance(why, str) else None


def describe_signal(run_dir: RunDir, exit_status: int) -> str:
    """Say how the signal that a negative exit status stands for ended a run.

    Examples
    --------
    >>> describe_signal(run_dir, -11), describe_signal(run_dir, -15)      # doctest: +SKIP
    ('crashed (SIGSEGV)', 'terminated (SIGTERM)')
    """
    if (why := why_pruned(run_dir)) is not None:
        return f"pruned {why}"
    if -exit_status == _INTERRUPTED_BY_GUILD:
        return "terminated"
    name = signal_name(-exit_status)
    if name in _CRASHES:
        return f"crashed ({name})"
    if -exit_status == _KILL and not _was_stopped(run_dir):
        return f"killed ({name}{MAYBE_NO_MEMORY})"
    return f"terminated ({name})"


def is_stop(run_dir: RunDir, exit_status: int) -> bool:
    """Whether a run that ended so was stopped, by its user or by a program that ends others properly."""
    number = -exit_status
    return number in {*_STOPS, _INTERRUPTED_BY_GUILD} or (number == _KILL and _was_stopped(run_dir))


def signal_name(number: int) -> str:
    """Return the name of a signal: ``SIGSEGV``."""
    import signal  # start-up cost: for runs that ended so

    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def _was_stopped(run_dir: RunDir) -> bool:
    try:
        return bool(read_attr(run_dir, STOP_SIGNAL))
    except DamagedRun:
        return False
