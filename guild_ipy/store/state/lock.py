"""Whether a process of a run lives.

The truth is a ``flock`` on ``.guild/alive``, held by the supervisor and the run: the kernel of the operating system
drops it when both are gone, whatever happened. ``LOCK`` is for Guild AI, which reads the first 10 characters as
a process id; after them stands all that makes that id unmistakable::

    1234      start=556677 boot=<boot id> host=<name> supervisor=1233:556676

``start`` is the start time in clock ticks since boot (field 22 of ``/proc/<pid>/stat``).

Where the file system has no locks (``ENOLCK`` and its like), the content of ``LOCK`` and ``PENDING`` takes their place.
That is nearly as good, but two starters may take one run, and whether a run on another machine lives is not known.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from dataclasses import dataclass

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.linux import boot_id, process_start
from guild_ipy.store.files.regular_file import is_not_regular, open_regular
from guild_ipy.store.files.whole_file import read_bytes
from guild_ipy.store.run_dir import RunDir

_ATTEMPTS = 10_000
#: How the system says that a file cannot be locked at all.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP})
#: Without locks: a run that is being started for longer was left by a starter that died.
_STARTING_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class ProcessId:
    """A process that cannot be confused with a later one of the same number."""

    pid: int
    start: int | None = None

    def is_alive(self) -> bool:
        """Whether this very process exists and is not a zombie."""
        return process_start(self.pid) is not None if self.start is None else process_start(self.pid) == self.start


@dataclass(frozen=True, kw_only=True)
class LockContent:
    """The content of ``LOCK``."""

    run: ProcessId
    supervisor: ProcessId | None = None
    boot: str | None = None
    host: str | None = None

    def is_local(self) -> bool:
        """Whether the process was started on this machine since it booted; true where nothing is said."""
        return self.boot in {None, boot_id()} and self.host in {None, os.uname().nodename}

    def is_alive(self) -> bool:
        """Whether the run's process lives on this machine."""
        return self.is_local() and self.run.is_alive()


def format_lock(content: LockContent) -> str:
    """Write the content of ``LOCK``; see the module."""
    text = f"{content.run.pid:<10d}start={content.run.start} boot={content.boot} host={content.host}"
    if content.supervisor is not None:
        text += f" supervisor={content.supervisor.pid}:{content.supervisor.start}"
    return text


def parse_lock(text: str) -> LockContent | None:
    """Read the content of ``LOCK``, ours or Guild AI's; None if it begins with no process id."""
    try:
        pid = int(text[:10])
    except ValueError:
        return None
    words = dict(word.split("=", 1) for word in text[10:].split() if "=" in word)
    supervisor_pid, _, supervisor_start = words.get("supervisor", "").partition(":")
    return LockContent(
        run=ProcessId(pid=pid, start=_int(words.get("start", ""))),
        supervisor=ProcessId(pid=int(supervisor_pid), start=_int(supervisor_start))
        if supervisor_pid.isdecimal()
        else None,
        boot=words.get("boot"),
        host=words.get("host"),
    )


def read_lock(run_dir: RunDir) -> LockContent | None:
    """Read ``LOCK``; None when it is missing or says nothing."""
    return read_lock_file(run_dir.lock)


def read_lock_file(path: str) -> LockContent | None:
    """Read a file in the format of ``LOCK``; None when it is missing or says nothing."""
    content = read_bytes(path, limit=65536)
    return parse_lock(content.decode("utf-8", "replace")) if content else None


def hold_alive(run_dir: RunDir, *, create: bool = True) -> int | None:
    """Take the lock that says the run lives; return the descriptor that holds it, None if another process does.

    The descriptor is closed on exec; processes that it is handed to keep the lock with it.
    """
    try:
        descriptor = open_regular(run_dir.alive, os.O_RDWR | (os.O_CREAT if create else 0))
    except FileNotFoundError:
        return None
    except OSError as error:
        if not create and is_not_regular(error):  # as if it were not there
            return None
        raise StoreError(f"cannot open {run_dir.alive!r}: {error.strerror}") from error
    try:
        if _take(descriptor):
            return descriptor
    except OSError as error:
        if error.errno in _NO_LOCKS and not _seems_alive(run_dir):
            return descriptor
        os.close(descriptor)
        if error.errno in _NO_LOCKS:
            return None
        raise StoreError(f"cannot lock {run_dir.alive!r}: {error.strerror}") from error
    os.close(descriptor)
    return None


def _take(descriptor: int) -> bool:
    """Take the lock unless a process holds it for long; one that only tests it holds it, shared, for microseconds."""
    for _ in range(_ATTEMPTS):
        if _try_lock(descriptor, fcntl.LOCK_EX):
            return True
        if not _try_lock(descriptor, fcntl.LOCK_SH):
            return False
    return False


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
            return False
        raise
    return True


def is_alive(run_dir: RunDir) -> bool | None:
    """Whether a process holds the run; None when the run has no ``alive`` file (Guild AI made it)."""
    refused = _refusal(run_dir)
    if refused is None:
        return None
    return _seems_alive(run_dir) if refused in _NO_LOCKS else bool(refused)


def can_be_locked(run_dir: RunDir) -> bool:
    """Whether the file system of a run has locks; true as well where there is no ``alive`` file to tell by."""
    return _refusal(run_dir) not in _NO_LOCKS


def _refusal(run_dir: RunDir) -> int | None:
    """Return the error number with which a shared lock is refused, 0 if it is not; None without an ``alive`` file."""
    try:
        descriptor = open_regular(run_dir.alive)
    except OSError:
        return None
    refused = 0
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        refused = error.errno or errno.EWOULDBLOCK
    finally:
        os.close(descriptor)
    return refused


def lock_if_possible(descriptor: int, kind: int) -> None:
    """Wait for the lock of a file; does nothing on a file system without locks."""
    try:
        fcntl.flock(descriptor, kind)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _seems_alive(run_dir: RunDir) -> bool:
    """Whether a process of a run lives, or starts it, as ``LOCK`` and ``PENDING`` say."""
    try:
        lock = read_lock(run_dir)
    except DamagedRun:
        lock = None
    if lock is None:
        return _is_being_started(run_dir)
    if lock.host not in {None, os.uname().nodename}:
        return True
    return lock.is_local() and any(each is not None and each.is_alive() for each in (lock.run, lock.supervisor))


def _is_being_started(run_dir: RunDir) -> bool:
    try:
        return abs(time.time() - os.stat(run_dir.pending).st_mtime) < _STARTING_SECONDS
    except OSError:
        return False


def this_process() -> ProcessId:
    """Return the calling process."""
    return ProcessId(pid=os.getpid(), start=process_start(os.getpid()))


def _int(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
