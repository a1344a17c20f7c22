"""Isolated runs from a notebook: run functions, cells and scripts, and compare the runs as DataFrames.

In a notebook ``%load_ext guild_ipy`` gives the magics ``%guild_run``, ``%guild_runs``, ``%guild_mark`` and the
others; at a shell the same verbs are ``guild-ipy run`` and so on, in Python ``guild_ipy.run(...)``.

Imports go downwards only; names on one line do not see each other::

    magics                       %guild_VERB: parse, call, show; completion
    cli | python                 guild-ipy VERB · guild_ipy.VERB(...)
    frame                        guild_ipy.runs and df.guild
    widgets                      the runs table in a notebook
    tables                       the columns and contents of frames, and how they look
    verbs                        one file for each verb: its options, and what it does with them
    arguments | view             from the words of a line to options · how results look
    batch | scheduling           many runs from one request, its trials · queues of staged runs
    launching                    starting runs, and starting them again
    session                      a home with its index, an engine, a notebook; the runs in it
    engine | operations          processes · from what the user wrote to a RunSpec
    index                        what is known of all runs, without reading their directories
    store | query                run directories on disk · the select language
    domain                       values
    settings                     limits and places
    errors                       every exception
    linux | markup               calls that only Linux has · HTML as all results are written
    printable                    text as a terminal can be shown it
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing: the process of a script imports this first
if TYPE_CHECKING:
    from guild_ipy.batch.search.search_space import choice, loguniform, step, uniform
    from guild_ipy.engine.child.logged_scalars import log
    from guild_ipy.errors import (
        CannotSend,
        DamagedRun,
        DependencyError,
        EngineError,
        FlagError,
        GuildError,
        GuildFileError,
        LostException,
        NotebookError,
        OperationNotFound,
        ResultError,
        RunError,
        RunNotFound,
        RunStateError,
        ScalarError,
        SelectError,
        StoreError,
        UsageError,
    )
    from guild_ipy.frame.inputs import inputs
    from guild_ipy.frame.runs_frame import runs
    from guild_ipy.magics import load_ipython_extension, unload_ipython_extension
    from guild_ipy.python.analysis import compare, diff, tensorboard
    from guild_ipy.python.batch_handle import Batch
    from guild_ipy.python.declaring import operation
    from guild_ipy.python.keeping import comment, delete, label, mark, purge, restore, tag
    from guild_ipy.python.looking import cat, get_run, info, lineage, ls, operations, select
    from guild_ipy.python.project import project_dir
    from guild_ipy.python.running import run, start, stop, watch
    from guild_ipy.python.scheduling import queue, restage
    from guild_ipy.python.tables import table
    from guild_ipy.session.chosen_home import guild_home, set_guild_home
    from guild_ipy.session.run_handle import Run

__all__ = [
    "Batch",
    "CannotSend",
    "DamagedRun",
    "DependencyError",
    "EngineError",
    "FlagError",
    "GuildError",
    "GuildFileError",
    "LostException",
    "NotebookError",
    "OperationNotFound",
    "ResultError",
    "Run",
    "RunError",
    "RunNotFound",
    "RunStateError",
    "ScalarError",
    "SelectError",
    "StoreError",
    "UsageError",
    "cat",
    "choice",
    "comment",
    "compare",
    "delete",
    "diff",
    "get_run",
    "guild_home",
    "info",
    "inputs",
    "label",
    "lineage",
    "load_ipython_extension",
    "log",
    "loguniform",
    "ls",
    "mark",
    "operation",
    "operations",
    "project_dir",
    "purge",
    "queue",
    "restage",
    "restore",
    "run",
    "runs",
    "select",
    "set_guild_home",
    "start",
    "step",
    "stop",
    "table",
    "tag",
    "tensorboard",
    "uniform",
    "unload_ipython_extension",
    "watch",
]

_MODULES = {
    "batch.search.search_space": ("choice", "loguniform", "step", "uniform"),
    "engine.child.logged_scalars": ("log",),
    "session.run_handle": ("Run",),
    "session.chosen_home": ("guild_home", "set_guild_home"),
    "python.project": ("project_dir",),
    "frame.inputs": ("inputs",),
    "frame.runs_frame": ("runs",),
    "magics": ("load_ipython_extension", "unload_ipython_extension"),
    "python.analysis": ("compare", "diff", "tensorboard"),
    "python.keeping": ("comment", "delete", "label", "mark", "purge", "restore", "tag"),
    "python.batch_handle": ("Batch",),
    "python.declaring": ("operation",),
    "python.looking": ("cat", "get_run", "info", "lineage", "ls", "operations", "select"),
    "python.tables": ("table",),
    "python.running": ("run", "start", "stop", "watch"),
    "python.scheduling": ("queue", "restage"),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name on its first use, so that importing the package costs nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_PLACES.get(name, 'errors')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """Keeps ``guild_ipy.operations`` the verb: importing the layer of that name would put itself in its place."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to a run by name, as any module does that is not a class of its own."""
        return import_module, (self.__name__,)


sys.modules[__name__].__class__ = _Package
