"""The source code of the moment: the text files of a project, and their digest.

The rules are those of Guild AI 0.9.0 for a project without a Guild file: text files of at most 1 MiB, at most
100 of them. Unlike there, hidden files, notebooks of function runs, Guild home, other runs and folders with more
than 1000 files are never copied, and links to folders are not followed.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from guild_ipy.domain.run_spec import Source, SourceFile
from guild_ipy.errors import UsageError
from guild_ipy.operations.source_choice import SourceChoice
from guild_ipy.operations.source_walk import MAX_ENTRIES, MAX_FOLDER, FoundFile, SourceWalk

MAX_FILES = 100
MAX_BYTES = 2**20


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Source code, and what the user should know about what is not in it."""

    source: Source
    notes: tuple[str, ...] = ()


class SourceCache:
    """What earlier snapshots read: a file is read again only when the file system says that it changed."""

    def __init__(self) -> None:
        self._projects: dict[tuple[str, bool], _Project] = {}

    def _project(self, root: str, *, include_notebooks: bool) -> _Project:
        return self._projects.setdefault((root, include_notebooks), _Project())


def read_source_file(path: str, name: str) -> SourceFile:
    """Read one file, to be `name` in a snapshot."""
    try:
        with open(path, "rb") as file:
            return SourceFile(path=name, content=file.read(), origin=path)
    except OSError as error:
        raise UsageError(f"cannot read {path!r}: {error.strerror}") from error


def snapshot(  # noqa: PLR0913 - one keyword for each thing that the caller knows
    project_dir: str,
    *,
    dest: str,
    excluded_dirs: Sequence[str] = (),
    include_notebooks: bool = True,
    extra: Sequence[SourceFile] = (),
    cache: SourceCache | None = None,
    choice: SourceChoice | None = None,
    left_out: Collection[str] = (),
) -> Snapshot:
    """Read the source files of a project.

    Parameters
    ----------
    dest
        Where in the run directory they go.
    excluded_dirs
        Folders that are not entered; `project_dir` itself always is.
    extra
        Files that belong to it whatever the rules say; they hide files of the project with the same path.
    cache
        Kept by the caller from one snapshot to the next.
    choice
        Rules of a Guild file, which take files away or add others, of any kind and size.
    left_out
        Paths of files and folders that come into the run in another way.
    """
    root = os.path.realpath(project_dir)
    walk = SourceWalk(root, excluded_dirs)
    project = (cache or SourceCache())._project(root, include_notebooks=include_notebooks)  # noqa: SLF001 - same module
    hidden = (*left_out, *(file.path for file in extra))
    taken = project.take(
        found
        for found in walk
        if not _is_among(found.path, hidden) and (include_notebooks or not found.path.endswith(".ipynb"))
        if choice is None or choice.verdict(found.path, root) is None
    )
    chosen = [] if choice is None else _read_chosen(choice.find(root, excluded_dirs), hidden)
    source = project.make_source(dest, [*extra, *taken.files, *chosen])
    return Snapshot(source=source, notes=tuple(_write_notes(taken, walk, project_dir)))


def _is_among(path: str, paths: Collection[str]) -> bool:
    """Whether a path is one of `paths`, or lies in a folder that is."""
    return any(path == each or path.startswith(f"{each}/") for each in paths)


def _read_chosen(found_files: Iterable[FoundFile], hidden: Collection[str]) -> Iterable[SourceFile]:
    for found in found_files:
        if not _is_among(found.path, hidden):
            try:
                with open(found.full_path, "rb") as file:
                    content = file.read()
            except OSError as error:
                raise UsageError(
                    f"cannot read {found.full_path!r}, which sourcecode names: {error.strerror}"
                ) from error
            yield SourceFile(path=found.path, content=content, origin=found.full_path)


