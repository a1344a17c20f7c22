"""Snapshots of source code: the text files of a project, and their digest.

The rules are those of Guild AI 0.9.0 for a project without a Guild file and without git: text files of at most 1 MiB,
at most 100 of them, in folders that are not hidden. Unlike there, notebooks of function runs, Guild home, other runs
and folders with more than 1000 files are never copied, and files that hold secrets are linked. The notes of a snapshot
name the files that were left out.
"""

from __future__ import annotations

import codecs
import hashlib
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from guild_ipy.domain.run_spec import ProjectSource, SourceFile, SourceLink
from guild_ipy.domain.secrets import is_private_key, names_secret_file, names_secret_path
from guild_ipy.errors import UsageError
from guild_ipy.operations.sourcecode.source_choice import SourceChoice
from guild_ipy.operations.sourcecode.source_walk import MAX_ENTRIES, MAX_FOLDER, MAX_LINKED, FoundFile, SourceWalk
from guild_ipy.store.files.regular_file import MAX_PROJECT_BYTES, open_reader, read_regular

MAX_FILES = 100
MAX_BYTES = 2**20


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Source code, and notes for the user about files that are left out."""

    source: ProjectSource
    notes: tuple[str, ...] = ()


class SourceCache:
    """Files that earlier snapshots have read: a file is read again only if the file system says that it changed."""

    def __init__(self) -> None:
        self._projects: dict[tuple[str, bool], _Project] = {}

    def _project(self, root: str, *, include_notebooks: bool) -> _Project:
        return self._projects.setdefault((root, include_notebooks), _Project())


def read_source_file(path: str, name: str) -> SourceFile:
    """Read one file, to be `name` in a snapshot."""
    try:
        return SourceFile(path=name, content=read_regular(path, MAX_PROJECT_BYTES), origin=path)
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
        The folder in the run directory for the files.
    excluded_dirs
        Folders that are not entered; `project_dir` itself always is.
    extra
        Files that are added whatever the rules say; they replace files of the project with the same path.
    cache
        A cache, which the caller keeps from one snapshot to the next.
    choice
        Rules of a Guild file, which exclude files or add others, of any kind and size.
    left_out
        Paths of files and folders that come into the run in another way.
    """
    root = os.path.realpath(project_dir)
    walk = SourceWalk(root, excluded_dirs)
    project = (cache or SourceCache())._project(root, include_notebooks=include_notebooks)  # noqa: SLF001 - same module
    hidden = (*left_out, *(file.path for file in extra))
    usual = _UsualFiles(root=root, choice=choice, hidden=hidden)
    endings = () if include_notebooks else (".ipynb",)
    taken = project.take(each for each in walk if usual.contain(each.path) and not each.path.endswith(endings))
    chosen = () if choice is None else choice.find(root, excluded_dirs)
    copied, linked = _read_chosen(each for each in chosen if not _is_among(each.path, hidden))
    linked = sorted({*linked, *usual.among([*walk.secrets, *taken.keys])})
    source = project.make_source(dest, [*extra, *taken.files, *copied], _links(root, linked))
    return Snapshot(source=source, notes=tuple(_write_notes(taken, walk, usual, linked, tells_binary=dest == ".")))


@dataclass(frozen=True, kw_only=True)
class _UsualFiles:
    """The paths that no rule of the user concerns, so that the usual rules hold for them."""

    root: str
    choice: SourceChoice | None
    hidden: Collection[str]

    def among(self, paths: Iterable[str]) -> list[str]:
        return [path for path in paths if self.contain(path.rstrip("/"))]

    def contain(self, path: str) -> bool:
        if _is_among(path, self.hidden):
            return False
        return self.choice is None or self.choice.verdict(path, self.root) is None


def _links(root: str, paths: Iterable[str]) -> tuple[SourceLink, ...]:
    return tuple(SourceLink(path=path, origin=f"{root}/{path}") for path in paths)


def _is_among(path: str, paths: Collection[str]) -> bool:
    """Whether a path is one of `paths`, or lies in a folder that is."""
    return any(path == each or path.startswith(f"{each}/") for each in paths)


def _read_chosen(found_files: Iterable[FoundFile]) -> tuple[list[SourceFile], list[str]]:
    """Read the files that rules name; also return the paths of those that may hold secrets, which are not copied."""
    files: list[SourceFile] = []
    secret: list[str] = []
    for found in found_files:
        content = None if _names_secret(found) else _read_named(found)
        if content is None or is_private_key(content):
            secret.append(found.path)
        else:
            files.append(SourceFile(path=found.path, content=content, origin=found.full_path))
    return files, secret


def _names_secret(found: FoundFile) -> bool:
    return names_secret_path(found.path) or names_secret_file(os.path.basename(os.path.realpath(found.full_path)))


def _read_named(found: FoundFile) -> bytes:
    try:
        return read_regular(found.full_path, MAX_PROJECT_BYTES)
    except OSError as error:
        raise UsageError(f"cannot read {found.full_path!r}, which sourcecode names: {error.strerror}") from error


def digest_files(files: Iterable[SourceFile]) -> str:
    """Return the MD5 of files as Guild AI 0.9.0 does: over sorted paths, path, NUL, content, NUL."""
    digest = hashlib.md5(usedforsecurity=False)
    for file in sorted(files, key=lambda file: file.path):
        digest.update(file.path.encode("utf-8", "surrogateescape") + b"\0")
        digest.update(file.content)
        digest.update(b"\0")
    return digest.hexdigest()


# -- reading, once per change


@dataclass(frozen=True, kw_only=True)
class _Known:
    """The cached content of a file, valid while its `stamp` is the same."""

    stamp: tuple[int, ...]
    """Times, size and inode; empty if they may not change when the file changes."""
    file: SourceFile | None
    """None if it is not a text, too large, or a key."""
    why_not: str = ""
    """``binary``, ``large`` or ``key``."""


