"""Files of a run that appear whole: written in ``.guild/tmp`` and renamed.

The process of a run imports this, so it loads nothing that Python has not loaded anyway.
"""

from __future__ import annotations

import errno
import os
from _thread import get_native_id  # of the thread, in the whole system; threading, without its Python half

from guild_ipy.errors import DamagedRun, StoreError
from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import MAX_BYTES, open_regular, read_regular
from guild_ipy.store.run_dir import RunDir


def read_bytes(path: str, limit: int = MAX_BYTES) -> bytes | None:
    """Read a small file whole; None when it is not there.

    Raises
    ------
    DamagedRun
        If it cannot be read, or has more than `limit` bytes.
    """
    try:
        return read_regular(path, limit)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedRun(path, error.strerror or str(error)) from error


def write_file(run_dir: RunDir, path: str, content: bytes, *, durable: bool = False) -> None:
    """Write `path`, a file of the run, aside and rename it; `durable` also survives a power cut."""
    aside = f"{run_dir.tmp}/{os.path.basename(path)}.{get_native_id()}"
    try:
        try:
            _write_new(aside, content, durable=durable)
        except FileNotFoundError:
            make_folders(run_dir.tmp, inside=run_dir.guild)  # a run that guild made has no .guild/tmp
            _write_new(aside, content, durable=durable)
        os.rename(aside, path)
    except OSError as error:
        _remove_quietly(aside)
        raise _store_error(path, error) from error


def write_new_file(path: str, content: bytes | memoryview) -> None:
    """Write a file that is not visible to others yet, and so need not appear whole."""
    try:
        _write_new(path, content, durable=False)
    except OSError as error:
        raise _store_error(path, error) from error


def sync_file(path: str) -> None:
    """Have a file survive a power cut, if it is still there."""
    try:
        descriptor = open_regular(path)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:  # the disk refuses; nothing more can be done
        return
    finally:
        os.close(descriptor)


def _write_new(path: str, content: bytes | memoryview, *, durable: bool) -> None:
    descriptor = open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(descriptor, view) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_quietly(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _store_error(path: str, error: OSError) -> StoreError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreError(f"cannot write {path!r}: the disk is full; free space and try again")
    return StoreError(f"cannot write {path!r}: {error.strerror or error}")
