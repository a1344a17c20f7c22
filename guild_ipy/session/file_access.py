"""The files of a run, as ``ls`` and ``cat`` show them. Nothing outside its directory can be reached."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from guild_ipy.errors import UsageError
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.output import MAX_OUTPUT_BYTES
from guild_ipy.store.run_dir import RunDir

_PRIVATE = ".guild"


def list_files(run_dir: RunDir, *, everything: bool = False) -> list[str]:
    """Return the paths of the files of a run, relative to it and sorted; those of any ``.guild`` only if asked.

    Links are listed and not followed.
    """
    found: list[str] = []
    for folder, folders, files in os.walk(run_dir.path):
        if not everything and _PRIVATE in folders:
            folders.remove(_PRIVATE)
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        found += (os.path.relpath(os.path.join(folder, name), run_dir.path) for name in (*files, *links))
    return sorted(found)


@contextmanager
def open_file(run_dir: RunDir, path: str) -> Iterator[BinaryIO]:
    """Open a file of a run for reading.

    Raises
    ------
    UsageError
        If `path` leads out of the run, also through a link, or names no file.
    """
    root = os.path.realpath(run_dir.path)
    real = os.path.realpath(os.path.join(root, path))
    if os.path.commonpath([root, real]) != root:
        raise UsageError(f"{path!r} leads out of run {run_dir.short_id}; its files are listed by ls")
    try:
        descriptor = open_regular(real, os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UsageError(f"run {run_dir.short_id} has no file {path!r}; its files are listed by ls") from error
    except IsADirectoryError as error:
        raise UsageError(f"{path!r} is a folder; name a file of it") from error
    except OSError as error:
        raise UsageError(f"cannot read {path!r} of run {run_dir.short_id}: {error.strerror}") from error
    with os.fdopen(descriptor, "rb") as file:
        yield file


def read_file(run_dir: RunDir, path: str) -> bytes:
    """Read a file of a run whole.

    Raises
    ------
    UsageError
        As :func:`open_file`, and for a file that is too large to be shown.
    """
    with open_file(run_dir, path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_OUTPUT_BYTES:
            what = f"{path!r} of run {run_dir.short_id} has {size} bytes, too many to show"
            raise UsageError(f"{what}; open the file itself")
        return file.read(MAX_OUTPUT_BYTES)
