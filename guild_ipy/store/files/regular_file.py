"""Opening files that others could have made: a run, another user, a download.

In their place there may be a pipe, which waits for ever, a link to a device, which never ends, or holes of a terabyte.
So all such files are opened here: without waiting, only if they are regular files, and read up to a limit.

The process of a run imports this, so it loads nothing that Python has not loaded anyway.
"""

from __future__ import annotations

import errno
import os
from stat import S_ISDIR, S_ISREG

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from io import BufferedReader

#: The largest file that is read whole unless a caller allows more: a label of a gigabyte is not read.
MAX_BYTES = 16 * 2**20
#: The same for files that users write: scripts, notebooks with their outputs, configurations.
MAX_PROJECT_BYTES = 256 * 2**20
_ALWAYS = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_FIRST_READ = 65536


def open_regular(path: str, flags: int = os.O_RDONLY, mode: int = 0o666) -> int:
    """Open a regular file, and return its descriptor.

    Raises
    ------
    OSError
        If it cannot be opened, or is a folder, pipe, socket or device.
    """
    try:
        descriptor = os.open(path, flags | _ALWAYS, mode)
    except OSError as error:
        if error.errno == errno.ENXIO:  # a socket, or a pipe without a reader
            raise _not_regular(path) from error
        raise
    kind = os.fstat(descriptor).st_mode
    if S_ISREG(kind):
        return descriptor
    os.close(descriptor)
    if S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    raise _not_regular(path)


def open_reader(path: str) -> BufferedReader:
    """Open a regular file for reading; OSError as :func:`open_regular`."""
    return os.fdopen(open_regular(path), "rb")


def read_regular(path: str, limit: int = MAX_BYTES) -> bytes:
    """Read a regular file whole.

    Raises
    ------
    OSError
        If it cannot be opened or read, is not a regular file, or has more than `limit` bytes.
    """
    descriptor = open_regular(path)
    try:
        return _read_all(descriptor, path, limit)
    finally:
        os.close(descriptor)


def is_not_regular(error: OSError) -> bool:
    """Whether a file could not be opened because it is a folder, pipe, socket or device."""
    return error.errno in {errno.EINVAL, errno.EISDIR}


def _read_all(descriptor: int, path: str, limit: int) -> bytes:
    content = os.read(descriptor, _FIRST_READ)
    if len(content) < _FIRST_READ:
        return content
    parts = [content]
    size = len(content)
    while part := os.read(descriptor, 2**20):
        size += len(part)
        if size > limit:
            raise OSError(errno.EFBIG, f"more than {limit} bytes", path)
        parts.append(part)
    return b"".join(parts)


def _not_regular(path: str) -> OSError:
    return OSError(errno.EINVAL, "it is not a regular file", path)
