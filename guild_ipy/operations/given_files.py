"""Files and folders that a user gives to one run: ``--file data``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.errors import UsageError


def require_files(paths: Sequence[str], project_dir: str, beside: str = "") -> tuple[Dependency, ...]:
    """Return the dependencies that bring files to a run: those of the project to the same path, others to its top.

    For a file in the folder `beside`, that of a notebook, the path is the one from there. Files that hold secrets are
    linked, all others copied.

    Raises
    ------
    UsageError
        For a path that does not exist, and for a folder that contains the project.
    """
    found = {_find(path, project_dir): path for path in paths}
    return tuple(_require(full, [folder for folder in (beside, project_dir) if folder]) for full in found)


def left_to_dependencies(paths: Sequence[str], project_dir: str, root: str) -> Iterator[str]:
    """Return the paths below `root` that are given in this way, and so are not source; modules are both."""
    for path in paths:
        full = _find(path, project_dir)
        inner = os.path.relpath(full, root)
        if not inner.startswith("..") and not inner.endswith(".py"):
            yield inner


def _find(path: str, project_dir: str) -> str:
    full = os.path.normpath(os.path.join(project_dir, os.path.expanduser(path)))
    if not os.path.exists(full):
        where = "" if os.path.isabs(path) else f" in {project_dir!r}"
        raise UsageError(f"run: there is no file {path!r}{where} to bring along; name one that is there")
    if os.path.realpath(project_dir).startswith(os.path.realpath(full).rstrip("/") + "/") or full == project_dir:
        raise UsageError(f"run: {path!r} is the whole project, or more; name what the run needs of it")
    return full


def _require(full: str, folders: Sequence[str]) -> Dependency:
    folder = next((each for each in folders if full.startswith(each.rstrip("/") + "/")), "")
    source = Source(
        kind=SourceKind.FILE,
        value=os.path.relpath(full, folder) if folder else full,
        preserve_path=bool(folder),
        unpack=False,
    )
    return Dependency(name=source.uri, is_inline=True, sources=(source,), location=folder)
