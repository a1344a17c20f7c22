"""Finds module-level constants of Python source, and gives them other values.

A constant is a name to which a top-level statement assigns a literal: None, a bool, an int, a float, text, or a list of
these. Names that begin with ``_`` are not constants. If a name is assigned more than once, the first literal is its
value and later assignments stay, as in Guild AI 0.9.0; unlike there, annotated assignments count too.

Standard library only: the process of a run imports this.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from types import CodeType
from typing import Any, TypeAlias

from guild_ipy.domain.values.flags import FlagValue

Assignment: TypeAlias = ast.Assign | ast.AnnAssign


def find_constants(source: str | bytes | ast.Module, filename: str = "<source>") -> dict[str, FlagValue]:
    """Return each constant and its value, in the order of the source.

    Raises
    ------
    SyntaxError, ValueError
        What the compiler says about the source.

    Examples
    --------
    >>> find_constants("lr = 0.1; layers: list = [64, 32]; lr = 0.2; _x = 1; data = load()")
    {'lr': 0.1, 'layers': [64, 32]}
    """
    tree = source if isinstance(source, ast.Module) else ast.parse(source, filename)
    return {name: _read_literal(value) for name, (_, value) in _find_assignments(tree).items()}


def find_other_values(tree: ast.Module) -> dict[str, str]:
    """Find the names to which a module assigns other values than constants, and describe the value of each.

    Examples
    --------
    >>> find_other_values(ast.parse("sizes, lr = (1, 2), 0.1; layers = (8, 8); n = 2 * 3; rate = 0.1"))
    {'layers': 'a tuple', 'n': 'the result of an expression'}
    """
    constants = _find_assignments(tree)
    statements = [each for each in tree.body if isinstance(each, Assignment) and each.value is not None]
    named = [(target, each.value) for each in statements for target in _targets(each) if isinstance(target, ast.Name)]
    found = {target.id: _KINDS.get(type(value), "the result of an expression") for target, value in named[::-1]}
    return {name: kind for name, kind in reversed(found.items()) if name not in constants}


_KINDS: dict[type, str] = {
    ast.Tuple: "a tuple",
    ast.Dict: "a map",
    ast.Set: "a set",
    ast.List: "a list of other values",
}


def compile_with_constants(
    source: str | bytes,
    filename: str,
    constants: Mapping[str, object],
    *,
    compiler_flags: int = 0,
    allows_new: bool = False,
) -> CodeType:
    """Compile a module whose constants have other values; line numbers stay.

    With `allows_new`, a name that is not a constant of the source is assigned at the beginning.

    Raises
    ------
    ValueError
        If the source has no constant of that name.

    Examples
    --------
    >>> names = {}
    >>> exec(compile_with_constants("lr = 0.1; rate = lr * 2", "a.py", {"lr": 0.5}), names)
    >>> names["rate"]
    1.0
    """
    tree = ast.parse(source, filename)
    known = _find_assignments(tree) if allows_new else constants
    new = {name: value for name, value in constants.items() if name not in known}
    set_constants(tree, {name: value for name, value in constants.items() if name not in new}, filename)
    for name, value in new.items():
        insert_first(tree, _assign(name, value))
    code: CodeType = compile(tree, filename, "exec", flags=compiler_flags, dont_inherit=True)
    return code


def set_constants(tree: ast.Module, constants: Mapping[str, object], filename: str = "<source>") -> ast.Module:
    """Give a module's constants other values, in place; the tree is returned."""
    assignments = _find_assignments(tree)
    for name, value in constants.items():
        if name not in assignments:
            raise ValueError(f"{filename} has no module-level constant {name!r}")
        statement, node = assignments[name]
        if not _is_same(_read_literal(node), value):
            _set_value(tree, statement, name, value)
            assignments = _find_assignments(tree)
    return tree


def replace_constants(source: str, constants: Mapping[str, object], tree: ast.Module | None = None) -> str:
    """Return the text of a module whose constants have other values; everything else stays as it was written.

    Parameters
    ----------
    tree
        The parsed module, if its text is not all Python; positions in it are those in `source`.

    Raises
    ------
    SyntaxError, ValueError
        If the source cannot be parsed, or has no constant of that name.

    Examples
    --------
    >>> replace_constants("lr = ( 0.1 )  # rate", {"lr": 0.5})
    'lr = ( 0.5 )  # rate'
    """
    text = source.encode()
    assignments = _find_assignments(ast.parse(source) if tree is None else tree)
    for start, end, new in sorted(_find_edits(text, assignments, constants), reverse=True):
        text = text[:start] + new.encode() + text[end:]
    return text.decode()


