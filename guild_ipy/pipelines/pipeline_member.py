"""The member of a pipeline that comes of a step: a run, or a batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from guild_ipy.batch.listed_trials import read_trials
from guild_ipy.domain.status import RunStatus
from guild_ipy.launching.launch import LaunchOptions
from guild_ipy.launching.new_run import RunRequest, run
from guild_ipy.launching.restart import Change, restart, would_change
from guild_ipy.session.run_handle import Run
from guild_ipy.session.session import Session
from guild_ipy.session.viewer import Viewer

#: A fork server would take longer to start than a few steps take without.
FRESH = LaunchOptions(isolation="fresh")


class Member(Protocol):
    """How a step is run. A run that failed raises RunError."""

    def is_done(self, earlier: Run) -> bool:
        """Return whether the run of an earlier attempt has completed, with the flags that the step has now."""

    def run_anew(self, viewer: Viewer) -> Run:
        """Make it, and follow it to its end."""

    def run_again(self, earlier: Run, viewer: Viewer) -> Run:
        """Run it again in place, where that is possible, and follow it to its end."""


class SingleRun:
    """A step that is one run."""

    def __init__(self, session: Session, request: RunRequest) -> None:
        self._session = session
        self._request = request

    def is_done(self, earlier: Run) -> bool:
        """See :class:`Member`."""
        return earlier.status is RunStatus.COMPLETED and not would_change(earlier, self._request.flags)

    def run_anew(self, viewer: Viewer) -> Run:
        """See :class:`Member`."""
        made = run(self._session, self._request, viewer)
        assert made is not None, "the viewer agrees"
        return made

    def run_again(self, earlier: Run, viewer: Viewer) -> Run:
        """See :class:`Member`."""
        request = self._request
        change = Change(flags=request.flags, reselect=bool(earlier.get("deps")), preferred=request.preferred)
        restart(self._session, earlier, change, request.launch, viewer)
        return earlier


def is_of_batch(run: Run) -> bool:
    """Return whether a run has trials, also where an operation of the user sees to them."""
    return os.path.isdir(run.dir.proto)


def find_usable(member: Run) -> Iterator[str]:
    """Return the ids of the runs that later steps can depend on: of a batch its trials."""
    if is_of_batch(member):
        yield from (trial.id for trial in read_trials(member.dir))
    else:
        yield member.id
