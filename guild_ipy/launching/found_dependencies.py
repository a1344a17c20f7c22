"""What a run depends on: it is resolved before the start, and what was not there is put on record."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from guild_ipy.domain.declarations.dependency import Dependency, Source
from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.values.flags import Flags
from guild_ipy.engine.output.ending import write_end
from guild_ipy.engine.run_files.prepare import prepare_run
from guild_ipy.errors import DependencyError
from guild_ipy.operations.dependencies.resolve import (
    NOTHING_REQUIRED,
    Resolution,
    ResolveContext,
    resolve_dependencies,
)
from guild_ipy.operations.dependencies.run_choice import is_usable, list_candidates
from guild_ipy.operations.dependencies.run_query import has_expression, make_query
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.store.files.attrs import write_attr
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.run_record import RunRecord
from guild_ipy.store.state.changes import note_change
from guild_ipy.store.state.error_line import ERROR, first_line


@dataclass(frozen=True, kw_only=True)
class DependencyChoice:
    """What is said about which runs to use.

    Attributes
    ----------
    given
        Values by source, in place of what it would choose.
    force
        Whether runs that are given are used whatever they are.
    preferred
        Ids of runs that are used before all others, where they can be.
    awaits
        Whether a run that is staged or at work can be chosen, which the run then waits for.
    """

    given: Mapping[Source, Any] = field(default_factory=dict)
    force: bool = False
    preferred: tuple[str, ...] = ()
    awaits: bool = False


def find_dependencies(
    session: Session, requires: Sequence[Dependency], flags: Flags, choice: DependencyChoice
) -> Resolution:
    """Resolve what an operation requires against the runs of this moment; DependencyError if something is missing."""
    if not requires:
        return NOTHING_REQUIRED
    cache = os.path.join(session.home.path, "cache", "resources")
    context = ResolveContext(
        index=session.index,
        cache=cache,
        flags=flags,
        given=choice.given,
        force=choice.force,
        preferred=choice.preferred,
        awaits=choice.awaits,
    )
    return resolve_dependencies(requires, context)


def list_usable(session: Session, source: Source) -> list[RunRecord]:
    """Return the newest runs that a source can use; none for one of files.

    Raises
    ------
    SelectError
        If its expression cannot be understood.
    """
    if not source.kind.is_of_runs:
        return []
    query = make_query(source, session.index.names() if has_expression(source) else None)
    return [record for record in list_candidates(session.index, query) if is_usable(record, query)]


def leave_failed_run(session: Session, spec: RunSpec, error: DependencyError) -> Run:
    """Make the run that could not be started, with the reason as its output: the attempt is on record."""
    run_dir, alive = prepare_run(session.home, spec)
    try:
        write_new_file(run_dir.output, f"{unmet_message(error)}\n".encode("utf-8", "replace"))
        write_attr(run_dir, "started", time.time_ns() // 1000)
        write_attr(run_dir, ERROR, first_line(str(error)))
        write_end(run_dir, exit_status=1)
    finally:
        os.close(alive)
        note_change(session.home, run_dir.id)
    return Run(run_dir)


def unmet_message(error: DependencyError) -> str:
    """Return the line of a run that was not started for want of a dependency."""
    return f"run failed because a dependency was not met: {error}"
