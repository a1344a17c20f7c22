"""Collects the variables and magics of the notebook that code names only in texts; see ``text_names``."""

from __future__ import annotations

import ast
import contextlib
import functools
import linecache
import re
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packing.texts.code_names import EVALUATORS, CodeNames, TextKind, parse_quietly, read_tree
from guild_ipy.operations.packing.texts.text_names import read_text, words_of

_MOST_ITEMS = 1000
_SHELL = "get_ipython"
#: Variables in which IPython keeps the history of cells.
_HISTORY = re.compile(r"_|In\Z|Out\Z")


@dataclass(frozen=True, kw_only=True)
class _Text:
    text: str
    kind: TextKind
    is_value: bool = False
    """Whether it is the value of a variable or flag, which any part of the code may evaluate."""


class MentionedNames:
    """Collects names from the functions and the cell that are packed."""

    def __init__(self, notebook: Notebook) -> None:
        self.magics: set[str] = set()
        self._notebook = notebook
        self._given: set[str] = set()
        self._texts: list[_Text] = []
        self._evaluates = False

    def pop_names(self) -> list[str]:
        """Return the variables that were found since the last time."""
        texts, self._texts = self._texts, []
        found: set[str] = set()
        for text in filter(self._may_name, texts):
            is_code = text.is_value and self._evaluates
            names = read_text(text.text, TextKind.CODE if is_code else text.kind, self._notebook.to_python)
            self.magics |= names.magics
            found |= names.names
        new = sorted((found & self._notebook.variables.keys()) - self._given)
        self._given.update(new)
        return new

    def read_values(self, values: Iterable[object]) -> None:
        """Read texts that are passed to the program: values of flags, defaults and variables."""
        self._texts += [_Text(text=text, kind=TextKind.UNKNOWN, is_value=True) for text in _texts_in(values)]

    def read_object(self, obj: object) -> None:
        """Read the texts in a partial, in a class of the notebook or in an object of one."""
        if isinstance(obj, functools.partial):
            self.read_values((*obj.args, *obj.keywords.values()))
        elif (obj if isinstance(obj, type) else type(obj)).__module__ == "__main__":
            self.read_values(dict(getattr(obj, "__dict__", ())).values())
            self._read_annotations(obj if isinstance(obj, type) else None)

    def read_source(self, source: str) -> None:
        """Read a cell, as Python."""
        self._read(read_tree(ast.parse(source)))

    def read_function(self, function: types.FunctionType) -> None:
        """Read a function of the notebook, with its source if it uses magics or a text that may name a variable."""
        code = function.__code__
        found = CodeNames()
        _read_code(code, found)
        self.read_values((*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()))
        self._read_annotations(function)
        if _SHELL in found.names or any(map(self._names_variable, found.texts)):
            found = _read_definition(code) or found
        self._read(found)

    def _read_annotations(self, definition: type | types.FunctionType | None) -> None:
        """Read annotations that are texts, as all are below ``from __future__ import annotations``."""
        with contextlib.suppress(NameError):  # newer versions of Python evaluate annotations only here
            texts = _texts_in([getattr(definition, "__annotations__", {})])
            self._texts += [_Text(text=text, kind=TextKind.CODE) for text in texts]

    def _read(self, found: CodeNames) -> None:
        self.magics |= found.magics
        self._evaluates = self._evaluates or found.evaluates
        self._texts += [_Text(text=text, kind=kind) for text, kind in found.texts.items()]
        variables = self._notebook.variables
        named = (name for name in found.names if name in variables and not _HISTORY.match(name))
        self.read_values(variables[name] for name in named)

    def _may_name(self, text: _Text) -> bool:
        return self._names_variable(text.text) or (text.kind is TextKind.CODE and "%" in text.text)

    def _names_variable(self, text: str) -> bool:
        return not self._notebook.variables.keys().isdisjoint(words_of(text))


def _texts_in(values: Iterable[object]) -> Iterator[str]:
    """Return the texts among values, and in small lists and the like."""
    for value in values:
        if type(value) is str:
            yield value
        elif type(value) in {list, tuple, set, dict} and len(value) <= _MOST_ITEMS:  # type: ignore[arg-type]
            items = value.values() if isinstance(value, dict) else value
            yield from (item for item in items if type(item) is str)  # type: ignore[attr-defined]


def _read_code(code: types.CodeType, found: CodeNames) -> None:
    """Read compiled code, which has names and texts, but does not tell which function gets which text."""
    found.names.update(code.co_names)
    kind = TextKind.UNKNOWN if EVALUATORS.isdisjoint(code.co_names) else TextKind.CODE
    found.evaluates = found.evaluates or kind is TextKind.CODE
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _read_code(constant, found)
        elif isinstance(constant, str):
            found.add_text(constant, kind)
        elif isinstance(constant, tuple):
            for item in _texts_in(constant):
                found.add_text(item, kind)


def _read_definition(code: types.CodeType) -> CodeNames | None:
    """Read the source of a function; None if it is not available."""
    tree = parse_quietly("".join(linecache.getlines(code.co_filename)))
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, _DEFINITIONS) and _place(node) == (code.co_firstlineno, code.co_name):
            return read_tree(node)
    return None


_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _place(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> tuple[int, str]:
    """Return the first line and the name of a definition, as its compiled code has them."""
    if isinstance(node, ast.Lambda):
        return node.lineno, "<lambda>"
    return min(each.lineno for each in (node, *node.decorator_list)), node.name
