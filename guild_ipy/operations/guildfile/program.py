"""From an operation of a Guild file and values of its flags to the program of a run."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import assert_never

from guild_ipy.domain.command import Command
from guild_ipy.domain.flags import Flags, FlagType, FlagValue
from guild_ipy.domain.operation import (
    ExecMain,
    FlagsDestKind,
    NotebookMain,
    OperationDef,
    PythonMain,
    SourceRules,
    StepsMain,
)
from guild_ipy.domain.run_spec import ExecProgram, Program, ScriptProgram, SourceFile, StepsProgram
from guild_ipy.errors import FlagError, GuildFileError, UsageError, suggest
from guild_ipy.operations.config_file import change_config
from guild_ipy.operations.guildfile.filling import Filled, config_target, config_values, fill_command
from guild_ipy.operations.guildfile.modules import FoundModule, known_modules, search_folders
from guild_ipy.operations.guildfile.operation import DO_NOTHING, GuildFileOperation


@dataclass(frozen=True, kw_only=True)
class ProgramParts:
    """What an operation of a Guild file adds to a spec."""

    program: Program
    command: Command
    filled: Filled
    files: tuple[SourceFile, ...] = ()


def make_program(operation: GuildFileOperation, flags: Flags) -> ProgramParts:
    """Make the program of a run.

    Raises
    ------
    GuildFileError
        For a module that is not there.
    FlagError
        For a value that cannot reach the program.
    UsageError
        For what cannot be run yet.
    """
    command = _make_command(operation)
    filled = fill_command(command, flags, operation.flags, operation.interface)
    program = _make_main(operation, command, filled)
    return ProgramParts(program=program, command=command, filled=filled, files=_files(operation, flags))


def _make_main(operation: GuildFileOperation, command: Command, filled: Filled) -> Program:
    main = operation.definition.main
    if isinstance(main, StepsMain):
        return StepsProgram(steps=main.steps)
    return ExecProgram(words=filled.words) if command.is_exec else _script(operation, filled)


def source_root(operation: OperationDef) -> str:
    """Give the folder that source code is copied from."""
    rules = operation.sourcecode or SourceRules()
    return os.path.normpath(os.path.join(operation.folder, rules.root or ""))


def source_dest(operation: OperationDef) -> str:
    """Give where in the run directory it goes."""
    rules = operation.sourcecode or SourceRules()
    return rules.dest or "."


def check_paths(operation: GuildFileOperation, flags: Flags) -> dict[str, FlagValue]:
    """Give flags with relative paths made absolute, from the folder of the Guild file; FlagError for one not there."""
    types = {flag.name: flag.type for flag in operation.flags}
    checked: dict[str, FlagValue] = dict(flags)
    for name, value in flags.items():
        if types.get(name) not in {FlagType.PATH, FlagType.EXISTING_PATH} or not isinstance(value, str) or not value:
            continue
        path = os.path.normpath(os.path.join(operation.definition.folder, os.path.expanduser(value)))
        if types[name] is FlagType.EXISTING_PATH and not os.path.exists(path):
            raise FlagError(f"flag {name!r} names {value!r}, which is not there; give a path that is", flag=name)
        checked[name] = path
    return checked


def _make_command(operation: GuildFileOperation) -> Command:
    definition, main = operation.definition, operation.definition.main
    words: tuple[str, ...]
    if isinstance(main, ExecMain):
        words = main.words
    elif isinstance(main, PythonMain) and main.module == DO_NOTHING:
        words = (sys.executable, "-c", "pass", *main.arguments)
    elif isinstance(main, PythonMain):
        words = main.arguments
    elif isinstance(main, NotebookMain):
        raise UsageError(
            f"operation {operation.name!r} runs the notebook {main.path!r}, which is not there yet; run a script"
        )
    elif isinstance(main, StepsMain):
        words = ()
    else:
        assert_never(main)
    return Command(
        words=words,
        is_exec=isinstance(main, ExecMain) or (isinstance(main, PythonMain) and main.module == DO_NOTHING),
        dest=operation.dest,
        has_dest=definition.flags_dest is not None,
        env=definition.env,
        env_secrets=definition.env_secrets,
        label=definition.label,
        project_dir=definition.folder,
        config=config_target(operation.dest.name) if operation.dest.kind is FlagsDestKind.CONFIG else "",
    )


def _script(operation: GuildFileOperation, filled: Filled) -> ScriptProgram:
    module = operation.module
    if module is None:
        raise _no_module(operation.definition)
    dest = operation.dest
    is_map = dest.kind in {FlagsDestKind.GLOBAL, FlagsDestKind.NAMESPACE}
    return ScriptProgram(
        path=_run_path(module.path, operation.definition),
        arguments=filled.words,
        constants=filled.constants,
        map_name=str(dest) if is_map else "",
        roots=tuple(_run_path(root, operation.definition) for root in module.roots),
        package=module.package,
    )


def _no_module(definition: OperationDef) -> GuildFileError:
    main = definition.main
    assert isinstance(main, PythonMain)
    hint = suggest(main.module, known_modules(search_folders(definition)))
    if main.module.startswith("guild."):
        hint = ", which is a part of Guild AI"
    return GuildFileError.at(
        main.origin, f"operation {definition.name!r} needs the module {main.module!r}{hint}; name one of the project"
    )


def _run_path(path: str, definition: OperationDef) -> str:
    """Give the path within the run directory of what is copied there; other paths stay absolute."""
    rules = definition.sourcecode
    inner = os.path.relpath(path, source_root(definition))
    if (rules is not None and rules.is_disabled) or inner == ".." or inner.startswith("../"):
        return path
    return os.path.normpath(os.path.join(source_dest(definition), inner))


def copies_module(module: FoundModule | None, definition: OperationDef) -> bool:
    """Whether the file of a module is copied to the run directory."""
    return module is not None and not os.path.isabs(_run_path(module.path, definition))


def _files(operation: GuildFileOperation, flags: Flags) -> tuple[SourceFile, ...]:
    dest = operation.dest
    if dest.kind is not FlagsDestKind.CONFIG:
        return ()
    path = os.path.join(operation.definition.folder, dest.name)
    content = change_config(path, config_values(flags, operation.flags))
    return (SourceFile(path=config_target(dest.name), content=content, origin=f"config:{dest.name}"),)
