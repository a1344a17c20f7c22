"""Finds names that code changes: state, such as ``total`` in ``total = 0`` and later ``total += loss``.

A name is state if it is bound more than once in the module's own scope, or changed: by another assignment, also of a
part (``layers[0] = 1``) or with an operator, by a loop, ``with``, ``except``, ``match``, ``import``, ``del``, ``:=``, a
definition of that name, a function that declares it ``global``, or a method that changes a list.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_CHANGING_METHODS = frozenset("append extend insert remove pop clear sort reverse".split())


def find_state_names(tree: ast.Module) -> dict[str, int]:
    r"""Return the names that are bound more than once or changed, each with the line where that happens first.

    Examples
    --------
    >>> find_state_names(ast.parse("total = n = 0\nfor x in range(3):\n    total += x"))
    {'total': 3}
    """
    changes: dict[str, list[int]] = {}
    for name, line in sorted(_find_changes(tree, _Scope()), key=lambda each: each[1]):
        changes.setdefault(name, []).append(line)
    return {name: lines[1] for name, lines in changes.items() if len(lines) > 1}


@dataclass(frozen=True, kw_only=True)
class _Scope:
    """The scope of a node: which names that are bound there are names of the module."""

    is_module: bool = True
    shared: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    def binds(self, name: str) -> bool:
        """Whether binding the name here binds the name of the module."""
        return name in self.shared or (self.is_module and name not in self.own)

    def reads(self, name: str) -> bool:
        """Whether the name refers to that of the module here."""
        return name in self.shared or name not in self.own


def _find_changes(node: ast.AST, scope: _Scope) -> Iterator[tuple[str, int]]:
    """Return each binding and change of a name of the module below `node`, with its line."""
    for child in ast.iter_child_nodes(node):
        line = getattr(child, "lineno", 0)
        yield from ((name, line) for name in _bound(child) if scope.binds(name))
        yield from ((name, line) for name in _changed(child) if scope.reads(name))
        if not (isinstance(child, ast.AnnAssign) and child.value is None):  # declares a type, and binds nothing
            yield from _find_changes(child, _scope_within(child, scope))


def _scope_within(node: ast.AST, scope: _Scope) -> _Scope:
    if isinstance(node, _SCOPES | ast.ClassDef):
        inner = list(_own_nodes(node))
        shared = {name for each in inner if isinstance(each, ast.Global) for name in each.names}
        bound = {name for each in inner for name in _bound(each)} | {
            each.arg for each in inner if isinstance(each, ast.arg)
        }
        return _Scope(is_module=False, shared=frozenset(shared), own=(scope.own | bound) - shared)
    if isinstance(node, _COMPREHENSIONS):
        own = {name for part in node.generators for each in ast.walk(part.target) for name in _bound(each)}
        return _Scope(is_module=scope.is_module, shared=scope.shared - own, own=scope.own | own)
    return scope


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _SCOPES | ast.ClassDef):
            yield from _own_nodes(child)


def _bound(node: ast.AST) -> Iterator[str]:
    """Return the names that one node binds, without those of the nodes below it."""
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=alias):
            yield alias or name.partition(".")[0]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name


def _changed(node: ast.AST) -> Iterator[str]:
    """Return the names whose values one node changes."""
    match node:
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
            yield name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if attr in _CHANGING_METHODS:
            yield name
