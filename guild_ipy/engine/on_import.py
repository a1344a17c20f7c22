"""Acting on modules at the moment when they are imported, or at once on those that are there.

Light on imports: see :mod:`guild_ipy.engine.process`.
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
    """Call each action with the module of its name, now if it is loaded and otherwise as soon as it is."""
    late = {}
    for name, action in actions.items():
        module = sys.modules.get(name)
        if module is None:
            late[name] = action
        else:
            action(module)
    if late:
        sys.meta_path.insert(0, _ActingFinder(late))


class _ActingFinder:
    """Finds a module as everybody else would, and acts on it once it is loaded."""

    def __init__(self, actions: dict[str, Callable[[ModuleType], object]]) -> None:
        self._actions = actions

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self._actions:
            return None
        for finder in sys.meta_path:
            spec = finder.find_spec(fullname, path, target) if finder is not self else None
            if spec is not None and spec.loader is not None:
                spec.loader = _ActingLoader(spec.loader, self._actions[fullname])  # type: ignore[assignment] # a loader by its two methods
                return spec
        return None


class _ActingLoader:
    def __init__(self, loader: Any, action: Callable[[ModuleType], object]) -> None:  # noqa: ANN401 - any loader
        self._loader = loader
        self._action = action

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader  # as if nobody had been here
        self._loader.exec_module(module)
        self._action(module)
