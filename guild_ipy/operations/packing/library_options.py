"""Finds the options of libraries that differ in this process from their defaults.

They are kept by the name of the library: a run sets them when it imports the library, see
:mod:`guild_ipy.engine.child.libraries.option_setters`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any


def find_options() -> dict[str, dict[str, Any]]:
    """Return the options of loaded libraries that differ, by library and name."""
    found = {name: find(sys.modules[name]) for name, find in _FINDERS.items() if name in sys.modules}
    return {name: options for name, options in found.items() if options}


def _find_pandas(_: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return the options that differ; read from internal tables, since the public function warns about some of them."""
    config = sys.modules.get("pandas._config.config")
    registered: Mapping[str, Any] = getattr(config, "_registered_options", {})
    values: Mapping[str, Any] = getattr(config, "_global_config", {})
    now = ((key, _value_at(values, key), each.defval) for key, each in registered.items())
    return {key: value for key, value, default in now if not _is_same(value, default)}


def _value_at(values: Any, key: str) -> Any:  # noqa: ANN401 - nested dictionaries
    for part in key.split("."):
        values = values[part]
    return values


_NUMPY_PRINT = {
    "precision": 8,
    "threshold": 1000,
    "edgeitems": 3,
    "linewidth": 75,
    "suppress": False,
    "nanstr": "nan",
    "infstr": "inf",
    "formatter": None,
    "sign": "-",
    "floatmode": "maxprec",
    "legacy": False,
    "override_repr": None,
}
_NUMPY_ERRORS = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}


def _find_numpy(numpy: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return keyword arguments for two functions of NumPy, by the name of the function."""
    printing = {name: value for name, value in numpy.get_printoptions().items() if name in _NUMPY_PRINT}
    calls = {
        "set_printoptions": {name: value for name, value in printing.items() if value != _NUMPY_PRINT[name]},
        "seterr": {name: value for name, value in numpy.geterr().items() if value != _NUMPY_ERRORS.get(name)},
    }
    return {name: keywords for name, keywords in calls.items() if keywords}


#: Settings of how a notebook shows figures, which do not concern a run.
_OF_THE_FRONT_END = frozenset({"backend", "backend_fallback", "interactive"})


def _find_matplotlib(matplotlib: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return the settings that differ from the initial ones."""
    began: dict[str, Any] = getattr(matplotlib, "rcParamsOrig", {})
    return {
        name: value
        for name, value in dict.items(matplotlib.rcParams)
        if name not in _OF_THE_FRONT_END and not _is_same(value, dict.get(began, name))
    }


def _find_sklearn(sklearn: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return the keyword arguments of ``set_config`` that differ from the defaults, which a new thread has."""
    began: Mapping[str, Any] = getattr(getattr(sklearn, "_config", None), "_global_config", {})
    return {name: value for name, value in sklearn.get_config().items() if not _is_same(value, began.get(name))}


#: Function that sets an option -> function that returns it, and its default.
_TORCH = {
    "set_default_dtype": ("get_default_dtype", "torch.float32"),
    "set_default_device": ("get_default_device", "cpu"),
    "set_grad_enabled": ("is_grad_enabled", True),
    "use_deterministic_algorithms": ("are_deterministic_algorithms_enabled", False),
    "set_float32_matmul_precision": ("get_float32_matmul_precision", "highest"),
}


def _find_torch(torch: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return arguments for functions of PyTorch; types and devices by name, which can be read without loading it."""
    found = {}
    for name, (getter, default) in _TORCH.items():
        value = getattr(torch, getter)() if hasattr(torch, getter) else default
        found[name] = value if isinstance(value, bool | str) else str(value)
    return {name: value for name, value in found.items() if value != _TORCH[name][1]}


_DECIMAL = {
    "prec": 28,
    "rounding": "ROUND_HALF_EVEN",
    "Emin": -999999,
    "Emax": 999999,
    "capitals": 1,
    "clamp": 0,
    "traps": ["DivisionByZero", "InvalidOperation", "Overflow"],
}


def _find_decimal(decimal: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return the settings of the decimal context that differ; signals by their names."""
    context = decimal.getcontext()
    traps = sorted(signal.__name__ for signal, is_trapped in context.traps.items() if is_trapped)
    values = {name: traps if name == "traps" else getattr(context, name) for name in _DECIMAL}
    return {name: value for name, value in values.items() if value != _DECIMAL[name]}


_RECURSION_LIMIT = 1000


def _find_sys(_: Any) -> dict[str, Any]:  # noqa: ANN401 - the module
    """Return the recursion limit, if it differs."""
    limit = sys.getrecursionlimit()
    return {} if limit == _RECURSION_LIMIT else {"setrecursionlimit": limit}


_FINDERS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "pandas": _find_pandas,
    "numpy": _find_numpy,
    "matplotlib": _find_matplotlib,
    "sklearn": _find_sklearn,
    "torch": _find_torch,
    "decimal": _find_decimal,
    "sys": _find_sys,
}


def _is_same(one: object, other: object) -> bool:
    return one is other or bool(one == other)
