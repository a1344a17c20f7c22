"""Values that source shows without running: literals, constants of the module, arithmetic of these."""

from __future__ import annotations

import ast
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from guild_ipy.domain.flags import FlagValue, is_flag_value

Names: TypeAlias = Mapping[str, object]


class NotStaticError(Exception):
    """An expression whose value only running the script would show."""


def find_names(tree: ast.Module) -> dict[str, object]:
    """Give the value of each module-level name that is bound once in the source, to something static."""
    bindings = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not _is_read(node))
    names: dict[str, object] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if bindings[name] == 1:
                _bind(names, name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if bindings[name] == 1:
                _bind(names, name, value)
    return names


def evaluate(node: ast.expr, names: Names) -> Any:  # noqa: ANN401 - callers narrow it
    """Give the value of an expression.

    Raises
    ------
    NotStaticError
        If it takes more than literals, `names` and simple arithmetic.

    Examples
    --------
    >>> evaluate(ast.parse("2 * n + 1", mode="eval").body, {"n": 3})
    7
    """
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [evaluate(item, names) for item in items]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _apply(_UNARY[type(op)], evaluate(operand, names))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
            return _apply(_BINARY[type(op)], evaluate(left, names), evaluate(right, names))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in _CONVERSIONS:
            return _apply(_CONVERSIONS[name], evaluate(argument, names))
    raise NotStaticError


def find_flag_value(node: ast.expr | None, names: Names) -> FlagValue:
    """Give the value of an expression if it is static and a flag can have it, else None."""
    try:
        value = None if node is None else evaluate(node, names)
    except NotStaticError:
        return None
    return value if is_flag_value(value) else None


def find_text(node: ast.expr | None, names: Names) -> str:
    """Give the text that an expression is, or an empty one."""
    value = find_flag_value(node, names)
    return value if isinstance(value, str) else ""


def is_true(node: ast.expr | None, names: Names) -> bool:
    """Whether an expression is static and true."""
    return bool(find_flag_value(node, names))


def _is_read(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Load)


def _bind(names: dict[str, object], name: str, value: ast.expr) -> None:
    try:
        names[name] = evaluate(value, names)
    except NotStaticError:
        return


def _power(base: float, exponent: float) -> object:
    if abs(exponent) > _LARGEST_EXPONENT:
        raise NotStaticError
    return operator.pow(base, exponent)


_UNARY: dict[type, Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
}
_NOT_ONLY_NUMBERS = {operator.add, operator.not_, *_CONVERSIONS.values()}
_LARGEST_NUMBER = 2**64
_LARGEST_EXPONENT = 64
_LONGEST = 10_000


def _apply(function: Callable[..., Any], *operands: object) -> object:
    """Compute; bounded, so that no source makes the inspection slow."""
    if not all(_is_small(operand, numbers_only=function not in _NOT_ONLY_NUMBERS) for operand in operands):
        raise NotStaticError
    try:
        return function(*operands)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise NotStaticError from error


def _is_small(value: object, *, numbers_only: bool) -> bool:
    if isinstance(value, int):
        return abs(value) <= _LARGEST_NUMBER
    if isinstance(value, float):
        return True
    return not numbers_only and (not isinstance(value, str | list) or len(value) <= _LONGEST)
