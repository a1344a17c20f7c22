"""Selects the files that a source takes from a run or another folder, and their places in the run directory."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from guild_ipy.domain.declarations.dependency import Dependency, FilePattern, Source, TargetType
from guild_ipy.domain.declarations.resolved_dependency import TakenFile
from guild_ipy.domain.secrets import names_secret_folder, names_secret_path
from guild_ipy.errors import UsageError
from guild_ipy.store.run_dir import RunDir, is_run_id
from guild_ipy.store.used_runs.manifest import linked_secrets, read_manifest

_PRIVATE = ".guild"


def generated_names(run_dir: RunDir) -> list[str]:
    """Return the top-level entries of a run directory that the run made: those that its manifest does not list.

    A folder counts if a file in it does. A link to another run, as a pipeline has to the runs of its steps, does not:
    its files were made by that run.
    """
    listed = {entry.path for entry in read_manifest(run_dir)}
    with os.scandir(run_dir.path) as entries:
        names = sorted(entry.name for entry in entries if entry.name != _PRIVATE and _can_be_taken(entry))
    return [name for name in names if _is_generated(run_dir.path, name, listed)]


def selected_paths(folder: str, patterns: Sequence[FilePattern]) -> list[str]:
    """Return the paths below a folder, relative to it, that one of the patterns matches as a whole.

    The folder ``.guild`` is searched only for patterns that begin with this name.

    Raises
    ------
    UsageError
        For a pattern that is not a regular expression.
    """
    paths = sorted(_walk(folder))
    private = sorted(_walk_private(folder)) if any(map(_names_private, patterns)) else []
    return sorted({path for each in patterns for path in _matches(private if _names_private(each) else paths, each)})


def take(  # noqa: PLR0913 - what a source says, and where
    dependency: Dependency,
    source: Source,
    folder: str,
    paths: Iterable[str],
    fill_in: Callable[[str], str],
    *,
    is_closed: bool,
) -> tuple[TakenFile, ...]:
    """Return the files at these paths of a folder with their places in the run directory.

    Parameters
    ----------
    fill_in
        Replaces ``${name}`` in a text by values of flags.
    is_closed
        True for the folder of a run, which links must not lead out of. In other folders, files that hold secrets are
        linked unless the dependency says that they are copied.

    Raises
    ------
    UsageError
        For a link that leads out, and for a place outside the run directory.
    """
    declared = source.target_type or dependency.target_type
    secrets = linked_secrets(RunDir(folder)) if is_closed else ()
    root = folder if is_closed else ""
    taken = []
    for path in (each for each in paths if each not in secrets):
        if is_closed:
            refuse_way_out(folder, path)
        origin = os.path.normpath(os.path.join(folder, path))
        name = _renamed(os.path.basename(origin), source, fill_in)
        target = os.path.join(_target_folder(dependency, source, path, fill_in), name)
        _refuse_private(path, target)
        how = declared or (TargetType.LINK if not is_closed and _holds_secrets(folder, path) else TargetType.COPY)
        taken.append(
            TakenFile(path=target, origin=origin, how=how, replaces=source.replace_existing, word=path, root=root)
        )
    return tuple(taken)


def _refuse_private(path: str, target: str) -> None:
    if target.split(os.sep, maxsplit=1)[0] == _PRIVATE:
        raise UsageError(f"{path!r} would take the place of the run's own {_PRIVATE!r}; give a target-path")


def _holds_secrets(folder: str, path: str) -> bool:
    path = os.path.normpath(path)
    is_folder = os.path.isdir(os.path.join(folder, path))
    return names_secret_folder(os.path.basename(path)) if is_folder else names_secret_path(path)


def refuse_way_out(folder: str, path: str) -> None:
    """Refuse a file that lies, by a link or ``..``, outside the folder."""
    root = os.path.realpath(folder)
    real = os.path.realpath(os.path.join(root, path))
    if os.path.commonpath([root, real]) != root:
        raise UsageError(
            f"{path!r} leads out of {os.path.basename(root)!r}, to {real!r}; it is not taken, select others"
        )


def target_folder(dependency: Dependency, source: Source, fill_in: Callable[[str], str]) -> str:
    """Return the folder of the run directory into which a source puts its files."""
    return inner_path(fill_in(source.target_path or dependency.target_path or ""), "target-path")


def inner_path(path: str, what: str) -> str:
    """Return the normalized form of a path in the run directory; UsageError for a path that leads out of it."""
    plain = os.path.normpath(path) if path else ""
    if os.path.isabs(plain) or plain.split(os.sep)[0] in {"..", _PRIVATE}:
        raise UsageError(f"{what} {path!r} is not within the run directory; give a relative path")
    return "" if plain == "." else plain


def _can_be_taken(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is not a pipe, socket or device."""
    return entry.is_symlink() or entry.is_file() or entry.is_dir()


def _is_generated(root: str, name: str, listed: set[str]) -> bool:
    path = os.path.join(root, name)
    if name in listed or _is_link_to_run(root, path):
        return False
    if not os.path.isdir(path) or os.path.islink(path):
        return True
    below = [f"{name}/{each}" for each in _walk(path, files_only=True)]
    return not below or any(each not in listed for each in below)


def _is_link_to_run(run: str, path: str) -> bool:
    if not os.path.islink(path):
        return False
    folder, name = os.path.split(os.path.realpath(path))
    return is_run_id(name) and folder == os.path.dirname(os.path.realpath(run))


def _walk(folder: str, *, files_only: bool = False) -> Iterator[str]:
    for root, folders, files in os.walk(folder):
        inner = os.path.relpath(root, folder)
        if inner == ".":
            folders[:] = [name for name in folders if name != _PRIVATE]
            inner = ""
        for name in files if files_only else (*folders, *files):
            yield os.path.join(inner, name)


def _names_private(pattern: FilePattern) -> bool:
    return pattern.pattern.removeprefix("^").removeprefix("\\").startswith(_PRIVATE)


def _walk_private(folder: str) -> Iterator[str]:
    inner = os.path.join(folder, _PRIVATE)
    if os.path.isdir(inner):
        yield _PRIVATE
        yield from (os.path.join(_PRIVATE, path) for path in _walk(inner))


def _matches(paths: Sequence[str], wanted: FilePattern) -> list[str]:
    try:
        pattern = re.compile(wanted.pattern)
    except re.error as error:
        raise UsageError(f"select {wanted.pattern!r} is no regular expression: {error}") from error
    matches = [match for path in paths if (match := pattern.fullmatch(path))]
    if wanted.reduce is None:
        return [match.string for match in matches]
    numbered = [(number, match.string) for match in matches if (number := _number(match)) is not None]
    return [(min if wanted.reduce == "min" else max)(numbered)[1]] if numbered else []


def _number(match: re.Match[str]) -> float | None:
    try:
        return float(match[1])
    except (IndexError, TypeError, ValueError):
        return None


def _target_folder(dependency: Dependency, source: Source, path: str, fill_in: Callable[[str], str]) -> str:
    if source.preserve_path or dependency.preserve_path:
        return inner_path(os.path.dirname(path), "path")
    return target_folder(dependency, source, fill_in)


def _renamed(name: str, source: Source, fill_in: Callable[[str], str]) -> str:
    """Return the name that a file gets; the first pattern that changes it counts."""
    for each in source.rename:
        try:
            renamed = re.sub(fill_in(each.pattern), fill_in(each.replacement), name, count=1)
        except (re.error, IndexError) as error:
            raise UsageError(f"rename {each.pattern!r} to {each.replacement!r} cannot be done: {error}") from error
        if renamed != name:
            return inner_path(renamed, "renamed file")
    return name
