"""Evaluates static expressions, which need no running: literals, constants of the module, and simple computations.

An item of a list or map that is not static is represented by its expression; a flag cannot have it as its value.
"""

from __future__ import annotations

import ast
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from guild_ipy.domain.values.flags import FlagValue, is_flag_value

Variables: TypeAlias = Mapping[str, object]


class Namespace:
    """A module, a class or an object of the source, whose attributes are known."""

    def find(self, name: str) -> object:
        """Return the attribute of that name; NotStaticError if it is unknown."""
        raise NotStaticError(name)


class NotStaticError(Exception):
    """An expression whose value is known only when the script runs."""


def find_names(tree: ast.Module) -> dict[str, object]:
    """Return the value of each module-level name that is bound once in the source, to a static value."""
    bindings = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not _is_read(node))
    names: dict[str, object] = {}
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if bindings[name] == 1:
                _bind(names, name, value)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value) if bindings[name] == 1:
                _bind(names, name, value)
    return names


def evaluate(node: ast.expr, names: Variables) -> Any:  # noqa: ANN401, PLR0911 - one case a kind; callers narrow it
    """Return the value of an expression.

    Raises
    ------
    NotStaticError
        If it has more than literals, `names` and simple arithmetic.

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
        case ast.Attribute(value=owner, attr=name):
            return _find_attribute(evaluate(owner, names), name)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [found for item in items for found in _items(item, names)]
        case ast.Dict(keys=keys, values=values):
            return _evaluate_map(keys, values, names)
        case ast.JoinedStr(values=parts):
            return "".join(_write_part(part, names) for part in parts)
        case ast.IfExp(test=test, body=body, orelse=other):
            return evaluate(body if holds(test, names) else other, names)
        case ast.ListComp(elt=element, generators=[loop]) | ast.GeneratorExp(elt=element, generators=[loop]):
            return [evaluate(element, inner) for inner in _loop(loop, names)]
    return _compute(node, names)


def _compute(node: ast.expr, names: Variables) -> Any:  # noqa: ANN401 - as evaluate
    """Return the value of an operation or a call."""
    match node:
        case ast.Subscript(value=owner, slice=index):
            return _apply(operator.getitem, evaluate(owner, names), evaluate(index, names))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            return bool(_apply(_COMPARISONS[type(op)], evaluate(left, names), evaluate(right, names)))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _UNARY:
            return _apply(_UNARY[type(op)], evaluate(operand, names))
        case ast.BinOp(op=op, left=left, right=right) if type(op) in _BINARY:
            return _apply(_BINARY[type(op)], evaluate(left, names), evaluate(right, names))
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            return {keyword.arg: _item(keyword.value, names) for keyword in keywords if keyword.arg}
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in _FUNCTIONS and name not in names:
            return _apply(_FUNCTIONS[name], *(evaluate(argument, names) for argument in arguments))
        case ast.Call(func=ast.Attribute(value=owner, attr=name), args=arguments, keywords=[]) if name in _METHODS:
            return _call_method(evaluate(owner, names), name, [evaluate(argument, names) for argument in arguments])
    raise NotStaticError


def holds(node: ast.expr, names: Variables) -> bool:
    """Whether a condition is true; NotStaticError if that is known only when the script runs."""
    value = evaluate(node, names)
    if not is_plain(value):
        raise NotStaticError
    return bool(value)


def is_plain(value: object) -> bool:
    """Whether an object is a static value, and not a stand-in for an unknown one."""
    return value is None or isinstance(value, str | int | float | list | dict)


def find_flag_value(node: ast.expr | None, names: Variables) -> FlagValue:
    """Return the value of an expression if it is static and can be the value of a flag, else None."""
    try:
        value = None if node is None else evaluate(node, names)
    except NotStaticError:
        return None
    return value if is_flag_value(value) else None


def find_text(node: ast.expr | None, names: Variables) -> str:
    """Return the text that an expression evaluates to, or an empty text."""
    value = find_flag_value(node, names)
    return value if isinstance(value, str) else ""


def is_true(node: ast.expr | None, names: Variables) -> bool:
    """Whether an expression is static and true."""
    return bool(find_flag_value(node, names))


# -- lists, maps and text


def _item(node: ast.expr, names: Variables) -> Any:  # noqa: ANN401 - as evaluate
    try:
        return evaluate(node, names)
    except NotStaticError:
        return node


def _items(node: ast.expr, names: Variables) -> list[Any]:
    if not isinstance(node, ast.Starred):
        return [_item(node, names)]
    return as_list(evaluate(node.value, names))


def as_list(value: object) -> list[Any]:
    """Return the items of a static value in a loop over it.

    Raises
    ------
    NotStaticError
        If it cannot be looped over.
    """
    if isinstance(value, str | list | dict):
        return list(value)
    raise NotStaticError


def _evaluate_map(keys: Sequence[ast.expr | None], values: Sequence[ast.expr], names: Variables) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        if key is None:
            inner = evaluate(value, names)
            found |= inner if isinstance(inner, dict) else {}
        else:
            name = evaluate(key, names)
            if isinstance(name, list | dict):
                raise NotStaticError
            found[name] = _item(value, names)
    return found


def _write_part(part: ast.expr, names: Variables) -> str:
    """Write one part of an f-string; refuses formats that are wide enough to fill the memory."""
    match part:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=value, conversion=-1, format_spec=spec):
            made = evaluate(value, names)
            form = "" if spec is None else evaluate(spec, names)
            if isinstance(made, str | int | float) and isinstance(form, str) and not _WIDE.search(form):
                return str(_apply(format, made, form))
    raise NotStaticError


def _find_attribute(owner: object, name: str) -> object:
    if not isinstance(owner, Namespace):
        raise NotStaticError
    return owner.find(name)


def _loop(loop: ast.comprehension, names: Variables) -> Iterator[Variables]:
    values = as_list(evaluate(loop.iter, names))
    if _WITHIN_LOOP in names or len(values) > _LONGEST_LOOP:
        raise NotStaticError
    for value in values:
        inner = {**names, **bind_target(loop.target, value), _WITHIN_LOOP: True}
        if all(holds(condition, inner) for condition in loop.ifs):
            yield inner


def bind_target(target: ast.expr, value: object) -> dict[str, Any]:
    """Return the names that an assignment or a loop binds, with their values.

    Raises
    ------
    NotStaticError
        If the target has more than names, or does not fit the number of values.

    Examples
    --------
    >>> bind_target(ast.parse("a, b", mode="eval").body, [1, 2])
    {'a': 1, 'b': 2}
    """
    match target:
        case ast.Name(id=name):
            return {name: value}
        case ast.Tuple(elts=parts) | ast.List(elts=parts) if isinstance(value, list) and len(value) == len(parts):
            bound: dict[str, Any] = {}
            for part, item in zip(parts, value, strict=True):
                bound |= bind_target(part, item)
            return bound
    raise NotStaticError


def _call_method(owner: object, name: str, arguments: list[Any]) -> Any:  # noqa: ANN401 - as evaluate
    kind, method = _METHODS[name]
    if not isinstance(owner, kind):
        raise NotStaticError
    return _apply(method, owner, *arguments)


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
_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
}


def _range(*limits: int) -> list[int]:
    numbers = range(*limits)
    if len(numbers) > _LONGEST:
        raise NotStaticError
    return list(numbers)


def _zip(*lists: Any) -> list[Any]:  # noqa: ANN401 - lists of anything static
    return [list(items) for items in zip(*lists, strict=False)]


def _enumerate(items: Any, start: int = 0) -> list[Any]:  # noqa: ANN401 - as above
    return [list(pair) for pair in enumerate(items, start)]


def _format_text(text: str, *values: object) -> str:
    if _WIDE.search(text) or _REACHING.search(text):
        raise NotStaticError
    return text.format(*values)


def _replace(text: str, old: str, new: str) -> str:
    if len(text) * len(new) > _LONGEST * _LONGEST_LOOP:
        raise NotStaticError
    return text.replace(old, new)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "list": list,
    "tuple": list,
    "set": list,
    "sorted": sorted,
    "reversed": lambda items: list(items)[::-1],
    "range": _range,
    "zip": _zip,
    "enumerate": _enumerate,
    "len": len,
}
_METHODS: dict[str, tuple[type, Callable[..., Any]]] = {
    "items": (dict, lambda found: [list(pair) for pair in found.items()]),
    "keys": (dict, list),
    "values": (dict, lambda found: list(found.values())),
    "lower": (str, str.lower),
    "upper": (str, str.upper),
    "strip": (str, str.strip),
    "split": (str, str.split),
    "replace": (str, _replace),
    "format": (str, _format_text),
}
#: A width in a format that is unreasonably large, or given elsewhere.
_WIDE = re.compile(r"\d{3}|\*")
#: A field in a format that reads an attribute or item, or takes its width from another field.
_REACHING = re.compile(r"\{[^}]*[.\[{]")
#: A name that marks the scope of a comprehension; nested ones are refused, since they may take too long.
_WITHIN_LOOP = ""
_LONGEST_LOOP = 256
_ONLY_NUMBERS = {*_UNARY.values(), *_BINARY.values()} - {operator.add, operator.not_}
_LARGEST_NUMBER = 2**64
_LARGEST_EXPONENT = 64
_LONGEST = 10_000


def _apply(function: Callable[..., Any], *operands: object) -> object:
    """Compute an operation on numbers or texts, within limits so that no source makes the inspection slow."""
    if function is operator.mod and isinstance(operands[0], str):
        function = _fill_text
    if not all(_is_small(operand, numbers_only=function in _ONLY_NUMBERS) for operand in operands):
        raise NotStaticError
    if not all(map(is_plain, operands)) or (function is str and not isinstance(operands[0], str | int | float)):
        raise NotStaticError  # a list may contain expressions
    try:
        return function(*operands)
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise NotStaticError from error


def _fill_text(text: str, values: object) -> str:
    if _WIDE.search(text):
        raise NotStaticError
    return text % (tuple(values) if isinstance(values, list) else values)


def _is_small(value: object, *, numbers_only: bool) -> bool:
    if isinstance(value, int):
        return abs(value) <= _LARGEST_NUMBER
    if isinstance(value, float):
        return True
    return not numbers_only and (not isinstance(value, str | list | dict) or len(value) <= _LONGEST)
