"""Joins an operation of a Guild file with the script that it runs, and the flags of both."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from guild_ipy.domain.declarations.operation_def import (
    FlagsDest,
    FlagsDestKind,
    NotebookMain,
    OperationDef,
    PythonMain,
)
from guild_ipy.domain.values.flags import FlagDef
from guild_ipy.errors import UsageError
from guild_ipy.operations.config_file import read_config
from guild_ipy.operations.guildfile.guildfile_operation import GuildFileOperation
from guild_ipy.operations.notebook_interface import inspect_notebook
from guild_ipy.operations.notebook_operation import NotebookFileOperation
from guild_ipy.operations.scripts.constant_flags import define_constants
from guild_ipy.operations.scripts.main_module import FoundModule, find_module, search_folders
from guild_ipy.operations.scripts.script_flags import inspect_constants, inspect_map, inspect_script
from guild_ipy.operations.scripts.script_interface import InterfaceKind, ScriptInterface

_UNKNOWN = FlagDef(name="", nullable=True)


def open_operation(definition: OperationDef, name: str, import_path: Iterable[str] = ()) -> GuildFileOperation:
    """Find the script of an operation and join its flags; a script that does not exist or cannot be read has none."""
    module = _find(definition, import_path)
    interface = None
    if module is not None:
        command = definition.main.command_words
        interface = inspect_for(module.path, definition.flags_dest, command=command, roots=module.roots)
    notebook = _find_notebook(definition)
    dest = definition.flags_dest or _usual_dest(definition, interface)
    own = interface.flags if interface is not None else ()
    if notebook is not None:
        own = notebook.interface.flags
    if dest.kind is FlagsDestKind.CONFIG:
        own = _config_flags(os.path.join(definition.folder, dest.name))
    flags = tuple(_merge(definition, own))
    return GuildFileOperation(
        name=name,
        definition=definition,
        dest=dest,
        flags=flags,
        module=module,
        interface=interface,
        notebook=notebook,
    )


def inspect_for(
    path: str, dest: FlagsDest | None, *, command: Sequence[str] = (), roots: Sequence[str] = ()
) -> ScriptInterface | None:
    """Find the flags of a script for the given destination of flags; None if it cannot be read.

    Parameters
    ----------
    command, roots
        As for :func:`~guild_ipy.operations.scripts.script_flags.inspect_script`.
    """
    try:
        if dest is None or dest.kind is FlagsDestKind.ARGS:
            return inspect_script(path, command=command, roots=roots)
        if dest.kind is FlagsDestKind.GLOBALS:
            return inspect_constants(path)
        if dest.kind in {FlagsDestKind.GLOBAL, FlagsDestKind.NAMESPACE}:
            return inspect_map(path, dest.name)
    except UsageError:
        return None
    return None


def _find(definition: OperationDef, import_path: Iterable[str]) -> FoundModule | None:
    if not isinstance(definition.main, PythonMain) or definition.main.does_nothing:
        return None
    return find_module(definition.main.module, search_folders(definition), import_path)


def _find_notebook(definition: OperationDef) -> NotebookFileOperation | None:
    if not isinstance(definition.main, NotebookMain):
        return None
    path = os.path.normpath(os.path.join(definition.folder, definition.main.path))
    if not path.startswith(definition.folder.rstrip("/") + "/"):
        return None
    try:
        return NotebookFileOperation(path=path, interface=inspect_notebook(path))
    except UsageError:
        return None


def _usual_dest(definition: OperationDef, interface: ScriptInterface | None) -> FlagsDest:
    if interface is None or interface.kind is not InterfaceKind.CONSTANTS:
        return FlagsDest(kind=definition.main.usual_dest)
    constants = {flag.name for flag in interface.flags}
    declared = {flag.name for flag in definition.flags}
    # Flags that are declared for a script whose command line cannot be read are meant for the command line, and so
    # are those that are declared where nothing is to be taken from the script.
    is_globals = definition.flags_import is not False and (not interface.unread or declared <= constants)
    return FlagsDest(kind=FlagsDestKind.GLOBALS if is_globals else FlagsDestKind.ARGS)


def _config_flags(path: str) -> tuple[FlagDef, ...]:
    try:
        return define_constants(read_config(path))
    except UsageError:
        return ()


# -- flags of the file and of the script


def _merge(definition: OperationDef, own: tuple[FlagDef, ...]) -> list[FlagDef]:
    """Join the flags of the file with those of the script; the file takes precedence."""
    if definition.flags_import is False:
        return list(definition.flags)
    imported = {flag.name: flag for flag in own if _is_imported(flag.name, definition)}
    merged = []
    for flag in definition.flags:
        option = flag.arg_name[2:] if flag.arg_name else flag.name
        found = imported.pop(flag.name, None) or (imported.pop(option, None) if option != flag.name else None)
        merged.append(flag if found is None else _join(flag, found))
    return merged + list(imported.values())


def _is_imported(name: str, definition: OperationDef) -> bool:
    if name in definition.flags_import_skip:
        return False
    if definition.flags_import is True:
        return True
    declared = {flag.name for flag in definition.flags}
    declared |= {flag.arg_name[2:] for flag in definition.flags if flag.arg_name}
    return name in (definition.flags_import if isinstance(definition.flags_import, tuple) else declared)


def _join(declared: FlagDef, found: FlagDef) -> FlagDef:
    """Complete a declared flag from that of the script."""
    values = {
        field.name: getattr(found, field.name)
        for field in fields(FlagDef)
        if getattr(declared, field.name) == getattr(_UNKNOWN, field.name)
    }
    joined = replace(declared, **values)
    is_required = joined.required and joined.default is None
    return replace(joined, name=declared.name, required=is_required, nullable=not is_required)
