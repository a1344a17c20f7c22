"""Finds the modules that a script imports from its project, as source, without importing them."""

from __future__ import annotations

import ast
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from guild_ipy.store.files.regular_file import read_regular

#: Larger files hold data; files above the small size that do not mention a parser are skipped, too.
_LARGEST = 2**20
_SMALL = 2**13
_MENTIONS = (b"add_argument", b"ArgumentParser", b"ArgParser")
#: How many modules are read at most to find the options of a script.
_MOST = 64


@dataclass(frozen=True, kw_only=True)
class SourceModule:
    """A module whose source could be read."""

    path: str
    tree: ast.Module


class ProjectModules:
    """Finds modules in folders, and reads each once.

    Parameters
    ----------
    roots
        The folders where imports begin, absolute; the first that has a module counts.
    """

    def __init__(self, roots: Sequence[str]) -> None:
        self._roots = tuple(dict.fromkeys(roots))
        self._read: dict[str, SourceModule | None] = {}

    def find(self, name: str, *, level: int = 0, importer: str = "") -> SourceModule | None:
        """Find a module by its dotted name, a relative one from the importing file; None if there is none."""
        folders: Sequence[str] = self._roots
        if name in sys.stdlib_module_names and not level:
            return None
        if level:
            folder = importer
            for _ in range(level):
                folder = os.path.dirname(folder)
            folders = (folder,)
        parts = name.split(".") if name else []
        for path in _paths(folders, parts):
            if os.path.isfile(path):
                return self._open(path)
        return None

    def _open(self, path: str) -> SourceModule | None:
        if path not in self._read and len(self._read) < _MOST:
            self._read[path] = _read(path)
        return self._read.get(path)


def _paths(folders: Sequence[str], parts: Sequence[str]) -> Iterator[str]:
    for folder in folders:
        stem = os.path.normpath(os.path.join(folder, *parts))
        yield f"{stem}/__init__.py"
        if parts:
            yield f"{stem}.py"


def _read(path: str) -> SourceModule | None:
    """Read a module; None if Python cannot import it either."""
    try:
        if os.path.getsize(path) > _LARGEST:
            return None
        source = read_regular(path, _LARGEST)
        if len(source) > _SMALL and not any(word in source for word in _MENTIONS):
            return None
        return SourceModule(path=path, tree=parse_source(source, path))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def parse_source(source: bytes, path: str) -> ast.Module:
    """Parse a file; raises the errors of :func:`ast.parse`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # warnings of the compiler are shown when the script runs
        return ast.parse(source, path)
