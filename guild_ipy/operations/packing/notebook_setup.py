"""Packs the settings of logging, warnings and library options that differ from those of a fresh process."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from guild_ipy.domain.payload import CellCode
from guild_ipy.domain.setup import (
    FRESH_FILTERS,
    LoggerState,
    LoggingState,
    Setup,
    StreamState,
    WarningFilter,
    describe_filter,
)
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packing.library_options import find_options
from guild_ipy.operations.packing.pack import pack

#: Packages of the notebook and of test runners, whose settings are not the user's.
_MACHINERY = frozenset("IPython ipykernel IPKernelApp traitlets tornado zmq jupyter_client pytest _pytest absl".split())
#: Patterns of filters that kernels and NumPy add themselves.
_USUAL_MESSAGES = frozenset(
    {
        ".*Trio's signal handling code might have collided.*",
        *(f"numpy.{what} size changed" for what in ("ndarray", "ufunc", "dtype")),
    }
)
#: Filters that pytest adds for each test.
_FILTERS_OF_TESTS = (
    ("error", None, Warning, None, 0),
    ("always", None, DeprecationWarning, None, 0),
    ("always", None, PendingDeprecationWarning, None, 0),
)
_USUAL_CATEGORIES = frozenset({"numpy.exceptions.RankWarning", "numpy.RankWarning"})
_FRESH_LEVELS = {0, 10, 20, 30, 40, 50}
#: How many settings that stay in the notebook are named.
_MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class PackedSetup:
    """A setup that is ready to travel."""

    content: bytes = b""
    """Empty if nothing differs."""
    notes: tuple[str, ...] = ()
    """A note about settings that cannot travel."""


def pack_setup(notebook: Notebook) -> PackedSetup:
    """Pack the settings that differ, without those that cannot travel."""
    stays: list[str] = []
    setup = Setup(logging=_find_logging(stays), warning_filters=_find_filters(stays), options=find_options())
    content = b""
    if not setup.is_empty:
        try:
            content = _pack(setup, notebook)
        except Exception:  # noqa: BLE001 - a formatter or an option of the user's own
            content = _pack(_Sorter(notebook=notebook, stays=stays).sort(setup), notebook)
    return PackedSetup(content=content, notes=_describe_stays(list(dict.fromkeys(stays))))


def _describe_stays(stays: list[str]) -> tuple[str, ...]:
    """Return a note that names the settings that stay, or the first of many."""
    more = [f"{len(stays) - _MOST_NAMED} more"] if len(stays) > _MOST_NAMED else []
    named = "; ".join([*stays[:_MOST_NAMED], *more])
    return (f"set up in the notebook, and not in the run: {named}",) if stays else ()


def _pack(value: object, notebook: Notebook) -> bytes:
    return pack(CellCode(source="", filename="", variables={"setup": value}), notebook).payload


# -- logging


def _find_logging(stays: list[str]) -> LoggingState:
    root = logging.root
    named = (each for each in list(root.manager.loggerDict.values()) if isinstance(each, logging.Logger))
    loggers = tuple(_describe(each, stays) for each in (root, *named) if _is_set(each))
    if logging.getLogRecordFactory() is not logging.LogRecord:
        stays.append("the factory of log records")
    names = logging.getLevelNamesMapping()
    return LoggingState(
        loggers=tuple(each for each in loggers if each != _FRESH_ROOT),
        disabled_level=root.manager.disable,
        level_names={level: name for name, level in names.items() if level not in _FRESH_LEVELS},
        captures_warnings=getattr(logging, "_warnings_showwarning", None) is not None,
    )


_FRESH_ROOT = LoggerState(name="", level=logging.WARNING, propagate=True, disabled=False)


def _is_set(logger: logging.Logger) -> bool:
    if logger is logging.root:
        return True
    differs = logger.level or logger.handlers or logger.filters or not logger.propagate or logger.disabled
    return bool(differs) and logger.name.partition(".")[0] not in _MACHINERY


def _describe(logger: logging.Logger, stays: list[str]) -> LoggerState:
    streams = []
    for handler in logger.handlers:
        stream = _standard_stream(handler)
        if stream is not None:
            filters = tuple(handler.filters)
            streams.append(
                StreamState(
                    is_output=stream == "stdout", level=handler.level, formatter=handler.formatter, filters=filters
                )
            )
        elif not (_is_of_no_interest(handler) or _is_own_handler(logger, handler)):
            stays.append(f"{_describe_handler(handler)} of {_logger_name(logger)}")
    return LoggerState(
        name="" if logger is logging.root else logger.name,
        level=logger.level,
        propagate=logger.propagate,
        disabled=bool(logger.disabled),
        filters=tuple(logger.filters),
        streams=tuple(streams),
    )


def _standard_stream(handler: logging.Handler) -> str | None:
    """Return which of the standard streams a handler writes to; None for another handler."""
    if type(handler) is not logging.StreamHandler:
        return None
    for name in ("stdout", "stderr"):
        is_named = getattr(handler.stream, "name", None) in {name, f"<{name}>"}
        if is_named or handler.stream in (getattr(sys, name), getattr(sys, f"__{name}__")):
            return name
    return None


def _is_of_no_interest(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.NullHandler) or type(handler).__module__.partition(".")[0] in _MACHINERY


def _is_own_handler(logger: logging.Logger, handler: logging.Handler) -> bool:
    """Whether a handler belongs to the library that owns the logger, which adds it in the run as well."""
    library = type(handler).__module__.partition(".")[0]
    return library not in {"logging", "__main__"} and logger.name.partition(".")[0] == library


def _describe_handler(handler: logging.Handler) -> str:
    path = getattr(handler, "baseFilename", None)
    return f"the {type(handler).__name__}{f' {path!r}' if path else ''}"


def _logger_name(logger: logging.Logger) -> str:
    return "the root logger" if logger is logging.root else f"the logger {logger.name!r}"


# -- warnings


def _find_filters(stays: list[str]) -> tuple[WarningFilter, ...] | None:
    shown_by = {warnings.showwarning.__module__, warnings.formatwarning.__module__}
    if not shown_by <= {"warnings", "logging"}:
        stays.append("how warnings are shown")
    is_test = "_pytest.warnings" in sys.modules
    return _describe_filters(tuple(each for each in warnings.filters if not (is_test and each in _FILTERS_OF_TESTS)))


@lru_cache(maxsize=1)  # few notebooks change their filters from run to run
def _describe_filters(entries: tuple[tuple[Any, ...], ...]) -> tuple[WarningFilter, ...] | None:
    found = tuple(dict.fromkeys(describe_filter(entry) for entry in entries if _is_of_user(entry)))
    return None if found == FRESH_FILTERS else found


def _is_of_user(entry: tuple[Any, ...]) -> bool:
    action, message, category = entry[:3]
    is_usual = action == "always" and f"{category.__module__}.{category.__qualname__}" in _USUAL_CATEGORIES
    is_usual = is_usual or getattr(message, "pattern", None) in _USUAL_MESSAGES
    return not is_usual and category.__module__.partition(".")[0] not in _MACHINERY


# -- what cannot travel


@dataclass(frozen=True, kw_only=True)
class _Sorter:
    """Separates settings that can be pickled from those that stay."""

    notebook: Notebook
    stays: list[str]

    def sort(self, setup: Setup) -> Setup:
        """Return the setup without the settings that cannot be pickled."""
        loggers = tuple(map(self._logger, setup.logging.loggers))
        options = {library: dict(self._options(library, values)) for library, values in setup.options.items()}
        return replace(setup, logging=replace(setup.logging, loggers=loggers), options=options)

    def _logger(self, logger: LoggerState) -> LoggerState:
        what = f"of the logger {logger.name!r}" if logger.name else "of the root logger"
        filters = self._filters(logger.filters, what)
        return replace(logger, filters=filters, streams=tuple(self._stream(each, what) for each in logger.streams))

    def _stream(self, stream: StreamState, what: str) -> StreamState:
        keeps = self._can_travel(stream.formatter, f"the formatter {what}")
        filters = self._filters(stream.filters, what)
        return replace(stream, formatter=stream.formatter if keeps else None, filters=filters)

    def _filters(self, filters: tuple[Any, ...], what: str) -> tuple[Any, ...]:
        return tuple(each for each in filters if self._can_travel(each, f"a filter {what}"))

    def _options(self, library: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in values.items():
            if self._can_travel(value, f"the {library} option {name!r}"):
                yield name, value

    def _can_travel(self, value: object, what: str) -> bool:
        try:
            _pack(value, self.notebook)
        except Exception:  # noqa: BLE001 - whatever a type's own __reduce__ raises
            self.stays.append(what)
            return False
        return True
