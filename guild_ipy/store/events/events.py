"""Event files of a run, read wherever they are below its directory.

The bytes are described in :mod:`guild_ipy.store.events.tfevents`.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from guild_ipy.errors import DamagedRun
from guild_ipy.store.events.event_rows import Series, decode_rows
from guild_ipy.store.events.event_writer import EVENT_MARK
from guild_ipy.store.events.tfevents import FOOTER_BYTES, decode_points, decode_records
from guild_ipy.store.files.regular_file import open_regular
from guild_ipy.store.run_dir import RunDir

_CHUNK_BYTES = 2**20
_NO_SCALARS = frozenset({"attrs", "displays", "job", "tmp"})


def iter_series(path: str, offset: int = 0) -> Iterator[tuple[list[Series], int]]:
    """Read the scalars of an event file from a byte offset on, about 1 MiB at a time.

    Yields
    ------
    tuple of list and int
        Values, and the offset to go on from when the file has grown. A torn record at the end is left for then;
        after damage nothing more is read.

    Raises
    ------
    DamagedRun
        If the file cannot be opened.
    """
    try:
        descriptor = open_regular(path)
        try:
            yield from _iter_chunks(descriptor, offset)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise DamagedRun(path, error.strerror or str(error)) from error


def decode_series(content: bytes) -> tuple[list[Series], int, bool]:
    """Read the values of bytes.

    Returns
    -------
    tuple of list, int and bool
        Values, how many bytes they take, and whether all is sound so far.
    """
    found = decode_rows(content)
    return _decode_records(content) if found is None else (*found, True)


def find_event_files(run_dir: RunDir) -> list[str]:
    """Find the event files below a run, sorted; links that leave the run are not followed."""
    return list_event_files(run_dir).paths


def find_output_event_files(run_dir: RunDir) -> list[str]:
    """Find the event files of the scalars in a run's output: those in ``.guild`` itself."""
    return [entry.path for entry in _scan(run_dir.guild) if EVENT_MARK in entry.name]


@dataclass(frozen=True, kw_only=True)
class EventFiles:
    """The files that a walk through a run finds."""

    paths: list[str]
    """Event files, sorted."""
    private: frozenset[str]
    """All names in ``.guild``."""


def list_event_files(run_dir: RunDir) -> EventFiles:
    """Find event files as :func:`find_event_files` does, and return the names in ``.guild`` as well."""
    found: list[str] = []
    private: frozenset[str] = frozenset()
    folders = [run_dir.path]
    while folders:
        folder = folders.pop()
        entries = _scan(folder)
        skipped = frozenset[str]()
        if folder == run_dir.guild:
            skipped, private = _NO_SCALARS, frozenset([entry.name for entry in entries])
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in skipped:
                    folders.append(entry.path)
            elif EVENT_MARK in entry.name and _belongs(entry, run_dir):
                found.append(entry.path)
    return EventFiles(paths=sorted(found), private=private)


def _iter_chunks(descriptor: int, offset: int) -> Iterator[tuple[list[Series], int]]:
    size = os.fstat(descriptor).st_size
    wanted = _CHUNK_BYTES
    while offset < size and (chunk := os.pread(descriptor, min(wanted, size - offset), offset)):
        series, end, is_sound = decode_series(chunk)
        offset += end
        if end or not is_sound:
            wanted = _CHUNK_BYTES
            yield series, offset
        elif len(chunk) < wanted:  # a torn record, or the rest
            return
        else:  # a record larger than a chunk
            wanted *= 4
        if not is_sound:
            return


def _decode_records(content: bytes) -> tuple[list[Series], int, bool]:
    found: defaultdict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
    end, is_sound = 0, True
    try:
        for begin, stop in decode_records(content):
            for step, _, tag, value in decode_points(content[begin:stop]):
                steps, values = found[tag]
                steps.append(step)
                values.append(value)
            end = stop + FOOTER_BYTES
    except ValueError:
        is_sound = False
    return [Series(tag=tag, steps=steps, values=values) for tag, (steps, values) in found.items()], end, is_sound


def _scan(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _belongs(entry: os.DirEntry[str], run_dir: RunDir) -> bool:
    if not entry.is_symlink():
        return entry.is_file()
    target = os.path.realpath(entry.path)
    return os.path.isfile(target) and target.startswith(os.path.realpath(run_dir.path) + "/")
