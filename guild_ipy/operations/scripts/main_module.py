"""Finds the Python module that ``main`` names, as Guild AI 0.9.0 does."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from guild_ipy.domain.declarations.operation_def import OperationDef


@dataclass(frozen=True, kw_only=True)
class FoundModule:
    """A module, and the folders where imports begin when it is run."""

    path: str
    """The absolute path of its file."""
    folder: str
    """The folder of the project in which it was found; empty for an installed module."""
    inner: str = ""
    """The folder before the last slash in ``main: src/train``, where imports begin too."""
    package: str = ""

    @property
    def roots(self) -> tuple[str, ...]:
        """The folders where imports begin, absolute; none for an installed module."""
        folders = [self.folder, os.path.join(self.folder, self.inner)] if self.folder else []
        return tuple(dict.fromkeys(map(os.path.normpath, folders)))


def search_folders(operation: OperationDef) -> tuple[str, ...]:
    """Return the folders in which modules of an operation are looked for."""
    rules = operation.sourcecode
    inner = operation.python_path if operation.python_path is not None else ((rules.root or "") if rules else "",)
    return tuple(os.path.normpath(os.path.join(operation.folder, each)) for each in inner)


def find_module(module: str, folders: Sequence[str], import_path: Iterable[str] = ()) -> FoundModule | None:
    """Find a module or the ``__main__`` of a package, in the project or else among installed packages.

    Parameters
    ----------
    module
        ``train``, ``package.module``, ``src/train``, or the path of a file.
    """
    inner, _, name = module.rpartition("/")
    parts = name.removesuffix(".py").split(".")
    for folder in folders:
        found = _find_file(os.path.join(folder, inner), parts)
        if found is not None:
            return FoundModule(path=found, folder=folder, inner=inner, package=".".join(parts[:-1]))
    for folder in import_path if not inner else ():
        found = _find_file(folder, parts)
        if found is not None:
            return FoundModule(path=found, folder="", package=".".join(parts[:-1]))
    return None


def _find_file(folder: str, parts: Sequence[str]) -> str | None:
    stem = os.path.normpath(os.path.join(folder, *parts))
    return next((path for path in (f"{stem}.py", f"{stem}/__main__.py") if os.path.isfile(path)), None)


def known_modules(folders: Iterable[str]) -> Iterator[str]:
    """Return the names of modules in these folders, for suggestions."""
    for folder in folders:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        yield from (name.removesuffix(".py") for name in names if name.endswith(".py"))
