"""Calls of methods in source, and what they are called on: which parser an argument is added to."""

from __future__ import annotations

import ast

_GROUPS = {"add_argument_group", "add_mutually_exclusive_group"}


def find_calls(tree: ast.Module, method: str) -> list[ast.Call]:
    """Find calls of a method in the order of the source."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]
    return sorted(found, key=lambda call: (call.end_lineno or 0, call.end_col_offset or 0))


def find_made_by(tree: ast.Module, makers: set[str]) -> frozenset[str]:
    """Find the names of what certain methods made, and of groups within it."""
    made: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(attr=maker, value=owner))):
                if maker in makers or (maker in _GROUPS and _name(owner) in made):
                    made.add(name)
    return frozenset(made) | makers


def is_called_on(call: ast.Call, receivers: frozenset[str]) -> bool:
    """Whether a method is called on one of those names, or on what a maker of them gave just before."""
    match call.func:
        case ast.Attribute(value=ast.Call(func=ast.Attribute(attr=maker))):
            return maker in receivers
        case ast.Attribute(value=owner):
            return _name(owner) in receivers
    return False


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