def format_constant(value: object) -> str:
    """Write a flag value as Python; the repr of an infinite float would be a name.

    Examples
    --------
    >>> format_constant([1, float("inf"), "a"])
    "[1, float('inf'), 'a']"
    """
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f"float({str(value)!r})"
    if isinstance(value, list):
        return f"[{', '.join(map(format_constant, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {format_constant(item)}" for name, item in value.items()) + "}"
    return repr(value)


_Assignments: TypeAlias = Mapping[str, tuple[Assignment, ast.expr]]


def _find_edits(
    text: bytes, assignments: _Assignments, constants: Mapping[str, object]
) -> Iterator[tuple[int, int, str]]:
    """Return start, end and new text of each change; offsets are in bytes, as in the syntax tree."""
    starts = [0, *(line.end() for line in re.finditer(rb"\r\n|\r|\n", text))]
    for name, value in constants.items():
        if name not in assignments:
            raise ValueError(f"there is no module-level constant {name!r}")
        statement, node = assignments[name]
        if _is_same(_read_literal(node), value):
            continue
        written = format_constant(value)
        end = _end(statement, starts)
        if len(_targets(statement)) > 1:  # other targets of ``a = b = 1`` keep their value
            yield end, end, f"; {name} = {written}"
        else:
            yield starts[node.lineno - 1] + node.col_offset, _end(node, starts), written


def _end(node: ast.expr | ast.stmt, starts: list[int]) -> int:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return starts[node.end_lineno - 1] + node.end_col_offset


def insert_first(tree: ast.Module, statement: ast.stmt) -> None:
    """Insert a statement at the beginning, after the docstring and imports of ``__future__``."""
    place = 0
    for each in tree.body:
        is_text = isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        if not is_text and getattr(each, "module", None) != "__future__":
            break
        place += 1
    tree.body.insert(place, statement)


def make_literal(value: Any, at: ast.AST) -> ast.expr:  # noqa: ANN401 - tested in here
    """Return a literal for a value, with the position of the node `at`."""
    node: ast.expr
    if isinstance(value, list):
        node = ast.List(elts=[make_literal(item, at) for item in value], ctx=ast.Load())
    elif isinstance(value, dict):
        node = ast.Dict(
            keys=[make_literal(key, at) for key in value],
            values=[make_literal(item, at) for item in value.values()],
        )
    elif value is None or type(value) in {bool, int, float, str}:
        node = ast.Constant(value=value)
    else:
        raise TypeError(f"a constant cannot be set to a {type(value).__name__}")
    return ast.copy_location(node, at)


def _find_assignments(tree: ast.Module) -> dict[str, tuple[Assignment, ast.expr]]:
    """Find the statement that assigns each constant, and the literal in it."""
    found: dict[str, tuple[Assignment, ast.expr]] = {}
    for statement in tree.body:
        if not isinstance(statement, Assignment) or statement.value is None or not _is_literal(statement.value):
            continue
        for target in _targets(statement):
            if isinstance(target, ast.Name) and not target.id.startswith("_"):
                found.setdefault(target.id, (statement, statement.value))
    return found


def _targets(statement: Assignment) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def _is_literal(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=value):
            return value is None or type(value) in {bool, int, float, str}
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=value)):
            return type(value) in {int, float}
        case ast.List(elts=items):
            return all(map(_is_literal, items))
    return False


def _read_literal(node: ast.expr) -> FlagValue:
    value: FlagValue = ast.literal_eval(node)
    return value


def _is_same(one: object, other: object) -> bool:
    """Whether two values are written alike: 1, 1.0 and True differ, NaN is equal to itself."""
    return type(one) is type(other) and repr(one) == repr(other)


def _set_value(tree: ast.Module, statement: Assignment, name: str, value: object) -> None:
    """Change one name of `statement`; other targets of ``a = b = 1`` keep their value."""
    new = make_literal(value, at=statement.value or statement)
    if isinstance(statement, ast.Assign) and len(statement.targets) > 1:
        target = next(t for t in statement.targets if isinstance(t, ast.Name) and t.id == name)
        own = ast.copy_location(ast.Assign(targets=[target], value=new), statement)
        statement.targets.remove(target)
        tree.body.insert(tree.body.index(statement) + 1, own)
    else:
        statement.value = new


def _assign(name: str, value: object) -> ast.stmt:
    (statement,) = ast.parse(f"{name} = None").body
    assert isinstance(statement, ast.Assign)
    statement.value = make_literal(value, at=statement.value)
    return statement
