"""Sets options of libraries in a run as they were in the notebook, when the run imports the library.

:mod:`guild_ipy.operations.packing.library_options` finds them.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any


def set_options(values: Mapping[str, Any], module: ModuleType) -> None:
    """Set the options of a library; one that this version does not accept is left unchanged."""
    set_all = _SETTERS[module.__name__]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the notebook has shown warnings of deprecated options
        for name, value in values.items():
            try:
                set_all(module, name, value)
            except Exception as error:  # noqa: BLE001 - a run does not fail for an option
                sys.stderr.write(f"the {module.__name__} option {name!r} could not be set: {error}\n")


def _set_pandas(module: Any, name: str, value: object) -> None:  # noqa: ANN401 - the module
    module.set_option(name, value)


def _set_numpy(module: Any, name: str, value: Mapping[str, Any]) -> None:  # noqa: ANN401 - as above
    getattr(module, name)(**value)


def _set_matplotlib(module: Any, name: str, value: object) -> None:  # noqa: ANN401 - as above
    module.rcParams[name] = value


def _set_sklearn(module: Any, name: str, value: object) -> None:  # noqa: ANN401 - as above
    module.set_config(**{name: value})


def _set_torch(module: Any, name: str, value: object) -> None:  # noqa: ANN401 - as above
    is_type = isinstance(value, str) and value.startswith("torch.")
    getattr(module, name)(getattr(module, value.removeprefix("torch.")) if is_type else value)  # type: ignore[attr-defined] # text


def _set_decimal(module: Any, name: str, value: Any) -> None:  # noqa: ANN401 - as above
    context = module.getcontext()
    if name == "traps":
        context.traps = {signal: signal.__name__ in value for signal in context.traps}
    else:
        setattr(context, name, value)


def _set_sys(module: Any, name: str, value: object) -> None:  # noqa: ANN401 - as above
    getattr(module, name)(value)


_SETTERS: Mapping[str, Callable[[Any, str, Any], None]] = {
    "pandas": _set_pandas,
    "numpy": _set_numpy,
    "matplotlib": _set_matplotlib,
    "sklearn": _set_sklearn,
    "torch": _set_torch,
    "decimal": _set_decimal,
    "sys": _set_sys,
}
