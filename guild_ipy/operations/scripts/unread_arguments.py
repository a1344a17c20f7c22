"""Detects arguments of a script that cannot be read from its source, and explains them in errors."""

from __future__ import annotations

import ast
import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from guild_ipy.errors import FlagError, UsageError, suggest
from guild_ipy.operations.scripts.constant_flags import refuse_other_values
from guild_ipy.operations.scripts.script_interface import ScriptInterface

#: Libraries that read a command line, and functions of larger libraries that do.
_LIBRARIES = {
    "argh",
    "cleo",
    "cliff",
    "clize",
    "cyclopts",
    "datargs",
    "defopt",
    "docopt",
    "fire",
    "hydra",
    "hydra_zen",
    "jsonargparse",
    "plac",
    "pydantic_settings",
    "pyrallis",
    "sacred",
    "simple_parsing",
    "tap",
    "typer",
    "tyro",
}
_NAMES = {"LightningCLI", "HfArgumentParser", "from_cli", "optparse", "getopt"}
#: Names of functions in libraries that return a parser, or arguments that were parsed.
_READERS = {"get_args", "get_arguments", "get_parser", "make_parser", "parse_args", "parse_arguments"}


def find_unread(nodes: Iterable[ast.AST]) -> str:
    """Return the library by which a script takes arguments that are not read from its source; empty for none."""
    for node in nodes:
        if isinstance(node, ast.Import):
            names = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            library = (node.module or "").partition(".")[0]
            imported = [alias.name for alias in node.names]
            if library != "typing" and not _READERS.isdisjoint(imported):
                return library
            names = [library, *imported]
        else:
            names = [node.attr] if isinstance(node, ast.Attribute) and node.attr in {"argv", *_NAMES} else []
        for name in names:
            if name in _LIBRARIES or name in _NAMES:
                return "omegaconf" if name == "from_cli" else name
            if name == "argv":
                return "sys.argv"
    return ""


@contextlib.contextmanager
def explaining_unread(interface: ScriptInterface, name: str, *, is_declared: bool = False) -> Iterator[None]:
    """Explain in the error about an unknown flag that arguments could not be read, or belong to a sub-command.

    Parameters
    ----------
    is_declared
        Whether the operation is declared in a Guild file.
    """
    try:
        yield
    except FlagError as error:
        if error.operation and not is_declared:
            refuse_other_values([error.flag], interface.others, name)
        if not error.operation or not (interface.unread or interface.commands):
            raise
        known = f"it takes {', '.join(error.known)}" if error.known else ""
        how = f"flags: {{{error.flag}: ...}} of {name}" if is_declared else _declaration(interface, error.flag, name)
        command = "" if is_declared else _command_hint(interface, name)
        hints = (known, command, _unread_hint(interface, error.known, how))
        told = "; ".join(filter(None, hints))
        message = f"unknown flag {error.flag!r} for {name}{suggest(error.flag, error.known)}; {told}"
        raise FlagError(message, flag=error.flag, operation=error.operation, known=error.known) from None


def _command_hint(interface: ScriptInterface, name: str) -> str:
    if not interface.commands:
        return ""
    return f"its commands have flags of their own: run {f'{name} {interface.commands[0]}'!r}"


def _unread_hint(interface: ScriptInterface, known: Sequence[str], how: str) -> str:
    if not interface.unread:
        return ""
    which = "its other arguments" if known else "its arguments"
    return f"{which} could not be read ({interface.unread}); declare them in guild.yml: {how}"


def _declaration(interface: ScriptInterface, flag: str, name: str) -> str:
    script, _, command = name.partition(" ")
    module = script.removesuffix(".py").replace(os.sep, "/")
    words = f"{module} {command}".strip()
    if interface.unread in ASSIGNING:
        return f"an operation with main: {words} {flag}=${{{flag}}}, flags-dest: none and flags: {{{flag}: ...}}"
    return f"an operation with main: {words} and flags: {{{flag}: ...}}"


#: Libraries whose arguments are ``name=value``.
ASSIGNING = frozenset({"hydra", "omegaconf", "sacred", "nemo"})


def check_command(interface: ScriptInterface, words: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Return the sub-command of a script as words.

    Raises
    ------
    UsageError
        For an unknown sub-command, and if one is missing.
    """
    known = interface.command
    if interface.unread and not interface.commands and words[: len(known)] == known:
        return words
    here = " ".join((name, *known))
    if words != known:
        wrong = next(word for word, command in zip_longest(words, known[: len(words)]) if word != command)
        if interface.commands and wrong not in known:
            hint = suggest(wrong, interface.commands) or f"; it has {', '.join(interface.commands)}"
            raise UsageError(f"{here} has no command {wrong!r}{hint}")
        raise UsageError(f"run: {wrong!r} is no flag; write flags as name=value")
    if interface.needs_command:
        raise UsageError(
            f"{here} needs a command: run {f'{here} {interface.commands[0]}'!r}; it has {', '.join(interface.commands)}"
        )
    return words
