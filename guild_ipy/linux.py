"""The calls that only Linux has, in one place, and for each what another Unix would do instead.

Two things make runs safe: a process is distinguished from a later one that has its number, and no process of a run is
left behind. macOS and the BSDs have other calls for both; a port of guild_ipy begins here. No other file of the package
reads ``/proc``, or calls what :mod:`os`, :mod:`fcntl` and :mod:`socket` have on Linux alone.
"""

from __future__ import annotations

import contextlib
import os
import time
from functools import cache

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing: every shell command loads this
if TYPE_CHECKING:
    import signal
    import socket
    from collections.abc import Iterable, Iterator

_PROCESSES = "/proc"
_SELF = "/proc/self"
_MOUNTS = "/proc/self/mountinfo"
_BOOT_ID = "/proc/sys/kernel/random/boot_id"
_PR_SET_CHILD_SUBREAPER = 36
#: Of ``/proc/self/status``, whose second line has the mask.
_HEAD_BYTES = 4096
_WRITING = os.O_WRONLY | os.O_RDWR
_MADV_POPULATE_WRITE = 23
#: Of an entry of ``pagemap``: "present" and "mapped by this process alone".
_COPIED = 1 << 63 | 1 << 56
_ENTRY_BYTES = 8
_FICLONE = 0x40049409
#: IN_MODIFY, IN_MOVED_FROM, IN_MOVED_TO, IN_CREATE and IN_DELETE.
_CHANGED = 0x2 | 0x40 | 0x80 | 0x100 | 0x200


# -- one process: elsewhere kinfo_proc of sysctl(KERN_PROC_PID), or proc_pidinfo(3) of macOS


def process_start(pid: int) -> int | None:
    """Return the start time of a process in clock ticks since boot; None if it is gone or a zombie.

    With its number it names a process for good. Where there is no ``/proc`` it is 0 for a process that exists;
    elsewhere ``p_starttime`` of ``kinfo_proc``.
    """
    fields = _status_fields(pid)
    if fields:
        return None if fields[0] in {b"Z", b"X"} else int(fields[19])
    return None if os.path.isdir(_SELF) or not _exists(pid) else 0


def seconds_since(start: int) -> float:
    """Return the age of a process by its start time; elsewhere the difference to the time of day."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - start / os.sysconf("SC_CLK_TCK")


@cache
def boot_id() -> str | None:
    """Return the id of this boot of the machine; elsewhere ``kern.bootsessionuuid`` of sysctl."""
    content = _read(_BOOT_ID)
    return content.decode().strip() if content else None


def is_stopped(pid: int) -> bool:
    """Whether a process does not go on until it gets SIGCONT; elsewhere ``p_stat`` of ``kinfo_proc``."""
    return _status_fields(pid)[:1] == [b"T"]


def process_owner(pid: int) -> int | None:
    """Return the user id of a process; None if it is gone. Elsewhere ``e_ucred`` of ``kinfo_proc``."""
    try:
        return os.stat(f"{_PROCESSES}/{pid}").st_uid
    except OSError:
        return None


def process_words(pid: int) -> list[bytes]:
    """Return the command line of a process; elsewhere sysctl(KERN_PROCARGS2)."""
    return _read(f"{_PROCESSES}/{pid}/cmdline").split(b"\0")


def process_environment(pid: int) -> dict[bytes, bytes]:
    """Return the environment that a process was started with; empty if it cannot be read, or is overwritten.

    Elsewhere sysctl(KERN_PROCARGS2), for processes of one's own.
    """
    entries = (entry.partition(b"=") for entry in _read(f"{_PROCESSES}/{pid}/environ").split(b"\0"))
    return {name: value for name, equals, value in entries if name and equals}


def process_directory(pid: int) -> str:
    """Return the current directory of a process; OSError where that cannot be seen. Elsewhere PROC_PIDVNODEPATHINFO."""
    return os.readlink(f"{_PROCESSES}/{pid}/cwd")


def open_files(pid: int) -> Iterator[tuple[str, str]]:
    """Return what a process has open: a path that leads to it, and where it is; nothing where that cannot be seen.

    Elsewhere PROC_PIDLISTFDS, or flock itself, which tells only whether anybody has it.
    """
    folder = f"{_PROCESSES}/{pid}/fd"
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        with contextlib.suppress(OSError):
            yield f"{folder}/{name}", os.readlink(f"{folder}/{name}").removesuffix(" (deleted)")


def is_for_writing(open_file: str) -> bool:
    """Whether one of the :func:`open_files` is open for writing; elsewhere ``fi_openflags`` of proc_pidfdinfo(3)."""
    for line in _read(open_file.replace("/fd/", "/fdinfo/")).splitlines():
        if line.startswith(b"flags:"):
            return bool(int(line.split()[1], 8) & _WRITING)
    return False


def list_processes() -> Iterator[int]:
    """Return the numbers of all processes but this one; elsewhere sysctl(KERN_PROC_ALL)."""
    try:
        names = os.listdir(_PROCESSES)
    except OSError:
        return
    yield from (int(name) for name in names if name.isdecimal() and int(name) != os.getpid())


def list_children(pid: int) -> list[int]:
    """Return the processes whose parent is this one; elsewhere proc_listchildpids(3)."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"{_PROCESSES}/{pid}/task"):
            found += map(int, _read(f"{_PROCESSES}/{pid}/task/{thread}/children").split())
    return found


