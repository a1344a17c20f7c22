"""Telling without reading a file whether a run has changed: the stamps of all files that its entry was read from.

A stamp is the time of the last change of content and of the inode, the size and the number of the inode; so neither
a clock that jumps nor a file moved in with its old times hides a change. A change can be missed in one way: it is
made after a file was read and within one tick of the clock of its file system. So a file that is younger than a tick
when it is read is read again.
"""

from __future__ import annotations

import os
import struct
from _blake2 import blake2b  # hashlib, without loading OpenSSL
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from guild_ipy.store.run_dir import RunDir

#: Longer than a tick: a jiffy (10 ms) on local file systems.
TICK_NS = 50_000_000
#: File systems of other machines and old formats count seconds.
COARSE_TICK_NS = 2_000_000_000
#: How long an empty file counts as one that is being written (:mod:`guild_ipy.store.run_record`), and a bit longer.
_WRITING_NS = 3_000_000_000
_SECOND_NS = 1_000_000_000

_MISSING = (0, 0, 0, 0)

FileStamp: TypeAlias = "tuple[int, int, int, int]"
"""Of one file: times of change of content and inode, in nanoseconds, size and inode."""


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """The stamps of some paths."""

    digest: bytes
    newest: int
    """The latest change among them, in nanoseconds."""
    has_empty: bool
    """Whether one of them is an empty file, which may be one that is being written."""

    def is_racy(self, read_at: int) -> bool:
        """Return whether a change could be missed that was made after `read_at`, when the stamps were taken."""
        return is_racy(self.newest, read_at) or (self.has_empty and self.newest + _WRITING_NS > read_at)


def stamp_run(run_dir: RunDir, names: Iterable[str]) -> Stamp:
    """Take the stamps of a run, of its metadata, and of the attributes of these names."""
    return make_stamp(_stamp_run(run_dir, names))


def digest_run(run_dir: RunDir, names: Iterable[str]) -> bytes:
    """Return the digest of the same stamps, which takes less time."""
    return _digest(_stamp_run(run_dir, names))


def stamp_paths(paths: Iterable[str]) -> Stamp:
    """Take the stamps of paths, in this order; a path that is not there has a stamp too."""
    return make_stamp(_stamp(paths))


def make_stamp(numbers: Sequence[int]) -> Stamp:
    """Make a stamp of the numbers of :func:`stamp_path`, path after path."""
    has_empty = 0 in numbers[2::4] and any(
        not size and inode for size, inode in zip(numbers[2::4], numbers[3::4], strict=True)
    )
    newest = max(0, *numbers[0::4], *numbers[1::4])
    return Stamp(digest=_digest(numbers), newest=newest, has_empty=has_empty)


def stamp_path(path: str) -> FileStamp:
    """Return times of change, size and inode; zeros if there is nothing."""
    try:
        info = os.stat(path)
    except OSError:
        return _MISSING
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino


def parse_stamp(text: str) -> FileStamp:
    """Read the stamp of a file; ValueError if it is not one."""
    mtime, ctime, size, inode = map(int, text.split())
    return mtime, ctime, size, inode


def have_changed(run_dir: RunDir, known: Mapping[str, FileStamp]) -> bool:
    """Return whether one of the known files of a run has changed."""
    return any(stamp_path(f"{run_dir.path}/{path}") != stamp for path, stamp in known.items())


def is_racy(newest: int, read_at: int) -> bool:
    """Return whether a file that changed last at `newest` could have changed, unseen, after `read_at`."""
    tick = COARSE_TICK_NS if newest % _SECOND_NS == 0 else TICK_NS
    return newest + tick > read_at


def _stamp_run(run_dir: RunDir, names: Iterable[str]) -> list[int]:
    attrs = run_dir.attrs
    return _stamp([run_dir.path, run_dir.guild, attrs, run_dir.opref, *[f"{attrs}/{name}" for name in names]])


def _stamp(paths: Iterable[str]) -> list[int]:
    return [number for path in paths for number in stamp_path(path)]


def _digest(numbers: Sequence[int]) -> bytes:
    try:
        packed = struct.pack(f"<{len(numbers)}q", *numbers)
    except struct.error:  # a time before 1678 or after 2262, or a file system with inodes of 64 bits
        packed = struct.pack(f"<{len(numbers)}Q", *(number & 0xFFFFFFFFFFFFFFFF for number in numbers))
    return blake2b(packed, digest_size=12).digest()
