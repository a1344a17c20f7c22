"""Which names a text means, if it reads as code.

Code is also written as text: ``df.query("a > @limit")``, ``eval("f(x)")``, ``duckdb.sql("select * from df")``,
``!train {lr} $seed``, the body of ``%%time``. A text that is given to something that evaluates it
(:data:`EVALUATORS`, a magic) means every name in it. Any other text counts if it can hardly be anything but code: a
call, an operator between spaces, a table in SQL, ``@name``. So ``"model.pt"``, ``"data"`` and prose mean nothing.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

#: Functions and methods that look up names in text which they are given.
EVALUATORS = frozenset(
    "eval exec compile globals query evaluate sql sqldf query_df execute timeit repeat runctx var_expand ev ex".split()
)
#: Namespaces that are asked for names by text.
_NAMESPACES = frozenset({"user_ns", "user_global_ns", "__main__"})


class TextKind(Enum):
    """What is done with a text, as far as the code around it tells."""

    UNKNOWN = "nothing is known"
    CODE = "its names are looked up"
    SHELL = "only {name} and $name are looked up"


@dataclass(kw_only=True)
class CodeNames:
    """What code names; filled while it is read."""

    names: set[str] = field(default_factory=set)
    """Names that it reads."""
    magics: set[str] = field(default_factory=set)
    texts: dict[str, TextKind] = field(default_factory=dict)
    """Its texts, but docstrings."""
    evaluates: bool = False
    """Whether it evaluates text."""

    def add_text(self, text: str, kind: TextKind) -> None:
        """Add a text; one that is there as UNKNOWN may become more."""
        if kind is not TextKind.UNKNOWN or text not in self.texts:
            self.texts[text] = kind


def read_tree(tree: ast.AST) -> CodeNames:
    """Collect what a piece of Python names.

    Examples
    --------
    >>> found = read_tree(ast.parse("df.query('a > @limit')"))
    >>> found.names, found.texts
    ({'df'}, {'a > @limit': <TextKind.CODE: 'its names are looked up'>})
    """
    found = CodeNames(evaluates=any(map(_evaluates, ast.walk(tree))))
    kind = TextKind.CODE if found.evaluates else TextKind.UNKNOWN
    passed: set[int] = set()
    for node in ast.walk(tree):  # outer nodes come first
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            found.names.add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.names.add(node.target.id)
        elif isinstance(node, ast.Call):
            passed.update(map(id, _read_shell_call(node, found)))
        elif isinstance(node, ast.JoinedStr):
            passed.update(map(id, node.values))
            found.add_text(_fill(node), kind)
        elif isinstance(node, _DOCUMENTED):
            passed.update(map(id, _docstring(node)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            found.add_text(node.value, kind)
    return found


_DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

#: Magics whose line or body is no Python.
_NO_PYTHON = frozenset(
    "! sx system bash sh script ruby perl pypy python2 html HTML javascript js latex markdown svg SVG writefile file "
    "cd pip conda mamba micromamba uv ls ll cat mkdir cp mv rm run env set_env load_ext reload_ext matplotlib pylab "
    "config alias autoreload".split()
)


def _read_shell_call(node: ast.Call, found: CodeNames) -> Iterator[ast.expr]:
    """Read a call of the notebook's shell, such as a magic; the constants that were read."""
    function = node.func
    if not (isinstance(function, ast.Attribute) and _is_shell(function.value)):
        return
    texts = [each for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    kind = TextKind.SHELL
    if function.attr in {"run_line_magic", "run_cell_magic", "magic"} and texts:
        magic, *texts = texts
        name = str(magic.value).split(maxsplit=1)[0] if str(magic.value).strip() else ""
        found.magics.add(name)
        kind = TextKind.SHELL if name in _NO_PYTHON else TextKind.CODE
        yield magic
    for text in texts:
        found.add_text(str(text.value), kind if function.attr != "run_cell" else TextKind.CODE)
        yield text


def _is_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _evaluates(node: ast.AST) -> bool:
    """Whether it is a call of an evaluator that is given something, or looks into a namespace."""
    if isinstance(node, ast.Call):
        called = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
        return called == "globals" or (called in EVALUATORS and bool(node.args or node.keywords))
    return isinstance(node, ast.Attribute) and node.attr in _NAMESPACES


def _fill(text: ast.JoinedStr) -> str:
    """Write an f-string with a number in each of its gaps."""
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "0" for part in text.values)