def count_threads() -> int:
    """Return the number of threads of this process, also those of C code; OSError if it cannot be seen.

    Elsewhere task_threads of macOS, or 0, which means that it is not known.
    """
    return len(os.listdir(f"{_SELF}/task"))


# -- waiting and signalling: elsewhere kqueue(2) with EVFILT_PROC


def open_process(pid: int) -> int:
    """Return a descriptor that can be read when the process has ended; ProcessLookupError if there is none."""
    return os.pidfd_open(pid)


def send_signal(process: int, number: signal.Signals) -> None:
    """Signal the process of an :func:`open_process`, never a later one of its number; elsewhere kill(2), at a risk."""
    from signal import pidfd_send_signal  # start-up cost

    pidfd_send_signal(process, number)


def adopt_orphans() -> None:
    """Become the parent of every descendant whose parent ends, so that it can be found.

    Elsewhere nothing: the process group alone is killed. FreeBSD has procctl(PROC_REAP_ACQUIRE).
    """
    import ctypes  # start-up cost: of a supervisor only

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


# -- this process


def yield_processor() -> None:
    """Let a process go first that was woken on this processor; elsewhere sched_yield(2) of the C library."""
    os.sched_yield()


def usable_processors() -> tuple[int, ...]:
    """Return the processors that this process may use; empty where that cannot be said, as on macOS."""
    with contextlib.suppress(OSError, AttributeError):
        return tuple(sorted(os.sched_getaffinity(0)))
    return ()


def use_processors(numbers: tuple[int, ...]) -> None:
    """Restrict this process to these processors, if the system allows it; elsewhere do nothing."""
    if numbers and usable_processors() != numbers:
        with contextlib.suppress(OSError, AttributeError):
            os.sched_setaffinity(0, numbers)


def read_umask() -> int | None:
    """Return the mask of file modes without setting it, for another thread may write a file; elsewhere None."""
    with contextlib.suppress(OSError), open(f"{_SELF}/status", "rb", buffering=0) as file:
        found = file.read(_HEAD_BYTES).partition(b"\nUmask:")[2].split(maxsplit=1)
        return int(found[0], 8) if found else None
    return None


# -- memory: elsewhere nothing is said and nothing is copied, and runs take a little longer


