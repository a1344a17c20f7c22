"""The marker files ``PENDING`` and ``STAGED``.

Guild AI only looks whether they exist, and writes them empty. Ours have a line in them: it says that the process which
set the marker holds ``alive`` for as long as it works on the run, so that ``PENDING`` with a free lock was left by a
process that died. An empty ``PENDING`` may belong to a ``guild`` command that is still at work, and is left alone. A
trial that its batch has not come to has another line: it is pending while nobody works on it, until it is claimed.
"""

from __future__ import annotations

import contextlib
import os

from guild_ipy.errors import StoreError
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.run_dir import RunDir

#: The content of our markers.
MARK = b"guild_ipy\n"
_WAITING = b"guild_ipy: a trial that waits\n"


def set_pending(run_dir: RunDir) -> None:
    """Mark the run as being started; the caller holds ``alive``."""
    _write(run_dir.pending)


def set_waiting(run_dir: RunDir) -> None:
    """Mark the run as a trial that waits for its turn; nobody holds ``alive``."""
    _write(run_dir.pending, _WAITING)


def set_staged(run_dir: RunDir) -> None:
    """Mark the run as one that waits to be started."""
    _write(run_dir.staged)


def is_our_pending(run_dir: RunDir) -> bool:
    """Whether a ``PENDING`` is there and we set it, for a process that holds ``alive``."""
    return _size(run_dir.pending) not in {0, len(_WAITING)}


def is_waiting(run_dir: RunDir) -> bool:
    """Whether the run is a trial that waits for its turn."""
    return _size(run_dir.pending) == len(_WAITING)


def remove_marker(path: str) -> None:
    """Remove a marker or lock file, if it is there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise StoreError(f"cannot remove {path!r}: {error.strerror}") from error


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _write(path: str, mark: bytes = MARK) -> None:
    try:
        descriptor = open_regular(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        try:
            os.write(descriptor, mark)
        finally:
            os.close(descriptor)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(path)  # a full disk leaves it empty, which would make it one of Guild AI
        raise StoreError(f"cannot write {path!r}: {error.strerror}") from error
