"""Finds how a new process can get a module: by its name, from its file, or only as it is in this process."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from enum import Enum
from importlib.machinery import ModuleSpec
from typing import Any

from guild_ipy.domain.sent_modules import ModuleFile


class Reach(Enum):
    """Where a module is known that is not loaded from a certain file."""

    BY_NAME = "by name"
    """A new process imports it."""
    ONLY_HERE = "only here"
    """It was made in this process: ``types.ModuleType("made")``."""


class ModuleSources:
    """Finds the sources of modules for processes with this import path."""

    def __init__(self, import_path: Sequence[str], project_dir: str) -> None:
        self._import_path = import_path
        self._folders = frozenset(import_path)
        self._project_dir = project_dir
        self._known: dict[str, ModuleFile | Reach] = {}

    def find(self, name: str) -> ModuleFile | Reach:
        """Find how a new process gets a module; the modules of a package are found as the package is."""
        top = name.partition(".")[0]
        if top not in self._known:
            self._known[top] = self._find(top)
        return self._known[top]

    def _find(self, name: str) -> ModuleFile | Reach:
        module = sys.modules.get(name)
        if module is None or name in sys.stdlib_module_names or name in {"__main__", "__mp_main__"}:
            return Reach.BY_NAME
        spec = getattr(module, "__spec__", None)
        path = (spec.origin if spec is not None else None) or getattr(module, "__file__", None)
        if path and self._lies_in_path(name, path):
            return Reach.BY_NAME
        found = _find_spec(name, self._import_path)
        if found is not None and (not path or not found.origin or _is_same(path, found.origin)):
            return Reach.BY_NAME
        if path and os.path.isfile(path) and importlib.util.spec_from_file_location(name, path) is not None:
            return ModuleFile(name=name, path=os.path.abspath(path), inside=self._path_inside(path))
        return Reach.ONLY_HERE if found is None else Reach.BY_NAME

    def _lies_in_path(self, name: str, path: str) -> bool:
        """Whether a module lies where ``import`` looks, as most do; does not ask the file system."""
        folder, _, file = path.rpartition(os.sep)
        if file.startswith("__init__."):
            folder, _, file = folder.rpartition(os.sep)
        return file.partition(".")[0] == name and folder in self._folders

    def _path_inside(self, path: str) -> str:
        inside = os.path.relpath(path, self._project_dir)
        return "" if inside.startswith("..") else inside


def _find_spec(name: str, import_path: Sequence[str]) -> ModuleSpec | None:
    found = importlib.machinery.PathFinder.find_spec(name, list(import_path))
    if found is not None:
        return found
    for finder in sys.meta_path:  # those of packages that are installed editably
        find: Any = getattr(finder, "find_spec", None)
        spec = find(name, None) if find is not None else None
        if spec is not None and type(spec.loader).__module__ in _LOADERS:
            return spec  # type: ignore[no-any-return] # of any finder
    return None


#: The modules of Python's own loaders; other loaders may exist only in this process.
_LOADERS = frozenset({"_frozen_importlib_external", "_frozen_importlib", "zipimport", "builtins"})


def _is_same(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return path == other