def private_memory() -> list[tuple[int, int]]:
    """Return the memory that this process shares with no other but its forks: first and last page (exclusive)."""
    found = []
    for line in _read(f"{_SELF}/maps").splitlines():
        addresses, permissions = line.split(maxsplit=2)[:2]
        if permissions.startswith(b"rw") and permissions.endswith(b"p"):
            start, end = (int(address, 16) // _page_bytes() for address in addresses.split(b"-"))
            found.append((start, end))
    return found


def copied_pages(memory: list[tuple[int, int]]) -> Iterator[int]:
    """Return the pages of some memory that this process shares with no other, in ascending order.

    Of a fork these are the pages that it has written to. OSError where they cannot be seen. See
    ``Documentation/admin-guide/mm/pagemap.rst``.
    """
    from array import array  # start-up cost: for the first run of a fork server only

    with open(f"{_SELF}/pagemap", "rb", buffering=0) as pagemap:
        for first, last in memory:
            pagemap.seek(first * _ENTRY_BYTES)
            entries = array("Q", pagemap.read((last - first) * _ENTRY_BYTES))
            yield from (first + i for i, entry in enumerate(entries) if entry & _COPIED == _COPIED)


def copy_pages(ranges: Iterable[tuple[int, int]]) -> None:
    """Copy pages into this process, as if it had written to them: first page and number of pages.

    Pages that it has not mapped are passed over (``MADV_POPULATE_WRITE`` of madvise(2), since Linux 5.14).
    """
    import ctypes  # start-up cost: for processes that wait for a run

    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for first, count in ranges:
        madvise(first * _page_bytes(), count * _page_bytes(), _MADV_POPULATE_WRITE)


def _page_bytes() -> int:
    return os.sysconf("SC_PAGE_SIZE")


# -- files


def path_of_descriptor(descriptor: int) -> str | None:
    """Return a path to an open folder that stays right when the folder is moved; None where there is no such path.

    Elsewhere F_GETPATH of fcntl(2), each time anew.
    """
    path = f"{_SELF}/fd/{descriptor}"
    return path if os.path.isdir(path) else None


def reserve_space(descriptor: int, size: int) -> None:
    """Reserve disk space for a file; OSError if the disk is full. Elsewhere F_PREALLOCATE of fcntl(2)."""
    os.posix_fallocate(descriptor, 0, size)


def share_blocks(source: int, copy: int) -> bool:
    """Let a file share the blocks of another, and return whether it does: not on every file system, nor between two.

    Elsewhere False, and the content is copied; clonefile(2) of macOS takes paths.
    """
    import fcntl  # start-up cost: for copies only

    try:
        fcntl.ioctl(copy, _FICLONE, source)
    except OSError:
        return False
    return True


def list_mounts() -> Iterator[tuple[str, str]]:
    """Return mount points and the names of their file systems (proc_pid_mountinfo(5)); elsewhere getmntinfo(3)."""
    for line in _read(_MOUNTS).decode("utf-8", "surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        if after:
            yield _unescape(before.split()[4]), after.split()[0]


def message_pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets that keep messages apart.

    Elsewhere SOCK_DGRAM, where the end of the other side is a ConnectionResetError in place of an empty message.
    """
    import socket  # start-up cost

    return socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)


def watch_files(watch: int | None, paths: Iterable[str]) -> int:
    """Watch files and folders for changes; return a descriptor that can be read when there is one (inotify(7)).

    A folder has changed when an entry of it was made, moved or deleted, a file when it was written to. `watch` is a
    descriptor of an earlier call, to which more paths are added. Those that are not there are left out. OSError where
    nothing can be watched; elsewhere ``kqueue``.
    """
    import ctypes  # start-up cost: only queues watch files

    library = ctypes.CDLL(None, use_errno=True)
    if watch is None:
        watch = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if watch < 0:
            raise OSError(ctypes.get_errno(), "files cannot be watched")
    for path in paths:
        library.inotify_add_watch(watch, os.fsencode(path), _CHANGED)
    return watch


# -- reading


def _status_fields(pid: int) -> list[bytes]:
    """Return the fields of ``stat`` after the name (proc_pid_stat(5)): state, ppid, ... ; none if it is gone."""
    return _read(f"{_PROCESSES}/{pid}/stat").rpartition(b")")[2].split()


def _unescape(text: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except OSError:
        return b""
