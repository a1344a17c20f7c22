"""Records the provenance of a run while it goes on: git may be slow, and no run waits for it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Iterable

from guild_ipy.engine.launch_channel import LaunchRequest
from guild_ipy.engine.run_files.provenance import record_commit, record_packages
from guild_ipy.linux import open_process
from guild_ipy.store.run_dir import RunDir

_LONGEST_SECONDS = 5.0


class ProvenanceWriter:
    """Records platform, packages and commit of a run; git, if it must be asked, is asked in a process of its own.

    Parameters
    ----------
    run_dir, request
        The run.
    closes
        Descriptors of the supervisor that the other process must not keep open.
    """

    def __init__(self, run_dir: RunDir, request: LaunchRequest, closes: Iterable[int]) -> None:
        self._pid: int | None = None
        record_packages(run_dir)
        if not record_commit(run_dir, request.project_dir, request.cache_dir, may_ask=False):
            with contextlib.suppress(OSError):  # no process could be forked
                self._pid = os.fork()
            if self._pid == 0:
                _ask(run_dir, request, closes)

    def finish(self, stop_requests: int) -> None:
        """Wait some seconds for git, unless a stop is requested; the caller kills a process that is left."""
        if self._pid is None:
            return
        poll = select.poll()
        poll.register(stop_requests, select.POLLIN)
        with contextlib.suppress(ProcessLookupError):
            descriptor = open_process(self._pid)
            poll.register(descriptor, select.POLLIN)
            poll.poll(_LONGEST_SECONDS * 1000)
            os.close(descriptor)


def _ask(run_dir: RunDir, request: LaunchRequest, closes: Iterable[int]) -> None:
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for descriptor in closes:
            os.close(descriptor)
        record_commit(run_dir, request.project_dir, request.cache_dir)
    finally:
        os._exit(0)
