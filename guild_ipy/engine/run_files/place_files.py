"""Places the files of dependencies in a run directory: copies, links, and files that are written for the run.

A copy shares its blocks with the original where the file system can (a reflink), and nothing is ever written through
a link: folders on the way to a file must be folders of the run.
"""

from __future__ import annotations

import contextlib
import filecmp
import os
import shutil
import stat
from collections.abc import Iterator, Sequence

from guild_ipy.domain.declarations.dependency import Source, TargetType
from guild_ipy.domain.declarations.resolved_dependency import ResolvedDependency, TakenFile
from guild_ipy.domain.secrets import names_secret_path
from guild_ipy.engine.run_files.file_copy import copy_file
from guild_ipy.errors import DependencyError, StoreError
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.used_runs.manifest import ManifestEntry, linked_secrets


def place_dependencies(run_dir: RunDir, dependencies: Sequence[ResolvedDependency]) -> list[ManifestEntry]:
    """Place all files of resolved dependencies in a run directory; return their entries in its manifest.

    Raises
    ------
    DependencyError
        If something else is in their place, or a link in a folder leads out of it.
    StoreError
        If one cannot be read or written.
    """
    written: list[str] = []
    try:
        return [
            entry
            for dependency in dependencies
            for resolved in dependency.sources
            for file in resolved.files
            for entry in _Placing(run_dir, dependency.dependency.title, resolved.source, file, written).place()
        ]
    except BaseException:  # also an interrupt: a partial file would count as made by the run
        for path in reversed(written):
            _remove_quietly(path)
        raise


def remove_placed(run_dir: RunDir, entries: Sequence[ManifestEntry]) -> None:
    """Remove the files that :func:`place_dependencies` placed, by their manifest entries, and empty folders.

    Raises
    ------
    StoreError
        If one of them cannot be removed.
    """
    paths = [entry.path for entry in entries if entry.kind == "d" and _is_inside(run_dir, entry.path)]
    try:
        for path in paths:
            _remove(os.path.join(run_dir.path, path))
    except OSError as error:
        raise StoreError(f"cannot remove {path!r} of run {run_dir.short_id}: {error.strerror or error}") from error
    for top in {path.partition("/")[0] for path in paths if "/" in path}:
        _remove_empty_folders(os.path.join(run_dir.path, top))


