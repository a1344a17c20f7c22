"""Finds the operation that a user names."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from guild_ipy.domain.opref import QUEUE
from guild_ipy.errors import OperationNotFound, UsageError
from guild_ipy.operations.guildfile.lookup import check_guild_file, find_guild_operation, list_guild_operations
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.notebook_interface import inspect_notebook, is_notebook_file
from guild_ipy.operations.operation import Operation
from guild_ipy.operations.script_operation import ScriptOperation
from guild_ipy.operations.scripts.script_file import ScriptFile, find_script
from guild_ipy.operations.scripts.script_flags import inspect_script
from guild_ipy.operations.search_context import SearchContext


def find_operation(word: object, context: SearchContext) -> Operation:
    """Find the operation that `word` names.

    It is a callable itself, a callable of the notebook (dots allowed), an operation of the project's Guild file, the
    path of a script or a notebook, or a module of a package, in this order; None is the default operation of the Guild
    file. A sub-command may follow a script. ``queue`` is there without a project.

    Raises
    ------
    OperationNotFound, UsageError, GuildFileError
    """
    if word is None:
        return _find_default(context)
    return _find_named(word, context) if isinstance(word, str) else _open_object(word)


def _open_object(word: object, name: str = "") -> Operation:
    """Return the operation that an object of the notebook is; `name` is the word that found it."""
    from guild_ipy.operations.functions.cell import CellOperation  # start-up cost: a shell has files alone
    from guild_ipy.operations.functions.function import FunctionOperation

    if isinstance(word, CellOperation):
        return word
    if callable(word):
        return FunctionOperation(function=word, word=name)
    raise UsageError(
        f"an operation is a function, a script or a name, not {type(word).__name__}; name the function itself, and "
        f"its arguments beside it: run(train, lr=0.1)"
    )


def _find_default(context: SearchContext) -> Operation:
    project_dir = context.notebook.project_dir
    default = find_guild_operation(None, project_dir, context.import_path)
    if default is None:
        check_guild_file(project_dir)
        known = ", ".join(known_operations(context.notebook))
        hint = f"; known: {known}" if known else ": a function of the notebook, or the path of a script or notebook"
        raise UsageError(f"run: nothing is named; write what to run{hint}")
    return default


def _find_named(word: str, context: SearchContext) -> Operation:
    project_dir = context.notebook.project_dir
    word = word if os.path.exists(os.path.join(project_dir, word)) else word.removesuffix("()")  # as listings have it
    found = find_variable(word, context.notebook.variables)
    if callable(found):
        return _open_object(found, word)
    declared = find_guild_operation(word, project_dir, context.import_path)
    if declared is not None:
        return declared
    if word == QUEUE.name:
        return _open_queue()
    file = open_file_operation(word, project_dir)
    if file is not None:
        return file
    if found is not None:
        raise UsageError(f"{word!r} is of type {type(found).__name__}, and cannot be run; name a function or a script")
    _refuse_words(word, context)
    if not word.endswith((".py", ".ipynb")):
        check_guild_file(project_dir)
    raise OperationNotFound(word, known_operations(context.notebook))


def _open_queue() -> Operation:
    from guild_ipy.operations.queue_operation import QueueOperation  # start-up cost: few runs are queues

    return QueueOperation()


def open_file_operation(word: str, project_dir: str) -> Operation | None:
    """Return the operation of the script or notebook file that a word names; None if there is none.

    Raises
    ------
    UsageError
        For a folder, and a file that cannot be run.
    """
    path = os.path.join(project_dir, word)
    if os.path.isfile(path) and is_notebook_file(path):
        from guild_ipy.operations.notebook_operation import NotebookFileOperation  # start-up cost: few words name one

        return NotebookFileOperation(path=os.path.normpath(path), interface=inspect_notebook(path))
    script = find_script(word, project_dir)
    if script is not None:
        return _open_script(script, project_dir)
    if os.path.isdir(path):
        raise UsageError(f"{word!r} is a folder; name a script or notebook in it")
    return None


def _open_script(script: ScriptFile, project_dir: str) -> ScriptOperation:
    roots = (script.root, project_dir) if script.root else (project_dir,)
    return ScriptOperation(file=script, interface=inspect_script(script.path, command=script.words, roots=roots))


def _refuse_words(word: str, context: SearchContext) -> None:
    """Refuse words after an operation that has no sub-commands: UsageError names the first of them."""
    head, space, rest = word.partition(" ")
    if not space or not rest.strip():
        return
    is_known = callable(find_variable(head, context.notebook.variables))
    project_dir = context.notebook.project_dir
    if is_known or head.endswith(".ipynb") or find_guild_operation(head, project_dir, context.import_path):
        raise UsageError(f"run: {rest.split()[0]!r} is no flag; write flags as name=value")


def known_operations(notebook: Notebook, declared: Sequence[str] | None = None) -> list[str]:
    """Return the names of all operations: functions of the notebook, operations of the Guild file, scripts, notebooks.

    Parameters
    ----------
    declared
        The names of the operations of the Guild file, if they are known already.
    """
    functions = [
        name
        for name, value in notebook.variables.items()
        if not name.startswith("_") and getattr(value, "__module__", None) == "__main__" and _is_function(value)
    ]
    try:
        names = [name for name in os.listdir(notebook.project_dir) if name[0] not in "._"]
    except OSError:
        names = []
    scripts = [name for name in names if name.endswith(".py")]
    own = os.path.basename(notebook.path)
    notebooks = [name for name in names if is_notebook_file(name) and name != own]
    if declared is None:
        declared = list_guild_operations(notebook.project_dir)
    files = [name for name in (*sorted(scripts), *sorted(notebooks)) if name not in declared]
    return sorted(functions) + [name for name in declared if name not in functions] + files


def find_variable(word: str, variables: Mapping[str, Any]) -> Any:  # noqa: ANN401
    """Return the variable of a notebook that a word names, dots allowed; None if there is none."""
    name, *attributes = word.split(".")
    value = variables.get(name)
    for attribute in attributes:
        value = getattr(value, attribute, None)
    return value


def _is_function(value: object) -> bool:
    return callable(value) and not isinstance(value, type)
