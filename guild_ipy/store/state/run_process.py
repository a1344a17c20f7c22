"""Which processes are those of a run: only these are listed as it, and only these ever get a signal.

A number in ``LOCK`` is no more than a hint. The process that once had it may have died with its machine, and its number
may be another's by now; a run may also have written another number there. Linux tells more of a process:

- A process of ours has ``alive`` open for writing; the supervisor and the run inherit it from the process that started
  them.
- A process of Guild AI is not younger than its ``LOCK``, which is written after it, and has the run in its environment,
  as Guild AI has started it. Where it has written something else over its environment (titles of processes do),
  it works in the directory of the run. Of a process of another user only its owner can be seen, who must be the owner
  of ``LOCK``.

On other systems none of this is known, and no process is that of a run.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from guild_ipy import linux
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.lock import LockContent, ProcessId

#: The modules of the fork server, of this version and the one before, and of supervisors; forks keep the command line.
_ENGINE = (
    b"guild_ipy.engine.beside.fork_server_process",
    b"guild_ipy.engine.beside.zygote",
    b"guild_ipy.engine.beside.supervisor",
)
#: So much later than its ``LOCK`` a process may seem to begin: the clock may have been set since.
_CLOCK_SECONDS = 60.0


def is_of_run(run_dir: RunDir, lock: LockContent) -> bool:
    """Whether the process that ``LOCK`` names is alive and is that of the run."""
    if not lock.is_alive():
        return False
    if holds_run(run_dir, lock.run.pid):
        return True
    return lock.run.start is None and _is_of_guild(run_dir, lock.run.pid)


def find_supervisor(run_dir: RunDir, lock: LockContent | None) -> ProcessId | None:
    """Find the process that sees a run of ours to its end, also if ``LOCK`` is gone or names another."""
    named = lock.supervisor if lock is not None and lock.is_local() else None
    if named is not None and named.is_alive() and _supervises(run_dir, named.pid):
        return named
    return next((each for each in _holders(run_dir) if _leads_session(each.pid)), None)


def find_process(run_dir: RunDir, lock: LockContent | None) -> ProcessId | None:
    """Find the process of a run, of ours also if ``LOCK`` is gone or names another."""
    if lock is not None and is_of_run(run_dir, lock) and not _supervises(run_dir, lock.run.pid):
        return ProcessId(pid=lock.run.pid, start=linux.process_start(lock.run.pid))
    return next((each for each in _holders(run_dir) if not _leads_session(each.pid)), None)


def find_holder(run_dir: RunDir) -> int | None:
    """Find any process that has ``alive`` open for writing: a notebook that runs inline, somebody's ``flock``."""
    return next((pid for pid in linux.list_processes() if holds_run(run_dir, pid)), None)


def holds_run(run_dir: RunDir, pid: int) -> bool:
    """Whether a process has ``alive`` of the run open for writing; false where that cannot be seen."""
    return any(
        _is_alive_file(run_dir, path, target) and linux.is_for_writing(path) for path, target in linux.open_files(pid)
    )


# -- ours


def _supervises(run_dir: RunDir, pid: int) -> bool:
    return _leads_session(pid) and _is_of_engine(pid) and holds_run(run_dir, pid)


def _holders(run_dir: RunDir) -> Iterator[ProcessId]:
    """Return the processes of our engine, or of the run by their environment, that hold the run."""
    for pid in linux.list_processes():
        start = linux.process_start(pid)
        if start is None or not holds_run(run_dir, pid):
            continue
        if _is_of_engine(pid) or linux.process_environment(pid).get(b"RUN_ID") == os.fsencode(run_dir.id):
            yield ProcessId(pid=pid, start=start)


def _is_alive_file(run_dir: RunDir, path: str, target: str) -> bool:
    """Whether an open file is ``alive`` of the run, which the run may have removed or replaced."""
    if not target.endswith("/.guild/alive"):
        return False
    try:
        return target == os.path.realpath(run_dir.guild) + "/alive" or os.path.samefile(path, run_dir.alive)
    except OSError:
        return False


def _is_of_engine(pid: int) -> bool:
    return any(word in _ENGINE for word in linux.process_words(pid))


def _leads_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except OSError:
        return False


# -- of Guild AI


def _is_of_guild(run_dir: RunDir, pid: int) -> bool:
    if _is_younger_than_lock(run_dir, pid):
        return False
    try:
        directory = linux.process_directory(pid)
    except PermissionError:  # of another user: listed, and never signalled by us; root sees what it may signal
        owner = linux.process_owner(pid)
        return owner not in {None, os.geteuid()} and os.geteuid() != 0 and owner == os.stat(run_dir.lock).st_uid
    except OSError:
        return False
    environment = linux.process_environment(pid)
    if environment:
        return environment.get(b"RUN_ID") == os.fsencode(run_dir.id)
    return _is_inside(directory, os.path.realpath(run_dir.path))


def _is_younger_than_lock(run_dir: RunDir, pid: int) -> bool:
    start = linux.process_start(pid)
    try:
        written = os.stat(run_dir.lock).st_mtime
    except OSError:
        return True
    if start is None:
        return True
    return time.time() - linux.seconds_since(start) > written + _CLOCK_SECONDS


def _is_inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
