"""Finds names that code changes: state, such as ``total`` in ``total = 0`` and later ``total += loss``.

A name is state if it is bound more than once in the module's own scope, or changed: by another assignment, also of a
part (``layers[0] = 1``) or with an operator, by a loop, ``with``, ``except``, ``match``, ``import``, ``del``, ``:=``
wherever it stands, a definition of that name, a function that declares it ``global``, or a method that changes a list.

Which names are those of the module is what the compiler has found out: they have instructions of their own.
"""

from __future__ import annotations

import ast
import dis
import warnings
from collections.abc import Iterator
from types import CodeType
from typing import TypeAlias

_CHANGING_METHODS = frozenset("append extend insert remove pop clear sort reverse".split())
#: Instructions with a name of the module; those of the first kind have one of the class in the body of a class.
_NAMES, _GLOBALS = ("STORE_NAME", "DELETE_NAME", "LOAD_NAME"), ("STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_GLOBAL")

_Use: TypeAlias = "tuple[str, int, int]"
"""A name, and the line and column where it is used."""


def find_state_names(tree: ast.Module) -> dict[str, int]:
    r"""Return the names that are bound more than once or changed, each with the line where that happens first.

    Code that does not compile has none: its run says why.

    Examples
    --------
    >>> find_state_names(ast.parse("total = n = 0\nfor x in range(3):\n    total += x"))
    {'total': 3}
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they are shown when the code runs
            code = compile(tree, "<source>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError):
        return {}
    bound, read = _find_uses(code)
    changes: dict[str, list[int]] = {}
    for name, line, _ in sorted(bound | (read & set(_find_changed(tree))), key=lambda use: use[1:]):
        changes.setdefault(name, []).append(line)
    return {name: lines[1] for name, lines in changes.items() if len(lines) > 1}


def _find_uses(code: CodeType, *, is_module: bool = True) -> tuple[set[_Use], set[_Use]]:
    """Return where names of the module are bound or deleted, and where they are read."""
    bound: set[_Use] = set()
    read: set[_Use] = set()
    instructions = list(dis.get_instructions(code))
    of_class = set() if is_module else {each.argval for each in instructions if each.opname == "STORE_NAME"}
    for each in instructions:
        if each.opname in _GLOBALS or (each.opname in _NAMES and (is_module or _is_read_from_module(each, of_class))):
            place = each.positions
            if place is not None and place.lineno is not None:  # otherwise nobody wrote it: the end of an ``except``
                uses = read if each.opname.startswith("LOAD") else bound
                uses.add((each.argval, place.lineno, place.col_offset or 0))
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            inner_bound, inner_read = _find_uses(inner, is_module=False)
            bound |= inner_bound
            read |= inner_read
    return bound, read


def _is_read_from_module(instruction: dis.Instruction, of_class: set[str]) -> bool:
    """Whether the body of a class reads a name that is not its own."""
    return instruction.opname == "LOAD_NAME" and instruction.argval not in of_class


def _find_changed(tree: ast.Module) -> Iterator[_Use]:
    """Return the names whose values are changed in place, of whatever scope."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(value=changed, ctx=ast.Store() | ast.Del()):
                yield from _name_of(changed)
            case ast.Call(func=ast.Attribute(value=changed, attr=attr)) if attr in _CHANGING_METHODS:
                yield from _name_of(changed)


def _name_of(node: ast.expr) -> Iterator[_Use]:
    """Return the name of a value, also of one of its parts: ``n`` of ``n[0][1]``."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id, node.lineno, node.col_offset
