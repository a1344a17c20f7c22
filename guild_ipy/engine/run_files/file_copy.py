"""Copies a file with its permissions and its holes, and shares its blocks where the file system can."""

from __future__ import annotations

import errno
import os
import shutil
import stat

from guild_ipy.linux import share_blocks
from guild_ipy.store.files.regular_file import open_regular

_CHUNK_BYTES = 2**20


def copy_file(origin: str, target: str) -> None:
    """Copy a file with its permissions; where the file system can, both share their blocks until one is changed."""
    source = open_regular(origin, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        mode = stat.S_IMODE(os.fstat(source).st_mode)
        copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode | stat.S_IWUSR)
        with os.fdopen(source, "rb", closefd=False) as read, os.fdopen(copy, "wb") as written:
            if not (share_blocks(source, copy) or _copy_data(source, copy)):
                shutil.copyfileobj(read, written, _CHUNK_BYTES)
    finally:
        os.close(source)


def _copy_data(source: int, copy: int) -> bool:
    """Copy a file with its holes, which take no time and no room; return whether its file system knows of them."""
    size = os.fstat(source).st_size
    end = 0
    try:
        while end < size:
            start = os.lseek(source, end, os.SEEK_DATA)
            end = os.lseek(source, start, os.SEEK_HOLE)
            os.lseek(source, start, os.SEEK_SET)
            os.lseek(copy, start, os.SEEK_SET)
            _copy_range(source, copy, end - start)
    except OSError as error:
        if error.errno == errno.EINVAL:
            os.lseek(source, 0, os.SEEK_SET)
            return False
        if error.errno != errno.ENXIO:  # only a hole is left
            raise
    os.ftruncate(copy, size)
    return size > 0  # files of /proc have a size of 0, and content


def _copy_range(source: int, copy: int, count: int) -> None:
    while count > 0 and (chunk := os.read(source, min(count, _CHUNK_BYTES))):
        count -= len(chunk)
        view = memoryview(chunk)
        while view:
            view = view[os.write(copy, view) :]
