"""Finds the operation of a run again, as it is today."""

from __future__ import annotations

import os
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from guild_ipy.domain.opref import OpRef
from guild_ipy.domain.program import StepsProgram
from guild_ipy.engine.meta import JobMeta
from guild_ipy.errors import RunStateError, UsageError
from guild_ipy.launching.todays_source.recorded_call import RecordedCall
from guild_ipy.operations.find_operation import find_operation, find_variable, open_file_operation
from guild_ipy.operations.functions.cell import CellOperation
from guild_ipy.operations.functions.function import FunctionOperation
from guild_ipy.operations.guildfile.lookup import check_guild_file, find_guild_operation
from guild_ipy.operations.operation import Operation
from guild_ipy.operations.search_context import SearchContext, python_import_path
from guild_ipy.session.run_handle import Run

_OPTION = "--force-sourcecode"


@dataclass(frozen=True, kw_only=True)
class FoundAgain:
    """An operation, and where it was found."""

    operation: Operation
    context: SearchContext


def find_again(  # noqa: PLR0913, PLR0917 - a run, and where to look
    run: Run, opref: OpRef, meta: JobMeta, call: RecordedCall | None, given: object, context: SearchContext
) -> FoundAgain:
    """Find the operation of a run; `given` is what the user names in its place, or None.

    Raises
    ------
    RunStateError
        If it is gone.
    UsageError
        If the operation that is given is of another kind.
    """
    if isinstance(meta.program, StepsProgram):
        raise RunStateError(
            f"run {run.short_id} is a pipeline, and has no source of its own; restart the runs of its steps with "
            f"{_OPTION}, or run it anew"
        )
    if call is not None:
        return FoundAgain(operation=_find_code(run, opref, call, given, context), context=context)
    if given is not None:
        raise UsageError(f"run: --restart knows its operation; leave {str(given)!r} out")
    if opref.type == "guildfile":
        return _find_declared(run, opref, context)
    if opref.type == "script":
        return _find_script(run, opref, context)
    raise RunStateError(
        f"run {run.short_id} is of {opref.to_opspec()}, an operation of a {opref.type}, whose source is not known "
        f"here; restart it without {_OPTION}"
    )


def _find_code(run: Run, opref: OpRef, call: RecordedCall, given: object, context: SearchContext) -> Operation:
    """Find a function or cell of the notebook."""
    if given is not None:
        operation = find_operation(given, context)
        if isinstance(operation, CellOperation):
            return replace(operation, name=opref.name)
        if isinstance(operation, FunctionOperation):
            return operation
        raise UsageError(f"run {run.short_id} is of {opref.display_name}, and {operation.name!r} is a file")
    if call.function is None:
        raise RunStateError(
            f"run {run.short_id} is of a cell; write its text of today below "
            f"%%guild_run --restart {run.short_id} {_OPTION}"
        )
    for name in filter(None, (opref.name, _own_name(call.function))):
        found = find_variable(name, context.notebook.variables)
        if callable(found):
            return FunctionOperation(function=found, word=name)
    raise RunStateError(
        f"run {run.short_id} is of {opref.display_name}, and this notebook has no function {opref.name!r}; define it, "
        f"or restart the run without {_OPTION}"
    )


def _own_name(function: Callable[..., Any]) -> str:
    """Return the name in its definition, for one that has run under another one (``--op-name``)."""
    return function.__name__ if isinstance(function, types.FunctionType) else ""


def _find_script(run: Run, opref: OpRef, context: SearchContext) -> FoundAgain:
    folder = _absolute(opref.package, context)
    place = _looking_in(folder, context)
    operation = open_file_operation(opref.name, folder)
    if operation is None:
        raise _gone(run, f"there is no {opref.name!r} in {folder!r}")
    return FoundAgain(operation=operation, context=place)


def _find_declared(run: Run, opref: OpRef, context: SearchContext) -> FoundAgain:
    path = _absolute(opref.package, context)
    folder = path if os.path.isdir(path) else os.path.dirname(path)
    place = _looking_in(folder, context)
    operation = find_guild_operation(opref.to_opspec(), folder, place.import_path)
    if operation is None:
        check_guild_file(folder)
        raise _gone(run, f"no Guild file in {folder!r} has the operation {opref.to_opspec()!r}")
    return FoundAgain(operation=operation, context=place)


def _gone(run: Run, why: str) -> RunStateError:
    return RunStateError(
        f"run {run.short_id} cannot take the source of today: {why}; bring it back, or restart the run without "
        f"{_OPTION}"
    )


def _absolute(path: str, context: SearchContext) -> str:
    return os.path.normpath(os.path.join(context.notebook.project_dir, path))


def _looking_in(folder: str, context: SearchContext) -> SearchContext:
    """Return where a run is looked for that was begun in this folder."""
    if folder == context.notebook.project_dir:
        return context
    notebook = replace(context.notebook, project_dir=folder)
    return replace(context, notebook=notebook, import_path=python_import_path(folder))