@dataclass(frozen=True, kw_only=True)
class _Taken:
    """The files of one walk."""

    files: Sequence[SourceFile]
    large: Sequence[str]
    binary: Sequence[str]
    keys: Sequence[str]
    """Private keys, recognized by their content."""
    unreadable: Sequence[str]
    first_left: str | None
    """The first file beyond the limit on their number."""


@dataclass
class _Project:
    """The files of a project as last read, and the source that was made from them."""

    known: dict[str, _Known] = field(default_factory=dict)
    source: ProjectSource | None = None

    def take(self, found_files: Iterable[FoundFile]) -> _Taken:
        """Read files up to the limit on their number."""
        seen: dict[str, _Known] = {}
        files: list[SourceFile] = []
        left: dict[str, list[str]] = {"large": [], "binary": [], "key": [], "unreadable": []}
        first_left = None
        for found in found_files:
            try:
                known = seen[found.path] = self._look_at(found)
            except OSError:
                left["unreadable"].append(found.path)
                continue
            if known.file is None:
                left[known.why_not].append(found.path)
            elif len(files) == MAX_FILES:
                first_left = found.path
                break
            else:
                files.append(known.file)
        self.known = {path: known for path, known in seen.items() if known.stamp}
        return _Taken(
            files=files,
            large=left["large"],
            binary=left["binary"],
            keys=left["key"],
            unreadable=left["unreadable"],
            first_left=first_left,
        )

    def make_source(self, dest: str, files: Sequence[SourceFile], links: tuple[SourceLink, ...]) -> ProjectSource:
        """Make a source, or return the last one if nothing changed: comparing is faster than a digest."""
        ordered = tuple(sorted(files, key=lambda file: file.path))
        last = self.source  # another thread may replace it
        if last is None or (last.dest, last.links) != (dest, links) or last.files != ordered:
            digest = digest_files(ordered) if ordered else ""
            self.source = last = ProjectSource(dest=dest, files=ordered, digest=digest, links=links)
        return last

    def _look_at(self, found: FoundFile) -> _Known:
        stamp = (found.stat.st_mtime_ns, found.stat.st_ctime_ns, found.stat.st_size, found.stat.st_ino)
        known = self.known.get(found.path)
        return known if known is not None and known.stamp == stamp else _read(found, stamp)


#: A file that changed this short a time ago may change again without a new time stamp (2 s on FAT).
_RECENT_NS = 2 * 10**9


def _read(found: FoundFile, stamp: tuple[int, ...]) -> _Known:
    if time.time_ns() - found.stat.st_ctime_ns <= _RECENT_NS:
        stamp = ()
    with open_reader(found.full_path) as file:
        content = file.read(_HEAD)
        if is_private_key(content):
            return _Known(stamp=stamp, file=None, why_not="key")
        if not _is_text(content, found.path):
            return _Known(stamp=stamp, file=None, why_not="binary")
        if found.stat.st_size > MAX_BYTES:
            return _Known(stamp=stamp, file=None, why_not="large")
        while len(content) <= MAX_BYTES and (more := file.read(MAX_BYTES)):
            content += more
    if len(content) > MAX_BYTES:
        return _Known(stamp=(), file=None, why_not="large")
    source = SourceFile(path=found.path, content=content, origin=found.full_path)
    return _Known(stamp=stamp, file=source)


_HEAD = 8192
#: Extensions of files that are text whatever their content (Guild AI 0.9.0).
_TEXT = (".py", ".csv", ".md", ".sh", ".txt")
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
#: Bytes that no encoding of text uses; the other control characters are white space, and the escape of terminals.
_CONTROLS = bytes({*range(0x20), 0x7F} - set(b"\b\t\n\v\f\r\x1b"))


def _is_text(head: bytes, path: str) -> bool:
    """Whether a file with this beginning is text, in any encoding."""
    return path.lower().endswith(_TEXT) or head.startswith(_MARKS) or len(head.translate(None, _CONTROLS)) == len(head)


# -- what is left out


_NAMED = 3
_REMEDY = "bring data along with --file PATH, or put an empty .guild-nocopy into its folder"


def _write_notes(
    taken: _Taken, walk: SourceWalk, usual: _UsualFiles, linked: Sequence[str], *, tells_binary: bool
) -> Iterator[str]:
    """Return notes about files that are left out or linked; about binary files only if the run works in the copy."""
    if taken.first_left is not None:
        yield f"more than {MAX_FILES} source files: {taken.first_left!r} and those after it are not copied; {_REMEDY}"
    elif walk.is_cut:
        yield f"more than {MAX_ENTRIES} files in {walk.root!r}: not all were looked at for source; {_REMEDY}"
    elif walk.is_link_cut:
        yield f"more than {MAX_LINKED} files in linked folders: not all were looked at for source; {_REMEDY}"
    left = {
        f"more than {MAX_FOLDER} files in a folder, not copied": walk.crowded,
        "larger than 1 MiB, not copied": taken.large,
        "not text, not copied": [*walk.binary, *taken.binary] if tells_binary else (),
        "hidden folders, not copied": walk.hidden,
        "links to a folder that they are in, not followed": walk.circles,
        "cannot be read, not copied": [*walk.unreadable, *taken.unreadable],
    }
    for why, paths in left.items():
        if named := usual.among(paths):
            yield f"{why}: {_name_some(named)}"
    if linked:
        yield f"may hold secrets, linked and not copied: {_name_some(linked)}"


def _name_some(paths: Sequence[str]) -> str:
    named = ", ".join(map(repr, paths[:_NAMED]))
    return f"{named} and {len(paths) - _NAMED} more" if len(paths) > _NAMED else named
