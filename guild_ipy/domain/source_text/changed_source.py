"""Replaces the values of module-level constants, or of the entries of one map, in the text of a script.

The changed text takes the place of the script wherever it is read: by the run itself, by new processes of
``multiprocessing``, by ``python script.py``. Everything else stays as it was written.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping

from guild_ipy.domain.source_text.constants import find_constants, format_constant, replace_constants
from guild_ipy.domain.source_text.global_map import find_map


def change_source(content: bytes, constants: Mapping[str, object], map_name: str = "") -> bytes:
    r"""Return the content of a script with other values; unchanged if it has these values already.

    Names that the script does not have are assigned at its beginning.

    Parameters
    ----------
    map_name
        The map whose entries `constants` are, as ``global:NAME`` or ``namespace:NAME``; without one they are
        module-level names.

    Raises
    ------
    SyntaxError, ValueError
        If the source cannot be parsed.

    Examples
    --------
    >>> change_source(b"lr = 0.1  # rate\n", {"lr": 0.5})
    b'lr = 0.5  # rate\n'
    >>> change_source(b"params = {'lr': 0.1}\n", {"lr": 0.5}, "global:params")
    b"params = {'lr': 0.1}; params['lr'] = 0.5\n"
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    source = content.decode(encoding)
    changed = _change_map(source, constants, map_name) if map_name else _change_names(source, constants)
    return content if changed == source else changed.encode(encoding, "backslashreplace")


def _change_names(source: str, constants: Mapping[str, object]) -> str:
    tree = ast.parse(source)
    known = find_constants(tree)
    changed = replace_constants(source, {name: value for name, value in constants.items() if name in known}, tree)
    new = [f"{name} = {format_constant(value)}" for name, value in constants.items() if name not in known]
    return _insert_first(changed, "; ".join(new)) if new else changed


def _change_map(source: str, values: Mapping[str, object], map_name: str) -> str:
    kind, _, name = map_name.partition(":")
    tree = ast.parse(source)
    known = find_map(tree, name)
    if known is None:
        return _insert_first(source, _make_map(name, values, as_namespace=kind == "namespace"))
    changes = {path: value for path, value in values.items() if path not in known or not _is_same(known[path], value)}
    if not changes:
        return source
    statement = _find_statement(tree, name.partition(".")[0])
    written = "; ".join(_write_entries(statement, name, changes))
    return _insert_at(source, statement.end_lineno or 0, statement.end_col_offset or 0, f"; {written}")


def _make_map(name: str, values: Mapping[str, object], *, as_namespace: bool) -> str:
    """Write a map that the script does not have; maps within it are dictionaries."""
    variable, *parts = name.split(".")
    entries: dict[str, object] = {}
    for path, value in values.items():
        folder = entries
        *outer, last = (*parts, *path.split("."))
        for part in outer:
            folder = folder.setdefault(part, {})  # type: ignore[assignment] # made here
        folder[last] = value
    text = format_constant(entries)
    return f"{variable} = __import__('types').SimpleNamespace(**{text})" if as_namespace else f"{variable} = {text}"


def _write_entries(statement: ast.Assign | ast.AnnAssign, name: str, values: Mapping[str, object]) -> Iterator[str]:
    variable, *parts = name.split(".")
    for path, value in values.items():
        node: ast.expr | None = statement.value
        target = variable
        *outer, last = (*parts, *path.split("."))
        for part in outer:
            is_there = _item(node, part) is not None
            target = _entry(target, node, part) if is_there else f"{_entries(target, node)}.setdefault({part!r}, {{}})"
            node = _item(node, part)
        yield f"{_entry(target, node, last)} = {format_constant(value)}"


def _entry(target: str, node: ast.expr | None, name: str) -> str:
    """Write the access to an entry of a map: by attribute in a namespace, else by key."""
    if _is_namespace(node) and name.isidentifier():
        return f"{target}.{name}"
    return f"{_entries(target, node)}[{name!r}]"


def _entries(target: str, node: ast.expr | None) -> str:
    return f"vars({target})" if _is_namespace(node) else target


def _is_namespace(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) != "dict"


def _item(node: ast.expr | None, name: str) -> ast.expr | None:
    if isinstance(node, ast.Call):
        return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None)
    return None


def _find_statement(tree: ast.Module, variable: str) -> ast.Assign | ast.AnnAssign:
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if any(isinstance(target, ast.Name) and target.id == variable for target in targets):
                return statement
    raise ValueError(f"there is no module-level map {variable!r}")


def _is_same(one: object, other: object) -> bool:
    return type(one) is type(other) and repr(one) == repr(other)


def _insert_first(source: str, line: str) -> str:
    """Put a line after the docstring and the imports of ``__future__``, which have to stand first."""
    last: ast.stmt | None = None
    first: ast.stmt | None = None
    for statement in ast.parse(source).body:
        is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not is_text and getattr(statement, "module", None) != "__future__":
            first = statement
            break
        last = statement
    if last is not None:
        return _insert_at(source, last.end_lineno or 0, last.end_col_offset or 0, f"; {line}")
    decorators = getattr(first, "decorator_list", [])
    number = min((each.lineno for each in (first, *decorators) if each is not None), default=1)
    return _insert_at(source, number, 0, f"{line}\n")


def _insert_at(source: str, line: int, column: int, text: str) -> str:
    """Insert text at a position as in the syntax tree: lines from 1, columns in bytes of UTF-8."""
    lines = source.encode().splitlines(keepends=True) or [b""]
    row = lines[line - 1]
    lines[line - 1] = row[:column] + text.encode() + row[column:]
    return b"".join(lines).decode()
