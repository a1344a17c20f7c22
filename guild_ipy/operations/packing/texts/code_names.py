"""Collects the names in a piece of Python: variables, magics that it calls, and texts that may contain names."""

from __future__ import annotations

import ast
import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

#: Functions and methods that look up the names in their text arguments.
EVALUATORS = frozenset({"eval", "exec", "globals", "query", "sql", "sqldf", "ev", "ex", "var_expand"})
#: Namespaces in which names are looked up by text.
_NAMESPACES = frozenset({"user_ns", "user_global_ns", "__main__"})


class TextKind(Enum):
    """How a text is used, as far as the code around it tells."""

    UNKNOWN = "nothing is known"
    CODE = "its names are looked up"
    SHELL = "only {name} and $name are looked up"


@dataclass(kw_only=True)
class CodeNames:
    """The names in a piece of code; filled while it is read."""

    names: set[str] = field(default_factory=set)
    """Names that it reads."""
    magics: set[str] = field(default_factory=set)
    texts: dict[str, TextKind] = field(default_factory=dict)
    """Its texts, except docstrings."""
    evaluates: bool = False
    """Whether it evaluates text."""

    def add_text(self, text: str, kind: TextKind) -> None:
        """Add a text; a known kind replaces UNKNOWN."""
        if kind is not TextKind.UNKNOWN or text not in self.texts:
            self.texts[text] = kind


def read_tree(tree: ast.AST) -> CodeNames:
    """Collect the names in a piece of Python.

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

#: Magics whose line or body is not Python code.
_NO_PYTHON = frozenset(
    "! sx system bash sh script ruby perl pypy python2 html HTML javascript js latex markdown svg SVG writefile file "
    "cd pip conda mamba micromamba uv ls ll cat mkdir cp mv rm run env set_env load_ext reload_ext matplotlib pylab "
    "config alias autoreload".split()
)


def _read_shell_call(node: ast.Call, found: CodeNames) -> Iterator[ast.expr]:
    """Read a call of the notebook's shell, such as a magic; return the constants that were read."""
    function = node.func
    if not (isinstance(function, ast.Attribute) and _is_shell(function.value)):
        return
    texts = [each for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    kind = TextKind.SHELL if function.attr.startswith(("system", "getoutput")) else TextKind.CODE
    if function.attr in {"run_line_magic", "run_cell_magic", "magic"} and texts:
        magic, *texts = texts
        name = str(magic.value).split(maxsplit=1)[0] if str(magic.value).strip() else ""
        found.magics.add(name)
        kind = TextKind.SHELL if name in _NO_PYTHON else TextKind.CODE
        yield magic
    for text in texts:
        found.add_text(str(text.value), kind)
        yield text


def _is_shell(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "get_ipython"


def _evaluates(node: ast.AST) -> bool:
    """Whether a node is a call of an evaluator with arguments, or an access to a namespace."""
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


#: Text about which Python may warn when it is parsed: invalid escapes, numbers that end in letters.
_DOUBTFUL = re.compile(r"\\|\d[^\W\d]")
_WARNING_FILTERS = threading.Lock()


def parse_quietly(source: str) -> ast.Module | None:
    """Parse a text without warnings; None if it is not Python."""
    try:
        if not _DOUBTFUL.search(source):
            return ast.parse(source.strip())
        with _WARNING_FILTERS, warnings.catch_warnings():  # the filters are shared by all threads
            warnings.simplefilter("ignore")
            return ast.parse(source.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
