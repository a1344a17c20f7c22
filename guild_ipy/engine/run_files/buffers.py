"""Large arrays of payloads: one copy in the home for all runs that use it.

A copy is named by the SHA-256 of its bytes, in ``cache/guild_ipy/buffers``; each run has a hard link to it, so it
stays until the last of them is gone. A run maps its link privately, so it can write to the array without changing it
for others.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import time
from collections.abc import Iterator, Sequence
from threading import get_native_id

from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import RunDir

_UNUSED_SECONDS = 3600.0


def write_buffers(home: Home, run_dir: RunDir, buffers: Sequence[memoryview]) -> None:
    """Write or link the arrays of a run."""
    if not buffers:
        return
    folder = home.cache + "/buffers"
    make_folders(folder, inside=home.path)
    _remove_unused(folder)
    for number, buffer in enumerate(buffers):
        kept = f"{folder}/{hashlib.sha256(buffer).hexdigest()}"
        if not os.path.exists(kept):
            _write_whole(kept, buffer)
        try:
            os.link(kept, run_dir.buffer(number))
        except OSError:  # no hard links here, or too many: the run has its own copy
            write_new_file(run_dir.buffer(number), buffer)


def open_buffers(run_dir: RunDir) -> Iterator[mmap.mmap]:
    """Map the arrays of a run, in their order."""
    number = 0
    while os.path.exists(run_dir.buffer(number)):
        with open_reader(run_dir.buffer(number)) as file:
            yield mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        number += 1


def _write_whole(path: str, content: memoryview) -> None:
    aside = f"{path}.{get_native_id()}"
    write_new_file(aside, content)
    os.rename(aside, path)


def _remove_unused(folder: str) -> None:
    """Remove copies that no run links to any more."""
    for entry in os.scandir(folder):
        with contextlib.suppress(FileNotFoundError):
            state = entry.stat()
            if state.st_nlink == 1 and time.time() - state.st_mtime > _UNUSED_SECONDS:
                os.unlink(entry.path)
