"""Makes the program of a run from an operation of a Guild file and values of its flags."""

from __future__ import annotations

import os
import re
import sys
from keyword import iskeyword

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.operation_def import (
    FlagsDestKind,
    NotebookMain,
    OperationDef,
    PythonMain,
    SourceRules,
    StepsMain,
)
from guild_ipy.domain.program import (
    ExecProgram,
    NotebookFileProgram,
    Program,
    ScriptProgram,
    StepsProgram,
)
from guild_ipy.domain.run_spec import SourceFile
from guild_ipy.domain.values.flags import Flags
from guild_ipy.errors import FlagError, GuildFileError, suggest
from guild_ipy.operations.config_file import change_config
from guild_ipy.operations.guildfile.filled_command import FilledCommand, config_target, config_values, fill_command
from guild_ipy.operations.guildfile.found_operation import FoundOperation
from guild_ipy.operations.notebook_interface import check_notebook_tools, inspect_notebook
from guild_ipy.operations.operation import BoundProgram
from guild_ipy.operations.scripts.main_module import known_modules, search_folders


def make_program(operation: FoundOperation, command: Command, flags: Flags) -> BoundProgram:
    """Make the program of a run.

    Raises
    ------
    GuildFileError
        For a module that does not exist.
    FlagError
        For a value that cannot reach the program.
    UsageError
        For a notebook or a configuration that cannot be read.
    """
    filled = fill_command(command, flags, operation.flags, operation.interface)
    program = _make_main(operation, command, filled)
    return BoundProgram(flags=flags, program=program, env=filled.env, files=_files(operation, flags))


def _make_main(operation: FoundOperation, command: Command, filled: FilledCommand) -> Program:
    match operation.definition.main:
        case StepsMain(steps=steps):
            return StepsProgram(steps=steps)
        case NotebookMain() as main:
            return _notebook(operation, main, filled)
        case PythonMain() as main if not command.is_exec:
            return _script(operation, main, filled)
    return ExecProgram(words=filled.words)


def source_root(operation: OperationDef) -> str:
    """Return the folder that source code is copied from."""
    rules = operation.sourcecode or SourceRules()
    return os.path.normpath(os.path.join(operation.folder, rules.root or ""))


def source_dest(operation: OperationDef) -> str:
    """Return the folder of the run directory that source code is copied to."""
    rules = operation.sourcecode or SourceRules()
    return "." if isinstance(operation.main, NotebookMain) else rules.dest or "."


def make_command(operation: FoundOperation) -> Command:
    """Return how flags reach the program."""
    definition, main = operation.definition, operation.definition.main
    does_nothing = isinstance(main, PythonMain) and main.does_nothing
    return Command(
        words=(*((sys.executable, "-c", "pass") if does_nothing else ()), *main.command_words),
        is_exec=main.is_exec or does_nothing,
        dest=operation.dest,
        has_dest=definition.flags_dest is not None,
        env=definition.env,
        env_secrets=definition.env_secrets,
        label=definition.label,
        project_dir=definition.folder,
        config=config_target(operation.dest.name) if operation.dest.kind is FlagsDestKind.CONFIG else "",
    )


def _notebook(operation: FoundOperation, main: NotebookMain, filled: FilledCommand) -> NotebookFileProgram:
    if operation.notebook is None:
        path = os.path.join(operation.definition.folder, main.path)
        inspect_notebook(path)  # raises UsageError if the file is missing or invalid
        raise GuildFileError.at(main.origin, f"the notebook {main.path!r} lies outside the project; name one in it")
    check_notebook_tools()
    own = {flag.name for flag in operation.notebook.interface.flags}
    constants = {name: value for name, value in filled.constants.items() if name in own}
    return NotebookFileProgram(path=_run_path(operation.notebook.path, operation.definition), constants=constants)


def _script(operation: FoundOperation, main: PythonMain, filled: FilledCommand) -> ScriptProgram:
    module = operation.module
    if module is None:
        raise _no_module(operation.definition, main)
    dest = operation.dest
    if dest.kind is FlagsDestKind.GLOBALS:
        _check_names(filled.constants, operation.name)
    is_map = dest.kind in {FlagsDestKind.GLOBAL, FlagsDestKind.NAMESPACE}
    return ScriptProgram(
        path=_run_path(module.path, operation.definition),
        arguments=filled.words,
        constants=filled.constants,
        map_name=str(dest) if is_map else "",
        roots=tuple(_run_path(root, operation.definition) for root in module.roots),
        package=module.package,
    )


def _check_names(constants: Flags, operation: str) -> None:
    """Refuse flags that cannot be set as variables of a script."""
    for name in constants:
        if not name.isidentifier() or iskeyword(name):
            hint = re.sub(r"\W", "_", name)
            hint = f"{hint}_" if iskeyword(hint) or not hint.isidentifier() else hint
            raise FlagError(
                f"flag {name!r} of {operation} cannot be a variable of Python, which it is to set; give it "
                f"'arg-name: {hint}', or write 'flags-dest: args' for the command line",
                flag=name,
            )


def _no_module(definition: OperationDef, main: PythonMain) -> GuildFileError:
    hint = suggest(main.module, known_modules(search_folders(definition)))
    if main.module.startswith("guild."):
        hint = ", which is a part of Guild AI"
    return GuildFileError.at(
        main.origin, f"operation {definition.name!r} needs the module {main.module!r}{hint}; name one of the project"
    )


def _run_path(path: str, definition: OperationDef) -> str:
    """Return the path in the run directory of a file that is copied there; other paths stay absolute."""
    rules = definition.sourcecode
    inner = os.path.relpath(path, source_root(definition))
    is_disabled = rules is not None and rules.is_disabled and not isinstance(definition.main, NotebookMain)
    if is_disabled or inner == ".." or inner.startswith("../"):
        return path
    return os.path.normpath(os.path.join(source_dest(definition), inner))


def main_file(operation: FoundOperation) -> str | None:
    """Return the file that is run; None if it is not copied to the run directory."""
    if operation.notebook is not None:
        return operation.notebook.path
    module = operation.module
    if module is None or os.path.isabs(_run_path(module.path, operation.definition)):
        return None
    return module.path


def _files(operation: FoundOperation, flags: Flags) -> tuple[SourceFile, ...]:
    dest = operation.dest
    if dest.kind is not FlagsDestKind.CONFIG:
        return ()
    path = os.path.join(operation.definition.folder, dest.name)
    content = change_config(path, config_values(flags, operation.flags))
    return (SourceFile(path=config_target(dest.name), content=content, origin=f"config:{dest.name}"),)
