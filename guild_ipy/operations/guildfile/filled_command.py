"""Fills a declared command with the values of flags: the words, constants and environment of one run."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from guild_ipy.domain.declarations.command_template import Command
from guild_ipy.domain.declarations.operation_def import FlagsDestKind
from guild_ipy.domain.values.argument import argument_text
from guild_ipy.domain.values.flags import FlagDef, Flags, FlagValue
from guild_ipy.errors import FlagError
from guild_ipy.operations.flag_references import fill_references
from guild_ipy.operations.flag_values.typed_text import parse_flag_value
from guild_ipy.operations.scripts.command_line import script_arguments
from guild_ipy.operations.scripts.script_interface import ArgumentStyle, InterfaceKind, ScriptArgument, ScriptInterface

FLAG_ARGS = "${flag_args}"
_MAPS = {FlagsDestKind.GLOBAL, FlagsDestKind.NAMESPACE}


@dataclass(frozen=True, kw_only=True)
class FilledCommand:
    """The parts of a run that depend on the values of flags."""

    words: tuple[str, ...] = ()
    """The command, or the arguments of the script."""
    constants: Flags = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


def fill_command(
    command: Command, flags: Flags, definitions: Sequence[FlagDef], interface: ScriptInterface | None = None
) -> FilledCommand:
    """Fill a command with the values of flags.

    Parameters
    ----------
    interface
        The arguments of the script, which tell how each is written; None for a command that is not a script.

    Raises
    ------
    FlagError
        For a reference to an unknown flag, and a value that cannot be written.
    """
    kind = command.dest.kind
    if command.is_exec:
        return FilledCommand(words=_exec_words(command, flags, definitions), env=_env(command, flags))
    before = tuple(_fill(word, flags, command) for word in command.words)
    if kind is FlagsDestKind.ARGS:
        words = _place(flags, definitions, interface, before)
        return FilledCommand(words=words, env=_env(command, flags))
    if kind is FlagsDestKind.GLOBALS or kind in _MAPS:
        return FilledCommand(words=before, constants=_constants(flags, definitions), env=_env(command, flags))
    return FilledCommand(words=before, env=_env(command, flags))


def _place(
    flags: Flags, definitions: Sequence[FlagDef], interface: ScriptInterface | None, before: tuple[str, ...]
) -> tuple[str, ...]:
    """Write flags after the words of a command; the flags of each sub-command before the next sub-command."""
    words: list[str] = []
    rest = list(before)
    for level, name in enumerate(interface.command if interface is not None else ()):
        place = rest.index(name)
        words += [*flag_words(flags, definitions, interface, before, level=level), *rest[: place + 1]]
        rest = rest[place + 1 :]
    last = len(interface.command) if interface is not None else 0
    return (*words, *rest, *flag_words(flags, definitions, interface, before, level=last))


def config_values(flags: Flags, definitions: Sequence[FlagDef]) -> dict[str, FlagValue]:
    """Return the values of flags by their names in a configuration."""
    return _constants(flags, definitions)


def flag_words(
    flags: Flags,
    definitions: Sequence[FlagDef],
    interface: ScriptInterface | None,
    before: Sequence[str] = (),
    level: int = 0,
) -> tuple[str, ...]:
    """Write flags as ``--name value``, sorted by name, and positional arguments after them.

    A flag whose option is in `before` already is left out, and so is one that follows another number of sub-command
    words than `level`; flags that the script is not known to take follow the last sub-command.
    """
    if interface is not None and interface.kind is InterfaceKind.CONSTANTS:
        interface = None  # the script reads its command line in an unknown way
    known = {argument.flag.name: argument for argument in interface.arguments} if interface is not None else {}
    words: list[str] = []
    behind: list[ScriptArgument] = []
    ends_open = False
    for flag in sorted(definitions, key=lambda definition: definition.name):
        option = flag.arg_name or f"--{flag.name}"
        argument = None if _is_said_otherwise(flag) else known.get(option.lstrip("-"), known.get(flag.name))
        own_level = argument.level if argument is not None else len(interface.command) if interface is not None else 0
        if flag.arg_skip or option in before or flag.name not in flags or own_level != level:
            continue
        if argument is None or interface is None:
            words += _plain_words(option, flag, flags[flag.name])
        elif argument.flag.arg_name is None:
            behind.append(argument)
        else:
            written = _script_words(interface, [argument], {argument.flag.name: flags[flag.name]})
            ends_open = bool(written) and argument.style in {ArgumentStyle.LIST, ArgumentStyle.REPEAT}
            words += written
    if behind and interface is not None:
        ordered = [argument for argument in interface.arguments if argument in behind]
        last = _script_words(interface, ordered, flags)
        words += ["--", *last] if last and ends_open and last[0] != "--" else last
    return tuple(words)


def _is_said_otherwise(flag: FlagDef) -> bool:
    """Whether the Guild file declares how a flag is written."""
    return flag.arg_split is not None or bool(flag.arg_encoding)


def _script_words(interface: ScriptInterface, arguments: Sequence[ScriptArgument], flags: Flags) -> list[str]:
    plain = tuple(replace(argument, level=0) for argument in arguments)
    return [*script_arguments(ScriptInterface(kind=interface.kind, arguments=plain), flags)]


def _plain_words(option: str, flag: FlagDef, value: FlagValue) -> list[str]:
    """Write a flag as Guild AI 0.9.0 does for an unknown program."""
    if flag.arg_switch is not None:
        is_on = type(value) is type(flag.arg_switch) and value == flag.arg_switch
        return [option] if is_on else []
    if value is None:
        return []
    if flag.arg_split is not None and not isinstance(value, list):
        parts = _split(argument_text(value), flag)
        return [option, *parts] if parts else []
    return [option, argument_text(value, flag.arg_encoding)]


def _split(text: str, flag: FlagDef) -> list[str]:
    if isinstance(flag.arg_split, str):
        return [part for part in text.split(flag.arg_split) if part]
    try:
        return shlex.split(text)
    except ValueError as error:
        raise FlagError(
            f"flag {flag.name!r} is split into words, and {text!r} has {str(error).lower()}; close it", flag=flag.name
        ) from error


def _constants(flags: Flags, definitions: Sequence[FlagDef]) -> dict[str, FlagValue]:
    """Return the values of module-level names; a name without a value keeps that of the script."""
    values: dict[str, FlagValue] = {}
    for flag in definitions:
        value = flags.get(flag.name)
        if flag.arg_skip or flag.name not in flags or (value is None and flag.default is None):
            continue
        if flag.arg_split is not None and isinstance(value, str):
            value = [parse_flag_value(part) for part in _split(value, flag)]
        values[flag.arg_name.lstrip("-") if flag.arg_name else flag.name] = value
    return values


# -- references


def _exec_words(command: Command, flags: Flags, definitions: Sequence[FlagDef]) -> tuple[str, ...]:
    words: list[str] = []
    for word in command.words:
        if word == FLAG_ARGS:
            words += flag_words(flags, definitions, None, words)
        else:
            words.append(_fill(word, flags, command))
    return tuple(words)


def _fill(text: str, flags: Flags, command: Command) -> str:
    values = {name: argument_text(value) for name, value in flags.items()}
    values |= {
        "python_exe": sys.executable,
        "guild_python_exe": sys.executable,
        "project_dir": command.project_dir,
    }
    try:
        return fill_references(text, values)
    except KeyError as error:
        name = str(error.args[0])
        raise FlagError(
            f"'${{{name}}}' in {text!r} is no flag of this operation; declare it in flags", flag=name
        ) from error


def _env(command: Command, flags: Flags) -> dict[str, str]:
    env = {name: _fill(text, flags, command) for name, text in command.env.items()}
    return {**env, "FLAGS_DEST": str(command.dest)}


def config_target(path: str) -> str:
    """Return the path of a configuration in the run directory: at the top, as in Guild AI 0.9.0."""
    return os.path.basename(path)
