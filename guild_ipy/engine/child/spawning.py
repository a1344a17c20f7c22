"""The main module that processes import which ``multiprocessing`` spawns (spawn, forkserver).

Light on imports: see :mod:`guild_ipy.engine.child.process`.
"""

from __future__ import annotations

import sys

from guild_ipy.engine.child.libraries.on_import import act_on_import

TYPE_CHECKING = False  # typing.TYPE_CHECKING, without loading typing
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Any


def set_main_of_spawned(namespace: Mapping[str, Any], find_main: Callable[[], str]) -> None:
    """Let processes that the main module of this namespace spawns import the file that `find_main` returns.

    It is called whenever a process is started.
    """

    def attach(spawn: ModuleType) -> None:
        prepare = spawn.get_preparation_data

        def get_preparation_data(name: str) -> dict[str, Any]:
            data: dict[str, Any] = prepare(name)
            if vars(sys.modules["__main__"]) is namespace:
                data.pop("init_main_from_name", None)
                data["init_main_from_path"] = find_main()
            return data

        spawn.get_preparation_data = get_preparation_data  # type: ignore[attr-defined] # it has one

    act_on_import({"multiprocessing.spawn": attach})
