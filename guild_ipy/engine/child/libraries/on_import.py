"""Calls actions with modules when they are imported, or at once if they are loaded.

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


def act_on_import(actions: Mapping[str, Callable[[ModuleType], object]]) -> None:
    """Call each action with the module of its name, now if it is loaded, otherwise when it is imported."""
    for name, action in actions.items():
        module = sys.modules.get(name)
        if module is None:
            _finder().add(name, action)
        else:
            action(module)


def _finder() -> _ActingFinder:
    """Return the finder of this process; a new one is put before all others."""
    found = next((each for each in sys.meta_path if isinstance(each, _ActingFinder)), None)
    if found is None:
        found = _ActingFinder()
        sys.meta_path.insert(0, found)
    return found


class _ActingFinder:
    """Finds a module by the other finders, and calls its actions when it is loaded."""

    def __init__(self) -> None:
        self._actions: dict[str, list[Callable[[ModuleType], object]]] = {}
        self._sought: set[str] = set()
        """What is being looked for: another finder that asks all others would ask this one again, without end."""

    def add(self, name: str, action: Callable[[ModuleType], object]) -> None:
        """Add an action for a module that is not loaded yet, after those that it has."""
        self._actions.setdefault(name, []).append(action)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._actions or fullname in self._sought:
            return None
        self._sought.add(fullname)
        try:
            return self._find(fullname, path, target)
        finally:
            self._sought.discard(fullname)

    def _find(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None) -> ModuleSpec | None:
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None) if finder is not self else None
            spec: ModuleSpec | None = find_spec(fullname, path, target) if find_spec is not None else None
            if spec is not None and spec.loader is not None:
                spec.loader = _ActingLoader(spec.loader, self._actions[fullname])  # type: ignore[assignment] # a loader by its two methods
                return spec
        return None


class _ActingLoader:
    def __init__(self, loader: Any, actions: Sequence[Callable[[ModuleType], object]]) -> None:  # noqa: ANN401 - any loader
        self._loader = loader
        self._actions = actions

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader  # as the other finders would have left it
        self._loader.exec_module(module)
        for action in self._actions:
            action(module)
