"""An expression as frozen values: tests, and how they are joined.

Each node knows its `span`, the part of the text that it was read from; it does not count in comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from guild_ipy.domain.values.flags import FlagValue

Span: TypeAlias = tuple[int, int]

T_co = TypeVar("T_co", covariant=True)


class Operator(Enum):
    """The operator of a test; the value is how it is written. The opposites are a :class:`Not` around one of these."""

    EQUAL = "="
    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    IN = "in"
    CONTAINS = "contains"
    MATCHES = "matches"
    BETWEEN = "between"
    AFTER = "after"
    BEFORE = "before"
    WITHIN = "within"


class Kind(Enum):
    """The kind of value that a name can stand for; the value is its prefix."""

    ATTR = "attr"
    FLAG = "flag"
    SCALAR = "scalar"


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name: ``lr``, ``flag:lr``, ``max val#acc step``."""

    text: str
    kind: Kind | None = None
    qualifier: str | None = None
    step: bool = False
    position: int = field(default=0, compare=False)
    """Where the name itself begins, after a qualifier."""
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, kw_only=True)
class Literal:
    """A value, as YAML reads it, and as it was written (without quotes)."""

    value: FlagValue
    text: str
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One test; `literals` are one, two for BETWEEN, any number for IN."""

    name: Name
    operator: Operator
    literals: tuple[Literal, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, kw_only=True)
class Constant:
    """``true`` or ``false``."""

    value: bool
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, kw_only=True)
class And(Generic[T_co]):
    """All of these."""

    items: tuple[T_co, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, kw_only=True)
class Or(Generic[T_co]):
    """One of these."""

    items: tuple[T_co, ...]
    span: Span = field(default=(0, 0), compare=False)


@dataclass(frozen=True, kw_only=True)
class Not(Generic[T_co]):
    """The opposite."""

    item: T_co
    span: Span = field(default=(0, 0), compare=False)


Node: TypeAlias = "Comparison | Constant | And[Node] | Or[Node] | Not[Node]"
