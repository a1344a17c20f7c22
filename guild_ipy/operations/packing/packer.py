"""The pickler that packs a program of the notebook.

A CloudPickler that maps the notebook's namespace to the run's real ``__main__``, replaces the shell by a stub, and
collects the notebook's own definitions and the cells that they were written in. Code keeps its file names. Objects that
a new process would not find by their name travel as the parts that they are made from.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import io
import pickle
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import cloudpickle

from guild_ipy.domain import copies, payload
from guild_ipy.domain.sent_modules import ModuleFile, fill_module, find_in_module, load_module, new_module
from guild_ipy.operations.notebook import Notebook
from guild_ipy.operations.packing.module_sources import ModuleSources, Reach
from guild_ipy.operations.packing.shell_objects import ShellObjects
from guild_ipy.operations.packing.texts.mentioned_names import MentionedNames
from guild_ipy.operations.search_context import python_import_path

_LIST_OF_MODULES = threading.RLock()
#: Arrays of at least this many bytes are kept in files of their own.
LARGE_BUFFER = 2**20


class Unsendable(TypeError):
    """An object cannot travel, although pickle would accept it.

    Attributes
    ----------
    suspects
        The objects that are the most likely cause.
    """

    def __init__(self, message: str, suspects: Sequence[object] = ()) -> None:
        super().__init__(message)
        self.suspects = suspects


class _Namespace:
    """Stands, while packing, for the namespace of the notebook, or of a module that travels by value."""

    def __init__(self, module: types.ModuleType | None = None) -> None:
        self._module = module

    def __reduce__(self) -> tuple[Any, ...]:
        return (payload.main_namespace, ()) if self._module is None else (vars, (self._module,))


_Way: TypeAlias = Callable[[Any], Any]
"""Reduces an object as ``reducer_override`` of pickle does; NotImplemented leaves it to pickle."""


class PayloadPacker(cloudpickle.Pickler):  # type: ignore[misc] # untyped package
    """Writes the pickles of one payload; must be closed."""

    def __init__(self, file: io.BytesIO, notebook: Notebook) -> None:
        super().__init__(file, protocol=5, buffer_callback=self._take_buffer)
        self.buffers: list[memoryview] = []
        self.code_files: dict[str, None] = {}
        self.suspects: list[object] = []
        """Objects that are looked up by a name when the payload is opened, which may fail."""
        self.mentioned = MentionedNames(notebook)
        """The names that texts in the code mention."""
        self.memo: Any  # of pickle's own C code
        self._file = file
        self._namespace = notebook.variables
        self._shell_objects = ShellObjects(notebook)
        self._sources = ModuleSources(python_import_path(notebook.project_dir), notebook.project_dir)
        self._definitions: dict[str, Any] = {}
        self._seen: set[str] = set()
        self._ways: dict[type, _Way | None] = {
            types.FunctionType: self._reduce_function,
            types.CodeType: self._reduce_code,
            types.ModuleType: self._reduce_module,
            type: self._reduce_class,
        }
        self._cells: dict[int, tuple[types.CellType, types.CellType]] = {}
        self._by_value = contextlib.ExitStack()
        self.globals_ref[id(notebook.variables)] = stands = _Namespace()
        self._begin_with(stands)

    def _begin_with(self, stands: _Namespace) -> None:
        """Pack the placeholder of the namespace first, so that each reference to the namespace becomes one to it.

        Pickle has no hook for dictionaries: an object that holds ``globals()`` would pack the whole notebook.
        """
        self.dump(stands)
        memo = self.memo.copy()
        index, _ = memo[id(stands)]
        in_its_place = next(key for key, (_, packed) in memo.items() if isinstance(packed, str))
        del memo[in_its_place]  # pickle numbers its objects by the length of the memo
        self.memo = {**memo, id(self._namespace): (index, self._namespace)}

    def pop_definitions(self) -> Mapping[str, Any]:
        """Return the definitions of the notebook that were packed since the last call, by name."""
        found, self._definitions = self._definitions, {}
        return found

    def dump_definitions(self) -> None:
        """Pack definitions that only definitions refer to."""
        while late := self.pop_definitions():
            self.dump(late)

    def attempt(self, values: Mapping[str, Any], check: Callable[[], None]) -> int:
        """Pack variables with the definitions that they use, and return their size; an error undoes it.

        `check` raises an error if the payload cannot be opened.
        """
        start, memo, buffers, suspects = self._file.tell(), self.memo.copy(), len(self.buffers), len(self.suspects)
        code_files, seen = dict(self.code_files), set(self._seen)
        try:
            self.dump(values)
            self.dump_definitions()
            if len(self.suspects) > suspects:
                check()
        except BaseException:
            self._file.seek(start)
            self._file.truncate()
            self.memo, self.code_files, self._seen, self._definitions = memo, code_files, seen, {}
            del self.buffers[buffers:], self.suspects[suspects:]
            raise
        return self._file.tell() - start + sum(buffer.nbytes for buffer in self.buffers[buffers:])

    def close(self) -> None:
        """Restore how cloudpickle packs modules."""
        self._by_value.close()

    def reducer_override(self, obj: Any) -> Any:  # noqa: ANN401 - pickle's own protocol
        """Return how an object is made again, or NotImplemented for the way of pickle."""
        stand_in = self._shell_objects.find_stand_in(obj)
        if stand_in is not None:
            return stand_in, ()
        self.mentioned.read_object(obj)
        cls = type(obj)
        if cls not in self._ways:
            self._ways[cls] = self._find_way(cls)
        way = self._ways[cls]
        return NotImplemented if way is None else way(obj)

    def _find_way(self, cls: type) -> _Way | None:
        """Find how objects of a class are reduced; None leaves them to pickle."""
        ways: Sequence[tuple[type | types.UnionType, _Way]] = (
            (type, self._reduce_class),
            (types.MethodType, _reduce_method),
            (types.ModuleType, self._reduce_module),
            (io.BytesIO | io.StringIO, lambda _: NotImplemented),
            (io.IOBase, _reduce_file),
        )
        found = next((way for kind, way in ways if issubclass(cls, kind)), None)
        known, reduce = copies.find_reducer(cls), self.dispatch_table.get(cls)
        if found is None and (known or reduce or copies.reduces_itself(cls)):
            return functools.partial(self._reduce, reduce=reduce, known=known)
        return found

    # -- by their kind

    def _reduce_function(self, function: types.FunctionType) -> Any:  # noqa: ANN401 - as reducer_override, like all below
        self.code_files[function.__code__.co_filename] = None
        self._collect(function.__name__, function)
        if function.__globals__ is self._namespace:
            self.mentioned.read_function(function)
        found = self._find_by_name(function, function.__qualname__)
        if found is NotImplemented and copies.is_dispatcher(function):
            is_elsewhere = function.__module__ != "__main__" and self._is_at(function, function.__qualname__)
            return NotImplemented if is_elsewhere else copies.reduce_dispatcher(function)
        return self._share_cells(function, super().reducer_override(function)) if found is NotImplemented else found

    def _share_cells(self, function: types.FunctionType, reduced: Any) -> Any:  # noqa: ANN401
        """Let functions that share a variable of an enclosing function share it in the run, too.

        cloudpickle would give each of them a variable of its own.
        """
        if reduced is NotImplemented or not function.__closure__:
            return reduced
        make, (*arguments, _), *rest = reduced
        cells = tuple(self._cells.setdefault(id(cell), (types.CellType(), cell))[0] for cell in function.__closure__)
        return make, (*arguments, cells), *rest

    def _reduce_class(self, cls: type) -> Any:  # noqa: ANN401
        self._collect(cls.__name__, cls)
        found = self._find_by_name(cls, cls.__qualname__)
        return super().reducer_override(cls) if found is NotImplemented else found

    def _reduce_module(self, module: types.ModuleType) -> Any:  # noqa: ANN401
        name = module.__name__
        if name == "__main__":
            self.suspects.append(module)
            return NotImplemented
        if copies.reduces_itself(type(module)):
            return NotImplemented
        was_imported = getattr(module, "__spec__", None) is not None and name in sys.modules
        is_known = was_imported or sys.modules.get(name) is module
        source = self._sources.find(name) if is_known else Reach.ONLY_HERE
        if isinstance(source, ModuleFile):
            return load_module, (source, name)
        if source is Reach.BY_NAME:
            return importlib.import_module, (name,)
        if is_known:
            self._send_by_value(module)
        self.globals_ref[id(vars(module))] = _Namespace(module)
        content = {name: value for name, value in vars(module).items() if name not in _OF_IMPORT}
        return functools.partial(new_module, is_known=is_known), (name,), content, None, None, fill_module

    def _reduce_code(self, code: types.CodeType) -> Any:  # noqa: ANN401
        try:
            return payload.reduce_code(code)
        except ValueError:  # somebody has changed it
            return NotImplemented

    def _reduce(self, obj: Any, *, reduce: _Way | None, known: _Way | None) -> Any:  # noqa: ANN401
        """Reduce an object as pickle does, and replace a name that only the notebook may know.

        `reduce` is how pickle reduces objects of this class, `known` is how to reduce them if the name leads nowhere.
        """
        reduced = reduce(obj) if reduce is not None else obj.__reduce_ex__(self.proto)
        if not isinstance(reduced, str):
            if _asks_main(obj, reduced):
                self.suspects.append(obj)
                return copies.reduce_content(obj) if _names_main(reduced) else reduced
            return known(obj) if known is not None else reduced
        if not isinstance(getattr(obj, "__module__", None), str):  # pickle searches all modules for it
            return reduced
        found = self._find_by_name(obj, reduced)
        if found is not NotImplemented:
            return found
        if obj.__module__ != "__main__" and self._is_at(obj, reduced):
            return reduced
        self._collect(reduced, obj)
        self.suspects.append(obj)
        return known(obj) if known is not None else copies.reduce_content(obj)

    # -- by their name

    def _find_by_name(self, obj: Any, path: str) -> Any:  # noqa: ANN401
        """Return how to find an object whose module a new process cannot import by its name."""
        module = obj.__module__
        source = self._sources.find(module) if isinstance(module, str) else Reach.BY_NAME
        if source is Reach.BY_NAME or not self._is_at(obj, path):
            return NotImplemented
        if isinstance(source, ModuleFile):
            return find_in_module, (source, module, path)
        self._send_by_value(sys.modules[module])
        return NotImplemented

    def _send_by_value(self, module: types.ModuleType) -> None:
        """Let cloudpickle pack the definitions of a module by value; all threads share its list of such modules."""
        if id(vars(module)) not in self.globals_ref:
            self._by_value.enter_context(_LIST_OF_MODULES)
            self.globals_ref[id(vars(module))] = _Namespace(module)
        if module.__name__ not in cloudpickle.list_registry_pickle_by_value():
            cloudpickle.register_pickle_by_value(module)
            self._by_value.callback(cloudpickle.unregister_pickle_by_value, module)

    def _is_at(self, obj: object, path: str) -> bool:
        """Whether the module of an object has it under this path."""
        found: Any = sys.modules.get(getattr(obj, "__module__", ""))
        for name in path.split("."):
            found = getattr(found, name, None)
        return found is obj

    def _collect(self, name: str, definition: Any) -> None:  # noqa: ANN401
        if name not in self._seen and self._namespace.get(name) is definition:
            self._seen.add(name)
            self._definitions[name] = definition

    def _take_buffer(self, buffer: pickle.PickleBuffer) -> bool:
        """Keep a large buffer out of the payload (return False), or leave a small one in it (return True)."""
        raw = buffer.raw()
        if raw.nbytes < LARGE_BUFFER:
            return True
        self.buffers.append(raw)
        return False


#: The names that the import system puts into a module.
_OF_IMPORT = frozenset({"__builtins__", "__cached__", "__loader__", "__spec__"})


def _asks_main(obj: object, reduced: tuple[Any, ...]) -> bool:
    """Whether an object is made again by a function of the notebook, or by one that looks up a name in ``__main__``."""
    make = reduced[0]
    return make is not type(obj) and (getattr(make, "__module__", None) == "__main__" or _names_main(reduced))


def _names_main(reduced: tuple[Any, ...]) -> bool:
    texts = (each for each in reduced[1] if isinstance(each, str))
    return any(text == "__main__" or text.startswith(("__main__:", "__main__.")) for text in texts)


def _reduce_method(method: types.MethodType) -> Any:  # noqa: ANN401
    """Let a method of a class in C be looked up by its name, since its function cannot be pickled."""
    name = getattr(method.__func__, "__name__", None)
    if isinstance(method.__func__, types.FunctionType) or getattr(method.__self__, name or "", None) != method:
        return NotImplemented
    return getattr, (method.__self__, name)


def _reduce_file(file: io.IOBase) -> Any:  # noqa: ANN401
    """Replace standard output and error by those of the run, as in a default `file=sys.stdout`."""
    for name in ("stdout", "stderr"):
        if file is getattr(sys, name) or file is getattr(sys, f"__{name}__"):
            return getattr, (sys, name)
    raise Unsendable("an open file belongs to this process")
