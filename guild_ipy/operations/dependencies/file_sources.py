"""Resolves sources that are not runs: files of the project, configuration, modules, and downloads."""

from __future__ import annotations

import configparser
import hashlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass

from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.domain.declarations.resolved_dependency import ResolvedSource, TakenFile
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import NothingToUse
from guild_ipy.operations.config_file import READERS, WRITERS, config_kind, put_in
from guild_ipy.operations.dependencies.archive import is_archive, unpack_archive
from guild_ipy.operations.dependencies.download import download
from guild_ipy.operations.dependencies.run_files import selected_paths, take
from guild_ipy.settings import read_download_limit
from guild_ipy.store.files.regular_file import MAX_PROJECT_BYTES, open_reader, read_regular


@dataclass(frozen=True, kw_only=True)
class FileSourceContext:
    """The values that sources of files are resolved with."""

    flags: Flags
    fill_in: Callable[[str], str]
    """Puts the values of flags into a text with ``${name}``."""
    cache: str
    """Folder for downloads and unpacked archives."""


def resolve_file_source(
    dependency: Dependency, source: Source, given: str | None, context: FileSourceContext
) -> ResolvedSource:
    """Find the files of a source.

    Parameters
    ----------
    dependency, source
        The source, which is not of runs, and its dependency.
    given
        The path that the user gave in place of that of the source.
    context
        Flags, and the folder for downloads.

    Raises
    ------
    NothingToUse
        If it does not exist.
    UsageError
        For a target outside the run directory.
    """
    if source.kind is SourceKind.MODULE:
        _check_module(source)
        return ResolvedSource(source=source)
    path = _find_path(dependency, source, given, context)
    if source.kind is SourceKind.CONFIG:
        files: tuple[TakenFile, ...] = (_write_config(dependency, source, path, context),)
    else:
        files = _take_path(dependency, source, path, context)
    return ResolvedSource(source=source, value=given, files=files)


def _check_module(source: Source) -> None:
    top = source.value.partition(".")[0]
    try:
        is_there = importlib.util.find_spec(top) is not None
    except (ImportError, ValueError):
        is_there = False
    if not is_there:
        raise NothingToUse(f"no Python module {source.value!r}; install what has it")


def _find_path(dependency: Dependency, source: Source, given: str | None, context: FileSourceContext) -> str:
    is_fetched = given is None and source.kind is SourceKind.URL
    if is_fetched:
        path = download(context.fill_in(source.value), context.cache, read_download_limit())
    else:
        path = os.path.join(dependency.location, os.path.expanduser(given or context.fill_in(source.value)))
    if not os.path.exists(path):
        raise NothingToUse(f"there is no file {path!r}")
    if not (os.path.isfile(path) or os.path.isdir(path)):
        raise NothingToUse(f"{path!r} is a pipe, socket or device; a file or folder can be used")
    if source.sha256 and os.path.isfile(path) and (found := _sha256(path)) != source.sha256.lower():
        if is_fetched:  # so that the next attempt downloads it again
            os.unlink(path)
        raise NothingToUse(f"{path!r} has the SHA-256 {found}, not {source.sha256}")
    return os.path.normpath(path)


def _take_path(dependency: Dependency, source: Source, path: str, context: FileSourceContext) -> tuple[TakenFile, ...]:
    folder = path
    if source.unpack is not False and os.path.isfile(path) and is_archive(path):
        folder = unpack_archive(path, context.cache)
        paths = selected_paths(folder, source.select) if source.select else sorted(os.listdir(folder))
    elif os.path.isdir(path) and source.select:
        paths = selected_paths(path, source.select)
    else:
        root = dependency.location if _is_below(path, dependency.location) else os.path.dirname(path)
        folder, paths = root, [os.path.relpath(path, root)]
    return take(dependency, source, folder, paths, context.fill_in, is_closed=False)


def _is_below(path: str, folder: str) -> bool:
    return bool(folder) and path.startswith(folder.rstrip(os.sep) + os.sep)


def _sha256(path: str) -> str:
    with open_reader(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# -- configuration


def _write_config(dependency: Dependency, source: Source, path: str, context: FileSourceContext) -> TakenFile:
    """Return a configuration file with the parameters of the source and the flags written into it."""
    file = take(dependency, source, os.path.dirname(path), [os.path.basename(path)], context.fill_in, is_closed=False)[
        0
    ]
    kind = config_kind(path)
    try:
        config = READERS[kind](read_regular(path, MAX_PROJECT_BYTES).decode())
    except KeyError as error:
        raise NothingToUse(f"{path!r} is no .yml, .yaml, .json, .cfg or .ini file") from error
    except (OSError, ValueError, configparser.Error) as error:
        raise NothingToUse(f"{path!r} cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(config, dict):
        raise NothingToUse(f"{path!r} holds no map at its top")
    for values in (source.params, {name: value for name, value in context.flags.items() if value is not None}):
        put_in(config, values)
    name = file.path.removesuffix(".in")
    try:
        content = WRITERS[kind](config).encode()
    except (TypeError, ValueError, configparser.Error) as error:
        raise NothingToUse(f"{path!r} cannot be written with these flags: {error}") from error
    return TakenFile(path=name, content=content, replaces=file.replaces, word=file.word)
