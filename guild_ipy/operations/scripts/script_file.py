"""Finds the script that a word names, ``train.py``, ``pkg.train``, ``tool.py fit``, and the package it belongs to."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from guild_ipy.errors import UsageError
from guild_ipy.operations.scripts.main_module import find_module
from guild_ipy.operations.scripts.source.project_modules import parse_source
from guild_ipy.store.files.regular_file import MAX_PROJECT_BYTES, read_regular


@dataclass(frozen=True, kw_only=True)
class ScriptFile:
    """A script, and how Python runs it."""

    path: str
    """Absolute."""
    name: str = ""
    """The module name by which it was named; empty if it was named by its path."""
    words: tuple[str, ...] = ()
    """The words after it on the command line: a sub-command."""
    root: str = ""
    """The folder where imports begin, if it is run as by ``python -m``; else empty."""

    @property
    def package(self) -> str:
        """The package that it belongs to, if it is run as a module."""
        inner = os.path.relpath(os.path.dirname(self.path), self.root) if self.root else "."
        return "" if inner == "." else inner.replace(os.sep, ".")


def find_script(word: str, project_dir: str) -> ScriptFile | None:
    """Find the script that a word names; None if there is none.

    Raises
    ------
    UsageError
        If it is a module of a package that begins above the project.
    """
    parts = word.split(" ")
    for count in range(len(parts), 0, -1):
        head, rest = " ".join(parts[:count]), tuple(filter(None, parts[count:]))
        path = os.path.normpath(os.path.join(project_dir, head))
        if os.path.isfile(path):
            return ScriptFile(path=path, words=rest, root=_package_root(path, project_dir))
        if all(part.isidentifier() for part in head.split(".")):
            module = find_module(head, (project_dir,))
            if module is not None and ("." in head or module.path.endswith("/__main__.py")):
                return ScriptFile(path=module.path, name=head, words=rest, root=project_dir)
    return None


def _package_root(path: str, project_dir: str) -> str:
    """Return the folder where imports begin for a script that imports from its own package; empty for other scripts."""
    statement = _find_relative_import(path)
    if statement is None:
        return ""
    folder = os.path.dirname(path)
    limit = project_dir if path.startswith(project_dir.rstrip(os.sep) + os.sep) else ""
    root = _find_root(folder, limit)
    depth = len(os.path.relpath(folder, root).split(os.sep)) if folder != root else 0
    if depth < statement.level:
        raise _begins_above(path, statement, project_dir)
    return root


def _find_root(folder: str, limit: str) -> str:
    """Return the folder that contains the outermost package around a folder, but none above `limit`."""
    above = [folder]
    while above[-1] not in {limit, os.path.dirname(above[-1])}:
        above.append(os.path.dirname(above[-1]))
    packages = [each for each in above if each != limit and _is_package(each)]
    if packages:
        return os.path.dirname(packages[-1])
    return limit or folder


def _is_package(folder: str) -> bool:
    return os.path.isfile(os.path.join(folder, "__init__.py"))


def _begins_above(path: str, statement: ast.ImportFrom, project_dir: str) -> UsageError:
    package = os.path.dirname(path)
    for _ in range(statement.level - 1):
        package = os.path.dirname(package)
    while _is_package(os.path.dirname(package)):
        package = os.path.dirname(package)
    above = os.path.dirname(package)
    imported = f"from {'.' * statement.level}{statement.module or ''} import ..."
    return UsageError(
        f"{os.path.relpath(path, project_dir)!r} imports from its package ({imported!r}), which is not below the "
        f"current directory; go to {above!r} and run {os.path.relpath(path, above)!r}"
    )


# -- relative imports

_MENTIONS = re.compile(rb"^\s*from\s*\.", re.MULTILINE)


def _find_relative_import(path: str) -> ast.ImportFrom | None:
    """Find the relative import that reaches furthest up, except those in ``try`` statements."""
    try:
        source = read_regular(path, MAX_PROJECT_BYTES)
        tree = parse_source(source, path) if _MENTIONS.search(source) else None
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # inspecting the script reports the error
    found = [] if tree is None else list(_relative_imports(tree))
    return max(found, key=lambda statement: statement.level, default=None)


def _relative_imports(node: ast.AST) -> Iterator[ast.ImportFrom]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ImportFrom) and child.level:
            yield child
        elif not isinstance(child, ast.Try | ast.expr) and not _is_for_types(child):
            yield from _relative_imports(child)


def _is_for_types(node: ast.AST) -> bool:
    """Whether a statement is ``if TYPE_CHECKING``, whose body is never executed."""
    return isinstance(node, ast.If) and ast.unparse(node.test).rpartition(".")[2] == "TYPE_CHECKING"
