"""Bringing what a run depends on into its directory: copies, links, and files that are written for it.

A copy shares its blocks with the original where the file system can (a reflink), and nothing is ever written through
a link: folders on the way to a file must be folders of the run.
"""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import stat
from collections.abc import Iterator, Sequence

from guild_ipy.domain.dependency import Source, TargetType
from guild_ipy.domain.resolved_dependency import ResolvedDependency, TakenFile
from guild_ipy.errors import DependencyError, StoreError
from guild_ipy.store.manifest import ManifestEntry
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.whole_file import write_new_file

#: FICLONE of linux/fs.h: let a file share the blocks of another.
_CLONE = 0x40049409


def place_dependencies(run_dir: RunDir, dependencies: Sequence[ResolvedDependency]) -> list[ManifestEntry]:
    """Put all files of resolved dependencies into a run directory; what its manifest says of them.

    Raises
    ------
    DependencyError
        If something else is in their place, or a link in them leads out of what they belong to.
    StoreError
        If one cannot be read or written.
    """
    entries = []
    for dependency in dependencies:
        for resolved in dependency.sources:
            for file in resolved.files:
                entries += _Placing(run_dir, dependency.dependency.name, resolved.source, file).place()
    return entries


def remove_placed(run_dir: RunDir, entries: Sequence[ManifestEntry]) -> None:
    """Take away what :func:`place_dependencies` brought, by what the manifest says of it."""
    for entry in entries:
        path = os.path.join(run_dir.path, entry.path)
        if entry.kind == "d" and _is_inside(run_dir, entry.path):
            _remove(path)


class _Placing:
    """One file or folder on its way."""

    def __init__(self, run_dir: RunDir, dependency: str, source: Source, file: TakenFile) -> None:
        self._run_dir = run_dir
        self._dependency = dependency
        self._source = source
        self._file = file

    def place(self) -> list[ManifestEntry]:
        file, target = self._file, os.path.join(self._run_dir.path, self._file.path)
        if not _is_inside(self._run_dir, file.path):
            raise self._refusal(f"{file.path!r} is not within the run directory")
        try:
            if self._is_there(target):
                return [self._entry(file.path)]
            os.makedirs(os.path.dirname(target), exist_ok=True)
            return [self._entry(path) for path in self._write(target)]
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot place {file.path!r} of {self._dependency}: {error.strerror or error}") from error

    def _is_there(self, target: str) -> bool:
        """Whether the very file is there already; another one is in the way, or makes room."""
        if not os.path.lexists(target):
            return False
        if self._file.replaces:
            _remove(target)
            return False
        if self._is_same(target):
            return True
        raise self._refusal(
            f"there is another {self._file.path!r} in the run directory; give it another place with target-path or "
            f"rename, or set replace-existing"
        )

    def _is_same(self, target: str) -> bool:
        origin = self._file.origin
        if not origin or not os.path.isfile(origin) or not stat.S_ISREG(os.lstat(target).st_mode):
            return False
        return filecmp.cmp(origin, target, shallow=False)

    def _write(self, target: str) -> Iterator[str]:
        """Write it, and give what is there now, relative to the run directory."""
        file = self._file
        if file.content is not None:
            write_new_file(target, file.content)
            yield file.path
        elif not os.path.exists(file.origin):
            raise self._refusal(f"{file.origin!r} is gone")
        elif file.how is TargetType.LINK:
            os.symlink(os.path.relpath(file.origin, os.path.dirname(os.path.realpath(target))), target)
            yield file.path
        elif os.path.isdir(file.origin):
            for path in self._copy_tree(target):
                yield f"{file.path}/{path}"
        else:
            self._check_way(file.origin)
            copy_file(os.path.realpath(file.origin), target)
            yield file.path

    def _copy_tree(self, target: str) -> Iterator[str]:
        origin = os.path.realpath(self._file.origin)
        os.mkdir(target)
        for folder, folders, files in os.walk(origin):
            inner = os.path.relpath(folder, origin)
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in folders:
                if name not in links:
                    os.mkdir(os.path.join(target, inner, name))
            for name in (*files, *links):
                path = os.path.normpath(os.path.join(inner, name))
                self._copy(os.path.join(folder, name), os.path.join(target, path))
                yield path

    def _copy(self, origin: str, target: str) -> None:
        if os.path.islink(origin):
            self._check_way(origin)
            os.symlink(_moved_link(origin, self._file.origin), target)
        elif stat.S_ISREG(os.lstat(origin).st_mode):
            copy_file(origin, target)

    def _check_way(self, path: str) -> None:
        root = os.path.realpath(self._file.root)
        real = os.path.realpath(path)
        if self._file.root and os.path.commonpath([root, real]) != root:
            raise self._refusal(f"{os.path.relpath(path, self._file.root)!r} is a link to {real!r}, outside of the run")

    def _entry(self, path: str) -> ManifestEntry:
        word = (self._file.word,) if self._file.word else ()
        return ManifestEntry(kind="d", path=path, origin=(self._source.uri, *word))

    def _refusal(self, why: str) -> DependencyError:
        return DependencyError(dependency=self._dependency, source=self._source.resolving_name, why=why)


def copy_file(origin: str, target: str) -> None:
    """Copy a file with its permissions; where the file system can, both share their blocks until one is changed."""
    source = os.open(origin, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        mode = stat.S_IMODE(os.fstat(source).st_mode)
        copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode | stat.S_IWUSR)
        with os.fdopen(source, "rb", closefd=False) as read, os.fdopen(copy, "wb") as written:
            try:
                fcntl.ioctl(copy, _CLONE, source)
            except OSError:  # another file system, or one that cannot
                shutil.copyfileobj(read, written, 2**20)
    finally:
        os.close(source)


def _moved_link(link: str, tree: str) -> str:
    """Give what a copied link says: the same if it stays within the copied folder, else the place that it leads to."""
    target = os.readlink(link)
    root, real = os.path.realpath(tree), os.path.realpath(link)
    stays = not os.path.isabs(target) and os.path.commonpath([root, real]) == root
    return target if stays else real


def _is_inside(run_dir: RunDir, path: str) -> bool:
    """Whether a path is one within a run, outside its private part, with no link on the way to its last word."""
    plain = os.path.normpath(path)
    if os.path.isabs(plain) or plain.split(os.sep)[0] in {"..", ".", ".guild"}:
        return False
    folder = os.path.dirname(os.path.join(run_dir.path, plain))
    return os.path.realpath(folder) == os.path.join(os.path.realpath(run_dir.path), os.path.dirname(plain)).rstrip("/")


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
