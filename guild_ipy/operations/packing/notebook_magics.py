"""Finds the magics of the notebook that a run needs: those that extensions or the user have added to IPython."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from guild_ipy.domain.notebook_state import NotebookMagic
from guild_ipy.operations.notebook import Notebook

_KINDS = ("line", "cell")


def find_magics(names: Iterable[str], notebook: Notebook) -> Iterator[NotebookMagic]:
    """Return the magics of these names that do not belong to IPython or the kernel."""
    tables = _tables(notebook)
    for name in sorted(names):
        for kind in _KINDS:
            function = tables.get(kind, {}).get(name)
            if function is not None and not _is_built_in(function):
                yield NotebookMagic(name=name, kind=kind, function=function)


def find_extension(magic: NotebookMagic, notebook: Notebook) -> str | None:
    """Find the loaded extension that has defined a magic: the one whose module or package it comes from."""
    if _is_alias(magic.function):
        return None
    module = _module_of(magic.function)
    loaded = sorted(getattr(getattr(notebook.shell, "extension_manager", None), "loaded", ()), key=len, reverse=True)
    within = (name for name in loaded if f"{module}.".startswith(f"{name}."))
    beside = (name for name in loaded if name.partition(".")[0] == module.partition(".")[0])
    return next(within, None) or next(beside, None)


def find_target(magic: NotebookMagic) -> str | None:
    """Find the magic that an alias stands for."""
    target = getattr(magic.function, "magic_name", None)
    return target if isinstance(target, str) else None


def _tables(notebook: Notebook) -> Mapping[str, Mapping[str, Any]]:
    manager = getattr(notebook.shell, "magics_manager", None)
    tables: Mapping[str, Mapping[str, Any]] = getattr(manager, "magics", {})
    return tables


def _is_built_in(function: Any) -> bool:  # noqa: ANN401 - whatever is registered as a magic
    module = _module_of(function)
    return module.startswith(("IPython.core.", "ipykernel.")) and not _is_alias(function)


def _is_alias(function: Any) -> bool:  # noqa: ANN401
    return type(function).__name__ in {"Alias", "MagicAlias"}


def _module_of(function: Any) -> str:  # noqa: ANN401
    spec = getattr(function, "spec", None)  # of one that is loaded on demand
    if isinstance(spec, str):
        return spec.partition(":")[0]
    owner = type(function.__self__) if isinstance(function, types.MethodType) else function
    return str(getattr(owner, "__module__", None) or type(owner).__module__)
