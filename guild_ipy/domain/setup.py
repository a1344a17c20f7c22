"""The setup of a notebook that holds for all of its code: logging, warning filters, options of libraries.

It travels with functions and cells, as far as it differs from a fresh interpreter. Standard library only: the process
of a run imports this. Pickles of runs name this module and its classes: keep their names.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class StreamState:
    """A handler that writes to standard output or error."""

    is_output: bool
    """Whether it is standard output."""
    level: int
    formatter: logging.Formatter | None
    filters: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LoggerState:
    """A logger; the root logger has no name."""

    name: str
    level: int
    propagate: bool
    disabled: bool
    filters: tuple[Any, ...] = ()
    streams: tuple[StreamState, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LoggingState:
    """All settings of logging."""

    loggers: tuple[LoggerState, ...] = ()
    disabled_level: int = 0
    """See :func:`logging.disable`."""
    level_names: Mapping[int, str] = field(default_factory=dict)
    captures_warnings: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether all settings are those of a fresh interpreter."""
        return self == LoggingState()


@dataclass(frozen=True, kw_only=True)
class WarningFilter:
    """An entry of :data:`warnings.filters`; patterns as texts, the category by its module and name."""

    action: Any
    message: str | None
    category: tuple[str, str]
    module: str | None
    lineno: int


@dataclass(frozen=True, kw_only=True)
class Setup:
    """The whole setup."""

    logging: LoggingState = field(default_factory=LoggingState)
    warning_filters: tuple[WarningFilter, ...] | None = None
    """All filters, in their order; None if they are those of a fresh interpreter."""
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Library -> its options, as :mod:`guild_ipy.engine.child.libraries.option_setters` sets them."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs from a fresh interpreter."""
        return self.logging.is_empty and self.warning_filters is None and not self.options


#: The filters that Python begins with.
FRESH_FILTERS = (
    WarningFilter(
        action="default", message=None, category=("builtins", "DeprecationWarning"), module="__main__", lineno=0
    ),
    *(
        WarningFilter(action="ignore", message=None, category=("builtins", name), module=None, lineno=0)
        for name in ("DeprecationWarning", "PendingDeprecationWarning", "ImportWarning", "ResourceWarning")
    ),
)


def describe_filter(entry: tuple[Any, ...]) -> WarningFilter:
    """Return an entry of :data:`warnings.filters` as a value."""
    action, message, category, module, lineno = entry
    return WarningFilter(
        action=action,
        message=_pattern(message),
        category=(category.__module__, category.__qualname__),
        module=_pattern(module),
        lineno=lineno,
    )


def _pattern(pattern: Any) -> str | None:  # noqa: ANN401 - a compiled expression, or text that Python began with
    text: str | None = getattr(pattern, "pattern", pattern)
    return text
