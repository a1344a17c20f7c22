"""Collects the names in a text, if it reads as code.

Code is also written as text: ``df.query("a > @limit")``, ``eval("f(x)")``, ``duckdb.sql("select * from df")``,
``!train {lr} $seed``, the body of ``%%time``. If a function evaluates the text, every name in it counts. Any other text
counts only if it can hardly be anything but code: a call, an operator between spaces, a table in SQL, ``@name``. So
``"model.pt"``, ``"data"`` and prose name no variables.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from guild_ipy.operations.packing.texts.code_names import CodeNames, TextKind, parse_quietly, read_tree
from guild_ipy.operations.packing.texts.free_names import find_free_names

_WORD = re.compile(r"[^\W\d]\w*")
_AT = re.compile(r"(?<![\w.)\]])@([^\W\d]\w*)")
_DOLLAR = re.compile(r"\$\{?([^\W\d]\w*)")
_BRACES = re.compile(r"\{([^{}]+)\}")
_COLON = re.compile(r"(?<![\w:]):([^\W\d]\w*)")
_CALLED = re.compile(r"([^\W\d]\w*)\s?[(\[]")
_SQL = re.compile(
    r"\s*\(*\s*(?:select|with|insert|update|delete|create|describe|summarize|pivot|unpivot)\b", re.IGNORECASE
)
_SQL_FROM = re.compile(r"\s*from\b", re.IGNORECASE)
_TABLES = re.compile(
    r"\b(?:from|join|describe|summarize|pivot|unpivot|table|into|update)\s+"
    r"((?:\"?[^\W\d]\w*\"?(?:\s+(?:as\s+)?[^\W\d]\w*)?\s*,\s*)*\"?[^\W\d]\w*)",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"[\w./-]+\.(?:pt|pth|ckpt|onnx|safetensors|joblib|pkl|pickle|npy|npz|h5|hdf5|csv|tsv|json|jsonl|txt|log|md|xml|"
    r"html|ya?ml|toml|ini|cfg|parquet|feather|arrow|xlsx?|png|jpe?g|gif|svg|pdf|py|ipynb|zip|gz|db|sqlite|bin|dat)"
)
_LONGEST = 100_000
_MOST_WORDS = 12
_DEEPEST = 4

ToPython = Callable[[str], str]


def read_text(text: str, kind: TextKind, to_python: ToPython, depth: int = 0) -> CodeNames:
    """Collect the names in a text; none if it does not read as code.

    `to_python` converts IPython's syntax to Python.
    """
    found = CodeNames()
    if len(text) > _LONGEST or depth > _DEEPEST:
        return found
    for tree in _code_in(text, kind, to_python):
        inner = read_tree(tree)
        found.names.update(find_free_names(tree))
        found.magics.update(inner.magics)
        for each, inner_kind in inner.texts.items():
            deeper = read_text(each, inner_kind, to_python, depth + 1)
            found.names.update(deeper.names)
            found.magics.update(deeper.magics)
    found.names.update(_marked_names(text, kind))
    return found


def _code_in(text: str, kind: TextKind, to_python: ToPython) -> Iterator[ast.Module]:
    """Parse the Python code that a text is, or that it has in braces."""
    if kind is not TextKind.UNKNOWN:
        pieces = map(parse_quietly, _BRACES.findall(text))
        yield from (piece for piece in pieces if piece is not None)
    if kind is TextKind.SHELL or _FILE.fullmatch(text.strip()):
        return
    tree = parse_quietly(text)
    if tree is None and "~" in text:  # a formula: ``y ~ log(x) + f(z)``
        tree = parse_quietly("\n".join(side.strip() for side in text.split("~")))
    if kind is TextKind.UNKNOWN:
        if tree is not None and _is_telling(tree, text):
            yield tree
    elif tree is not None:
        yield tree
    else:
        yield from _parse_magic(text, to_python)


def _parse_magic(text: str, to_python: ToPython) -> Iterator[ast.Module]:
    """Parse the body of a cell, or a line that begins with options, whose values may be names."""
    try:
        tree = parse_quietly(to_python(text))
    except SyntaxError:
        tree = None
    words = text.split(maxsplit=_MOST_WORDS)
    if tree is not None:
        yield tree
    elif text.lstrip().startswith("-"):
        for count in range(1, len(words)):
            rest = parse_quietly(text.split(maxsplit=count)[count])
            if rest is not None:
                yield rest
                break
            value = parse_quietly(words[count])
            if value is not None and not words[count].startswith("-"):
                yield value


def _is_telling(tree: ast.Module, text: str) -> bool:
    return any(_tells(node, text) for node in ast.walk(tree))


def _tells(node: ast.AST, text: str) -> bool:
    """Whether a node is hardly found in prose or in the name of a file."""
    if isinstance(node, ast.Call):
        return f"{ast.unparse(node.func)}(" in text  # not ``loss (train)``
    if isinstance(node, ast.BinOp):
        return bool(re.search(r"\s[-+*/%&|^@]{1,2}\s|\*", text))
    if isinstance(node, ast.Compare):
        return not isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot)
    return isinstance(node, ast.Subscript | ast.Lambda | ast.comprehension | ast.Assign | ast.AugAssign)


def _marked_names(text: str, kind: TextKind) -> Iterator[str]:
    """Return names in the syntax of other languages: tables of SQL, ``@name`` of pandas, ``$name`` of a shell."""
    if kind is not TextKind.UNKNOWN:
        yield from _DOLLAR.findall(text)
    if kind is TextKind.SHELL:
        return
    yield from _AT.findall(text)
    is_code = kind is TextKind.CODE
    if _SQL.match(text) or (is_code and _SQL_FROM.match(text)):
        for tables in _TABLES.findall(text):
            yield from _WORD.findall(tables)
        if is_code:
            yield from _COLON.findall(text)
    elif is_code and parse_quietly(text) is None:
        yield from _CALLED.findall(text)


def words_of(text: str) -> set[str]:
    """Return all words in a text that could be names.

    Examples
    --------
    >>> sorted(words_of("a > @limit"))
    ['a', 'limit']
    """
    return set(_WORD.findall(text))
