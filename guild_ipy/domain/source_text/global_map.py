"""One module-level map of Python source that holds flags: ``params = {"lr": 0.1}`` or ``SimpleNamespace(lr=0.1)``.

Names of nested values have dots in them: ``{"model": {"layers": 3}}`` has ``model.layers``.

Standard library only: the process of a run imports this.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from guild_ipy.domain.source_text.constants import insert_first, make_literal
from guild_ipy.domain.values.flags import FlagValue

Maker: TypeAlias = ast.Dict | ast.Call


def find_map(tree: ast.Module, name: str) -> dict[str, FlagValue] | None:
    """Return the literals in the map of that name, by dotted names; None if there is no such map.

    Examples
    --------
    >>> find_map(ast.parse("params = dict(lr=0.1, model={'layers': 3}, data=load())"), "params")
    {'lr': 0.1, 'model.layers': 3}
    """
    variable, *parts = name.split(".")
    node = _find_maker(tree, variable)
    for part in parts:
        inner = None if node is None else dict(_items(node)).get(part)
        node = inner if isinstance(inner, ast.Dict | ast.Call) else None
    return None if node is None else dict(_find_values(node, ""))


def set_map(tree: ast.Module, name: str, values: Mapping[str, object], *, as_namespace: bool = False) -> ast.Module:
    """Give entries of a map other values, in place; the tree is returned.

    A map that does not exist is made at the beginning of the module.

    Examples
    --------
    >>> ast.unparse(set_map(ast.parse("params = {'lr': 0.1, 'n': 1}"), "params", {"lr": 1.0}))
    "params = {'lr': 1.0, 'n': 1}"
    """
    variable, *parts = name.split(".")
    node = _find_maker(tree, variable)
    if node is None:
        node = _insert(tree, variable, as_namespace=as_namespace)
    for path, value in values.items():
        _set(node, (*parts, *path.split(".")), value)
    ast.fix_missing_locations(tree)
    return tree


def _find_maker(tree: ast.Module, variable: str) -> Maker | None:
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == variable for target in targets):
            value = getattr(statement, "value", None)
            return value if _is_maker(value) else None
    return None


def _is_maker(node: object) -> bool:
    if isinstance(node, ast.Call):
        word = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return word in {"dict", "SimpleNamespace", "Namespace"} and not node.args
    return isinstance(node, ast.Dict)


def _items(node: Maker) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Call):
        yield from ((keyword.arg, keyword.value) for keyword in node.keywords if keyword.arg)
        return
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value, value


def _find_values(node: Maker, prefix: str) -> Iterator[tuple[str, FlagValue]]:
    for name, value in _items(node):
        if isinstance(value, ast.Dict | ast.Call):
            if _is_maker(value):
                yield from _find_values(value, f"{prefix}{name}.")
            continue
        try:
            literal = ast.literal_eval(value)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        if literal is None or isinstance(literal, bool | int | float | str | list):
            yield prefix + name, literal


def _set(node: Maker, path: tuple[str, ...], value: object) -> None:
    name, *rest = path
    inner = dict(_items(node)).get(name)
    if rest and isinstance(inner, ast.Dict | ast.Call) and _is_maker(inner):
        _set(inner, tuple(rest), value)
        return
    for part in reversed(rest):
        value = {part: value}
    _put(node, name, make_literal(value, at=node))


def _put(node: Maker, name: str, value: ast.expr) -> None:
    if isinstance(node, ast.Call):
        others = [keyword for keyword in node.keywords if keyword.arg != name]
        node.keywords = [*others, ast.keyword(arg=name, value=value)]
        return
    for index, key in enumerate(node.keys):
        if isinstance(key, ast.Constant) and key.value == name:
            node.values[index] = value
            return
    node.keys.append(ast.Constant(value=name))
    node.values.append(value)


def _insert(tree: ast.Module, variable: str, *, as_namespace: bool) -> Maker:
    source = f"{variable} = __import__('types').SimpleNamespace()" if as_namespace else f"{variable} = {{}}"
    (statement,) = ast.parse(source).body
    assert isinstance(statement, ast.Assign)
    assert isinstance(statement.value, ast.Dict | ast.Call)
    insert_first(tree, statement)
    return statement.value
