"""Sets up a run as the notebook was: logging, warning filters, options of libraries.

What belongs to a library is set when the run imports it.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Mapping
from functools import partial
from types import ModuleType
from typing import Any

from guild_ipy.domain.setup import (
    FRESH_FILTERS,
    LoggerState,
    LoggingState,
    Setup,
    StreamState,
    WarningFilter,
    describe_filter,
)
from guild_ipy.engine.child.libraries.on_import import act_on_import
from guild_ipy.engine.child.libraries.option_setters import set_options
from guild_ipy.engine.child.unpack import load_program
from guild_ipy.store.files.regular_file import open_reader
from guild_ipy.store.run_dir import RunDir


def set_up(run_dir: RunDir, namespace: dict[str, Any]) -> None:
    """Set the process up as the notebook was when the run was made; its standard streams are those of the run."""
    if not os.path.exists(run_dir.setup):
        return
    with open_reader(run_dir.setup) as file:
        program = load_program(file, namespace)
    setup: Setup = program.variables["setup"]  # of a cell without text
    _set_logging(setup.logging)
    if setup.warning_filters is not None:
        _set_filters(setup.warning_filters, namespace)
    act_on_import({name: partial(set_options, setup.options[name]) for name in setup.options})


# -- logging


def _set_logging(state: LoggingState) -> None:
    for level, name in state.level_names.items():
        logging.addLevelName(level, name)
    for logger in state.loggers:
        _set_logger(logger)
    logging.disable(state.disabled_level)
    if state.captures_warnings:
        logging.captureWarnings(capture=True)
    act_on_import({name: partial(_set_loggers_of, state) for name in _libraries(state)})


def _libraries(state: LoggingState) -> set[str]:
    """Return the packages that may set up their loggers themselves when they are imported."""
    tops = {logger.name.partition(".")[0] for logger in state.loggers if logger.name}
    return {top for top in tops if top.isidentifier() and top not in sys.modules}


def _set_loggers_of(state: LoggingState, module: ModuleType) -> None:
    for logger in state.loggers:
        if logger.name.partition(".")[0] == module.__name__:
            _set_logger(logger)


def _set_logger(state: LoggerState) -> None:
    logger = logging.getLogger(state.name or None)
    logger.setLevel(state.level)
    logger.propagate = state.propagate
    logger.disabled = state.disabled
    logger.filters[:] = state.filters
    _set_streams(logger, state.streams)


def _set_streams(logger: logging.Logger, wanted: tuple[StreamState, ...]) -> None:
    """Give a logger these stream handlers; those that a library has made itself are reused."""
    there = [each for each in logger.handlers if type(each) is logging.StreamHandler]
    for handler in there[len(wanted) :]:
        logger.removeHandler(handler)
    for handler, state in zip(there, wanted, strict=False):
        _set_handler(handler, state)
    for state in wanted[len(there) :]:
        made: logging.StreamHandler[Any] = logging.StreamHandler()
        _set_handler(made, state)
        logger.addHandler(made)


def _set_handler(handler: logging.StreamHandler[Any], state: StreamState) -> None:
    handler.setStream(sys.stdout if state.is_output else sys.stderr)
    handler.setLevel(state.level)
    handler.setFormatter(state.formatter)
    handler.filters[:] = state.filters


# -- warnings


def _set_filters(wanted: tuple[WarningFilter, ...], namespace: Mapping[str, Any]) -> None:
    """Replace the filters that Python starts with by these, after those that libraries have added since."""
    others = [each for each in warnings.filters if describe_filter(each) not in {*wanted, *FRESH_FILTERS}]
    warnings.resetwarnings()
    warnings.filters[:0] = others  # type: ignore[index] # a list
    for each in wanted:
        module, name = each.category
        category = _find_category(module, name, namespace)
        top = module.partition(".")[0]
        if category is not None:
            _add_filter(each, category, append=True)
        elif top not in sys.modules:
            act_on_import({top: partial(_add_late, each)})


def _add_late(wanted: WarningFilter, _: ModuleType) -> None:
    category = _find_category(*wanted.category, {})
    if category is not None:
        _add_filter(wanted, category, append=False)


def _add_filter(wanted: WarningFilter, category: type[Warning], *, append: bool) -> None:
    message, module = wanted.message or "", wanted.module or ""
    warnings.filterwarnings(wanted.action, message, category, module, wanted.lineno, append=append)


def _find_category(module: str, name: str, namespace: Mapping[str, Any]) -> type[Warning] | None:
    """Find a class of warnings; None if its module is not loaded, or does not have it."""
    loaded = sys.modules.get(module)
    values = namespace if module == "__main__" or loaded is None else vars(loaded)
    found = values.get(name)
    return found if isinstance(found, type) and issubclass(found, Warning) else None
