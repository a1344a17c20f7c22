"""Finds operations in the project's Guild file; fast if there is no such file."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from guild_ipy.errors import GuildError, GuildFileError
from guild_ipy.operations.guildfile import GUILD_FILE
from guild_ipy.store.files.regular_file import read_regular

if TYPE_CHECKING:
    from guild_ipy.operations.guildfile.file import GuildFile
    from guild_ipy.operations.guildfile.guildfile_operation import GuildFileOperation


def find_guild_operation(
    word: str | None, project_dir: str, import_path: Iterable[str] = ()
) -> GuildFileOperation | None:
    """Find an operation by name, or the default one for None.

    Raises
    ------
    GuildFileError
        If the operation is invalid.
    UsageError
        If several operations have the name.
    """
    file = open_guild_file(project_dir)
    if file is None:
        return None
    definition = file.default if word is None else file.find(word)
    if definition is None:
        return None
    from guild_ipy.operations.guildfile.open_operation import open_operation  # start-up cost, as below

    return open_operation(definition, file.name_of(definition), import_path)


def open_guild_operations(file: GuildFile | None, import_path: Iterable[str] = ()) -> dict[str, GuildFileOperation]:
    """Return the valid operations of a Guild file by their names."""
    if file is None:
        return {}
    from guild_ipy.operations.guildfile.open_operation import open_operation  # start-up cost, as below

    named = ((file.name_of(each), each) for each in file.operations)
    return {name: open_operation(definition, name, import_path) for name, definition in named}


def list_guild_operations(project_dir: str) -> list[str]:
    """Return the names of the operations of a project's Guild file."""
    file = open_guild_file(project_dir)
    return [] if file is None else file.names


def note_hidden(word: object, project_dir: str) -> tuple[str, ...]:
    """Return notes if a name of the notebook hides an operation of the Guild file, or if the file cannot be read."""
    path = os.path.join(project_dir, GUILD_FILE)
    try:
        is_named = isinstance(word, str) and word.encode("utf-8", "replace") in read_regular(path)
    except OSError:
        return ()
    if not is_named:
        return ()
    try:
        hidden = find_guild_operation(str(word), project_dir)
        if hidden is None:
            check_guild_file(project_dir)
    except GuildError as error:
        return (str(error),)
    if hidden is None:
        return ()
    return (f"{GUILD_FILE} has an operation {word!r} too; this is the one of the notebook",)


def check_guild_file(project_dir: str) -> None:
    """Raise GuildFileError if parts of a Guild file that may contain an operation cannot be read."""
    file = open_guild_file(project_dir)
    if file is not None and file.problems:
        raise file.problems[0]


def open_guild_file(project_dir: str) -> GuildFile | None:
    """Read the Guild file of a folder; None if there is none.

    A file that cannot be read at all is returned with this problem and without operations, which not all callers need.
    """
    path = os.path.join(project_dir, GUILD_FILE)
    if not os.path.isfile(path):
        return None
    from guild_ipy.operations.guildfile.file import GuildFile, read_guild_file  # start-up cost: few projects have one

    try:
        return read_guild_file(path)
    except GuildFileError as error:
        return GuildFile(path=path, problems=(error,))
