"""The change log of a home: which of its runs were changed, so that a reader need not look at all of them.

After every change of a run its id is appended to ``<home>/cache/guild_ipy/changes``; a reader remembers how far it has
read. If the log no longer reaches back to there, the reader must look at every run::

    guild_ipy changes 5f3a after -     the name of this log, and of the one before it
    0123456789abcdef0123456789abcdef   a run; a name that is not a run id stands as a JSON string

A log that has grown long becomes ``changes.1``, and a new one is begun. A writer holds a shared ``flock`` on the log
while it appends, so that no line is written to a log that has become ``changes.1``.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

from guild_ipy.store.files.folders import make_folders
from guild_ipy.store.files.regular_file import is_not_regular, open_reader, open_regular
from guild_ipy.store.guild_home import Home
from guild_ipy.store.run_dir import is_run_id
from guild_ipy.store.state.lock import lock_if_possible

#: About 30,000 changes.
MAX_BYTES = 2**20

_FIRST = "-"
_HEAD_BYTES = 200
_ATTEMPTS = 100
#: The most that is read at once; a log that has grown longer without being rotated is not ours.
_LONGEST = 64 * MAX_BYTES


@dataclass(frozen=True, kw_only=True)
class LogPosition:
    """How far a reader has come."""

    log: str = _FIRST
    """The name of the log; that of a home which has none yet is ``-``."""
    inode: int = 0
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class Changes:
    """The part of the log since a position."""

    ids: frozenset[str]
    position: LogPosition
    is_complete: bool = True
    """Whether these are all changes since; if not, any run may have changed."""


def note_change(home: Home, *ids: str) -> None:
    """Note that runs have been changed. This never fails: without it an index notices the change a little later."""
    lines = "".join(f"{id if is_run_id(id) else json.dumps(id)}\n" for id in ids).encode()  # noqa: A001 - the word of the field
    try:
        _append(home, lines)
    except OSError:
        return


def read_changes(home: Home, since: LogPosition) -> Changes:
    """Read the changes since a position; a damaged log is removed, and the next writer begins a new one."""
    nothing = Changes(ids=frozenset(), position=since)
    try:
        info = os.stat(_path(home))
    except OSError:
        return nothing if since.log == _FIRST else Changes(ids=frozenset(), position=LogPosition(), is_complete=False)
    if (info.st_ino, info.st_size) == (since.inode, since.offset):
        return nothing
    lost = Changes(ids=frozenset(), position=LogPosition(), is_complete=False)
    try:
        return _read_since(home, since)
    except OSError as error:
        if is_not_regular(error):
            _remove(_path(home))
        return lost
    except ValueError:
        _remove(_path(home))
        return lost


# -- writing


def _append(home: Home, lines: bytes) -> None:
    for _ in range(_ATTEMPTS):
        descriptor = _open(home)
        try:
            lock_if_possible(descriptor, fcntl.LOCK_SH)
            if not _is_current(home, descriptor):
                continue
            os.write(descriptor, lines)
            is_long = os.fstat(descriptor).st_size > MAX_BYTES
        finally:
            os.close(descriptor)
        if is_long:
            _rotate(home)
        return


def _open(home: Home) -> int:
    flags = os.O_WRONLY | os.O_APPEND
    try:
        return open_regular(_path(home), flags)
    except FileNotFoundError:
        _begin(home)
        return open_regular(_path(home), flags)


def _begin(home: Home) -> None:
    """Begin a log; if two processes do so at once, one wins."""
    make_folders(home.cache, inside=home.path)
    aside = f"{_path(home)}.{os.getpid()}-{os.urandom(4).hex()}"
    head = f"guild_ipy changes {os.urandom(8).hex()} after {_name_of(_old_path(home))}\n"
    descriptor = open_regular(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    try:
        os.write(descriptor, head.encode())
    finally:
        os.close(descriptor)
    try:
        os.link(aside, _path(home))
    except FileExistsError:
        return
    finally:
        os.unlink(aside)


def _rotate(home: Home) -> None:
    descriptor = open_regular(_path(home), os.O_WRONLY)
    try:
        lock_if_possible(descriptor, fcntl.LOCK_EX)
        if _is_current(home, descriptor) and os.fstat(descriptor).st_size > MAX_BYTES:
            os.rename(_path(home), _old_path(home))
            _begin(home)
    finally:
        os.close(descriptor)


def _is_current(home: Home, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(_path(home)), os.fstat(descriptor))
    except FileNotFoundError:
        return False


# -- reading


def _read_since(home: Home, since: LogPosition) -> Changes:
    log = _read_log(_path(home), since)
    if log.name == since.log:
        return Changes(ids=frozenset(log.ids), position=log.end)
    missed = _read_rest(home, since, log.before)
    return Changes(ids=frozenset((*log.ids, *(missed or ()))), position=log.end, is_complete=missed is not None)


def _read_rest(home: Home, since: LogPosition, before: str) -> list[str] | None:
    """Return the ids after a position in the previous log; None if the position is in another log."""
    if since.log != before:
        return None
    if before == _FIRST:
        return []
    old = _read_log(_old_path(home), since)
    return old.ids if old.name == since.log else None


@dataclass(frozen=True, kw_only=True)
class _Log:
    """A log as it is now, from a position on if that is one in it."""

    name: str
    before: str
    ids: list[str]
    end: LogPosition


def _read_log(path: str, since: LogPosition) -> _Log:
    with open_reader(path) as file:
        head = file.readline(_HEAD_BYTES)
        name, before = _parse_head(head)
        start = since.offset if name == since.log else len(head)
        file.seek(start)
        content = file.read(_LONGEST + 1)
        inode = os.fstat(file.fileno()).st_ino
    if len(content) > _LONGEST:
        raise ValueError("no change log is so long")
    whole = content[: content.rfind(b"\n") + 1]
    end = LogPosition(log=name, inode=inode, offset=start + len(whole))
    return _Log(name=name, before=before, ids=list(_parse_lines(whole)), end=end)


def _parse_lines(content: bytes) -> Iterable[str]:
    for line in content.decode("ascii", "replace").split("\n")[:-1]:
        try:
            yield str(json.loads(line)) if line.startswith('"') else line
        except ValueError:
            continue


def _name_of(path: str) -> str:
    try:
        with open_reader(path) as file:
            return _parse_head(file.read(_HEAD_BYTES))[0]
    except (OSError, ValueError):
        return _FIRST


def _parse_head(content: bytes) -> tuple[str, str]:
    line, end, _ = content.partition(b"\n")
    words = line.decode("ascii").split(" ")
    if not end or len(words) != 5 or words[:2] != ["guild_ipy", "changes"]:  # noqa: PLR2004 - the words of the first line
        raise ValueError("a change log does not begin so")
    return words[2], words[4]


def _remove(path: str) -> None:
    """Remove a damaged log; a home that cannot be written keeps it."""
    try:
        os.unlink(path)
    except OSError:
        return


def _path(home: Home) -> str:
    return home.cache + "/changes"


def _old_path(home: Home) -> str:
    return home.cache + "/changes.1"
