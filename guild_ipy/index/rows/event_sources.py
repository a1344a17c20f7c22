"""The event files of a run as the index knows them, and as rows: how far each was read, and what was found.

A file that has grown is read from where the last reading ended, if the bytes before that place are still the same;
one that was changed in another way is read anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
from _blake2 import blake2b  # hashlib, without loading OpenSSL
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

from guild_ipy.domain.values.scalars import ScalarSummary
from guild_ipy.index.rows.sql_values import encode_json, text_from_sql, text_to_sql
from guild_ipy.index.rows.stamps import FileStamp, parse_stamp, stamp_path
from guild_ipy.store.events.events import find_event_files
from guild_ipy.store.events.scalar_summaries import FileScalars, Tally, merge_files
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir

#: Of a run that has ended, files of at most this size are read anew should they ever grow.
SMALL_BYTES = 65536
_TAIL_BYTES = 64


@dataclass(frozen=True, kw_only=True)
class EventSource:
    """One event file."""

    path: str
    """Seen from the directory of the run."""
    stamp: FileStamp
    """Of before it was read."""
    scalars: FileScalars | None = None
    """What was read; None if that was not kept."""
    tail: bytes = b""
    """A digest of the bytes before the place that was read up to."""


def read_sources(
    run_dir: RunDir, stamps: Mapping[str, FileStamp], known: Iterable[EventSource]
) -> tuple[EventSource, ...]:
    """Read what is new in the event files that have these stamps."""
    by_path = {source.path: source for source in known}
    return tuple(_read(run_dir, path, stamp, by_path.get(path)) for path, stamp in stamps.items())


def prune(sources: Iterable[EventSource]) -> tuple[EventSource, ...]:
    """Return what is worth keeping of the event files of a run that has ended."""
    return tuple(
        source if source.stamp[2] > SMALL_BYTES else EventSource(path=source.path, stamp=source.stamp)
        for source in sources
    )


def stamp_sources(run_dir: RunDir) -> dict[str, FileStamp]:
    """Return the stamps of the event files of a run by their paths within it."""
    start = len(run_dir.path) + 1
    return {path[start:]: stamp_path(path) for path in find_event_files(run_dir)}


def summarize_sources(run_dir: RunDir, sources: Iterable[EventSource]) -> dict[str, ScalarSummary]:
    """Summarise what was read, as :func:`guild_ipy.store.events.scalar_summaries.summarize` does."""
    return merge_files(run_dir, {f"{run_dir.path}/{each.path}": each.scalars for each in sources if each.scalars})


def read_source_rows(connection: sqlite3.Connection, k: int) -> list[EventSource]:
    """Return the event files of a run as they are known."""
    sql = "select path, stamp, scalars, tail from source where k = ?"
    return [
        EventSource(
            path=text_from_sql(path),
            stamp=parse_stamp(stamp),
            scalars=None if scalars is None else _decode_scalars(scalars),
            tail=tail,
        )
        for path, stamp, scalars, tail in connection.execute(sql, (k,))
    ]


def source_row(source: EventSource) -> tuple[Any, ...]:
    """Return an event file as a row, without the number of its run."""
    scalars = None if source.scalars is None else _encode_scalars(source.scalars)
    return text_to_sql(source.path), " ".join(map(str, source.stamp)), scalars, source.tail


def _encode_scalars(scalars: FileScalars) -> str:
    """Write what was read of a file as JSON; the inverse of :func:`_decode_scalars`."""
    return encode_json([scalars.offset, {tag: astuple(tally) for tag, tally in scalars.tallies.items()}])


def _decode_scalars(text: str) -> FileScalars:
    """Read what :func:`_encode_scalars` has written; ValueError or TypeError for anything else."""
    content: list[Any] = json.loads(text)
    offset, tallies = content
    return FileScalars(offset=offset, tallies={tag: Tally(*numbers) for tag, numbers in tallies.items()})


def _read(run_dir: RunDir, name: str, stamp: FileStamp, known: EventSource | None) -> EventSource:
    path = f"{run_dir.path}/{name}"
    if known is not None and known.stamp == stamp and known.scalars is not None:
        return known
    scalars = FileScalars()
    if known is not None and known.scalars is not None and _has_only_grown(path, stamp, known):
        scalars = FileScalars(offset=known.scalars.offset, tallies=dict(known.scalars.tallies))
    scalars.read(path)
    return EventSource(path=name, stamp=stamp, scalars=scalars, tail=_read_tail(path, scalars.offset))


def _has_only_grown(path: str, stamp: FileStamp, known: EventSource) -> bool:
    assert known.scalars is not None, "the caller has looked"
    (*_, old_size, old_inode), (*_, size, inode) = known.stamp, stamp
    return inode == old_inode and size > old_size and _read_tail(path, known.scalars.offset) == known.tail


def _read_tail(path: str, end: int) -> bytes:
    try:
        with open_reader(path) as file:
            content = os.pread(file.fileno(), min(end, _TAIL_BYTES), max(0, end - _TAIL_BYTES))
    except OSError:
        return b""
    return blake2b(content, digest_size=8).digest()
