"""Writes what is still in the buffers of open files when a run ends.

The interpreter does so at its end, when it deletes all objects, which takes up to half a second. A run does not wait
for that, so the files are looked for alone.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import io
import os
import stat
import sys
from _io import _IOBase  # io.IOBase is slow to ask whether a class is one of its own

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Iterator

    from guild_ipy.store.run_dir import RunDir

_STANDARD_STREAMS = range(3)


def write_open_files(run_dir: RunDir) -> None:  # noqa: ARG001 - a step of the end
    """Write the buffers of files that are still open: those of text first, which write to those of bytes."""
    for file in sorted(_find_files(), key=_depth):
        try:
            if isinstance(file, (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)):
                file.flush()  # a daemon thread may still write to it
            else:
                file.close()  # gzip and its like write their end now
        except (OSError, ValueError):  # a full disk, or closed in the meantime: Python would say nothing either
            continue


def flush_c_output(run_dir: RunDir) -> None:  # noqa: ARG001 - a step of the end
    """Write the buffers of C code, where ctypes is loaded, by which they are reached."""
    ctypes = sys.modules.get("ctypes")
    if ctypes is not None:
        ctypes.pythonapi.fflush(None)


def _find_files() -> Iterator[_IOBase]:
    import gc  # start-up cost

    return (value for value in gc.get_objects() if issubclass(type(value), _IOBase) and _is_open_file(value))


def _is_open_file(file: _IOBase) -> bool:
    """Whether it writes to a file on a disk: the reader of a pipe may never read."""
    try:
        descriptor = file.fileno()
        writes = file.writable() and descriptor not in _STANDARD_STREAMS
        return writes and stat.S_ISREG(os.fstat(descriptor).st_mode)
    except Exception:  # noqa: BLE001 - closed, detached, or of a class of the user's own
        return False


def _depth(file: _IOBase) -> int:
    if isinstance(file, io.TextIOWrapper):
        return 0
    return 2 if isinstance(file, (io.BufferedWriter, io.BufferedRandom)) else 1
