"""Finds the variables of the notebook that a cell reads: names that it uses before it has assigned them itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence


def find_free_names(tree: ast.Module) -> set[str]:
    r"""Find the names that a cell may read from the notebook.

    Statements are followed in their order; the body of a function counts where the function is defined.

    Examples
    --------
    >>> sorted(find_free_names(ast.parse("a = b\nprint(a)\nfor _ in c: d += 1")))
    ['b', 'c', 'd', 'print']
    """
    return set(_read_before_bound(tree.body, set()))


def _read_before_bound(statements: Sequence[ast.stmt], bound: set[str]) -> Iterator[str]:
    """Return the names that are read; adds to `bound` those that always have a value after the statements."""
    for statement in statements:
        yield from _read_by(statement, bound)
        bound |= _bound_by(statement)


def _read_by(statement: ast.stmt, bound: set[str]) -> Iterator[str]:
    if not isinstance(statement, _COMPOUND):
        yield from _loaded(statement, bound)
        return
    own = set(bound)
    for name, part in ast.iter_fields(statement):
        if name in {"body", "orelse", "finalbody"}:
            yield from _read_before_bound(part, set(own))
        elif name == "handlers":
            for handler in part:
                yield from _read_before_bound(handler.body, own | {handler.name or ""})
        elif name == "items":  # of ``with``
            for item in part:
                yield from _loaded(item.context_expr, own)
                own |= _targets(item.optional_vars) if item.optional_vars else set()
        elif name == "target":
            own |= _targets(part)
        elif isinstance(part, ast.expr):
            yield from _loaded(part, bound)


_COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.TryStar)


def _loaded(node: ast.AST, bound: set[str]) -> Iterator[str]:
    """Return the names that are read below a node, except in a scope that has its own variable of that name."""
    target = node.target if isinstance(node, ast.AugAssign) else node
    is_read = isinstance(node, ast.AugAssign) or not isinstance(getattr(node, "ctx", None), ast.Store)
    if isinstance(target, ast.Name) and is_read and target.id not in bound:
        yield target.id
    own = bound | _own_variables(node)
    for child in ast.iter_child_nodes(node):
        yield from _loaded(child, own)


def _own_variables(node: ast.AST) -> set[str]:
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return set().union(*(_targets(generator.target) for generator in node.generators))
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return set()
    arguments = {each.arg for each in ast.walk(node.args) if isinstance(each, ast.arg)}
    body = [] if isinstance(node, ast.Lambda) else list(_walk_scope(node.body))
    others = {name for each in body if isinstance(each, ast.Global | ast.Nonlocal) for name in each.names}
    stored = {each.id for each in body if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    defined = set().union(*(_bound_by(each) for each in body if isinstance(each, ast.stmt)))
    return (arguments | stored | defined) - others


def _walk_scope(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Return the nodes of a function's body, except those in other functions, classes and comprehensions."""
    for node in nodes:
        yield node
        if not isinstance(node, _SCOPES):
            yield from _walk_scope(ast.iter_child_nodes(node))


_SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


def _bound_by(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.Assign(targets=targets):
            return set().union(*map(_targets, targets))
        case ast.AnnAssign(target=target, value=ast.expr()):
            return _targets(target)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {alias.asname or alias.name.partition(".")[0] for alias in names}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.With(items=items) | ast.AsyncWith(items=items):
            return set().union(*(_targets(item.optional_vars) for item in items if item.optional_vars))
    return set()


def _targets(target: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
