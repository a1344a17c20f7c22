"""Earlier runs that make a new one needless (``run --needed``) or impossible (``run --run-id``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from guild_ipy.domain.choosing.run_filter import EVERY
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.status import RunStatus
from guild_ipy.engine.run_files.dependency_attrs import dependency_flags
from guild_ipy.errors import DamagedRun, RunStateError, UsageError
from guild_ipy.session.run_handle import Run
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import is_run_id

if TYPE_CHECKING:
    from guild_ipy.session.session import Session

#: A run that failed, cannot be read, or has not begun takes the place of none.
_NO_SUBSTITUTE = frozenset({RunStatus.ERROR, RunStatus.DAMAGED, RunStatus.PENDING})


def find_earlier(session: Session, spec: RunSpec) -> Run | None:
    """Return the newest run of the same operation that has the same flags and uses the same runs, unless it failed."""
    wanted = {**spec.flags, **dependency_flags(spec.dependencies, spec.flags)}
    for record in session.index.records(EVERY):
        if record.opref == spec.opref and record.status not in _NO_SUBSTITUTE:
            earlier = Run(record.dir, record)
            if _recorded_flags(earlier) == wanted:
                return earlier
    return None


def describe_earlier(earlier: Run) -> str:
    """Say that nothing is run, and why."""
    return f"Nothing is run: {earlier.operation} has a run with these flags, {earlier.short_id} ({earlier.status})\n"


def check_new_id(home: Home, id: str) -> None:  # noqa: A002 - the word of the field
    """Refuse what is not an id, and that of a run that is there or in the trash."""
    if not is_run_id(id):
        raise UsageError(f"run: {id!r} is no id; it has 32 hex digits, as uuid.uuid4().hex")
    if os.path.lexists(home.run_dir(id).path) or os.path.lexists(os.path.join(home.trash, id)):
        raise RunStateError(f"there is a run {id} already, perhaps in the trash; give another id")


def _recorded_flags(run: Run) -> object:
    try:
        return run.get("flags") or {}
    except DamagedRun:
        return None
