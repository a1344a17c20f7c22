"""Opens a payload: in the process of its run, or in the process of the notebook that it comes from.

Payloads are kept with runs, and name modules of this package. A module that such a name can refer to, and that is
renamed, needs an entry in :data:`MOVED`: otherwise runs that were made before cannot be started again.
"""

from __future__ import annotations

import functools
import inspect
import pickle
import types
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO

from guild_ipy.domain import payload, sent_modules
from guild_ipy.domain.payload import CellCode, FunctionCall

#: Earlier names of modules, as pickles of runs have them -> their names now.
MOVED: Mapping[str, str] = {
    "guild_ipy.api.handle": "guild_ipy.session.run_handle",
    "guild_ipy.domain.dependency": "guild_ipy.domain.declarations.dependency",
    "guild_ipy.domain.durations": "guild_ipy.domain.values.durations",
    "guild_ipy.domain.flags": "guild_ipy.domain.values.flags",
    "guild_ipy.domain.scalars": "guild_ipy.domain.values.scalars",
    "guild_ipy.domain.shapes": "guild_ipy.domain.values.shapes",
    "guild_ipy.domain.source_kind": "guild_ipy.domain.declarations.source_kind",
    "guild_ipy.operations.declared": "guild_ipy.operations.declaration",
    "guild_ipy.store.run": "guild_ipy.store.run_record",
}
_NOTHING: Mapping[str, Callable[[], Any]] = {}
#: Parameter of cloudpickle's functions that make classes: by it they find the class that is there already.
_TRACKER = "class_tracker_id"


def open_payload(
    file: BinaryIO,
    namespace: dict[str, Any],
    buffers: Iterable[Any] = (),
    names: Mapping[str, Callable[[], Any]] = _NOTHING,
    *,
    is_beside: bool = False,
) -> FunctionCall | CellCode:
    """Load a payload; the definitions of the notebook are put into `namespace`, which stands for ``__main__``.

    Opening a payload executes code that its author chose.

    Parameters
    ----------
    names
        Names of functions of :mod:`guild_ipy.domain.payload` -> the functions to call in their place.
    is_beside
        Whether it is opened in the process of the notebook, whose own classes and modules must not change.
    """
    places = {**names, payload.main_namespace.__name__: lambda: namespace}
    reader = PayloadReader(file, namespace, buffers, places, is_beside=is_beside)
    first: Any = reader.load()
    program: FunctionCall | CellCode = reader.load() if first is namespace else first
    while True:
        try:
            definitions = reader.load()
        except EOFError:
            return program
        namespace.update(definitions)


class PayloadReader(pickle.Unpickler):
    """Reads the pickles that :mod:`guild_ipy.operations.packing.pack` writes."""

    def __init__(
        self,
        file: BinaryIO,
        namespace: dict[str, Any],
        buffers: Iterable[Any],
        places: Mapping[str, Callable[[], Any]],
        *,
        is_beside: bool,
    ) -> None:
        super().__init__(file, buffers=buffers)
        self._namespace = namespace
        self._places = places
        self._is_beside = is_beside

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - pickle's own protocol
        """Find an object that a pickle names; for ``__main__`` in the namespace that stands for it."""
        if module == "__main__":
            return find_in_main(self._namespace, name)
        if module == payload.__name__ and name in self._places:
            return self._places[name]
        found = super().find_class(MOVED.get(module, module), name)
        if not self._is_beside:
            return found
        if found is sent_modules.new_module:
            return lambda name, **_: types.ModuleType(name)
        return _untracked(found) if module.partition(".")[0] == "cloudpickle" else found


def find_in_main(namespace: dict[str, Any], path: str) -> Any:  # noqa: ANN401 - whatever it holds
    """Return the object at a dotted path in a namespace that stands for ``__main__``."""
    name, *parts = path.split(".")
    if name not in namespace:
        raise AttributeError(f"{name!r} is not among what was sent from the notebook", name=name)
    return functools.reduce(getattr, parts, namespace[name])


def _untracked(make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of cloudpickle that makes a new class each time, also if it has made the same class before.

    Otherwise the payload would replace the methods of the notebook's own class.
    """
    if not isinstance(make, types.FunctionType) or _TRACKER not in inspect.signature(make).parameters:
        return make

    def make_anew(*args: Any, **keywords: Any) -> Any:  # noqa: ANN401 - as the function
        bound = inspect.signature(make).bind(*args, **keywords)
        bound.arguments[_TRACKER] = None
        return make(*bound.args, **bound.kwargs)

    return make_anew
