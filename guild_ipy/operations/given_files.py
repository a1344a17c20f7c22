"""Files and folders that a user brings along to one run: ``--file data``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from guild_ipy.domain.dependency import Dependency, Source, SourceKind, TargetType
from guild_ipy.domain.secret_files import names_secret_file, names_secret_folder
from guild_ipy.errors import UsageError


def require_files(paths: Sequence[str], project_dir: str) -> tuple[Dependency, ...]:
    """Give the dependencies that bring files to a run: those of the project to the same path, others to its top.

    What holds secrets is linked, all else copied.

    Raises
    ------
    UsageError
        For a path where nothing is, and for a folder that the project is in.
    """
    found = {_find(path, project_dir): path for path in paths}
    return tuple(_require(full, project_dir) for full in found)


def left_to_dependencies(paths: Sequence[str], project_dir: str, root: str) -> Iterator[str]:
    """Give the paths below `root` that come into the run so, and are no source; modules are both."""
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


def _require(full: str, project_dir: str) -> Dependency:
    inner = os.path.relpath(full, project_dir)
    is_inside = not inner.startswith("..")
    name = os.path.basename(full)
    is_secret = names_secret_folder(name) if os.path.isdir(full) else names_secret_file(name)
    source = Source(
        kind=SourceKind.FILE,
        value=inner if is_inside else full,
        preserve_path=is_inside,
        target_type=TargetType.LINK if is_secret else TargetType.COPY,
        unpack=False,
    )
    return Dependency(name=source.uri, is_inline=True, sources=(source,), location=project_dir)
