"""Finds the flags of a Python script without running it.

The flags of a script that adds arguments to a parser, or imports click and has a command, are these arguments, which
are also looked for in modules of its project. The flags of any other script are its module-level constants.
"""

from __future__ import annotations

import ast
import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from guild_ipy.domain.source_text.constants import find_constants, find_other_values
from guild_ipy.domain.source_text.global_map import find_map
from guild_ipy.domain.values.flags import FlagValue
from guild_ipy.errors import UsageError
from guild_ipy.operations.scripts.command_line import script_arguments
from guild_ipy.operations.scripts.constant_flags import define_constants
from guild_ipy.operations.scripts.script_interface import InterfaceKind, ScriptArgument, ScriptInterface
from guild_ipy.operations.scripts.source.project_modules import parse_source
from guild_ipy.operations.scripts.unread_arguments import find_unread
from guild_ipy.store.files.regular_file import MAX_PROJECT_BYTES, read_regular

__all__ = [
    "InterfaceKind",
    "ScriptInterface",
    "inspect_constants",
    "inspect_map",
    "inspect_script",
    "script_arguments",
]


def inspect_script(path: str, *, command: Sequence[str] = (), roots: Sequence[str] = ()) -> ScriptInterface:
    """Find the flags of a script in its source.

    Parameters
    ----------
    command
        The words after its name on the command line; those that name sub-commands select among its flags.
    roots
        The folders where its imports begin, besides its own.

    Raises
    ------
    UsageError
        If it cannot be read, or is not Python.
    """
    with _explaining(path):
        tree = _parse(path)
        return _inspect(tree, path, (os.path.dirname(path), *roots), command)


def inspect_constants(path: str) -> ScriptInterface:
    """Find the module-level constants of a script, whatever else it has; UsageError as above."""
    with _explaining(path):
        return _constants(find_constants(_parse(path)))


def inspect_map(path: str, name: str) -> ScriptInterface | None:
    """Find the entries of a module-level map; None if there is no map of that name; UsageError as above."""
    with _explaining(path):
        found = find_map(_parse(path), name)
    if found is None:
        return None
    return _constants(found)


@contextlib.contextmanager
def _explaining(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot read {path!r}: {(error.strerror or str(error)).lower()}") from error
    except SyntaxError as error:
        line = f" (line {error.lineno})" if error.lineno and " line " not in error.msg else ""
        raise UsageError(f"cannot read {path!r}: {error.msg}{line}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UsageError(f"cannot read {path!r}: {error or 'it is nested too deeply'}") from error


def _parse(path: str) -> ast.Module:
    return parse_source(read_regular(path, MAX_PROJECT_BYTES), path)


def _inspect(tree: ast.Module, path: str, roots: Sequence[str], command: Sequence[str]) -> ScriptInterface:
    from guild_ipy.operations.scripts.argparse_flags import read_argparse  # start-up cost: for scripts alone, as below

    found = read_argparse(tree, path, roots, command)
    unread = "" if found is None else found.unread
    if found is not None and (found.arguments or found.command or found.commands):
        return found
    found = None
    nodes = list(ast.walk(tree))
    imported = _find_imports(nodes)
    if any(name.endswith("click") for name in imported):
        from guild_ipy.operations.scripts.click_flags import read_click

        found = read_click(tree, command)
    elif "typer" in imported:
        from guild_ipy.operations.scripts.typer_flags import read_typer

        found = read_typer(tree, command)
    elif imported & {"absl", "tensorflow"}:
        from guild_ipy.operations.scripts.absl_flags import read_absl

        found = read_absl(tree)
    library = find_unread(nodes)
    if library in {"", "sys.argv"}:
        library = unread or library
    return found or replace(_constants(find_constants(tree)), unread=library, others=find_other_values(tree))


def _constants(found: Mapping[str, FlagValue]) -> ScriptInterface:
    arguments = tuple(ScriptArgument(flag=flag) for flag in define_constants(found))
    return ScriptInterface(kind=InterfaceKind.CONSTANTS, arguments=arguments)


def _find_imports(nodes: Iterable[ast.AST]) -> set[str]:
    """Find the top-level names of all modules that a script imports."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names
