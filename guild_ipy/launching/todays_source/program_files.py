"""The files of a run that are its program and its source; those of a directory beside it can take their place.

The directory beside is made as a new run is, so what is moved is what a new run would have.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape, glob

from guild_ipy.errors import StoreError
from guild_ipy.store.files.attrs import encode_attr, read_attr
from guild_ipy.store.files.whole_file import write_new_file
from guild_ipy.store.run_dir import RunDir
from guild_ipy.store.state.replaced_files import made_aside, replace_files
from guild_ipy.store.used_runs.manifest import ManifestEntry, read_manifest, write_manifest

_ATTRS = ("cmd", "compare", "flags", "label", "op", "sourcecode_digest", "user_flags")
_JOB = ("main.py", "meta.json", "payload.pkl", "setup.pkl")


@contextmanager
def made_beside(run_dir: RunDir) -> Iterator[RunDir]:
    """Make an empty run directory inside that of a run, in the same file system, and remove it at the end.

    Raises
    ------
    StoreError
        If it cannot be made.
    """
    with made_aside(run_dir) as path:
        made = RunDir(path)
        try:
            for folder in (made.guild, made.attrs, made.job, made.tmp):
                os.mkdir(folder)
        except OSError as error:
            raise StoreError(f"cannot write in {path!r}: {error.strerror or error}") from error
        yield made


def put_program(run_dir: RunDir, made: RunDir) -> None:
    """Put the program and source of `made` in the place of those of a run, all or nothing.

    Files that the run has of its dependencies stay, as do those that it has written, unless they have the name of a
    file of the source.

    Raises
    ------
    StoreError
        The run is as it was then.
    """
    own = {entry.path for entry in read_manifest(made) if entry.kind == "d"}
    placed = {entry.path: entry for entry in read_manifest(run_dir) if entry.kind == "d" and entry.path not in own}
    found = {path for path in _walk(made.path) if not _is_within(path, placed)}
    _fit(made, run_dir, found, list(placed.values()))
    new = {path for path in found if not path.startswith(".guild/")} | _internal(made)
    old = {entry.path for entry in read_manifest(run_dir) if entry.kind != "d" or entry.path in own}
    gone = {*old, *_internal(run_dir)} - new
    replace_files(
        run_dir,
        {path: os.path.join(made.path, path) for path in sorted(new)},
        sorted({*gone, *_compiled(run_dir, new | gone)}),
    )


def _fit(made: RunDir, run_dir: RunDir, found: set[str], placed: list[ManifestEntry]) -> None:
    """Write what depends on the run itself: its manifest and the command that starts it."""
    entries = [entry for entry in read_manifest(made) if entry.path in found]
    write_manifest(made, [*entries, *placed])
    command = read_attr(made, "cmd") or []
    write_new_file(made.attr("cmd"), encode_attr([*command[:1], run_dir.main]))


def _internal(run_dir: RunDir) -> set[str]:
    """Return the paths below ``.guild`` that are program or source, as far as they are there."""
    paths = [run_dir.opref, run_dir.manifest, *map(run_dir.attr, _ATTRS)]
    paths += [f"{run_dir.job}/{name}" for name in _JOB]
    paths += glob(f"{escape(run_dir.job)}/buffer-*")
    inner = {os.path.relpath(path, run_dir.path) for path in paths if os.path.lexists(path)}
    source = os.path.relpath(run_dir.sourcecode, run_dir.path)
    return inner | set(_walk(run_dir.path, source) if os.path.isdir(run_dir.sourcecode) else ())


def _walk(root: str, folder: str = "") -> Iterator[str]:
    """Return the paths of all files and links below a folder."""
    for entry in os.scandir(os.path.join(root, folder)):
        path = os.path.join(folder, entry.name)
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(root, path)
        else:
            yield path


def _is_within(path: str, places: dict[str, ManifestEntry]) -> bool:
    """Whether a path is one of these places, or below one."""
    while path:
        if path in places:
            return True
        path = os.path.dirname(path)
    return False


def _compiled(run_dir: RunDir, paths: set[str]) -> Iterator[str]:
    """Return the compiled forms of modules: Python tells them from outdated ones by size and second alone."""
    for path in paths:
        if path.endswith(".py"):
            folder, name = os.path.split(os.path.join(run_dir.path, path))
            for found in glob(f"{escape(folder)}/__pycache__/{escape(name[:-3])}.*.pyc"):
                yield os.path.relpath(found, run_dir.path)
