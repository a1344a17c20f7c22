"""Seeding random number generators, so that a run is reproducible and forked runs differ.

All forks share the state of generators that were loaded before the fork. ``random``, numpy's legacy generator and torch
are seeded if they are loaded, and otherwise at the moment when the operation imports them, so that a forked run and
one in a fresh interpreter draw the same numbers.

Light on imports: see :mod:`guild_ipy.engine.process`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

#: Module -> the function of it that takes a seed.
_SEEDERS = {"random": "seed", "numpy.random": "seed", "torch": "manual_seed"}


def seed_generators(seed: int) -> None:
    """Seed ``random``, ``numpy.random`` (the legacy generator) and ``torch`` with `seed`, 0 to 2**32 - 1."""
    late = set()
    for name in _SEEDERS:
        module = sys.modules.get(name)
        if module is None:
            late.add(name)
        else:
            _seed(module, name, seed)
    if late:
        sys.meta_path.insert(0, _SeedOnImport(late, seed))


def _seed(module: ModuleType, name: str, seed: int) -> None:
    getattr(module, _SEEDERS[name])(seed)


class _SeedOnImport:
    """Finds a module as everybody else would, and seeds it once it is loaded."""

    def __init__(self, names: set[str], seed: int) -> None:
        self._names = names
        self._seed = seed

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._names:
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(fullname, path, target) if finder is not self else None
            if spec is not None and spec.loader is not None:
                spec.loader = _SeedingLoader(spec.loader, fullname, self._seed)  # type: ignore[assignment] # a loader by its two methods
                return spec
        return None


class _SeedingLoader:
    def __init__(self, loader: Any, name: str, seed: int) -> None:  # noqa: ANN401 - any loader
        self._loader = loader
        self._name = name
        self._seed = seed

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader  # as if nobody had been here
        self._loader.exec_module(module)
        _seed(module, self._name, self._seed)
