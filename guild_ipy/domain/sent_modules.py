"""Makes modules in the process of a run that it would not find by their name.

Pickles of runs name this module, its class and its functions: keep their names.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class ModuleFile:
    """A top-level module, and the file that it was loaded from, where ``import`` would not look."""

    name: str
    path: str
    inside: str = ""
    """Its path in the project, of which a run has a copy; empty for a file outside the project."""


def load_module(file: ModuleFile, name: str) -> types.ModuleType:
    """Load a module, or one within the package that `file` is, and return it."""
    known = sys.modules.get(file.name)
    if known is None or not _is_loaded_from(known, file):
        _load(file)
    return importlib.import_module(name)


def find_in_module(file: ModuleFile, name: str, path: str) -> Any:  # noqa: ANN401 - whatever a module holds
    """Return the object at a dotted path in a module that is loaded from its file."""
    return functools.reduce(getattr, path.split("."), load_module(file, name))


def new_module(name: str, *, is_known: bool) -> types.ModuleType:
    """Make an empty module, for :func:`fill_module`; ``import`` finds it if it `is_known`."""
    module = types.ModuleType(name)
    if is_known:
        sys.modules[name] = module
    return module


def fill_module(module: types.ModuleType, content: Mapping[str, Any]) -> None:
    """Put the content of a module into it."""
    vars(module).update(content)


def _is_loaded_from(module: types.ModuleType, file: ModuleFile) -> bool:
    origin = getattr(module, "__file__", None) or ""
    return origin == file.path or bool(file.inside and origin == _in_snapshot(file))


def _in_snapshot(file: ModuleFile) -> str:
    """Return the path in the run's copy of the project, which comes first in its import path."""
    return os.path.join(sys.path[0] if sys.path else "", file.inside)


def _load(file: ModuleFile) -> None:
    copy = _in_snapshot(file)
    path = copy if file.inside and os.path.isfile(copy) else file.path
    spec = importlib.util.spec_from_file_location(file.name, path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"No module named {file.name!r} can be loaded from {path!r}", name=file.name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[file.name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[file.name]
        raise