def _docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> Iterator[ast.expr]:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
        yield first.value


_WORD = re.compile(r"[^\W\d]\w*")
_AT = re.compile(r"(?<![\w.)\]])@([^\W\d]\w*)")
_DOLLAR = re.compile(r"\$\{?([^\W\d]\w*)")
_BRACES = re.compile(r"\{([^{}]+)\}")
_COLON = re.compile(r"(?<![\w:]):([^\W\d]\w*)")
_CALLED = re.compile(r"([^\W\d]\w*)\s?[(\[]")
_SQL = re.compile(r"\s*\(*\s*(?:select|with|insert|update|delete|create|describe|summarize|pivot|unpivot)\b", re.I)
_SQL_FROM = re.compile(r"\s*from\b", re.I)
_TABLES = re.compile(
    r"\b(?:from|join|describe|summarize|pivot|unpivot|table|into|update)\s+"
    r"((?:\"?[^\W\d]\w*\"?(?:\s+(?:as\s+)?[^\W\d]\w*)?\s*,\s*)*\"?[^\W\d]\w*)",
    re.I,
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
    """Collect what a text means; nothing if it does not read as code.

    `to_python` turns what IPython understands into Python.
    """
    found = CodeNames()
    if len(text) > _LONGEST or depth > _DEEPEST:
        return found
    for tree in _code_in(text, kind, to_python):
        inner = read_tree(tree)
        found.names.update(inner.names)
        found.magics.update(inner.magics)
        for each, inner_kind in inner.texts.items():
            deeper = read_text(each, inner_kind, to_python, depth + 1)
            found.names.update(deeper.names)
            found.magics.update(deeper.magics)
    found.names.update(_marked_names(text, kind))
    return found


def _code_in(text: str, kind: TextKind, to_python: ToPython) -> Iterator[ast.Module]:
    """Give the Python that a text is, or has within braces."""
    if kind is not TextKind.UNKNOWN:
        pieces = map(_parse, _BRACES.findall(text))
        yield from (piece for piece in pieces if piece is not None)
    if kind is TextKind.SHELL or _FILE.fullmatch(text.strip()):
        return
    tree = _parse(text)
    if kind is TextKind.UNKNOWN:
        if tree is not None and _is_telling(tree, text):
            yield tree
    elif tree is not None:
        yield tree
    else:
        yield from _parse_magic(text, to_python)


def _parse_magic(text: str, to_python: ToPython) -> Iterator[ast.Module]:
    """Parse the body of a cell, or a line with options in front, whose values may be names."""
    try:
        tree = _parse(to_python(text))
    except SyntaxError:
        tree = None
    words = text.split(maxsplit=_MOST_WORDS)
    if tree is not None:
        yield tree
    elif text.lstrip().startswith("-"):
        for count in range(1, len(words)):
            rest = _parse(text.split(maxsplit=count)[count])
            if rest is not None:
                yield rest
                break
            value = _parse(words[count])
            if value is not None:
                yield value


def _is_telling(tree: ast.Module, text: str) -> bool:
    return any(_tells(node, text) for node in ast.walk(tree))


def _tells(node: ast.AST, text: str) -> bool:
    """Whether this is hardly to be found in prose or in the name of a file."""
    if isinstance(node, ast.Call):
        function = ast.get_source_segment(text, node.func) or ""
        return f"{function}(" in text  # not ``loss (train)``
    if isinstance(node, ast.BinOp):
        return bool(re.search(r"\s[-+*/%&|^@]{1,2}\s|\*", text))
    if isinstance(node, ast.Compare):
        return not isinstance(node.ops[0], ast.In | ast.NotIn | ast.Is | ast.IsNot)
    return isinstance(node, ast.Subscript | ast.Lambda | ast.comprehension | ast.Assign | ast.AugAssign)


def _marked_names(text: str, kind: TextKind) -> Iterator[str]:
    """Give the names that stand where other languages have them: tables of SQL, ``@name`` of pandas, ``$name``."""
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
    elif is_code and _parse(text) is None:
        yield from _CALLED.findall(text)


def _parse(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the user's text is only looked at
        try:
            return ast.parse(text.strip())
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def words_of(text: str) -> set[str]:
    """Give all that could be a name in a text.

    Examples
    --------
    >>> sorted(words_of("a > @limit"))
    ['a', 'limit']
    """
    return set(_WORD.findall(text))