def digest_files(files: Iterable[SourceFile]) -> str:
    """Give the MD5 of files as Guild AI 0.9.0 does: over sorted paths, path, NUL, content, NUL."""
    digest = hashlib.md5(usedforsecurity=False)
    for file in sorted(files, key=lambda file: file.path):
        digest.update(file.path.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(file.content)
        digest.update(b"\0")
    return digest.hexdigest()


# -- reading, once per change


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is known of a file while its `stamp` stays."""

    stamp: tuple[int, ...]
    """Times, size and inode; empty where they cannot be trusted to change with the file."""
    file: SourceFile | None
    """None if it is no text, or too large."""
    is_large: bool = False
    """Text, but too large."""


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """The files of one walk."""

    files: Sequence[SourceFile]
    large: Sequence[str]
    unreadable: Sequence[str]
    is_full: bool
    """Whether there were more files than are taken."""


@dataclass
class _Project:
    """The files of one project as last seen, and the source that was made of them."""

    known: dict[str, _Known] = field(default_factory=dict)
    source: Source | None = None

    def take(self, found_files: Iterable[FoundFile]) -> _Taken:
        """Read files until there are enough."""
        seen: dict[str, _Known] = {}
        files: list[SourceFile] = []
        large, unreadable = [], []
        is_full = False
        for found in found_files:
            try:
                known = seen[found.path] = self._look_at(found)
            except OSError:
                unreadable.append(found.path)
                continue
            if known.file is not None:
                is_full = len(files) == MAX_FILES
                if is_full:
                    break
                files.append(known.file)
            elif known.is_large:
                large.append(found.path)
        self.known = {path: known for path, known in seen.items() if known.stamp}
        return _Taken(files=files, large=large, unreadable=unreadable, is_full=is_full)

    def make_source(self, dest: str, files: Sequence[SourceFile]) -> Source:
        """Make a source, the last one if nothing changed: digests cost more than comparing."""
        ordered = tuple(sorted(files, key=lambda file: file.path))
        source = self.source  # another thread may put another in its place
        if source is None or source.dest != dest or source.files != ordered:
            source = self.source = Source(dest=dest, files=ordered, digest=digest_files(ordered) if ordered else "")
        return source

    def _look_at(self, found: FoundFile) -> _Known:
        stamp = (found.stat.st_mtime_ns, found.stat.st_ctime_ns, found.stat.st_size, found.stat.st_ino)
        known = self.known.get(found.path)
        return known if known is not None and known.stamp == stamp else _read(found, stamp)


#: A file that changed this short a time ago may change again without a new time stamp (2 s on FAT).
_RECENT_NS = 2 * 10**9


def _read(found: FoundFile, stamp: tuple[int, ...]) -> _Known:
    if time.time_ns() - found.stat.st_ctime_ns <= _RECENT_NS:
        stamp = ()
    with open(found.full_path, "rb", buffering=0) as file:
        content = file.read(_HEAD)
        if not _is_text(content, found.path):
            return _Known(stamp=stamp, file=None)
        if found.stat.st_size > MAX_BYTES:
            return _Known(stamp=stamp, file=None, is_large=True)
        while len(content) <= MAX_BYTES and (more := file.read(MAX_BYTES)):
            content += more
    if len(content) > MAX_BYTES:
        return _Known(stamp=(), file=None, is_large=True)
    source = SourceFile(path=found.path, content=content, origin=found.full_path)
    return _Known(stamp=stamp, file=source)


_HEAD = 8192


def _is_text(head: bytes, path: str) -> bool:
    if path.endswith(".py"):
        return True  # a coding cookie may make it anything
    if b"\0" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < _HEAD)
    except UnicodeDecodeError:
        return False
    return True


# -- what is left out


_NAMED = 3


def _write_notes(taken: _Taken, walk: SourceWalk, project_dir: str) -> Iterable[str]:
    remedy = "put an empty .guild-nocopy into folders of data"
    if taken.is_full:
        yield f"more than {MAX_FILES} source files in {project_dir!r}: the others are not copied; {remedy}"
    if walk.is_cut:
        yield f"more than {MAX_ENTRIES} files in {project_dir!r}: not all were looked at for source; {remedy}"
    if walk.crowded:
        yield f"more than {MAX_FOLDER} files in a folder, not copied: {_name_some(walk.crowded)}"
    if taken.large:
        yield f"larger than 1 MiB, not copied: {_name_some(taken.large)}"
    if unreadable := [*walk.unreadable, *taken.unreadable]:
        yield f"cannot be read, not copied: {_name_some(unreadable)}"


def _name_some(paths: Sequence[str]) -> str:
    named = ", ".join(map(repr, paths[:_NAMED]))
    return f"{named} and {len(paths) - _NAMED} more" if len(paths) > _NAMED else named
