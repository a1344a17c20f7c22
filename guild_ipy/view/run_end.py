"""How a run ended, in one line."""

from __future__ import annotations

from guild_ipy.domain.status import RunStatus
from guild_ipy.printable import printable
from guild_ipy.session.run_handle import format_duration
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.signals import describe_signal, is_stop


def describe_end(record: RunRecord) -> str:
    """Say how a run ended, or that it waits or goes on.

    Examples
    --------
    >>> describe_end(run.ending)                             # doctest: +SKIP
    'train() completed in 0.32 s · 3f2a1b4c'
    """
    name = printable(record.operation or "an unknown operation")
    if record.status is RunStatus.STAGED:
        return f"{name} staged as {record.dir.id}"
    if record.status.is_active:
        return f"{name} goes on in the background · {record.dir.short_id}"
    took = format_duration(record.duration)
    return f"{name} {_ending(record)}{f' in {took}' if took else ''} · {record.dir.short_id}"


def _ending(record: RunRecord) -> str:
    """Return the status; of a run that a signal ended and nobody stopped, which signal."""
    if record.status is not RunStatus.TERMINATED or record.exit_status is None:
        return str(record.status)
    is_usual = is_stop(record.dir, record.exit_status)
    return str(record.status) if is_usual else describe_signal(record.dir, record.exit_status)