class _Placing:
    """Places one file or folder; paths are noted in `written` before they are written."""

    def __init__(self, run_dir: RunDir, dependency: str, source: Source, file: TakenFile, written: list[str]) -> None:
        self._run_dir = run_dir
        self._dependency = dependency
        self._source = source
        self._file = file
        self._written = written

    def place(self) -> list[ManifestEntry]:
        file, target = self._file, os.path.join(self._run_dir.path, self._file.path)
        if not _is_inside(self._run_dir, file.path):
            raise self._refusal(f"{file.path!r} is not within the run directory")
        try:
            return [self._entry(path) for path in self._write(target)]
        except OSError as error:
            if isinstance(error, StoreError):
                raise
            raise StoreError(f"cannot place {file.path!r} of {self._dependency}: {error.strerror or error}") from error

    def _write(self, target: str) -> Iterator[str]:
        """Write it; return the new paths, relative to the run directory."""
        file = self._file
        if file.content is None and not os.path.exists(file.origin):
            raise self._refusal(f"{file.origin!r} is gone")
        if file.content is None and file.how is TargetType.COPY and os.path.isdir(file.origin):
            for path in self._copy_tree(target):
                yield os.path.join(file.path, path)
            return
        if self._makes_room(file.origin, target, file.path):
            self._make_folder(os.path.dirname(target))
            self._written.append(target)
            if file.content is not None:
                write_new_file(target, file.content)
            elif file.how is TargetType.LINK:
                os.symlink(os.path.relpath(file.origin, os.path.dirname(os.path.realpath(target))), target)
            else:
                self._check_way(file.origin)
                copy_file(os.path.realpath(file.origin), target)
        yield file.path

    def _copy_tree(self, target: str) -> Iterator[str]:
        """Copy a folder, perhaps into an existing one: several dependencies can share a folder."""
        origin = os.path.realpath(self._file.origin)
        if os.path.commonpath([origin, os.path.realpath(self._run_dir.path)]) == origin:
            raise self._refusal(f"{origin!r} cannot be copied: the run directory is in it; name what is needed of it")
        for folder, folders, files in os.walk(origin, onerror=_raise):
            inner = os.path.relpath(folder, origin)
            self._make_folder(os.path.normpath(os.path.join(target, inner)))
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for name in (*files, *links):
                path = os.path.normpath(os.path.join(inner, name))
                if self._copy(os.path.join(folder, name), os.path.join(target, path), path):
                    yield path

    def _copy(self, origin: str, target: str, path: str) -> bool:
        """Copy a file or link; return False for a pipe or socket, which is not copied."""
        is_link = os.path.islink(origin)
        if not (is_link or stat.S_ISREG(os.lstat(origin).st_mode)):
            return False
        if self._makes_room("" if is_link else origin, target, os.path.join(self._file.path, path)):
            self._written.append(target)
            if is_link:
                self._check_way(origin)
                os.symlink(_moved_link(origin, self._file.origin), target)
            elif not self._file.root and names_secret_path(path):  # of the project, not of a run
                os.symlink(origin, target)
            else:
                copy_file(origin, target)
        return True

    def _make_folder(self, path: str) -> None:
        """Make a folder and those above it, in the run directory and never through a link."""
        if os.path.isdir(path) and not os.path.islink(path):
            return
        if os.path.lexists(path):
            raise self._refusal(self._in_the_way(os.path.relpath(path, self._run_dir.path)))
        self._make_folder(os.path.dirname(path))
        self._written.append(path)
        os.mkdir(path)

    def _makes_room(self, origin: str, target: str, path: str) -> bool:
        """Whether a file must be written: not if it is there already. Another one is removed, or an error raised."""
        if not os.path.lexists(target):
            return True
        if self._file.replaces:
            _remove(target)
            return True
        if _is_same(origin, target):
            return False
        raise self._refusal(self._in_the_way(path))

    def _in_the_way(self, path: str) -> str:
        return (
            f"there is another {path!r} in the run directory; give it another place with target-path or rename, or "
            f"set replace-existing"
        )

    def _check_way(self, path: str) -> None:
        root = os.path.realpath(self._file.root)
        real = os.path.realpath(path)
        if self._file.root and os.path.commonpath([root, real]) != root:
            if os.path.relpath(path, self._file.root) in linked_secrets(RunDir(self._file.root)):
                return
            raise self._refusal(f"{os.path.relpath(path, self._file.root)!r} is a link to {real!r}, outside of the run")

    def _entry(self, path: str) -> ManifestEntry:
        word = (self._file.word,) if self._file.word else ()
        return ManifestEntry(kind="d", path=path, origin=(self._source.uri, *word))

    def _refusal(self, why: str) -> DependencyError:
        return DependencyError(dependency=self._dependency, source=self._source.resolving_name, why=why)


def _moved_link(link: str, tree: str) -> str:
    """Return the target of a copied link: the same within the copied folder, otherwise an absolute path."""
    target = os.readlink(link)
    root, real = os.path.realpath(tree), os.path.realpath(link)
    stays = not os.path.isabs(target) and os.path.commonpath([root, real]) == root
    return target if stays else real


def _is_inside(run_dir: RunDir, path: str) -> bool:
    """Whether a path is in a run, outside its ``.guild``, with no link among the folders above it."""
    plain = os.path.normpath(path)
    if os.path.isabs(plain) or plain.split(os.sep)[0] in {"..", ".", ".guild"}:
        return False
    folder = os.path.dirname(os.path.join(run_dir.path, plain))
    return os.path.realpath(folder) == os.path.join(os.path.realpath(run_dir.path), os.path.dirname(plain)).rstrip("/")


def _is_same(origin: str, target: str) -> bool:
    if not os.path.isfile(origin) or not stat.S_ISREG(os.lstat(target).st_mode):
        return False
    return filecmp.cmp(origin, target, shallow=False)


def _raise(error: OSError) -> None:
    raise error


def _remove_empty_folders(top: str) -> None:
    for folder, _, _ in os.walk(top, topdown=False):
        with contextlib.suppress(OSError):  # it is not empty
            os.rmdir(folder)


def _remove_quietly(path: str) -> None:
    """Remove a file or an empty folder, if possible."""
    with contextlib.suppress(OSError):
        if os.path.isdir(path) and not os.path.islink(path):
            os.rmdir(path)
        else:
            os.unlink(path)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)
