"""The objects that names of a source refer to while it is followed: functions, classes, modules, library objects."""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guild_ipy.operations.scripts.source.parsers import Parser
from guild_ipy.operations.scripts.static_values import Namespace, NotStaticError, is_plain

Scope = ChainMap[str, Any]
"""The names that are visible to a statement, from the innermost function to its module."""


@dataclass(eq=False, kw_only=True)
class Foreign:
    """An object without source: a name of a library, or the result of calling one."""

    name: str
    """The name with its module, ``argparse.ArgumentParser``; the name alone if the module is unknown."""
    is_made: bool = False
    """Whether it is the result of a call."""
    is_library: bool = False
    """Whether its module is known from an import."""

    def find(self, name: str) -> Foreign:
        """Return an attribute of it."""
        return Foreign(name=f"{self.name}.{name}" if self.name else "", is_library=self.is_library)


@dataclass(eq=False, kw_only=True)
class Function:
    """A function of the source, or a method with the object that it is bound to."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    path: str
    """Of its file."""
    bound: object = None
    of_class: Class | None = None
    """For a method, the class that defines it."""

    def bind(self, owner: object) -> Function:
        """Return the method of an object."""
        return replace(self, bound=owner)

    @property
    def decorators(self) -> list[str]:
        """The names of its decorators, as far as they are plain names."""
        found = [] if isinstance(self.node, ast.Lambda) else self.node.decorator_list
        return [node.id for node in found if isinstance(node, ast.Name)]


@dataclass(eq=False, kw_only=True)
class Module(Namespace):
    """A module of the project."""

    names: MutableMapping[str, Any]

    @property
    def public(self) -> dict[str, Any]:
        """The names that ``import *`` imports."""
        return {name: value for name, value in self.names.items() if not name.startswith("_")}

    def find(self, name: str) -> object:
        """Return the object with this name in the module."""
        if name not in self.names:
            raise NotStaticError
        return self.names[name]


@dataclass(eq=False, kw_only=True)
class Class(Namespace):
    """A class of the source."""

    name: str
    names: MutableMapping[str, Any]
    bases: list[object]

    def find(self, name: str) -> object:
        """Return an attribute of the class or of one of its base classes."""
        if name in self.names:
            return self.names[name]
        for base in self.bases:
            if isinstance(base, Class) and base.has(name):
                return base.find(name)
        raise NotStaticError

    def has(self, name: str) -> bool:
        """Whether the class or one of its base classes has the attribute."""
        return name in self.names or any(isinstance(base, Class) and base.has(name) for base in self.bases)

    def foreign_bases(self) -> list[Foreign]:
        """Return the base classes that belong to libraries."""
        found = [base for base in self.bases if isinstance(base, Foreign)]
        for base in self.bases:
            found += base.foreign_bases() if isinstance(base, Class) else []
        return found


@dataclass(eq=False, kw_only=True)
class Object(Namespace):
    """An object of a class of the source."""

    made_of: Class
    parser: Parser | None = None
    """The parser that it is, if its class is derived from one."""
    names: dict[str, Any] = field(default_factory=dict)

    def find(self, name: str) -> object:
        """Return an attribute, or a method bound to it."""
        if name in self.names:
            return self.names[name]
        return bound_to(self.made_of.find(name), self, self.made_of)


@dataclass(eq=False, kw_only=True)
class Super(Namespace):
    """The result of ``super()`` in a method."""

    owner: object
    bases: list[object]

    def find(self, name: str) -> object:
        """Return a method of the next class, bound to the object."""
        for base in self.bases:
            if isinstance(base, Class) and base.has(name):
                return bound_to(base.find(name), self.owner, base)
        raise NotStaticError


def super_of(method: Function | None) -> Super | Foreign:
    """Return the result of ``super()`` in a method."""
    if method is None or method.of_class is None:
        return Foreign(name="", is_made=True)
    return Super(owner=method.bound, bases=method.of_class.bases)


def bound_to(found: object, owner: object, owner_class: Class) -> object:
    """Return a method bound to an object; a class method is bound to the class, a static one is not bound."""
    if not isinstance(found, Function) or "staticmethod" in found.decorators:
        return found
    return found.bind(owner_class if "classmethod" in found.decorators else owner)


def join_ways(name: str, values: Sequence[object]) -> object:
    """Return the value after several branches, unknown if they lead to different plain values."""
    made = [value for value in values if not is_plain(value) and not isinstance(value, Foreign)]
    if made:
        return made[-1]
    first = values[0]
    if all(type(value) is type(first) and is_plain(value) and value == first for value in values):
        return first
    return Foreign(name=name)


def unknown_names(target: ast.expr) -> dict[str, Foreign]:
    """Return the names that an assignment or a loop binds, with unknown values."""
    names = [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
    return {name: Foreign(name=name, is_made=True) for name in names}
